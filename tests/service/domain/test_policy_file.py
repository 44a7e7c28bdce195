"""A policy file is checked in every part, and every fault says file, table, row, value, rule and remedy."""
# ruff: noqa: E501 - one mistake and what is said about it stand on one line

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import PolicyError, load_policy, shipped_policies, shipped_policy
from service.domain.policy import policy_page
from service.domain.policy.quantities import Part, Share, percent_text


class Holder(Part):
    """A part with one share."""

    share: Share


def faults(text: str) -> list[str]:
    with pytest.raises(PolicyError) as raised:
        load_policy(text, source="bank.toml")
    assert all(line.startswith("bank.toml: ") for line in str(raised.value).splitlines())
    return [str(fault) for fault in raised.value.faults]


def test_every_shipped_policy_loads():
    """And says that it is illustrative."""
    assert shipped_policies() == ("technology-2026-11",)
    assert {shipped_policy(name).status for name in shipped_policies()} == {"illustrative"}


def test_the_master_scale_is_that_of_the_facts():
    """Ten grades by their upper bounds in per cent, and the default grade."""
    bounds = [grade.pd_up_to / 1000 for grade in shipped_policy().grades]
    assert bounds == [0.10, 0.20, 0.40, 0.75, 1.3, 2.2, 3.8, 6.5, 11, 20, 100]


def test_caps_and_terms_are_those_of_the_facts():
    """Startup credit 10 m and 36 months, relay and loan-investment 30 m, common growth 50 m and 60 months."""
    caps = {p.product.value: (p.max_amount, p.max_term_months) for p in shipped_policy().products}
    assert caps == {
        "startup-credit": (10_000_000, 36),
        "growth-relay": (30_000_000, 36),
        "loan-investment": (30_000_000, 36),
        "common-growth": (50_000_000, 60),
        "acquisition": (40_000_000, 60),
    }


def test_the_hash_ignores_layout_and_sees_every_value(policy_text):
    """Comments and spelling of numbers do not count; one basis point does."""
    policy = load_policy(policy_text)
    assert (
        load_policy("# another comment\n" + policy_text.replace('"6.50 %"', '"6.5 %"').replace("value = 0.5\n", "value = 0.50\n")).hash
        == policy.hash
    )
    assert load_policy(policy_text.replace('margin = "0.30 %"', 'margin = "0.31 %"')).hash != policy.hash
    assert load_policy(policy_text.replace('limit =  "60 %"', 'limit =  "59 %"')).hash != policy.hash


def test_an_unknown_policy_is_refused_with_the_known_names():
    """A typing error in a setting is told."""
    with pytest.raises(PolicyError, match="name one of technology-2026-11"):
        shipped_policy("technology-2062-11")


def test_broken_toml_is_told_with_its_line():
    """The parser's place is passed on."""
    (fault,) = faults("name = \nstatus = 1")
    assert "line 1" in fault


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "technology-2026-11"\n', "", "the file, name = nothing: is required; add it"),
        ("validity_days = 30", "validity_days = 0", "the file, validity_days = 0: Input should be greater than or equal to 1"),
        ("validity_days = 30", "validity_dayz = 30", "the file, validity_dayz = 30: is not a key of a policy; correct its spelling"),
        ('status = "illustrative"', 'status = "fine"', "the file, status = 'fine': Input should be 'illustrative' or 'approved'"),
        ('tiers = ["T1-T10"]', 'tiers = "T1"', "the file, tiers = 'T1': must list tiers; write them as in"),
        ('tiers = ["T1-T10"]', 'tiers = ["T9-T2"]', "is a range of tiers that runs backwards"),
        ('tiers = ["T1-T10"]', 'tiers = ["T1-T10", "T3"]', "tiers row 11, tier = T3: stands in an earlier row"),
        ('product = "growth-relay", ', 'product = "gold", ', "products row 2, product = 'gold'"),
        ('product = "growth-relay", ', 'product = "common-growth", ', "products row 4, product = common-growth: stands in an earlier row"),
        ('stages = ["growth"],  ', 'stages = ["old"],  ', "products row 2, stages.0 = 'old': Input should be 'start-up', 'growth' or 'stable'"),
        ("min_amount = 1_000_000", "min_amount = 60_000_000", "products row 4, min_amount = 60000000: is above max_amount 50000000"),
        ("max_amount = 50_000_000", "max_amount = 50000000.5", "products row 4, max_amount = 50000000.5"),
        ('missing = "refer", max_age_days = 460', 'missing = "shrug", max_age_days = 460', "evidence row 1, missing = 'shrug'"),
        ('table = "talent", ', 'table = "people", ', "evidence row 2, table = people: is not an evidence table; name one of firms"),
        ('table = "talent", ', 'table = "conduct", ', "evidence row 2, max_age_days = 460: does not apply: a register of events"),
        ('table = "talent", ', 'table = "invoices", ', "evidence row 3, table = invoices: stands in an earlier row"),
        ('indicators = "60 %"', 'indicators = "160 %"', "coverage, indicators = '160 %': must be a percentage from 0 % to 100 %"),
        ('indicators = "60 %"', "indicators = 60", "coverage, indicators = 60: must be a percentage"),
        ('indicators = "60 %"', 'indicators = "sixty %"', "write it in quotes with the sign, as in '60 %'"),
        ('indicators = "60 %"', 'indicators = "inf %"', "must be a percentage"),
        ('indicators = "60 %"', 'indicators = "60.001 %"', "with at most 2 decimals"),
        ('pd_up_to = "0.20 %"', 'pd_up_to = "0.10 %"', "grades row 2, pd_up_to = 0.1 %: is not above the row before"),
        ('pd_up_to =  "100 %"', 'pd_up_to =  "99 %"', "grades row 11, pd_up_to = 99 %: leaves a gap; end with '100 %'"),
        ("{ grade =  2, pd_up_to", "{ grade =  3, pd_up_to", "grades row 2, grade = 3: must be 2; number the grades from 1"),
        (' 9, pd_up_to =   "11 %" }', ' 9, pd_up_to =   "11 %", rate = "3 %" }', "grades row 9, rate = '3 %': is not a key of a policy"),
        ("{ grade =  5, T1-T3", "{ grade =  6, T1-T3", "grid row 5, grade = 6: must be 5; write one row for each grade"),
        ('{ grade = 11, T1-T3 = "X"', '{ grade = 11, T1-T2 = "X"', "grid row 11, T3 = nothing: has no cell"),
        ('{ grade = 11, T1-T3 = "X"', '{ grade = 11, T1-T4 = "X"', "has two cells for T4; let each tier stand in one column"),
        ('{ grade = 11, T1-T3 = "X"', '{ grade = 11, T99 = "R", T1-T3 = "X"', "grid row 11, T99 = R: is not a tier of this policy"),
        ('{ grade = 11, T1-T3 = "X"', '{ grade = 11, T1-T3 = "A"', "grid row 11, T1 = A: lends where default may be certain"),
        ("{ grade = 11, T1-T3 =", "{ T1-T3 =", "grid row 11, grade = nothing: is required"),
        ("{ grade = 11, T1-T3 =", "3, { grade = 11, T1-T3 =", "grid row 11, row = 3: Input should be a valid dictionary"),
        ('8, T1-T3 = "D", T4-T5 = "E"', '8, T1-T3 = "D", T4-T5 = 60', "grid row 8, T4 = 60: must be the name of a set of levers"),
        ('8, T1-T3 = "D", T4-T5 = "E"', '8, T1-T3 = "D", T4-T5 = "Q"', "grid row 8, T4 = Q: is not a set of levers; name one of A, B"),
        ('8, T1-T3 = "D", T4-T5 = "E"', '8, T1-T3 = "D", T4-T5 = "B"', "grid row 8, T4 = B: improves on a safer grade"),
        ('8, T1-T3 = "D", T4-T5 = "E"', '8, T1-T3 = "D", T4-T5 = "C"', "grid row 8, T4 = C: improves on a better tier; lower it, or raise T3"),
        ('set = "B", access = "approve", limit = "100 %"', 'set = "B", access = "approve", limit = "0 %"', "levers row 2, row = "),
        ('set = "B", access = "approve", limit = "100 %", ', 'set = "B", access = "approve", ', "limit is missing or zero; set all seven"),
        ('set = "R", access = "refer"', 'set = "R", access = "refer", margin = "1 %"', "does not lend, so margin has no effect; leave it out"),
        ('set = "R", access = "refer" },', 'set = "R", access = "refer" },\n  { set = "S", access = "refer" },', "levers row 7, set = S: cannot be reached: no cell of the grid names it"),
        ('margin = "0.60 %"', 'margin = "0.40 %"', "levers row 3, margin = 0.4 %: is better than in set B, which stands above"),
        ('limit =  "60 %"', 'limit =  "90 %"', "levers row 5, limit = 90 %: is better than in set D"),
        ('speed = "extended", margin', 'speed = "express", margin', "levers row 5, speed = express: is better than in set D"),
        ('speed = "extended", margin', 'speed = "warp", margin', "levers row 5, speed = warp: is not defined; name one of express, standard, extended"),
        ('collateral = "ip-pledge", allocation', 'collateral = "gold", allocation', "levers row 5, collateral = gold: is not defined"),
        ('control = "monthly" },\n  { set = "R"', 'control = "half-yearly" },\n  { set = "R"', "levers row 5, control = half-yearly: is better than in set D"),
        ('set = "D", access = "approve", limit =  "80 %", speed = "standard", margin = "0.85 %", collateral = "none",      allocation = "general",  control = "quarterly" }', 'set = "D", access = "refer" }', "levers row 5, access = approve: is better than refer in the row before"),
        ('collateral = ["none"] }', 'collateral = ["gold"] }', "products row 1, collateral = gold: is not defined"),
        ('indicator = "class1_rights", operator = ">=", value = 1, zh = "知识', 'indicator = "class1_rights", zh = "知识', "has half a condition; write indicator, operator and value"),
        ('multiplier = "110 %"', 'multiplier = "120 %"', "innovation row 2, multiplier = 120 %: earns more than the row before"),
        ('tiers = ["T8-T10"], multiplier = "100 %"', 'tiers = ["T8-T10"], multiplier = "90 %"', "innovation row 4, multiplier = 90 %: is below 100 %"),
        ('tiers = ["T8-T10"]', 'tiers = ["T8-T9"]', "innovation, tiers = T10: is in 0 rows; name each tier in exactly one row"),
        ('tiers = ["T8-T10"]', 'tiers = ["T7-T10"]', "innovation, tiers = T7: is in 2 rows"),
        ("from_grade = 1, to_grade = 4", "from_grade = 4, to_grade = 1", "disagreements row 2, from_grade = 4 to 1: is not a span of grades"),
        ("from_grade = 9, to_grade = 11", "from_grade = 9, to_grade = 12", "disagreements row 1, from_grade = 9 to 12: is not a span"),
        ("from_grade = 9, to_grade = 11", "from_grade = 7, to_grade = 8", "grid row 7, T4 = C: improves on a better tier"),
        ('tiers = ["T10"], from', 'tiers = ["T11"], from', "disagreements row 2, tiers = T11: is not a tier of this policy; the tiers are T1"),
        ("up_to_amount = 10_000_000", "up_to_amount = 2_000_000", "authorities row 2, up_to_amount = 2000000: cannot be reached"),
        (", up_to_amount = 3_000_000", "", "authorities row 2, up_to_amount = 10000000: cannot be reached"),
        ("up_to_amount = 10_000_000", "up_to_amount = 50_000_000", "authorities row 3, up_to_amount = 50000000: cannot be reached"),
        ('name = "cash_cap"', 'name = "asked"', "capacities row 3, name = asked: is a part every limit has; choose another name"),
        ('name = "rd_capacity",        products = ["startup-credit"]', 'name = "revenue_capacity",   products = ["startup-credit"]', "capacities, name = startup-credit: has two capacities of one name"),
        ('products = ["startup-credit"],  measure = "cash"', 'products = ["growth-relay"],  measure = "gold"', "capacities row 3, measure = 'gold'"),
        ('[investors]\nproducts = ["loan-investment"]', "", "capacities row 6, measure = venture_capital: lends on investors to products that are not judged without them"),
        ('{ up_to_months = 36, rate = "1.90 %" }', '{ up_to_months = 9, rate = "1.90 %" }', "funding row 2, up_to_months = 9: cannot be reached"),
        ('  { rate = "2.05 %" },\n', "", "funding row 2, up_to_months = 36: leaves a gap: longer terms have no row"),
        ('  { rate = "2.05 %" },\n', '  { rate = "12 %" },\n', "funding row 3, rate = 12 %: is above the hurdle of capital"),
        ('hazards = ["100 %"]', 'hazards = ["90 %"]', "price, hazards = 90 %: must begin with 100 %"),
        ('  { repayment = "annuity" },\n', "", "repayments, up_to_months = 37: no row repays common-growth"),
        ('{ up_to_months = 12, repayment = "bullet" }', '{ repayment = "bullet" }', "repayments row 2, up_to_months = 36: cannot be reached"),
        ('repayment = "bullet"', 'repayment = "balloon"', "repayments row 1, repayment = 'balloon'"),
        ('firm_cap = 5_000_000\nfee = "1 %"', 'firm_cap = 5_000_000\nfee = "1"', "programmes row 1, fee = '1'"),
        ('guarantor = "80 %"', 'guarantor = "70 %"', "programmes row 1, classes.0.shares = {'bank': '20 %', 'guarantor': '70 %'}: sums to 90 %"),
        ('shares = { bank = "20 %", guarantor = "80 %" }', 'shares = { guarantor = "100 %" }', "leaves the bank out; write what the bank carries"),
        ('shares = { bank = "20 %", guarantor = "80 %" }', 'shares = { bank = "20 %", uncle = "80 %" }', "programmes row 1, shares = uncle: is not a party; name bank, guarantor"),
        ('any = [{ indicator = "specialised_title", operator = ">=", value = 1 }], shares', "shares", "programmes row 2, classes = 1: takes every firm, so later classes cannot be reached"),
        ('ip_collateral = "ip-pledge"', 'ip_collateral = "gold"', "pool, ip_collateral = gold: is not defined"),
        ('measure = "operating_cash_flow", share = "60 %", role = "base"', 'measure = "operating_cash_flow", share = "60 %", role = "bound"', "products row 5, product = acquisition: has no base in `capacities`"),
        ('collateral = "guarantee"\nfirm_cap = 5_000_000', 'collateral = "gold"\nfirm_cap = 5_000_000', "programmes row 1, collateral = gold: is not defined"),
        ('instruments = ["guarantee", "insurance"], collateral = "guarantee"', 'instruments = ["guarantee", "insurance"], collateral = "gold"', "combinations row 2, collateral = gold: is not defined"),
        ('purposes = ["digitalisation"]', 'purposes = ["equipment"]', "combinations row 2, id = digitalisation: cannot be reached: earlier rows take its purposes"),
        ('{ months = 12, discount = "0.20 %" }', '{ months = 12, discount = "0.60 %" }', "paths row 1, discount = a later step is cheaper: must begin low and rise"),
        ('{ months = 12, discount = "0.20 %" }', '{ months = 48, discount = "0.20 %" }', "paths row 1, months = 60: leaves no month for the last step of common-growth"),
        ('lowers = "0.20 %"', 'lowers = "0 %"', "must raise or lower the rate; write raises or lowers, one of them above 0 %"),
        ('split = { loan = "70 %", lease = "30 %" }, ', "", "combinations row 1, row = "),
        ('split = { loan = "70 %", lease = "30 %" }', 'split = { loan = "70 %", lease = "20 %" }', "has a split of 90 %; let loan and lease make 100 %"),
        ('split = { loan = "70 %", lease = "30 %" }', 'split = { loan = "0 %", lease = "100 %" }', "has a split with nothing for the loan or the lease"),
        ('instruments = ["guarantee", "insurance"], ', 'instruments = ["guarantee"], split = { loan = "50 %", lease = "50 %" }, ', "combinations row 2, row = "),
        ('programme = "anhui-4321"', 'programme = "anhui-4322"', "programmes row 3, programme = anhui-4322: is not a programme that loans on record can name"),
        ("firm_cap = 30_000_000", "firm_cap = 30_000_001", "programmes row 2, firm_cap = 30,000,001: is above the published 30,000,000 yuan of 科技创新专项担保计划"),
        ("firm_cap = 20_000_000", "firm_cap = 20_000_001", "programmes row 3, firm_cap = 20,000,001: is above the published 20,000,000 yuan"),
        ("firm_cap = 5_000_000", "firm_cap = 6_000_000", "programmes row 1, firm_cap = 6,000,000: is above the published 5,000,000 yuan of 安徽科技担"),
        ('fee = "0.80 %"', 'fee = "1 %"', "programmes row 2, fee = 1 %: is not below the published 1 % of 科技创新专项担保计划; lower it"),
        ('firm_cap = 20_000_000\nfee = "1 %"', 'firm_cap = 20_000_000\nfee = "1.01 %"', "programmes row 3, fee = 1.01 %: is not at most the published 1 %"),
        ('compensation_ceiling = "5 %"\n', "", "programmes row 2, compensation_ceiling = nothing: is not within the published ceiling of 5 %"),
        ('compensation_ceiling = "5 %"', 'compensation_ceiling = "6 %"', "write compensation_ceiling = '5 %' or less"),
        ('national-fund = "40 %", provincial-re-guarantee = "20 %", guarantor = "20 %"', 'national-fund = "41 %", provincial-re-guarantee = "20 %", guarantor = "19 %"', "programmes row 2, classes.1.national-fund = 41 %: is above the published most of 40 % for this class"),
        ('national-fund = "35 %", provincial-re-guarantee = "20 %", guarantor = "25 %"', 'national-fund = "36 %", provincial-re-guarantee = "20 %", guarantor = "24 %"', "classes.2.national-fund = 36 %: is above the published most of 35 %"),
        ('national-fund = "30 %", provincial-re-guarantee = "20 %", guarantor = "30 %"', 'national-fund = "31 %", provincial-re-guarantee = "20 %", guarantor = "29 %"', "classes.3.national-fund = 31 %: is above the published most of 30 %"),
        ('national-fund = "30 %", provincial-re-guarantee = "20 %"', 'national-fund = "30 %", provincial-re-guarantee = "19 %", government = "1 %"', "classes.3.provincial-re-guarantee = 19 %: is below the published least of 20 %"),
        ('{ bank = "20 %", national-fund = "30 %", provincial-re-guarantee = "20 %", guarantor = "30 %" }', '{ bank = "19 %", national-fund = "30 %", provincial-re-guarantee = "20 %", guarantor = "31 %" }', "classes.3.shares = 81 %: is what guarantors carry together, above the published most of 80 %"),
        ('guarantor = "40 %", provincial-guarantee = "30 %", government = "10 %"', 'guarantor = "30 %", provincial-guarantee = "40 %", government = "10 %"', "programmes row 3, classes.1.guarantor = 30 %: is not the published 40 %"),
        ('"high_tech_certificate_age", operator = "<=", value = 4', '"high_tech_certificate_age", operator = "<=", value = 5', "programmes row 1, classes.1.any = high_tech_certificate_age <= 5: takes firms that 安徽科技担 does not; write only"),
        ('direct = "30 %"', 'direct = "31 %"', "pool, direct = 31 %: is above the published 30 % of 安徽科技信贷风险补偿; lower it, or give the pool another name"),
        ('public_cap = "80 %"', 'public_cap = "90 %"', "pool, public_cap = 90 %: is above the published 80 %"),
        ('takes_over = "startup-credit"', 'takes_over = "gold"', "relay, takes_over = 'gold'"),
        ('[relay]\nproducts = ["growth-relay"]', '[relay]\nproducts = ["common-growth"]', "gates row 4, fact = relay-loan: is known only of products in `relay`"),
        ('any = [{ fact = "relay-loan" }]', 'any = [{ fact = "horoscope" }]', "gates row 4, any.0.fact = 'horoscope'"),
        ('any = [{ fact = "relay-loan" }]', 'any = [{ indicator = "revenue" }]', "gates row 4, any.0 = {'indicator': 'revenue'}: must be a fact, or an indicator with operator and value"),
        ('any = [{ fact = "relay-loan" }]', "any = []", "gates row 4, any = []: "),
        ('indicator = "arrears_open"', 'indicator = "arrears"', "knock_outs row 2, indicator = arrears: is not in the catalogue"),
        ('indicator = "arrears_open"\noperator = ">="\nvalue = 1\n', 'indicator = "arrears_open"\noperator = ">="\nvalue = 21\n', "knock_outs row 2, value = 21: lies outside the range 0 to 20 of arrears_open"),
        ("value = 0.5\n", "value = true\n", "referrals row 3, value = True"),
        ("value = 0.5\n", "value = nan\n", "referrals row 3, value = NaN"),
        ('id = "tax-arrears-open"', 'id = "public-listing-open"', "knock_outs row 2, id = public-listing-open: stands in an earlier row"),
        ("有未结清的欠税记录{value}", "有未结清的欠税记录{worth}", "knock_outs row 2, zh = 有未结清的欠税记录{worth}: has a placeholder other than {value}"),
    ],
)  # fmt: skip
def test_a_wrong_policy_is_refused_with_place_and_remedy(policy_text, old, new, said):
    """Each kind of mistake a bank employee can make."""
    assert policy_text.count(old) == 1, f"the shipped policy has {old!r} {policy_text.count(old)} times"
    found = faults(policy_text.replace(old, new))
    assert any(said in fault for fault in found), found


def test_a_missing_row_of_the_outcome_table_is_told(policy_text):
    """Ten rows for eleven grades."""
    short = "\n".join(line for line in policy_text.splitlines() if not line.startswith("  { grade = 11, T1"))
    assert any("must have one row for each of the 11 grades" in fault for fault in faults(short))


def test_every_fault_of_a_file_is_told_at_once(policy_text):
    """Two mistakes, two faults."""
    assert len(faults(policy_text.replace('"0.45 %"', '"0.45"').replace("validity_days = 30", "validity_days = 999"))) == 2


@given(st.integers(0, 10_000))
def test_percentages_are_read_and_written_exactly(basis_points):
    """No float stands between the file and the decision."""
    assert Holder(share=percent_text(basis_points)).share == basis_points


def test_docs_policy_md_is_written_from_the_shipped_policy(request):
    """`jifen docs` writes it; a stale page fails here."""
    page = request.config.rootpath / "docs" / "policy.md"
    assert page.read_text(encoding="utf-8") == policy_page(shipped_policy())


def test_the_page_names_every_value_of_the_policy():
    """Products, rules, bounds, sets of levers and reasons all stand in it."""
    page, policy = policy_page(shipped_policy()), shipped_policy()
    said = [policy.hash, *(p.product.zh for p in policy.products), *(r.zh for r in (*policy.knock_outs, *policy.referrals))]
    said += [percent_text(g.pd_up_to, 1000) for g in policy.grades] + [a.zh for a in policy.authorities] + [c.en for c in policy.speeds]
    said += [row.zh for row in (*policy.gates, *policy.capacities, *policy.collaterals, *policy.programmes, *policy.combinations)]
    assert [text for text in said if text not in page] == []
    assert "| 8 | D | E | E | R | X |" in page
