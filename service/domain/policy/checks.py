"""Does a well-formed policy make sense? Gaps, overlaps, unknown names, rows that reward worse risk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from features.indicators import CATALOGUE
from features.tables import REGISTERS, TABLES
from service.domain.errors import PolicyFault
from service.domain.policy.model import Policy
from service.domain.policy.table import Outcome, OutcomeRow
from service.domain.policy.verdicts import verdict_cell

__all__ = ["faults_of"]


def faults_of(policy: Policy) -> list[PolicyFault]:
    """List everything that is wrong with a policy; an empty list means it may decide."""
    return [fault for check in CHECKS for fault in check(policy)]


def _at(table: str, row: int | None, field: str, value: Any, rule: str, remedy: str) -> PolicyFault:
    return PolicyFault(table=table, row=row, field=field, value=str(value), rule=rule, remedy=remedy)


def _once(table: str, field: str, values: Iterable[str]) -> Iterator[PolicyFault]:
    seen: set[str] = set()
    for row, value in enumerate(values, start=1):
        if value in seen:
            yield _at(table, row, field, value, "stands in an earlier row", "keep one of the two rows")
        seen.add(value)


def _names_once(policy: Policy) -> Iterator[PolicyFault]:
    yield from _once("products", "product", (p.product for p in policy.products))
    yield from _once("knock_outs", "id", (r.id for r in policy.knock_outs))
    yield from _once("referrals", "id", (r.id for r in policy.referrals))
    yield from _once("evidence", "table", (e.table for e in policy.evidence))
    yield from _once("authorities", "authority", (a.authority for a in policy.authorities))


def _products(policy: Policy) -> Iterator[PolicyFault]:
    for row, product in enumerate(policy.products, start=1):
        if product.min_amount > product.max_amount:
            yield _at("products", row, "min_amount", product.min_amount, f"is above max_amount {product.max_amount}", "lower it")


def _indicators(policy: Policy) -> Iterator[PolicyFault]:
    for table, rules in (("knock_outs", policy.knock_outs), ("referrals", policy.referrals)):
        for row, rule in enumerate(rules, start=1):
            indicator = CATALOGUE.get(rule.indicator)
            if indicator is None:
                yield _at(table, row, "indicator", rule.indicator, "is not in the catalogue", "see the ids in docs/indicators.md")
                continue
            low, high = indicator.low, indicator.high
            if (low is not None and rule.value < low) or (high is not None and rule.value > high):
                yield _at(table, row, "value", rule.value, f"lies outside the range {low} to {high} of {rule.indicator}", "correct it")


def _texts(policy: Policy) -> Iterator[PolicyFault]:
    for table, rules in (("knock_outs", policy.knock_outs), ("referrals", policy.referrals)):
        for row, rule in enumerate(rules, start=1):
            for language, text in (("zh", rule.zh), ("en", rule.en)):
                if "{" in text.replace("{value}", ""):
                    yield _at(table, row, language, text, "has a placeholder other than {value}", "use {value} or plain words")


def _tables(policy: Policy) -> Iterator[PolicyFault]:
    for row, rule in enumerate(policy.evidence, start=1):
        if rule.table not in TABLES:
            yield _at("evidence", row, "table", rule.table, "is not an evidence table", f"name one of {', '.join(TABLES)}")
        elif rule.table in REGISTERS and rule.max_age_days is not None:
            why = "does not apply: a register of events is not old because nothing happened lately"
            yield _at("evidence", row, "max_age_days", rule.max_age_days, why, "leave it out")


def _tiers(policy: Policy) -> Iterator[PolicyFault]:
    yield from _once("tiers", "tier", policy.tiers)


def _grades(policy: Policy) -> Iterator[PolicyFault]:
    for row, grade in enumerate(policy.grades, start=1):
        if grade.grade != row:
            yield _at("grades", row, "grade", grade.grade, f"must be {row}", "number the grades from 1, the safest, without gaps")
    for row, (above, grade) in enumerate(pairwise(policy.grades), start=2):
        if grade.pd_up_to <= above.pd_up_to:
            yield _at("grades", row, "pd_up_to", grade.pd_up_to / 1000, "is not above the row before", "let the bounds rise")
        if grade.rate is not None and (above.rate is None or grade.rate < above.rate):
            yield _at("grades", row, "rate", grade.rate / 100, "is below the rate of a safer grade", "let rates rise with the grade")
    if policy.grades[-1].pd_up_to != 100_000:
        yield _at("grades", len(policy.grades), "pd_up_to", policy.grades[-1].pd_up_to / 1000, "leaves a gap", "end with '100 %'")


def _grid(policy: Policy) -> Iterator[PolicyFault]:
    tiers = policy.tiers
    if len(policy.outcomes) != len(policy.grades):
        rule = f"must have one row for each of the {len(policy.grades)} grades"
        yield _at("outcomes", None, "rows", len(policy.outcomes), rule, "add or remove rows")
    for row, line in enumerate(policy.outcomes, start=1):
        if line.grade != row:
            yield _at("outcomes", row, "grade", line.grade, f"must be {row}", "write one row for each grade, in order")
        for tier in sorted(set(tiers) ^ set(line.cells)):
            gap = "has no cell" if tier in tiers else "is not a tier of this policy"
            yield _at("outcomes", row, tier, line.cells.get(tier, "nothing"), gap, f"write cells for {', '.join(tiers)}")
        yield from _lends_without_rate(policy, row, line)


def _lends_without_rate(policy: Policy, row: int, line: OutcomeRow) -> Iterator[PolicyFault]:
    lends = any(cell.outcome is Outcome.APPROVE for cell in line.cells.values())
    if lends and row <= len(policy.grades) and policy.grades[row - 1].rate is None:
        yield _at("grades", row, "rate", "nothing", "is needed: the outcome table lends in this grade", "add a rate")


def _complete(policy: Policy) -> bool:
    return not any(_grid(policy)) and not any(_tiers(policy))


def _monotone(policy: Policy) -> Iterator[PolicyFault]:
    """A worse grade, or a worse tier, must never give a better outcome, disagreements included."""
    if not _complete(policy):
        return
    tiers = policy.tiers
    for grade in range(1, len(policy.grades) + 1):
        for column, tier in enumerate(tiers):
            cell = verdict_cell(policy, grade, tier)
            worse = "improves on a safer grade"
            if grade > 1 and cell.ladder < verdict_cell(policy, grade - 1, tier).ladder:
                yield _at("outcomes", grade, tier, cell, worse, "lower it, or raise the row above (disagreements count as refer)")
            if column and cell.ladder < verdict_cell(policy, grade, tiers[column - 1]).ladder:
                yield _at("outcomes", grade, tier, cell, "improves on a better tier", f"lower it, or raise {tiers[column - 1]}")


def _known_tiers(table: str, row: int, tiers: Sequence[str], policy: Policy) -> Iterator[PolicyFault]:
    for tier in tiers:
        if tier not in policy.tiers:
            yield _at(table, row, "tiers", tier, "is not a tier of this policy", f"the tiers are {', '.join(policy.tiers)}")


def _disagreements(policy: Policy) -> Iterator[PolicyFault]:
    for row, rule in enumerate(policy.disagreements, start=1):
        yield from _known_tiers("disagreements", row, rule.tiers, policy)
        if not 1 <= rule.from_grade <= rule.to_grade <= len(policy.grades):
            span = f"{rule.from_grade} to {rule.to_grade}"
            yield _at("disagreements", row, "from_grade", span, "is not a span of grades", f"grades run from 1 to {len(policy.grades)}")


def _channels(policy: Policy) -> Iterator[PolicyFault]:
    for row, channel in enumerate(policy.channels, start=1):
        yield from _known_tiers("channels", row, channel.tiers, policy)
    named = [tier for channel in policy.channels for tier in channel.tiers]
    for tier in policy.tiers:
        if named.count(tier) != 1:
            yield _at("channels", None, "tiers", tier, f"is in {named.count(tier)} channels", "name each tier in exactly one channel")


def _authorities(policy: Policy) -> Iterator[PolicyFault]:
    limits = [a.up_to_amount for a in policy.authorities]
    if limits[-1] is not None:
        yield _at("authorities", len(limits), "up_to_amount", limits[-1], "leaves larger amounts to nobody", "drop it in the last row")
    for row, (below, limit) in enumerate(pairwise(limits), start=2):
        if below is None or (limit is not None and limit <= below):
            rule = "cannot be reached: the row before takes it"
            yield _at("authorities", row, "up_to_amount", limit, rule, "let the amounts rise; only the last row has none")


CHECKS: tuple[Callable[[Policy], Iterator[PolicyFault]], ...] = (
    _names_once,
    _products,
    _indicators,
    _texts,
    _tables,
    _tiers,
    _grades,
    _grid,
    _monotone,
    _disagreements,
    _channels,
    _authorities,
)
