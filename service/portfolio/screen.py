"""What stands against an offer before the grid speaks, for many firms: the findings of `decide`, by columns and in its order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from features.stages import STAGES
from features.tables import TABLES
from service.domain.missing import probes
from service.domain.policy import Outcome, Policy
from service.domain.policy.rules import IndicatorRule, ProductRow
from service.domain.policy.verdicts import certainty_for, disagreement_for, last_lending, levers_for
from service.portfolio.conditions import Judged, Three, compared
from service.portfolio.most import most_lent
from service.portfolio.sheet import Flags, Sheet, Whole
from service.portfolio.standing import Standing

__all__ = ["Found", "Grid", "absent_tables", "findings", "stale_tables"]


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that weighs on the rows of `where`; `effect` is what it does to them."""

    rule: str
    effect: Outcome
    where: Flags


class Grid:
    """The policy's tables by (grade, tier): outcome of the levers, contradiction, and the worst grade that lends, by tier."""

    def __init__(self, policy: Policy) -> None:
        grades, tiers = [row.grade for row in policy.grades], policy.tiers
        shape = (max(grades) + 1, len(tiers))
        self.outcome, self.levers = np.full(shape, -1, dtype=np.int64), np.full(shape, -1, dtype=np.int64)
        self.disagrees = np.zeros(shape, dtype=np.bool_)
        for grade in grades:
            for place, tier in enumerate(tiers):
                row, levers = levers_for(policy, grade, tier)
                self.outcome[grade, place], self.levers[grade, place] = levers.outcome.rank, row
                self.disagrees[grade, place] = disagreement_for(policy, grade, tier) is not None
        self.last = np.array([last_lending(policy, tier) for tier in tiers], dtype=np.int64)


def findings(case: Judged, product: ProductRow, standing: Standing, grid: Grid) -> Iterator[Found]:
    """Find what declines or refers the firms of a product, in the order of a decision."""
    yield from _gates(case, product, standing)
    yield from _too_small(case, product, standing)
    yield from _rules(case, product, case.policy.knock_outs, Outcome.DECLINE)
    yield from _gaps(case)
    yield from _thin(case)
    yield from _rules(case, product, case.policy.referrals, Outcome.REFER)
    yield from _doubts(case, grid)
    yield from _uncertain(case, product, grid)


def _gates(case: Judged, product: ProductRow, standing: Standing) -> Iterator[Found]:
    stage = case.sheet.stage
    eligible = np.isin(stage, [STAGES.index(name) for name in product.stages])
    yield Found("stage-unknown", Outcome.REFER, stage < 0)
    yield Found("stage-not-eligible", Outcome.DECLINE, (stage >= 0) & ~eligible)
    yield Found("amount-below-minimum", Outcome.DECLINE, np.full(len(stage), standing.amount < product.min_amount))
    for gate in case.policy.gates:
        if gate.products and product.product not in gate.products:
            continue
        found = case.is_open(gate.ways, product.product)
        yield Found(gate.id, Outcome(gate.effect), ~found.yes & ~found.unknown)
        if gate.unknown == "refer":
            yield Found(f"{gate.id}-unknown", Outcome.REFER, found.unknown)


def _too_small(case: Judged, product: ProductRow, standing: Standing) -> Iterator[Found]:
    if standing.amount < product.min_amount:
        return
    most = most_lent(case, product, standing)
    yield Found("too-small-for-product", Outcome.DECLINE, most.is_known & (most.amount < product.min_amount))


def _rules(case: Judged, product: ProductRow, rules: tuple[IndicatorRule, ...], effect: Outcome) -> Iterator[Found]:
    for rule in rules:
        if rule.products and product.product not in rule.products:
            continue
        holds: Three = compared(case.sheet, rule.indicator, rule.operator, float(rule.value))
        yield Found(rule.id, effect, holds.yes)
        if rule.unknown == "refer":
            yield Found(f"{rule.id}-unknown", Outcome.REFER, holds.unknown)


def absent_tables(sheet: Sheet) -> dict[str, Flags]:
    """Tell of each table where nothing of it is known, and no indicator that reads it alone."""
    return {
        name: np.isnan(sheet.known(name)) & np.all([np.isnan(sheet.value(probe)) for probe in probes()[name]], axis=0)
        for name in TABLES
        if name != "firms"
    }


def stale_tables(sheet: Sheet, policy: Policy) -> dict[str, Flags]:
    """Tell of each table with an oldest age where its newest fact is older."""
    ages = {rule.table: rule.max_age_days for rule in policy.evidence if rule.max_age_days is not None}
    day = sheet.value("as_of")
    return {name: day - sheet.known(name) > age for name, age in ages.items()}


def _gaps(case: Judged) -> Iterator[Found]:
    rules = {rule.table: rule for rule in case.policy.evidence}
    absent, stale = absent_tables(case.sheet), stale_tables(case.sheet, case.policy)
    for name in probes():
        if name in rules and rules[name].missing == "refer":
            yield Found(f"{name}-missing", Outcome.REFER, absent[name])
        if name in stale:
            yield Found(f"{name}-stale", Outcome.REFER, stale[name])


def _thin(case: Judged) -> Iterator[Found]:
    floor = case.policy.coverage
    yield Found("coverage-of-indicators-low", Outcome.REFER, share_bp(case.sheet) < floor.indicators)
    yield Found("coverage-of-points-low", Outcome.REFER, 100 * case.scores.covered < floor.points)


def share_bp(sheet: Sheet) -> Whole:
    """Give the share of the firm's indicators that are known in basis points, cut off as `coverage_text` writes it."""
    return (sheet.value("coverage") * 10_000 + 1e-6).astype(np.int64)


def _doubts(case: Judged, grid: Grid) -> Iterator[Found]:
    scores = case.scores
    yield Found("model-not-available", Outcome.REFER, ~scores.is_answered & (case.sheet.stage >= 0))
    yield Found("score-unexplained", Outcome.REFER, scores.is_answered & scores.unexplained)
    yield Found("points-and-model-disagree", Outcome.REFER, scores.is_answered & grid.disagrees[scores.grade, scores.tier])


def _uncertain(case: Judged, product: ProductRow, grid: Grid) -> Iterator[Found]:
    """Hold the interval's grades against the product's row of `certainty`: the first question that it fails counts."""
    row, scores = certainty_for(case.policy, product.product), case.scores
    if row is None:
        return
    there, last = scores.low_grade > 0, grid.last[scores.tier]
    outcome = grid.outcome[scores.grade, scores.tier]
    lends, declines = there & (outcome == Outcome.APPROVE.rank), there & (outcome == Outcome.DECLINE.rank)
    beyond = _reaches(lends, row[1].beyond, scores.high_grade - last)
    within = _reaches(declines, row[1].within, last - scores.low_grade + 1)
    spans = _reaches(lends, row[1].spans, scores.high_grade - scores.low_grade + 1)
    yield Found("model-not-certain", Outcome.REFER, beyond | spans)
    yield Found("decline-not-certain", Outcome.REFER, within)


def _reaches(counts: Flags, limit: int | None, grades: Whole) -> Flags:
    return np.zeros(len(counts), dtype=np.bool_) if limit is None else counts & (grades >= limit)
