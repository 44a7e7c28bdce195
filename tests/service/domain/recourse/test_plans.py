"""Plans for cases small enough to find the best one by hand."""

from __future__ import annotations

from typing import Any

import pytest
from builders_cases import AS_OF, FakeBundle, application, decided
from builders_recourse import RULE, StepBundle, booked

from features.firm_row import FirmRow
from service.domain import Application, Decision, Outcome, shipped_policy
from service.domain.record.recourse import RecoursePlan
from service.domain.recourse import find_plans

PRODUCTS = {row.product: row.min_amount for row in shipped_policy().products}


class Desk:
    """Decides with one model, and remembers how often."""

    def __init__(self, bundle: Any) -> None:
        self.bundle, self.asked = bundle, 0

    def decide(self, asked: Application, row: FirmRow) -> Decision:
        self.asked += 1
        return decided(asked, row, bundle=self.bundle)

    def plans(self, asked: Application, row: FirmRow, **given: Any) -> tuple[RecoursePlan, ...]:
        before = self.decide(asked, row)
        self.asked = 0
        usual: dict[str, Any] = {"products": PRODUCTS, "rule": RULE, "round_down_to": 10_000}
        return find_plans(before, asked, row, decide=self.decide, bundle=self.bundle, **(usual | given))


def fields(plan: RecoursePlan) -> dict[str, tuple[str | int, str | int]]:
    return {change.field: (change.before, change.after) for change in plan.changes}


def test_the_usual_firm_of_these_tests_is_approved_by_a_good_score() -> None:
    """So that whatever a plan changes is the only thing that stood in the way."""
    assert decided(known=booked(), bundle=FakeBundle(default=0.001)).outcome is Outcome.APPROVE
    assert decided(known=booked(), bundle=StepBundle()).outcome is Outcome.DECLINE


def test_an_indicator_goes_just_past_the_threshold_of_the_model() -> None:
    """Two months of cash, a threshold at three: three steps of half a month lead to 3.5, the first beyond; 1.5 m is collected."""
    best = Desk(StepBundle({"cash_cover_months": (3.0, 140)})).plans(application(), booked())[0]
    assert fields(best) == {"cash_cover_months": ("2", "3.5")}
    assert (best.outcome, best.cost, best.assumes) == (Outcome.APPROVE, 30, ("other-facts-unchanged",))
    assert best.amount == 2_000_000
    assert "2.0 months to 3.5 months" in best.en
    assert "由2.0个月变为3.5个月" in best.zh


def test_a_threshold_out_of_reach_is_no_plan() -> None:
    """Six steps lead to five months; a threshold beyond that is not a realistic change, and nothing else counts."""
    assert Desk(StepBundle({"cash_cover_months": (5.0, 140)})).plans(application(), booked()) == ()


def test_two_acts_together_where_one_is_not_enough() -> None:
    """Each divides the PD by eight; only both bring it from 90 % over 11.25 %, which is declined, to 1.4 %."""
    bundle = StepBundle({"cash_cover_months": (2.2, 60), "technical_staff_growth": (0.34, 60)}, default=0.9)
    best = Desk(bundle).plans(application(), booked())[0]
    assert set(fields(best)) == {"cash_cover_months", "technical_staff_growth"}
    assert (best.outcome, best.cost) == (Outcome.APPROVE, 20)


def test_the_second_act_is_done_on_the_figures_of_the_first() -> None:
    """Paying 1.34 m of debt leaves 0.66 m of 2 m in cash, so collecting to 2.5 months starts from 0.66 and takes four steps."""
    bundle = StepBundle({"debt_to_assets": (0.25, -61), "cash_cover_months": (2.2, 60)}, default=0.1125)
    best = Desk(bundle).plans(application(), booked())[0]
    assert fields(best) == {"debt_to_assets": ("0.3", best.changes[0].after), "cash_cover_months": ("0.66", "2.66")}
    assert float(best.changes[0].after) == pytest.approx(4.66 / 18.66)
    assert (best.outcome, best.cost) == (Outcome.APPROVE, 50)


def test_asking_for_less_stops_at_the_largest_amount_that_helps() -> None:
    """Debt may be 36 % of assets after the loan: (6 + a) / (20 + a) is no more up to 1.875 m, in whole 10,000 yuan."""
    best = Desk(StepBundle({"debt_after_loan": (0.36, -140)}, default=0.001)).plans(application(), booked())[0]
    assert fields(best) == {"amount": (2_000_000, 1_870_000)}
    assert (best.outcome, best.amount, best.cost) == (Outcome.APPROVE, 1_870_000, 7)


def test_an_act_and_a_smaller_amount_together() -> None:
    """Neither the cash nor the smaller debt is enough; together they are, at the largest amount that still is."""
    steps = {"cash_cover_months": (2.2, 60), "debt_after_loan": (0.36, -61)}
    plans = Desk(StepBundle(steps, default=0.1125)).plans(application(), booked())
    assert fields(plans[0]) == {"cash_cover_months": ("2", "2.5"), "amount": (2_000_000, 1_870_000)}
    assert plans[0].amount == 1_870_000


def test_what_a_rule_cites_is_settled() -> None:
    """Tax arrears decline whatever the score; paying them is the plan, and the score is left alone."""
    row = booked(arrears_open=1, open_records=1)
    best = Desk(FakeBundle(default=0.001)).plans(application(), row)[0]
    assert fields(best) == {"arrears_open": ("1", "0")}
    assert best.outcome is Outcome.APPROVE


def test_what_cannot_be_undone_has_no_plan() -> None:
    """A default stays on record; three documents more or a smaller amount do not change it, and little time is spent."""
    desk = Desk(FakeBundle(default=0.001))
    assert desk.plans(application(), booked(loans_defaulted=1)) == ()
    assert desk.asked <= len(PRODUCTS)


def test_documents_that_are_asked_for_come_first() -> None:
    """A stale statement refers the case; a newer one that shows the same is approved, and the plan says what it assumes."""
    row = booked()
    stale = FirmRow.from_json(row.to_json())
    stale.known["financials"] = AS_OF - 900
    best = Desk(FakeBundle(default=0.001)).plans(application(), stale)[0]
    assert fields(best) == {"financials": ("stale", "supplied")}
    assert best.assumes == ("other-facts-unchanged", "document-confirms")
    assert (best.outcome, best.cost) == (Outcome.APPROVE, 5)


def test_another_product_is_offered_where_the_stage_keeps_the_firm_out() -> None:
    """A start-up cannot have a relay loan; another product is open to it."""
    plans = Desk(FakeBundle(default=0.001)).plans(application(product="growth-relay"), booked())
    assert "product" in set().union(*(fields(plan) for plan in plans))


def test_the_budget_of_decisions_is_kept() -> None:
    """However many candidates there are, no more decisions are made than the policy grants."""
    steps = {"cash_cover_months": (2.2, 60), "technical_staff_growth": (0.34, 60), "equity_ratio": (0.41, 30)}
    for tries in (1, 3, 7):
        desk = Desk(StepBundle(steps))
        desk.plans(application(), booked(), rule=RULE.model_copy(update={"tries": tries}))
        assert desk.asked <= tries


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_plans_than_the_policy_shows(most: int) -> None:
    """The cheapest are shown."""
    steps = {"cash_cover_months": (2.2, 140), "technical_staff_growth": (0.34, 140), "equity_ratio": (0.41, 140)}
    plans = Desk(StepBundle(steps)).plans(application(), booked(), rule=RULE.model_copy(update={"plans": most}))
    assert len(plans) == most
    assert [plan.cost for plan in plans] == sorted(plan.cost for plan in plans)


def test_without_a_model_only_documents_and_requests_are_tried() -> None:
    """A segment without an approved model is referred, and no act is proposed."""
    asked, row = application(), booked()
    before = decided(asked, row, bundles={})
    plans = find_plans(
        before,
        asked,
        row,
        decide=lambda a, r: decided(a, r, bundles={}),
        bundle=None,
        products=PRODUCTS,
        rule=RULE,
        round_down_to=10_000,
    )
    assert plans == ()
