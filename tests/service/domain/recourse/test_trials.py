"""What counts as better, and how decisions are spent."""

from __future__ import annotations

from typing import Any

import pytest
from builders_cases import FakeBundle, application, decided
from builders_recourse import RULE, booked

from features.vocabulary import Product
from service.domain import Decision, Outcome
from service.domain.recourse.state import State, ask_for
from service.domain.recourse.trials import Trials, is_better


def ended(outcome: Outcome, amount: int | None = None, rate_bp: int = 400) -> Decision:
    """Make a decision that ended so."""
    usual = decided(known=booked(), bundle=FakeBundle(default=0.001))
    offer = None if amount is None or usual.offer is None else usual.offer.model_copy(update={"amount": amount, "rate_bp": rate_bp})
    return usual.model_copy(update={"outcome": outcome, "offer": offer})


APPROVED, COUNTERED = ended(Outcome.APPROVE, 500), ended(Outcome.COUNTER, 500)
REFERRED, DECLINED = ended(Outcome.REFER), ended(Outcome.DECLINE)


@pytest.mark.parametrize(
    ("new", "old", "verdict"),
    [
        (REFERRED, DECLINED, True),
        (DECLINED, REFERRED, False),
        (COUNTERED, REFERRED, True),
        (REFERRED, COUNTERED, False),
        (APPROVED, COUNTERED, True),
        (COUNTERED, APPROVED, False),
        (ended(Outcome.COUNTER, 600), COUNTERED, True),
        (ended(Outcome.APPROVE, 400), COUNTERED, False),
        (ended(Outcome.COUNTER, 500, 399), COUNTERED, True),
        (ended(Outcome.COUNTER, 500, 401), COUNTERED, False),
        (ended(Outcome.COUNTER, 600, 999), ended(Outcome.COUNTER, 500, 100), True),
    ],
)
def test_better_is_an_offer_then_money_then_outcome_then_rate(new: Decision, old: Decision, verdict: bool) -> None:  # noqa: FBT001
    """In this order; the same again is not better."""
    assert is_better(new, old) is verdict
    assert not is_better(old, old)


def test_a_state_is_decided_once_and_never_beyond_the_budget() -> None:
    """Asking again costs nothing; without budget a new state counts as no better; an unchanged case is never decided anew."""
    spent: list[Any] = []

    def decide(asked: Any, row: Any) -> Decision:
        spent.append(asked)
        return APPROVED

    trials = Trials(decide, COUNTERED, 1)
    start = State(asked=application(), firm=booked())
    less, least = (ask_for(start, RULE, amount=amount) for amount in (1_500_000, 1_000_000))
    assert [trials.run(start), trials.run(less), trials.run(less), trials.run(least)] == [False, True, True, False]
    assert len(spent) == 1
    assert trials.current(less) is APPROVED
    assert trials.current(least) is COUNTERED
    assert trials.found == [(less, APPROVED)]


def test_an_offer_may_be_asked_for() -> None:
    """A referral is better than a decline, but it is no offer."""
    trials = Trials(lambda _asked, _row: REFERRED, DECLINED, 5)
    less = ask_for(State(asked=application(), firm=booked()), RULE, amount=1_000_000)
    assert trials.run(less)
    assert not trials.run(less, offer=True)


def test_changes_are_counted_by_the_policy() -> None:
    """25 % less costs 25, twelve months more twelve, another product fifteen; what stays the same costs nothing."""
    start = State(asked=application(), firm=booked())
    state = ask_for(start, RULE, amount=1_500_000, term_months=36, product=Product.COMMON_GROWTH)
    assert (state.cost, state.moves) == (25 + 12 + 15, 3)
    assert ask_for(start, RULE, amount=2_000_000, term_months=24) is start
    assert ask_for(start, RULE, amount=1_999_999).cost == 1
