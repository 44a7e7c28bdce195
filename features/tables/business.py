"""What the firm earns, spends and employs: yearly statements, staff, monthly invoices."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from features.tables.columns import MAX_AMOUNT, Clock, count, day, share, yuan
from features.tables.firms import FirmId
from features.tables.row import Row
from features.tables.rules import FirstOfMonth, NotBefore, NotBeforeMonthEnd, NotBeforeYearEnd, Rule, Within

__all__ = ["Financial", "Invoice", "Talent"]


class Financial(Row):
    """A firm-year of its annual statement; a restatement is a further row with a later `known_on`."""

    firm_id: FirmId
    year: int = count("会计年度", "Financial year", unit="year", low=1990, high=2199)
    known_on: date = day("可知日期", "Known on", Clock.KNOWN)
    revenue: int = yuan("营业收入", "Revenue")
    hightech_revenue: int | None = yuan("高新技术产品(服务)收入", "High-tech product revenue", optional=True)
    rd_expense: int | None = yuan("研发费用", "R&D expense", optional=True)
    rd_tax_relief: int | None = yuan("研发费用加计扣除所得税减免额", "Tax relief from R&D super-deduction", optional=True)
    total_cost: int | None = yuan("成本费用总额", "Total cost", optional=True)
    net_profit: int | None = yuan("净利润", "Net profit", low=-MAX_AMOUNT, optional=True)
    total_assets: int | None = yuan("资产总额", "Total assets", optional=True)
    net_assets: int | None = yuan("净资产", "Net assets (equity)", low=-MAX_AMOUNT, optional=True)
    total_debt: int | None = yuan("有息负债", "Interest-bearing debt", optional=True)
    cash: int | None = yuan("货币资金", "Cash", optional=True)
    current_assets: int | None = yuan("流动资产", "Current assets", optional=True)
    current_liabilities: int | None = yuan("流动负债", "Current liabilities", optional=True)
    operating_cash_flow: int | None = yuan("经营活动现金流量净额", "Operating cash flow", low=-MAX_AMOUNT, optional=True)

    rules: ClassVar[tuple[Rule, ...]] = (
        NotBeforeYearEnd("known_on", "year"),
        Within("hightech_revenue", "revenue"),
        Within("net_assets", "total_assets"),
        Within("current_assets", "total_assets"),
        Within("cash", "current_assets"),
        Within("cash", "total_assets"),
    )


class Talent(Row):
    """A firm's people at the end of a period."""

    firm_id: FirmId
    period_end: date = day("期末日期", "Period end", Clock.HAPPENED)
    known_on: date = day("可知日期", "Known on", Clock.KNOWN)
    staff: int = count("职工总数", "Staff", unit="persons")
    technical_staff: int | None = count("科技人员数", "Technical staff", unit="persons", optional=True)
    postgraduates: int | None = count("研究生以上人员数", "Staff with a master's degree or above", unit="persons", optional=True)
    phds: int | None = count("博士人员数", "Staff with a doctorate", unit="persons", optional=True)
    new_graduates: int | None = count("吸纳应届毕业生人数", "New graduates hired in the period's year", unit="persons", optional=True)
    provincial_talents: int | None = count("省级及以上人才数", "Provincial or national talents", unit="persons", optional=True)
    founder_ventures: int | None = count("创始人既往创业次数", "Founders' earlier ventures", unit="count", high=100, optional=True)
    founder_years: int | None = count("创始人行业年限", "Founders' years in the industry", unit="years", high=80, optional=True)
    insured_staff: int | None = count("社保参保人数", "Staff in social insurance", unit="persons", optional=True)

    rules: ClassVar[tuple[Rule, ...]] = (
        NotBefore("known_on", "period_end"),
        Within("technical_staff", "staff"),
        Within("postgraduates", "staff"),
        Within("phds", "staff"),
        Within("phds", "postgraduates"),
    )


class Invoice(Row):
    """A firm-month of VAT invoices."""

    firm_id: FirmId
    month: date = day("月份", "Month (its first day)", Clock.HAPPENED)
    known_on: date = day("可知日期", "Known on", Clock.KNOWN)
    issued_amount: int = yuan("开票金额", "Invoices issued")
    received_amount: int | None = yuan("受票金额", "Invoices received", optional=True)
    voided_share: int | None = share("作废红冲占比", "Share of issued invoices voided or reversed", optional=True)
    buyers: int | None = count("下游客户数", "Buyers", optional=True)
    sellers: int | None = count("上游供应商数", "Sellers", optional=True)
    top2_buyer_share: int | None = share("前两大客户占比", "Share of the two largest buyers", optional=True)

    rules: ClassVar[tuple[Rule, ...]] = (FirstOfMonth("month"), NotBeforeMonthEnd("known_on", "month"))
