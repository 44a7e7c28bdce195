"""The conditions of a policy on many firms: each true, false or unknown, as `is_open` and `fact_of` judge one firm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.points.eligible import OUTCOMES, eligibility_frame
from features.stages import STAGES
from service.domain.calendar import months_before
from service.domain.facts import LOAN_COUNTS, rubric
from service.domain.investors import INVESTOR_FACTS
from service.domain.policy import Policy
from service.domain.policy.rules import Condition
from service.domain.rules import HOLDS
from service.portfolio.scored import Scored
from service.portfolio.sheet import Flags, Sheet

__all__ = ["Judged", "Three", "compared"]


@dataclass(frozen=True, slots=True)
class Three:
    """Where a question is answered yes, and where it cannot be answered; elsewhere the answer is no."""

    yes: Flags
    unknown: Flags


def compared(sheet: Sheet, indicator: str, operator: str, bound: float) -> Three:
    """Compare an indicator with a bound."""
    value = sheet.value(indicator)
    unknown = np.isnan(value)
    return Three(np.asarray(HOLDS[operator](value, bound)) & ~unknown, unknown)  # type: ignore[arg-type]


class Judged:
    """Firms as a policy judges them: `sheet` is what they are judged on, `backed` the same firms with their investors."""

    def __init__(self, sheet: Sheet, backed: Sheet, scores: Scored, policy: Policy) -> None:
        self.sheet, self.backed, self.scores, self.policy = sheet, backed, scores, policy

    def is_open(self, ways: Sequence[Condition], product: str) -> Three:
        """Does one of the conditions hold?"""
        no = np.zeros(self.sheet.height, dtype=np.bool_)
        yes, unknown = no.copy(), no.copy()
        for way in ways:
            found = self._fact(way.fact, product) if way.fact is not None else self._compared(way)
            yes |= found.yes
            unknown |= found.unknown
        return Three(yes, unknown & ~yes)

    def _compared(self, way: Condition) -> Three:
        assert way.indicator is not None  # a condition is a fact or an indicator
        assert way.operator is not None
        assert way.value is not None
        seen = self.backed if way.indicator in INVESTOR_FACTS else self.sheet
        return compared(seen, way.indicator, way.operator, float(way.value))

    def _fact(self, name: str, product: str) -> Three:
        if name == "tech-sme-rubric":
            return self._rubric
        if name == "first-loan":
            return self._first_loan()
        return self._of_relay(name, product)

    @cached_property
    def _rubric(self) -> Three:
        """Ask the official evaluation of every firm."""
        outcome = eligibility_frame(rubric(), self.sheet.frame)
        return Three(outcome == OUTCOMES.index("pass"), outcome == OUTCOMES.index("unknown"))

    def _first_loan(self) -> Three:
        counts = [self.sheet.value(name) for name in LOAN_COUNTS]
        some = np.any([np.nan_to_num(count) != 0 for count in counts], axis=0)
        unknown = np.any([np.isnan(count) for count in counts], axis=0)
        return Three(~some & ~unknown, ~some & unknown)

    def _of_relay(self, name: str, product: str) -> Three:
        """Judge the loan to be taken over; unknown where it was not looked for, and yes where there is none to speak against."""
        rule, height = self.policy.relay, self.sheet.height
        if rule is None or product not in rule.products:
            return Three(np.zeros(height, dtype=np.bool_), np.ones(height, dtype=np.bool_))
        searched = self.sheet.frame["relay_searched"].fill_null(value=False).to_numpy()
        there = searched & self.sheet.frame["relay_loan_id"].is_not_null().to_numpy()
        if name == "relay-loan":
            return Three(there, ~searched)
        found = RELAY_FACTS[name](self)
        return Three((searched & ~there) | (there & found.yes), ~searched | (there & found.unknown))

    def is_clean(self) -> Three:
        """Was the loan past due never, or not lately?"""
        assert self.policy.relay is not None
        days = self.sheet.frame["as_of"].to_numpy()
        since = {day: months_before(day, self.policy.relay.clean_months) for day in set(days.tolist())}
        overdue = self.sheet.value("relay_overdue_on")
        none = np.zeros(self.sheet.height, dtype=np.bool_)
        return Three(np.isnan(overdue) | (overdue <= np.array([since[day] for day in days.tolist()], dtype=np.float64)), none)

    def has_moved(self) -> Three:
        """Is the firm past the stage of that day?"""
        names = self.sheet.frame["relay_stage"].to_list()
        before = np.array([-1 if name is None else STAGES.index(name) for name in names], dtype=np.int64)
        unknown = (self.sheet.stage < 0) | (before < 0)
        return Three(~unknown & (self.sheet.stage > before), unknown)

    def kept_points(self) -> Three:
        """Are the points no fewer than on that day?"""
        before = self.sheet.value("relay_points")
        unknown = np.isnan(before)
        return Three(~unknown & (self.scores.total >= np.nan_to_num(before)), unknown)


RELAY_FACTS: Mapping[str, Callable[[Judged], Three]] = {
    "relay-clean": Judged.is_clean,
    "relay-stage-moved": Judged.has_moved,
    "relay-points-kept": Judged.kept_points,
}
