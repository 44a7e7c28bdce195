"""What a firm can do about an indicator, as entries in its books: one act moves every figure that it would really move.

An act is stated per unit of effort over the measures behind the indicators. Raising equity adds the same yuan to cash, current
assets, total assets and net assets; spending it on R&D takes it from there again. So an indicator never moves against the
figures it is made of, and what helps one indicator may hurt another.

What is approximated, and on the safe side unless said: no act earns anything within the horizon (new staff add cost later, and
research no revenue); a loan is repaid in parts although its register counts whole loans; an application counts as published at
once, which takes up to 18 months; the amount of a record stays open when the record is settled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from features.measures import STOCK_UNIT

__all__ = ["ACTS", "ORDERED", "SIGNED", "YUAN", "Act"]

YUAN = 10_000
"""Money moves in steps of 10,000 yuan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Measures that move together: `entries` for each unit of effort, `once` for the whole act; `stamps` become the as-of day."""

    entries: Mapping[str, int]
    once: Mapping[str, int] = field(default_factory=dict)
    stamps: tuple[str, ...] = ()


def _money(**entries: int) -> dict[str, int]:
    return {name: YUAN * sign for name, sign in entries.items()}


PAID_IN = _money(cash_0=1, current_assets_0=1, total_assets_0=1, net_assets_0=1)
PAID_OUT = _money(cash_0=-1, current_assets_0=-1, total_assets_0=-1)
RESEARCH = Act(
    entries=PAID_OUT | _money(net_assets_0=-1, rd_expense_0=1, total_cost_0=1, net_profit_0=-1, operating_cash_flow_0=-1),
)
RELIEF = Act(entries=_money(rd_tax_relief_0=1))
HIGH_TECH_SALES = Act(entries=_money(hightech_revenue_0=1))
COLLECTING = Act(entries=_money(cash_0=1))
REPAID = PAID_OUT | _money(total_debt_0=-1)
HIRED = {"staff_0": 1, "insured_staff_0": 1}
TECHNICIAN = Act(entries=HIRED | {"technical_staff_0": 1})
POSTGRADUATE = HIRED | {"technical_staff_0": 1, "postgraduates_0": 1}
FILED = {"filed_3y": 1, "filed_1y": 1, "relevance_known": 1, "relevance_main": 1}
REGISTERED = {"rights_alive": 1, "rights_ever": 1}
INVENTION = Act(entries=FILED | {"inventions_filed_3y": 1, "patent_stock": STOCK_UNIT}, stamps=("last_filed_on",))
SOFTWARE = Act(
    entries=FILED | REGISTERED | {"class2_rights": 1, "software_rights": 1, "class2_filed_3y": 1},
    stamps=("last_filed_on",),
)
SETTLED = {"open_records": -1, "cleared_records": 1}

ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "rd_expense": RESEARCH,
        "rd_expense_growth": RESEARCH,
        "rd_intensity": RESEARCH,
        "rd_cost_ratio": RESEARCH,
        "rd_capital": RESEARCH,
        "rd_tax_relief": RELIEF,
        "rd_relief_rate": RELIEF,
        "hightech_revenue": HIGH_TECH_SALES,
        "hightech_share": HIGH_TECH_SALES,
        "cash_ratio": COLLECTING,
        "cash_cover_months": COLLECTING,
        "current_ratio": Act(entries=_money(current_liabilities_0=-1)),
        "debt_to_assets": Act(entries=REPAID),
        "loans_running": Act(entries=REPAID | _money(loans_running=-1)),
        "equity_ratio": Act(entries=PAID_IN),
        "paid_in_share": Act(entries=PAID_IN | _money(paid_in_capital=1)),
        "venture_capital": Act(entries=PAID_IN | _money(raised_2y=1), once={"rounds": 1}, stamps=("last_round_on",)),
        "tech_staff_share": TECHNICIAN,
        "technical_staff_growth": TECHNICIAN,
        "postgraduate_share": Act(entries=POSTGRADUATE),
        "phd_share": Act(entries=POSTGRADUATE | {"phds_0": 1}),
        "graduates_hired": Act(entries=HIRED | {"new_graduates_0": 1}),
        "insured_share": Act(entries={"insured_staff_0": 1}),
        "invention_applications": INVENTION,
        "patent_stock": INVENTION,
        "class2_filing_share": INVENTION,
        "pct_applications": Act(entries=FILED | {"pct_filed_3y": 1, "patent_stock": STOCK_UNIT}, stamps=("last_filed_on",)),
        "class1_rights": Act(entries=REGISTERED | {"class1_rights": 1}),
        "class2_rights": SOFTWARE,
        "software_rights": SOFTWARE,
        "tech_contract_value": Act(entries=_money(sold_1y=1), once={"sales_3y": 1}),
        "technology_sales": Act(entries={"sales_3y": 1, "sold_1y": 10 * YUAN}),
        "provincial_platforms": Act(entries={"platforms_2y": 1, "platforms_ever": 1}),
        "provincial_projects": Act(entries={"projects_2y": 1}),
        "high_tech_certificate": Act(entries={"titles_valid": 1, "high_tech_valid": 1}),
        "specialised_title": Act(entries={"titles_valid": 1, "specialised_valid": 1}),
        "voided_share": Act(entries={"voided": -YUAN}),
        "buyer_concentration": Act(entries={"top2": -YUAN}),
        "open_records": Act(entries=SETTLED),
        "listings_open": Act(entries=SETTLED | {"listings_open": -1}),
        "arrears_open": Act(entries=SETTLED | {"arrears_open": -1}),
    }
)
"""By indicator. Two indicators with an action have none: what was not renewed stays lapsed, and requests are changed by asking anew."""

SIGNED = frozenset({"net_profit_0", "operating_cash_flow_0", "net_assets_0"})
"""Measures that may be negative."""

ORDERED: tuple[tuple[str, str], ...] = (
    ("cash_0", "current_assets_0"),
    ("current_assets_0", "total_assets_0"),
    ("hightech_revenue_0", "revenue_0"),
    ("technical_staff_0", "staff_0"),
    ("postgraduates_0", "staff_0"),
    ("phds_0", "postgraduates_0"),
    ("insured_staff_0", "staff_0"),
    ("paid_in_capital", "registered_capital"),
    ("new_graduates_0", "staff_0"),
)
"""Pairs of which the first is never more than the second."""
