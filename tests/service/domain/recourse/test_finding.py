"""Recourse by the policy that decided: what it offers, and what its gates ask for."""

from __future__ import annotations

from builders_cases import FakeBundle, application, decided
from builders_recourse import StepBundle, booked

from service.domain import Outcome, shipped_policy
from service.domain.recourse import recourse_of, with_recourse
from service.domain.recourse.finding import doors_of

SAFE = {segment: FakeBundle(default=0.001, segment=segment) for segment in ("startup", "growth")}


UNTITLED = {
    "titles_valid": 0,
    "high_tech_valid": 0,
    "specialised_valid": 0,
    "class1_rights": 0,
    "inventions_filed_3y": 0,
    "rd_expense_0": 0,
}


def plans_of(asked, row, bundles=SAFE, **given):
    def decide(what, firm):
        return decided(what, firm, bundles=bundles)

    return recourse_of(decide(asked, row), asked, row, decide=decide, bundles=bundles, policy=shipped_policy(), **given)


def fields(plan):
    return {change.field for change in plan.changes}


def test_a_shut_gate_is_opened_by_what_it_asks_for() -> None:
    """Without a title, and too little of everything for the evaluation, a technology firm applies for one."""
    poor = booked(**UNTITLED, class2_rights=1)
    before = decided(application(), poor, bundles=SAFE)
    assert "gates" in {row.table for row in before.fired if row.effect}
    assert ("titles_valid", 1.0) in doors_of(before, shipped_policy())
    assert any("high_tech_certificate" in fields(plan) for plan in plans_of(application(), poor))


def test_two_shut_gates_are_opened_together() -> None:
    """Neither a title nor a right of its own: one act for each, and a plan may not make more."""
    plans = plans_of(application(), booked(**UNTITLED, class2_rights=0))
    offers = [plan for plan in plans if plan.amount]
    assert offers
    assert all(len(fields(plan)) == 2 for plan in offers)


def test_only_products_for_the_stage_are_proposed() -> None:
    """A start-up that asked for a relay loan is shown what a start-up may have, and never a relay loan elsewhere."""
    shown = plans_of(application(product="growth-relay"), booked())
    assert {change.after for plan in shown for change in plan.changes if change.field == "product"} <= {
        row.product for row in shipped_policy().products if "start-up" in row.stages
    }
    assert all(change.after != "growth-relay" for plan in plans_of(application(), booked()) for change in plan.changes)


def test_the_product_stays_where_products_stand_side_by_side() -> None:
    """Then no plan proposes another."""
    assert all("product" not in fields(plan) for plan in plans_of(application(product="growth-relay"), booked(), other_products=False))


def test_an_approval_as_asked_is_left_alone() -> None:
    """Nothing is looked for, and the record says so."""
    before = decided(known=booked(), bundles=SAFE)
    assert before.outcome is Outcome.APPROVE
    after = with_recourse(before, application(), booked(), decide=decided, bundles=SAFE, policy=shipped_policy())
    assert after is before
    assert after.recourse is None


def test_no_plan_is_an_empty_list() -> None:
    """Looked for and not found is not the same as not looked for."""
    row = booked(loans_defaulted=1)
    bundles = {"startup": StepBundle(), "growth": StepBundle(segment="growth")}
    before = decided(known=row, bundles=bundles)
    after = with_recourse(
        before, application(), row, decide=lambda a, r: decided(a, r, bundles=bundles), bundles=bundles, policy=shipped_policy()
    )
    assert after.recourse == ()


def test_a_firm_of_unknown_stage_is_not_searched_by_a_model() -> None:
    """No segment, no model: nothing but documents and the request could be tried."""
    row = booked()
    row.values["growth_stage"] = None
    assert plans_of(application(), row) == ()
