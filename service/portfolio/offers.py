"""Every product's answer to every firm of a sheet, equal to what `offers_for` gives one firm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from service.active import Active
from service.domain.allocation import Plan
from service.domain.manual import ManualOrder
from service.domain.policy import Outcome
from service.domain.policy.rules import ProductRow
from service.portfolio.answer import Answers
from service.portfolio.conditions import Judged
from service.portfolio.lending import lent_to, refused
from service.portfolio.scored import Scored, scored
from service.portfolio.screen import Grid, findings
from service.portfolio.sheet import Flags, Sheet, Whole
from service.portfolio.standing import Standing

__all__ = ["Bench", "offered"]


@dataclass(frozen=True, slots=True)
class Bench:
    """What all sheets of a run share."""

    active: Active
    standing: Standing
    plan: Plan
    grid: Grid


def offered(sheet: Sheet, scores: Scored, bench: Bench) -> Iterator[tuple[ProductRow, Answers]]:
    """Answer product after product of the policy, in its order."""
    plain = Judged(sheet, sheet, scores, bench.active.policy)
    alone = _Alone.of(sheet, bench)
    everyone = np.ones(sheet.height, dtype=np.bool_)
    for number, product in enumerate(bench.active.policy.products, start=1):
        rule = bench.active.policy.investors
        if alone is not None and rule is not None and product.product in rule.products:
            answers = _judged(plain, (number, product), bench, alone.others)
            alone.answer(answers, (number, product), bench, _stopped(sheet, product, bench.standing))
        else:
            answers = _judged(plain, (number, product), bench, everyone)
        _obey(answers, sheet, product, bench.standing)
        yield product, answers


def _judged(case: Judged, product: tuple[int, ProductRow], bench: Bench, wanted: Flags) -> Answers:
    """Close what a finding closes; settle those of the rest that are wanted."""
    answers, lending = _closed(case, product[1], bench, wanted)
    for row, verdict, lent in lent_to(case, lending, product, bench.standing, bench.plan):
        answers.settled(row, verdict, lent)
    return answers


def _refused(case: Judged, product: tuple[int, ProductRow], bench: Bench, wanted: Flags) -> tuple[Answers, Flags]:
    """Answer those of the wanted rows that are offered nothing, and tell which they are."""
    answers, lending = _closed(case, product[1], bench, wanted)
    for row, verdict in refused(case, lending, product, bench.standing):
        answers.settled(row, verdict, None)
    return answers, wanted & (answers.outcome >= 0)


def _closed(case: Judged, product: ProductRow, bench: Bench, wanted: Flags) -> tuple[Answers, Whole]:
    """Close what findings and grid close; give the answers, and the wanted rows that are left to be settled."""
    found = list(findings(case, product, bench.standing, bench.grid))
    answers = Answers.of(case.scores)
    open_rows = np.ones(case.sheet.height, dtype=np.bool_)
    for effect in (Outcome.DECLINE, Outcome.REFER):
        causes = [(one.rule, one.where) for one in found if one.effect is effect]
        closed = open_rows & np.any([where for _, where in causes], axis=0)
        answers.closed(closed, effect, causes)
        open_rows &= ~closed
    _by_grid(answers, case, open_rows, bench)
    return answers, np.flatnonzero(open_rows & (answers.outcome < 0) & wanted)


def _by_grid(answers: Answers, case: Judged, open_rows: np.ndarray, bench: Bench) -> None:
    """Close the rows whose set of levers refers or declines."""
    grade, tier = case.scores.grade, case.scores.tier
    outcome, names = bench.grid.outcome[grade, tier], [row.set for row in case.policy.levers]
    for effect in (Outcome.DECLINE, Outcome.REFER):
        closed = open_rows & (outcome == effect.rank)
        answers.closed(closed, effect, ())
        for row in np.flatnonzero(closed).tolist():
            answers.levers[row] = names[int(bench.grid.levers[grade[row], tier[row]]) - 1]


@dataclass(frozen=True, slots=True)
class _Alone:
    """The firms with investors as they are without; `decided` still sees the investors at gates and capacities."""

    height: int
    rows: Whole
    alone: Judged
    decided: Judged

    @classmethod
    def of(cls, sheet: Sheet, bench: Bench) -> _Alone | None:
        """Give them, None where the policy judges nothing alone or no firm has investors."""
        if bench.active.policy.investors is None or not len(sheet.invested):
            return None
        backed = sheet.rows(sheet.invested)
        bare = backed.without_investors()
        scores = scored(bare, bench.active)
        policy = bench.active.policy
        return cls(sheet.height, sheet.invested, Judged(bare, bare, scores, policy), Judged(bare, backed, scores, policy))

    @property
    def others(self) -> Flags:
        """The firms that are judged with all that is known of them."""
        others: Flags = np.ones(self.height, dtype=np.bool_)
        others[self.rows] = False
        return others

    def answer(self, answers: Answers, product: tuple[int, ProductRow], bench: Bench, stopped: Flags) -> None:
        """Answer for these firms: what is offered nothing alone is offered nothing. `stopped` rows are offered nothing either way."""
        decided = _judged(self.decided, product, bench, np.ones(len(self.rows), dtype=np.bool_))
        offered = np.isin(np.arange(len(self.rows)), list(decided.lines)) & ~stopped[self.rows]
        alone, fails_alone = _refused(self.alone, product, bench, offered)
        answers.take(self.rows, decided, ~fails_alone)
        answers.take(self.rows, alone, fails_alone)


def _stopped(sheet: Sheet, product: ProductRow, standing: Standing) -> Flags:
    """Tell where an order in force refers every outcome."""
    stops, segments = [one for one in standing.orders if one.turns == "every"], _segments(sheet)
    return np.array([any(_covers(one, product, segments[row]) for one in stops) for row in range(sheet.height)], dtype=np.bool_)


def _obey(answers: Answers, sheet: Sheet, product: ProductRow, standing: Standing) -> None:
    """Apply the orders in force, stops first, as a decision lists them."""
    if not standing.orders and not standing.reviews:
        return
    segment_of_row = _segments(sheet)
    for row, firm_id in enumerate(sheet.frame["firm_id"].to_list()):
        orders = (*standing.orders, *standing.reviews.get(firm_id, ()))
        covering = [one for one in orders if _covers(one, product, segment_of_row[row])]
        if covering:
            answers.obey(row, covering)


def _segments(sheet: Sheet) -> Mapping[int, str | None]:
    named: dict[int, str | None] = dict.fromkeys(range(sheet.height))
    for segment, rows in sheet.segments.items():
        named |= dict.fromkeys(rows.tolist(), segment)
    return named


def _covers(order: ManualOrder, product: ProductRow, segment: str | None) -> bool:
    """Is the case within the order's scope? As `ManualOrder.covers` asks of one case."""
    if order.scope == "product":
        return bool(product.product == order.value)
    return order.scope == "all" or segment == order.value
