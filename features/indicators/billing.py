"""VAT invoices: the monthly pulse between two statements."""

from __future__ import annotations

from functools import partial

from features.algebra import both, column, ratio, when
from features.indicators.amounts import INVOICE_HORIZON, growth, in_10k, latest
from features.indicators.spec import Action, define

__all__ = ["INVOICE_INDICATORS"]

invoices = partial(define, group="invoices", horizon=INVOICE_HORIZON)
invoiced, months = column("invoiced"), column("invoice_months")
full_year = months.equals(12)
two_full_years = both(full_year, column("invoice_months_before").equals(12))
with_quarter = both(full_year, column("invoice_months_quarter").equals(3))

INVOICE_INDICATORS = (
    invoices(
        "invoiced_12m",
        "近12个月开票金额",
        "Invoices issued in 12 months",
        "10k yuan",
        when(full_year, in_10k(invoiced)),
        direction=1,
        span=(0, 10_000_000),
        says=("近12个月开票金额为{value}", "Invoices of 12 months come to {value}"),
        source="The 12 months that end with the latest visible one; unknown unless all 12 are visible",
    ),
    invoices(
        "invoice_growth",
        "开票金额同比增长率",
        "Invoice growth",
        "ratio",
        when(two_full_years, growth(invoiced, column("invoiced_before"))),
        direction=1,
        span=(-1, 10),
        says=("近12个月开票金额同比变动{value}", "Invoices of 12 months changed by {value} in a year"),
        source="12 months against the 12 before; unknown unless all 24 are visible",
    ),
    invoices(
        "invoice_momentum",
        "近季度开票动能",
        "Invoice momentum",
        "times",
        when(with_quarter, ratio(column("invoiced_quarter") * 4, invoiced)),
        direction=1,
        span=(0, 4),
        says=("近三个月开票年化为近12个月的{value}", "The last quarter's invoices run at {value} the year's pace"),
        source="default; four times the last three months over 12 months",
    ),
    invoices(
        "invoice_volatility",
        "开票波动率",
        "Invoice volatility",
        "ratio",
        when(full_year, ratio(column("invoice_distance"), months * invoiced)),
        direction=-1,
        span=(0, 2),
        says=("月度开票金额平均偏离均值{value}", "Monthly invoices lie {value} off their mean on average"),
        source="Mean absolute deviation of 12 months over their mean; exact from whole numbers",
    ),
    invoices(
        "invoice_active_share",
        "有开票月份占比",
        "Months with invoices",
        "ratio",
        ratio(column("invoice_months_active"), months),
        direction=1,
        span=(0, 1),
        says=("近12个月中有开票的月份占{value}", "The firm issued invoices in {value} of the months"),
        source="default; among the visible months of the last 12",
    ),
    invoices(
        "voided_share",
        "作废红冲占比",
        "Voided invoices",
        "ratio",
        ratio(column("voided"), column("voided_base")) / 10_000,
        direction=-1,
        span=(0, 1),
        says=("近12个月作废红冲发票占开票金额{value}", "Invoices voided or reversed make up {value}"),
        source="Share by amount over the visible months of the last 12 in which it is known",
        action=Action(step=-0.01, zh="规范开票,减少作废与红冲", en="Void and reverse fewer invoices"),
    ),
    invoices(
        "buyer_concentration",
        "前两大客户占比",
        "Share of the two largest buyers",
        "ratio",
        ratio(column("top2"), column("top2_base")) / 10_000,
        direction=-1,
        span=(0, 1),
        says=("前两大客户占开票金额{value}", "The two largest buyers take {value} of invoices"),
        source="Share by amount over the visible months of the last 12 in which it is known",
        action=Action(step=-0.05, zh="拓展新客户,降低客户集中度", en="Win further buyers"),
    ),
    invoices(
        "buyers_per_month",
        "月均下游客户数",
        "Buyers per month",
        "average",
        ratio(column("buyers"), column("buyer_months")),
        direction=1,
        span=(0, 2_000),
        says=("月均下游客户{value}", "Buyers invoiced in a month, on average: {value}"),
        source="default; over the visible months of the last 12 in which it is known",
    ),
    invoices(
        "input_output_ratio",
        "进销比",
        "Purchases to sales",
        "ratio",
        ratio(column("received"), column("received_base")),
        direction=0,
        span=(0, 5),
        says=("近12个月受票金额为开票金额的{value}", "Invoices received are {value} of those issued"),
        source="default; far above one hints at stock building or at purchases without sales",
    ),
    invoices(
        "invoices_to_revenue",
        "开票与报表收入之比",
        "Invoices to reported revenue",
        "ratio",
        when(full_year, ratio(invoiced, latest("revenue"))),
        direction=0,
        span=(0, 5),
        says=("近12个月开票金额为报表营业收入的{value}", "Invoices of 12 months are {value} of the revenue reported"),
        source="Consistency of the statement with tax invoices; the periods overlap only in part",
    ),
)
