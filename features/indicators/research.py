"""R&D effort and talent: how much, how lasting, how productive, and whether the books agree with each other."""

from __future__ import annotations

from functools import partial

from features.algebra import Term, column, ratio, when
from features.indicators.amounts import ANNUAL_HORIZON, RD_CAPITAL, STAFF, TECHNICAL, growth, in_10k, latest
from features.indicators.spec import Action, define

__all__ = ["RESEARCH_INDICATORS", "TALENT_INDICATORS"]

research = partial(define, group="research", horizon=ANNUAL_HORIZON)
talent = partial(define, group="talent", horizon=ANNUAL_HORIZON)


def _years_of_research() -> Term:
    years = when(latest("rd_expense") > 0, 1, 0)
    for lag in range(1, 5):
        years = years + when(column(f"rd_expense_{lag}") > 0, 1, 0)
    return when(latest("rd_expense") >= 0, years)


RESEARCH_INDICATORS = (
    research(
        "rd_cost_ratio",
        "研发费用占成本费用的比例",
        "R&D to total cost",
        "ratio",
        ratio(latest("rd_expense"), latest("total_cost")),
        direction=0,
        span=(0, 1),
        says=("研发费用占成本费用总额{value}", "R&D takes {value} of total cost"),
        source="Technology-SME evaluation (科技型中小企业评价), second R&D measure",
        action=Action(step=0.01, zh="提高研发支出占成本费用的比例", en="Raise R&D as a share of cost"),
    ),
    research(
        "rd_intensity_change",
        "研发强度变动",
        "Change of R&D intensity",
        "ratio",
        ratio(latest("rd_expense"), latest("revenue")) - ratio(column("rd_expense_1"), column("revenue_1")),
        direction=0,
        span=(-1, 1),
        says=("研发强度较上年变动{value}", "R&D intensity moved by {value} in a year"),
        source="default; difference of two yearly intensities",
    ),
    research(
        "rd_capital",
        "研发资本存量",
        "R&D capital",
        "10k yuan",
        in_10k(RD_CAPITAL),
        direction=1,
        span=(0, 2_000_000),
        says=("研发资本存量为{value}", "R&D capital stands at {value}"),
        source="Perpetual inventory over five years of R&D expense, 15 % a year; a year without a visible statement adds nothing",
        action=Action(step=50, zh="持续投入研发", en="Keep investing in R&D"),
    ),
    research(
        "rd_capital_turnover",
        "研发资本产出率",
        "High-tech revenue per R&D capital",
        "times",
        ratio(latest("hightech_revenue"), RD_CAPITAL),
        direction=1,
        span=(0, 100),
        says=("单位研发资本产生高新技术收入{value}", "High-tech revenue is {value} the R&D capital"),
        source="default; high-tech product revenue over R&D capital",
    ),
    research(
        "rd_per_technical_staff",
        "人均研发费用",
        "R&D per technical staff",
        "10k yuan",
        in_10k(ratio(latest("rd_expense"), TECHNICAL)),
        direction=0,
        span=(0, 300),
        says=("科技人员人均研发费用为{value}", "R&D expense per member of technical staff is {value}"),
        source="default; far above peers hints at expense booked without the staff to spend it",
    ),
    research(
        "rd_relief_rate",
        "加计扣除与研发费用之比",
        "Tax relief to R&D expense",
        "ratio",
        ratio(latest("rd_tax_relief"), latest("rd_expense")),
        direction=1,
        span=(0, 0.3),
        says=("加计扣除减免额占研发费用{value}", "Tax relief is {value} of the R&D expense reported"),
        source="Consistency: full super-deduction at a 15 to 25 % tax rate gives 0.15 to 0.25 of booked R&D; far less means the tax "
        "authority saw less R&D than the bank",
        action=Action(step=0.02, zh="按规定归集研发费用并申报加计扣除", en="Book R&D by the rules and claim the super-deduction"),
    ),
    research(
        "rd_years",
        "近五年有研发投入的年数",
        "Years with R&D",
        "count",
        _years_of_research(),
        direction=1,
        span=(0, 5),
        says=("近五个会计年度中有研发投入的年度{value}", "Of the last five financial years {value} show R&D expense"),
        source="default; years whose visible statement shows R&D expense above zero",
    ),
    research(
        "inventions_per_million_rd",
        "每百万元研发费用的发明申请量",
        "Inventions per million of R&D",
        "average",
        ratio(column("inventions_filed_3y") * 1_000_000, RD_CAPITAL),
        direction=0,
        span=(0, 50),
        zero_inflated=True,
        says=(
            "每百万元研发资本对应近三年发明申请{value}",
            "Invention applications of three years per million yuan of R&D capital: {value}",
        ),
        source="default; far above peers hints at cheap filings, far below at R&D without results",
    ),
)

TALENT_INDICATORS = (
    talent(
        "staff",
        "职工总数",
        "Staff",
        "persons",
        STAFF,
        direction=1,
        span=(1, 100_000),
        says=("职工总数为{value}", "The firm employs {value}"),
        source="Technology-SME evaluation gate (500 at most); latest visible staff roll",
    ),
    talent(
        "phd_share",
        "博士占比",
        "PhD share",
        "ratio",
        ratio(column("phds_0"), STAFF),
        direction=1,
        span=(0, 1),
        zero_inflated=True,
        says=("博士占职工总数{value}", "Staff with a doctorate make up {value}"),
        source="default; latest visible staff roll",
        action=Action(step=0.01, zh="引进博士", en="Hire staff with a doctorate"),
    ),
    talent(
        "staff_growth",
        "职工人数增长率",
        "Staff growth",
        "ratio",
        growth(STAFF, column("staff_1")),
        direction=0,
        span=(-1, 5),
        says=("职工人数较上年变动{value}", "Staff changed by {value} in a year"),
        source="default; latest period against the one that ended a year before",
    ),
    talent(
        "technical_staff_growth",
        "科技人员增长率",
        "Technical staff growth",
        "ratio",
        growth(TECHNICAL, column("technical_staff_1")),
        direction=1,
        span=(-1, 5),
        says=("科技人员较上年变动{value}", "Technical staff changed by {value} in a year"),
        source="default; latest period against the one that ended a year before",
        action=Action(step=0.05, zh="增聘并稳定科技人员", en="Hire and keep technical staff"),
    ),
    talent(
        "provincial_talents",
        "省级及以上人才数",
        "Provincial talents",
        "persons",
        column("provincial_talents_0"),
        direction=1,
        span=(0, 200),
        zero_inflated=True,
        says=("省级及以上人才{value}", "Provincial or national talents employed: {value}"),
        source="Local points schemes (talent dimension); latest visible staff roll",
    ),
    talent(
        "founder_years",
        "创始人行业年限",
        "Founders' years in the industry",
        "years",
        column("founder_years_0"),
        direction=1,
        span=(0, 60),
        says=("创始人从事本行业{value}", "The founders have been in the industry for {value}"),
        source="Team loans for start-ups look at the founders' record; latest visible staff roll",
    ),
    talent(
        "founder_ventures",
        "创始人既往创业次数",
        "Founders' earlier ventures",
        "count",
        column("founder_ventures_0"),
        direction=0,
        span=(0, 20),
        zero_inflated=True,
        says=("创始人既往创业{value}", "Earlier ventures of the founders: {value}"),
        source="Team loans for start-ups look at the founders' record; latest visible staff roll",
    ),
    talent(
        "insured_share",
        "参保人数占职工比例",
        "Insured staff share",
        "ratio",
        ratio(column("insured_staff_0"), STAFF),
        direction=1,
        span=(0, 1.2),
        says=("参保人数占申报职工总数{value}", "{value} of the staff reported are in social insurance"),
        source="Consistency of reported staff with social insurance",
        action=Action(step=0.05, zh="为全体职工足额参保", en="Insure all staff"),
    ),
    talent(
        "revenue_per_staff",
        "人均营业收入",
        "Revenue per staff",
        "10k yuan",
        in_10k(ratio(latest("revenue"), STAFF)),
        direction=1,
        span=(0, 2_000),
        says=("人均营业收入为{value}", "Revenue per member of staff is {value}"),
        source="default; latest visible statement and staff roll",
    ),
)
