"""Decisions made anew: bounded in number, each made once."""

from __future__ import annotations

from collections.abc import Callable

from features.firm_row import FirmRow
from service.domain.application import Application
from service.domain.record import Decision
from service.domain.recourse.state import State

__all__ = ["Redecide", "Trials", "is_better"]

Redecide = Callable[[Application, FirmRow], Decision]
"""Decides a whole case: gates, knock-outs, points, model, limit, price."""


class Trials:
    """Decides states, at most `most` of them, and keeps those that end better than `before`."""

    def __init__(self, decide: Redecide, before: Decision, most: int) -> None:
        self._decide, self.before, self.left = decide, before, most
        self._made: list[tuple[State, Decision]] = []

    def run(self, state: State, *, offer: bool = False) -> bool:
        """Does this state end better than before, and with an offer where one is wanted? Without budget for a decision: no."""
        decision = self._made_of(state)
        if decision is None:
            if not state.changes or self.left == 0:
                return False
            self.left -= 1
            decision = self._decide(state.asked, state.firm)
            self._made.append((state, decision))
        return is_better(decision, self.before) and (decision.offer is not None or not offer)

    def current(self, state: State) -> Decision:
        """Give the decision of a state that was tried, or the one that stands."""
        return self._made_of(state) or self.before

    @property
    def found(self) -> list[tuple[State, Decision]]:
        """Every state that ends better, in the order of trial."""
        return [(state, decision) for state, decision in self._made if is_better(decision, self.before)]

    def _made_of(self, state: State) -> Decision | None:
        same = (decision for tried, decision in self._made if (tried.asked, tried.changes) == (state.asked, state.changes))
        return next(same, None)


def is_better(new: Decision, old: Decision) -> bool:
    """Is it a milder outcome where one of them has no offer, else more money, else a milder outcome, else a lower rate?"""
    if new.offer is None or old.offer is None:
        return new.outcome.rank < old.outcome.rank
    if new.offer.amount != old.offer.amount:
        return new.offer.amount > old.offer.amount
    if new.outcome is not old.outcome:
        return new.outcome.rank < old.outcome.rank
    return new.offer.rate_bp < old.offer.rate_bp
