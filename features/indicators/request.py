"""The firm's profile, and what it asks for against what it has."""

from __future__ import annotations

from functools import partial

from features.algebra import Term, absent, both, column, either, ratio, when
from features.indicators.amounts import ANNUAL_HORIZON, INVOICE_HORIZON, JULIAN_YEAR, RD_CAPITAL, in_10k, latest
from features.indicators.spec import Action, define
from features.stages import GROWTH, STABLE, STABLE_AGE, STABLE_REVENUE, START_UP, START_UP_AGE, START_UP_REVENUE

__all__ = ["PROFILE_INDICATORS", "REQUEST_INDICATORS"]

profile = partial(define, group="profile")
request = partial(define, group="request")

AGE = (column("as_of") - column("founded_on")) / JULIAN_YEAR
AMOUNT, TERM = column("amount"), column("term_months")
INSTALMENT = ratio(AMOUNT * 12, TERM)
ASK_LESS = Action(step=-10, zh="减少申请金额", en="Ask for less")


def _stage() -> Term:
    revenue = latest("revenue")
    is_stable = either(AGE > STABLE_AGE, revenue >= STABLE_REVENUE)
    is_start_up = both(AGE <= START_UP_AGE, either(absent(revenue), revenue < START_UP_REVENUE))
    return when(is_stable, STABLE, when(is_start_up, START_UP, when(AGE <= STABLE_AGE, GROWTH)))


PROFILE_INDICATORS = (
    profile(
        "growth_stage",
        "成长阶段",
        "Growth stage",
        "stage",
        _stage(),
        direction=0,
        span=(0, 2),
        says=("企业处于{value}", "The firm is in the {value} stage"),
        source="Three stages of the national guide; cut-offs by age and revenue are a default (illustrative)",
    ),
    profile(
        "firm_age_years",
        "企业年龄",
        "Firm age",
        "years",
        AGE,
        direction=1,
        span=(0, 80),
        says=("企业成立{value}", "The firm is {value} old"),
        source="Days since founding over 365.25",
    ),
    profile(
        "registered_capital",
        "注册资本",
        "Registered capital",
        "10k yuan",
        in_10k(column("registered_capital")),
        direction=0,
        span=(0, 1_000_000),
        says=("注册资本为{value}", "Registered capital is {value}"),
        source="Business licence; undeclared direction: it is a promise, not money",
    ),
    profile(
        "paid_in_share",
        "实缴资本占比",
        "Paid-in share",
        "ratio",
        ratio(column("paid_in_capital"), column("registered_capital")),
        direction=1,
        span=(0, 1),
        says=("实缴资本占注册资本{value}", "{value} of the registered capital is paid in"),
        source="Business licence",
        action=Action(step=0.1, zh="按期实缴注册资本", en="Pay in the registered capital"),
    ),
)

REQUEST_INDICATORS = (
    request(
        "loan_amount",
        "申请金额",
        "Amount asked",
        "10k yuan",
        in_10k(AMOUNT),
        direction=0,
        span=(1, 30_000),
        says=("申请金额为{value}", "The amount asked is {value}"),
        source="Application",
        action=ASK_LESS,
    ),
    request(
        "loan_term_months",
        "申请期限",
        "Term asked",
        "months",
        TERM * 1.0,
        direction=0,
        span=(1, 120),
        says=("申请期限为{value}", "The term asked is {value}"),
        source="Application",
        action=Action(step=6, zh="调整申请期限", en="Ask for another term"),
    ),
    request(
        "loan_to_revenue",
        "申请金额占营业收入比",
        "Loan to revenue",
        "ratio",
        ratio(AMOUNT, latest("revenue")),
        direction=-1,
        span=(0, 5),
        horizon=ANNUAL_HORIZON,
        says=("申请金额占年营业收入{value}", "The loan is {value} of a year's revenue"),
        source="default; revenue of the latest visible statement",
        action=Action(step=-0.05, zh="减少申请金额", en="Ask for less"),
    ),
    request(
        "loan_to_invoices",
        "申请金额占近12个月开票比",
        "Loan to invoices",
        "ratio",
        when(column("invoice_months").equals(12), ratio(AMOUNT, column("invoiced"))),
        direction=-1,
        span=(0, 5),
        horizon=INVOICE_HORIZON,
        says=("申请金额占近12个月开票金额{value}", "The loan is {value} of 12 months' invoices"),
        source="default; unknown unless 12 months of invoices are visible",
        action=Action(step=-0.05, zh="减少申请金额", en="Ask for less"),
    ),
    request(
        "rd_capital_to_loan",
        "研发资本与申请金额之比",
        "R&D capital to loan",
        "times",
        ratio(RD_CAPITAL, AMOUNT),
        direction=1,
        span=(0, 100),
        horizon=ANNUAL_HORIZON,
        says=("研发资本存量为申请金额的{value}", "R&D capital is {value} the loan"),
        source="default; R&D capital by perpetual inventory, over the amount so that none at all is zero and not unknown",
        action=Action(step=0.1, zh="减少申请金额", en="Ask for less"),
    ),
    request(
        "cash_to_loan",
        "货币资金与申请金额之比",
        "Cash to loan",
        "times",
        ratio(latest("cash"), AMOUNT),
        direction=1,
        span=(0, 100),
        horizon=ANNUAL_HORIZON,
        says=("货币资金为申请金额的{value}", "Cash held is {value} the loan"),
        source="default; over the amount so that no cash is zero and not unknown",
        action=Action(step=0.1, zh="减少申请金额", en="Ask for less"),
    ),
    request(
        "debt_after_loan",
        "用信后有息负债率",
        "Debt to assets after the loan",
        "ratio",
        ratio(latest("total_debt") + AMOUNT, latest("total_assets") + AMOUNT),
        direction=-1,
        span=(0, 2),
        horizon=ANNUAL_HORIZON,
        says=("用信后有息负债占总资产{value}", "With the loan, debt is {value} of assets"),
        source="default; the loan adds to both debt and assets",
        action=Action(step=-0.05, zh="减少申请金额", en="Ask for less"),
    ),
    request(
        "instalment_to_revenue",
        "年还本占营业收入比",
        "Yearly instalment to revenue",
        "ratio",
        ratio(INSTALMENT, latest("revenue")),
        direction=-1,
        span=(0, 5),
        horizon=ANNUAL_HORIZON,
        says=("按等额还本,年还本占营业收入{value}", "Repaid evenly, a year's principal is {value} of revenue"),
        source="default; amount x 12 / term over the latest revenue",
        action=Action(step=-0.05, zh="减少申请金额或延长期限", en="Ask for less or for longer"),
    ),
    request(
        "cash_flow_to_instalment",
        "经营现金流偿还本金倍数",
        "Operating cash flow to yearly instalment",
        "times",
        ratio(latest("operating_cash_flow"), INSTALMENT),
        direction=1,
        span=(-50, 50),
        horizon=ANNUAL_HORIZON,
        says=("按等额还本,经营现金流净额为年还本的{value}", "Repaid evenly, operating cash flow is {value} a year's principal"),
        source="Debt service coverage, principal only; negative where operating cash flow is",
        action=Action(step=0.1, zh="减少申请金额或延长期限", en="Ask for less or for longer"),
    ),
)
