"""Orders that a person decides: what they turn, what they leave, and that the record gives them back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders_cases import FakeBundle, application, decided, firm
from hypothesis import given
from hypothesis import strategies as st

from service.domain import REVIEW_REQUESTED, STOPPED, Outcome, orders_of, shipped_policy
from service.domain.recourse import with_recourse

STOP = replace(STOPPED, given_by="01STOP")
REVIEW = replace(REVIEW_REQUESTED, given_by="01REVIEW")
orders = st.lists(
    st.sampled_from(
        [
            STOP,
            REVIEW,
            replace(STOP, scope="product", value="startup-credit"),
            replace(STOP, scope="product", value="growth-relay"),
            replace(STOP, scope="segment", value="startup"),
            replace(STOP, scope="segment", value="growth"),
        ]
    ),
    unique=True,
    max_size=3,
)


def knocked_out():
    """The usual firm on the list of dishonest persons, whatever the policy's first knock-out is."""
    rule = shipped_policy().knock_outs[0]
    return firm(**{rule.indicator: float(rule.value) + 1})


@pytest.mark.parametrize("outcome", ["approve", "counter", "knock-out", "grid"])
def test_r21_a_stop_refers_every_outcome_and_promises_nothing(outcome: str) -> None:
    """An approval, a counter-offer, a knock-out and a decline by the grid all become the same: a person decides."""
    asked = application(amount=900_000_000) if outcome == "counter" else application()
    known = knocked_out() if outcome == "knock-out" else firm()
    bundle = FakeBundle(default=0.9 if outcome == "grid" else 0.004)
    free = decided(asked, known, bundle=bundle)
    assert free.outcome.value == {"knock-out": "decline", "grid": "decline"}.get(outcome, outcome)
    stopped = decided(asked, known, bundle=bundle, manual=[STOP])
    assert (stopped.outcome, stopped.offer) == (Outcome.REFER, None)
    assert stopped.referral is not None
    assert stopped.reasons[0].code == "AUTOMATIC_DECISIONS_STOPPED"
    assert "暂停" in stopped.reasons[0].zh
    assert "stopped" in stopped.reasons[0].en
    first = stopped.fired[0]
    assert (first.table, first.rule, first.effect) == ("switch", "automatic-decisions-stopped", Outcome.REFER)
    assert first.when == {"given_by": "01STOP", "scope": "all"}


def test_the_person_sees_what_the_rules_found() -> None:
    """A knock-out that a stop turned into a referral is still listed, as a rule that fired and as a reason."""
    rule = shipped_policy().knock_outs[0]
    stopped = decided(known=knocked_out(), manual=[STOP])
    assert rule.id in {row.rule for row in stopped.fired if row.effect is Outcome.DECLINE}
    assert rule.id.upper().replace("-", "_") in {reason.code for reason in stopped.reasons}


@pytest.mark.parametrize(
    ("scope", "value", "outcome"),
    [
        ("product", "startup-credit", Outcome.REFER),
        ("product", "growth-relay", Outcome.APPROVE),
        ("segment", "startup", Outcome.REFER),
        ("segment", "growth", Outcome.APPROVE),
    ],
)
def test_r21_a_stop_of_one_product_or_segment_leaves_the_others(scope, value, outcome) -> None:
    """A narrower stop turns what it covers; that it was in force is written down either way."""
    made = decided(manual=[replace(STOP, scope=scope, value=value)])
    assert made.outcome is outcome
    assert made.fired[0].effect == (Outcome.REFER if outcome is Outcome.REFER else None)
    assert made.fired[0].when["value"] == value


def test_a_request_for_review_turns_declines_only() -> None:
    """No decline is given by machine alone once a person was asked for; what is not a decline stays as it was."""
    declined = decided(known=knocked_out(), manual=[REVIEW])
    assert declined.outcome is Outcome.REFER
    assert declined.reasons[0].code == "HUMAN_REVIEW_REQUESTED"
    by_grid = decided(bundle=FakeBundle(default=0.9), manual=[REVIEW])
    assert by_grid.outcome is Outcome.REFER
    assert "levers" in {row.table for row in by_grid.fired}
    free, approved = decided(), decided(manual=[REVIEW])
    assert approved.outcome is Outcome.APPROVE
    assert approved.offer == free.offer
    assert approved.fired[1:] == free.fired
    assert approved.fired[0].effect is None


def test_nothing_the_firm_does_lifts_a_stop() -> None:
    """No plan is looked for while automatic decisions are stopped: it would be a promise."""
    stopped = decided(manual=[STOP])

    def never(*_: object) -> None:
        raise AssertionError("a plan was tried")

    assert with_recourse(stopped, application(), firm(), decide=never, bundles={}, policy=shipped_policy()) == stopped
    assert stopped.recourse is None


@given(orders, st.sampled_from([0.004, 0.05, 0.9]), st.booleans())
def test_the_record_gives_back_the_orders_it_was_made_under(manual, default, knocked) -> None:
    """A decision made anew under the orders that its own record names has the same bytes."""
    known, bundle = (knocked_out() if knocked else firm()), FakeBundle(default=default)
    made = decided(known=known, bundle=bundle, manual=manual)
    assert orders_of(made.fired) == tuple(manual)
    assert decided(known=known, bundle=bundle, manual=orders_of(made.fired)).canonical() == made.canonical()


def test_without_orders_nothing_changes() -> None:
    """No order in force leaves no trace, so records of a service without them stay as they were."""
    assert decided(manual=[]).canonical() == decided().canonical()
    assert orders_of(decided().fired) == ()
