"""One worked decision and the edges of each product that is more than a loan: relay, investors, common growth, combinations, merger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from builders_cases import AS_OF, FakeBundle, application, decided, firm

from features.measures.behaviour import GUARANTEE_UNKNOWN, GUARANTEED
from service.domain import Prior, TakenOver

LOAN = TakenOver(loan_id="L1", amount=3_000_000, granted_on=AS_OF - 700, overdue_on=None, stage="start-up", points=4500)
MODEST = {"revenue_0": 8e6, "rd_expense_0": 1e6, "operating_cash_flow_0": 1e6, "total_assets_0": 2e7}
"""Bases of a limit: 30 % of revenue is 2.4 m, 150 % of R&D 1.5 m."""


def fired(decision):
    return [(f.table, f.row, f.rule) for f in decision.fired if f.effect is not None]


def relayed(loan=LOAN, *, amount=4_000_000, **values):
    """Ask for a relay of 4 m; the old loan of 3 m runs, points are 5000 now."""
    known = firm(growth_stage=1.0, loans_running=300.0, bases=values.pop("bases", MODEST), **values)
    return decided(application(product="growth-relay", amount=amount), known, prior=Prior(relay=loan))


def test_a_relay_pays_off_the_old_loan_and_lends_on_growth():
    """Revenue 16 m x 30 % = 4.8 m, T5 adds 10 %: capacity 5.28 m, as the old 3 m are paid off and not counted; 4 m asked: 1 m is new."""
    decision = relayed(bases=MODEST | {"revenue_0": 1.6e7})
    assert (decision.outcome, decision.offer.amount) == ("approve", 4_000_000)
    amounts = {p.name: p.amount for p in decision.offer.limit_parts}
    assert (amounts["revenue_capacity"], amounts["points"], amounts["old_line"], amounts["capacity"]) == (
        4_800_000,
        480_000,
        3_000_000,
        5_280_000,
    )
    assert "existing_exposure" not in amounts
    assert (decision.relay.loan_id, decision.relay.new_money, decision.relay.points) == ("L1", 1_000_000, 4500)


def test_a_relay_lends_at_least_the_old_line():
    """The growth formula gives 2.4 m + 10 % = 2.64 m, the old line is 3 m: 3 m of 4 m asked, and the line is the reason."""
    decision = relayed()
    assert (decision.outcome, decision.offer.amount, decision.relay.new_money) == ("counter", 3_000_000, 0)
    assert decision.reasons[0].zh == "可贷额度为300万元:原贷款额度300万元"


def test_other_loans_still_count_against_a_relay():
    """5 m run, of which 3 m are paid off: 2 m stay and are taken off 5.28 m."""
    known = firm(growth_stage=1.0, loans_running=500.0, bases=MODEST | {"revenue_0": 1.6e7})
    decision = decided(application(product="growth-relay", amount=4_000_000), known, prior=Prior(relay=LOAN))
    assert {p.name: p.amount for p in decision.offer.limit_parts}["existing_exposure"] == -2_000_000
    assert decision.offer.amount == 3_280_000


@pytest.mark.parametrize(
    ("loan", "gate"),
    [
        (replace(LOAN, overdue_on=AS_OF - 364), (5, "relay-loan-clean")),
        (replace(LOAN, stage="growth"), (6, "relay-stage-moved")),
        (replace(LOAN, points=5001), (7, "relay-points-kept")),
    ],
)
def test_without_improvement_a_relay_is_a_restructuring(loan, gate):
    """Past due within twelve months, the stage not moved, or points lower than then: referred and marked, with no new money."""
    decision = relayed(loan)
    assert (decision.outcome, decision.offer, decision.referral.marks) == ("refer", None, ("restructuring",))
    assert fired(decision) == [("gates", *gate)]
    assert "重组" in decision.reasons[0].zh


def test_a_day_past_due_a_year_ago_is_forgiven():
    """2025-11-23 is twelve months before 2026-11-23; equal points are not lower."""
    assert relayed(replace(LOAN, overdue_on=AS_OF - 365, points=5000)).outcome == "counter"


def test_a_relay_without_a_loan_to_take_over_is_declined():
    """The loans were searched, and none can be taken over: gate 4. Not searched at all: everything about it is unknown."""
    assert fired(relayed(None)) == [("gates", 4, "loan-to-relay")]
    asked = application(product="growth-relay")
    unknown = decided(asked, firm(growth_stage=1.0))
    assert (unknown.outcome, unknown.relay, unknown.referral.marks) == ("refer", None, ())
    assert [row for _, row, _ in fired(unknown)] == [4, 5, 6, 7]


def test_what_is_not_known_of_the_day_the_loan_was_granted_is_referred():
    """Neither stage nor points of that day can be told: two gates cannot be judged, and nothing is called a restructuring."""
    decision = relayed(replace(LOAN, stage=None, points=None))
    assert fired(decision) == [("gates", 6, "relay-stage-moved-unknown"), ("gates", 7, "relay-points-kept-unknown")]
    assert decision.referral.marks == ()


def test_a_loan_to_relay_means_nothing_to_other_products():
    """The same prior facts beside an application for common growth: the loan counts as running."""
    known = firm(growth_stage=1.0, loans_running=300.0)
    decision = decided(application(product="common-growth"), known, prior=Prior(relay=LOAN))
    assert decision.relay is None
    assert {p.name: p.amount for p in decision.offer.limit_parts}["existing_exposure"] == -3_000_000


TITLELESS = {"titles_valid": 0.0, "high_tech_certificate": 0.0, "tech_staff_share": 0.0, "platforms_recognised": 0.0}
TITLELESS |= {"national_awards": 0.0, "standards_led": 0.0}
"""No title, and no technical staff: the technology-SME evaluation fails."""
INVESTED = {"venture_capital": 800.0, "funding_rounds": 2.0, "backed_rounds": 1.0, "months_since_round": 5.0}


class Impressed(FakeBundle):
    """A model that likes investors: 0.4 % with them, 15 % (grade 10) without."""

    def score(self, matrix):
        risky = matrix[0, list(self.points).index("funding_rounds")] == 0
        return FakeBundle(default=0.15 if risky else 0.004, points=self.points, segment=self.segment).score(matrix)


def invested(**given):
    known = firm(bases=MODEST, **(INVESTED | given.pop("values", {})))
    return decided(application(product="loan-investment", amount=4_000_000), known, **given)


def test_investors_raise_the_limit_of_a_loan_that_passes_alone():
    """Alone 2.4 m + 10 % = 2.64 m; 40 % of 8 m venture capital is the larger base: 3.2 m + 10 % = 3.52 m. Both are stored."""
    decision = invested()
    assert (decision.outcome, decision.offer.amount) == ("counter", 3_520_000)
    investors = decision.investors
    assert (investors.alone.outcome, investors.alone.amount, investors.raised) == ("counter", 2_640_000, 880_000)
    assert investors.facts == {"venture_capital": "800", "funding_rounds": "2", "backed_rounds": "1", "months_since_round": "5"}


def test_investors_never_turn_a_decline_into_an_approval():
    """With its investors the model sees grade 3 and would lend; without them grade 10: declined, and the record shows both."""
    decision = invested(bundle=Impressed(points={"funding_rounds": 20, "revenue": -4}))
    assert (decision.outcome, decision.offer, decision.risk.grade) == ("decline", None, 10)
    assert (decision.investors.alone.outcome, decision.investors.backed.outcome) == ("decline", "counter")
    assert (decision.investors.backed.grade, decision.investors.raised) == (3, 0)


@pytest.mark.parametrize("backing", [{"backed_rounds": 1.0}, {"early_rounds": 1.0}])
def test_investors_alone_lead_to_a_person_and_never_to_an_approval(backing):
    """A guidance or an angel fund puts a firm without title on the list; alone it is declined, with its investors a person decides."""
    asked = application(product="loan-investment", amount=1_000_000)
    decision = decided(asked, firm(**TITLELESS, venture_capital=800.0, **backing))
    assert (decision.outcome, decision.offer, decision.referral.marks) == ("refer", None, ("entry_by_investors",))
    assert fired(decision) == [("gates", 9, "listed-by-investors-alone")]
    assert (decision.investors.alone.outcome, decision.investors.backed.outcome) == ("decline", "refer")
    assert fired(decided(asked, firm(**TITLELESS, venture_capital=800.0))) == [
        ("gates", 8, "listed-firm"),
        ("gates", 9, "listed-by-investors-alone"),
    ]


def test_an_incubated_firm_is_on_the_list_by_itself():
    """创投+孵化: a place in an incubator is no investor; the firm without title is decided by its own grade, and investors add."""
    asked = application(product="loan-investment", amount=1_000_000)
    decision = decided(asked, firm(**TITLELESS, incubated=1.0))
    assert (decision.outcome, decision.offer.amount) == ("approve", 1_000_000)
    assert decided(asked, firm(**TITLELESS, incubated=1.0), bundle=FakeBundle(default=0.15)).outcome == "decline"
    assert decided(asked, firm(**TITLELESS, incubated=None)).outcome == "refer"


def test_an_incubator_vouches_for_a_start_up_s_team():
    """Two years in the industry, 10 % postgraduates, no provincial talent: an interview, but not where an incubator has held it."""
    weak = {"founder_years": 2.0, "postgraduate_share": 0.1, "provincial_talents": 0.0, "rd_intensity": 0.9}
    assert fired(decided(known=firm(**weak))) == [("gates", 2, "team")]
    assert decided(known=firm(**weak, incubated=1.0)).outcome == "approve"


def guaranteed(programme, running, **said):
    """Ask for 6 m of digitalisation, guaranteed, where a programme stands behind loans running already, yuan."""
    asked = application(product="common-growth", amount=6_000_000, purpose="digitalisation")
    return decided(asked, firm(growth_stage=1.0, bases={programme: running}, **said))


def test_what_a_programme_guarantees_already_is_used_of_its_cap():
    """National cap 30 m, 26 m used: 4 m of 6 m are covered. Bank (20 % x 4 + 2) / 6 = 46.67 %, the pool pays 25 % of it."""
    sharing = guaranteed("guaranteed_national_special_guarantee", 26_000_000.0).offer.risk_sharing
    assert (sharing.programme.id, sharing.covered) == ("national-special-guarantee", 4_000_000)
    room = {r.programme: (r.firm_cap, r.used, r.undeclared, r.left) for r in sharing.rooms}
    assert room == {
        "science-guarantee": (5_000_000, 0, 0, 5_000_000),
        "national-special-guarantee": (30_000_000, 26_000_000, 0, 4_000_000),
        "anhui-4321": (20_000_000, 0, 0, 20_000_000),
    }
    shares = {s.party: s.share_bp for s in sharing.shares}
    assert (shares["bank"] + shares["compensation-pool"], sum(shares.values())) == (4_667, 10_000)


def test_a_cap_that_is_used_up_passes_the_loan_on():
    """30 m of the national guarantee are in use: 4321 takes the loan, and the record says why the others did not, in both languages."""
    sharing = guaranteed("guaranteed_national_special_guarantee", 30_000_000.0).offer.risk_sharing
    assert sharing.programme.id == "anhui-4321"
    assert [(r.programme, r.why) for r in sharing.refusals] == [
        ("science-guarantee", "above-cap"),
        ("national-special-guarantee", "cap-used"),
    ]
    assert (sharing.refusals[1].zh, sharing.refusals[1].en) == ("单户额度已用完", "its cap for one firm is used up")


def test_a_loan_nobody_declares_counts_against_every_programme():
    """18 m run of which nobody says who guarantees them: 12 m are left of the national 30 m, 2 m of the 20 m of 4321, none of 5 m."""
    rooms = guaranteed("guarantee_unknown", 18_000_000.0).offer.risk_sharing.rooms
    assert [(r.used, r.undeclared, r.left) for r in rooms] == [
        (18_000_000, 18_000_000, 0),
        (18_000_000, 18_000_000, 12_000_000),
        (18_000_000, 18_000_000, 2_000_000),
    ]


def test_unsearched_loans_leave_no_room_and_are_named():
    """Nobody searched the loans: no programme takes the loan, and reason and plan name the credit bureau report."""
    unsearched = dict.fromkeys((*GUARANTEED.values(), GUARANTEE_UNKNOWN))
    asked = application(product="common-growth", amount=6_000_000, purpose="digitalisation")
    decision = decided(asked, firm(growth_stage=1.0, bases=unsearched))
    assert (decision.outcome, fired(decision)[-1]) == ("refer", ("programmes", None, "guarantee-not-available"))
    assert "科技创新专项担保计划:存量担保情况未知,需提供征信报告" in decision.reasons[0].zh


def test_the_loan_that_is_paid_off_frees_its_room():
    """Old loan of 3 m under the national guarantee, 29 m used in all: 4 m are left for the relay that pays it off."""
    loan = replace(LOAN, programme="national-special-guarantee", guaranteed=3_000_000)
    bases = MODEST | {"revenue_0": 1.6e8, "total_assets_0": 1e8, "guaranteed_national_special_guarantee": 2.9e7}
    known = firm(growth_stage=1.0, loans_running=300.0, bases=bases)
    asked = application(product="growth-relay", amount=8_000_000, purpose="equipment")
    offer = decided(asked, known, prior=Prior(relay=loan)).offer
    assert [r.left for r in offer.risk_sharing.rooms if r.programme == "national-special-guarantee"] == [4_000_000]
    assert [(part.instrument, part.amount) for part in offer.split] == [("loan", 6_500_000), ("lease", 1_500_000)]


def test_investors_do_not_lift_a_loan_over_the_minimum():
    """Alone 99,000, cut to 90,000, is below the minimum of 100,000: referred or declined, and investors of 3.2 m change nothing.

    At the best tier 30 % of 300,000 + 15 % would be 103,500, so a person looks; 30 % of 200,000 are too little for anybody.
    """
    small = {"revenue_0": 3e5, "rd_expense_0": 0.0, "total_assets_0": 2e7}
    tiny = decided(application(product="loan-investment"), firm(bases=small | {"revenue_0": 2e5}, **INVESTED))
    assert (tiny.outcome, tiny.investors.backed.outcome, fired(tiny)[0]) == ("decline", "approve", ("products", 3, "too-small-for-product"))
    decision = decided(application(product="loan-investment"), firm(bases=small, **INVESTED))
    assert (decision.outcome, decision.investors.backed.outcome) == ("refer", "approve")
    assert fired(decision)[-1] == ("products", 3, "offer-below-minimum")


def test_other_products_and_firms_without_investors_are_decided_once():
    """Nothing was left out, so there is nothing to compare."""
    assert invested(values=dict.fromkeys(INVESTED, 0.0)).investors is None
    assert decided(known=firm(**INVESTED)).investors is None


def test_common_growth_starts_low_and_ends_where_it_is_worth_the_same():
    """5 m over 48 months at 3.23 %: 2.83 % for a year (-40 bp), 3.03 % for another, then the step that makes up for it.

    The option is 0.5 % of 5 m, 25,000 yuan, until 60 months after signing.
    """
    offer = decided(application(product="common-growth", amount=5_000_000, term_months=48), firm(growth_stage=1.0)).offer
    path = offer.rate_path
    assert offer.rate_bp == 323
    assert [(s.from_month, s.from_on.year, s.rate_bp) for s in path.steps] == [(1, 2026, 283), (13, 2027, 303), (25, 2028, 418)]
    assert abs(Decimal(path.present_value) - Decimal(path.risk_present_value)) < Decimal("0.5")
    assert [t.rates_bp for t in path.triggers] == [(263, 283, 398), (313, 333, 448)]
    assert [(r.id, r.price, r.expires_on) for r in offer.rights] == [
        ("equity-option", 25_000, date(2031, 11, 23)),
        ("settlement-first", 5_000, date(2031, 11, 23)),
    ]
    assert offer.schedule.instalments[0].interest == "11791.67"


def test_a_term_too_short_for_a_path_keeps_the_risk_based_rate():
    """24 months are all early steps; the rights stay."""
    offer = decided(application(product="common-growth", term_months=24), firm(growth_stage=1.0)).offer
    assert (offer.rate_path, len(offer.rights)) == (None, 2)


def test_rights_never_raise_a_score(policy_text):
    """The same case without any right in the policy: score, grade, outcome, limit and rate are the same."""
    from service.domain import load_policy  # noqa: PLC0415 only this test reads a file of its own

    bare = load_policy(policy_text.replace('products = ["common-growth"]\nexpires_after', 'products = ["acquisition"]\nexpires_after'))
    asked = application(product="common-growth", term_months=48)
    first, second = decided(asked, firm(growth_stage=1.0)), decided(asked, firm(growth_stage=1.0), policy=bare)
    assert (first.risk, first.points, first.outcome) == (second.risk, second.points, second.outcome)
    assert first.offer.model_copy(update={"rights": ()}) == second.offer


def test_equipment_is_renewed_with_guarantee_insurance_and_lease():
    """The combination brings a guarantee and a lease: of 5,000,003 yuan 70 % are 3,500,002.1, lent, and 30 % 1,500,000.9, leased.

    The yuan left over goes to the larger remainder, the lease: 3,500,002 + 1,500,001. The loan fits the science guarantee, the bank
    keeps 20 % and the pool pays 25 % of that; payments, rights (0.50 % and 0.10 %) and cover are those of the loan.
    """
    asked = application(product="common-growth", amount=5_000_003, purpose="equipment")
    offer = decided(asked, firm(growth_stage=1.0)).offer
    assert [(part.instrument, part.amount) for part in offer.split] == [("loan", 3_500_002), ("lease", 1_500_001)]
    assert (offer.amount, offer.lent, offer.risk_sharing.covered) == (5_000_003, 3_500_002, 3_500_002)
    assert sum(line.principal for line in offer.schedule.instalments) == 3_500_002
    assert [right.price for right in offer.rights] == [17_500, 3_500]
    assert (offer.combination.id, offer.instruments) == ("equipment-renewal", ("guarantee", "insurance", "lease"))
    assert (offer.collateral.id, offer.risk_sharing.programme.id, offer.risk_sharing.fee_bp) == ("guarantee", "science-guarantee", 100)
    shares = [(s.party, s.share_bp) for s in offer.risk_sharing.shares]
    assert shares == [("bank", 1500), ("guarantor", 8000), ("compensation-pool", 500)]


def test_a_larger_loan_goes_to_the_national_guarantee():
    """6 m are above the science guarantee's 5 m: the little giant's class, 40 % national fund; a first loan: the pool pays 25 %.

    Digitalisation has no lease: the whole amount is lent.
    """
    asked = application(product="common-growth", amount=6_000_000, purpose="digitalisation")
    clean = dict.fromkeys(("loans_repaid", "loans_running", "loans_overdue_2y", "loans_defaulted"), 0.0)
    offer = decided(asked, firm(growth_stage=1.0, specialised_title=1.0, **clean)).offer
    assert [(part.instrument, part.amount) for part in offer.split] == [("loan", 6_000_000)]
    assert [(r.programme, r.why) for r in offer.risk_sharing.refusals] == [("science-guarantee", "above-cap")]
    assert [(s.party, s.share_bp) for s in offer.risk_sharing.shares] == [
        ("bank", 1500),
        ("national-fund", 4000),
        ("provincial-re-guarantee", 2000),
        ("guarantor", 2000),
        ("compensation-pool", 500),
    ]


def test_a_weak_grade_pledges_its_patents_where_the_product_takes_them():
    """Grade 8, T5: set E asks for a pledge; 2 Class I rights are there. Without any, the guarantee is next."""
    asked, weak = application(product="common-growth", term_months=36), FakeBundle(default=0.05)
    assert decided(asked, firm(growth_stage=1.0), bundle=weak).offer.collateral.id == "ip-pledge"
    bare = decided(asked, firm(growth_stage=1.0, class1_rights=0.0), bundle=weak).offer
    assert (bare.collateral.id, bare.monitoring.id, bare.channel.id) == ("guarantee", "monthly", "extended")


def test_a_guarantee_nobody_gives_is_referred(policy_text):
    """Every programme has paid as much as it may: no guarantee, so a person decides."""
    from service.domain import load_policy  # noqa: PLC0415 only this test reads a file of its own

    shut = policy_text.replace('collateral = "guarantee"\nfirm_cap', 'collateral = "guarantee"\ncompensation = "6 %"\nfirm_cap')
    shut = shut.replace('compensation_ceiling = "5 %"\n', "").replace('\nfee = "', '\ncompensation_ceiling = "5 %"\nfee = "')
    asked = application(product="common-growth", purpose="equipment")
    decision = decided(asked, firm(growth_stage=1.0), policy=load_policy(shut))
    assert (decision.outcome, fired(decision)[-1]) == ("refer", ("programmes", None, "guarantee-not-available"))
    assert "it has paid its ceiling of compensation" in decision.reasons[0].en


def test_the_merger_loan_exists_by_the_policy_file_alone():
    """10 m cash flow a year x 60 % x 3 years = 18 m, T5 adds 10 %: 19.8 m; assets bound at 50 % of 30 m: 15 m of 20 m asked."""
    known = firm(growth_stage=2.0, bases={"operating_cash_flow_0": 1e7, "total_assets_0": 3e7})
    decision = decided(application(product="acquisition", amount=20_000_000, term_months=36), known)
    assert (decision.outcome, decision.offer.amount, decision.offer.collateral.id) == ("counter", 15_000_000, "guarantee")
    assert {p.name: p.amount for p in decision.offer.limit_parts}["capacity"] == 19_800_000
    assert decision.reasons[0].code == "LIMIT_ASSET_CAP"
