"""Measures of what others recognise: programmes, technology contracts, venture capital and titles."""

from __future__ import annotations

from features.algebra import both, column, one_of
from features.measures.spec import AS_OF, YEAR, Reading, count, newest, seen, sum_of, within

__all__ = ["CONTRACTS", "FUNDING", "PROGRAMMES", "TITLES"]

kind, level, amount = column("kind"), column("level"), column("amount")
granted, registered, closed = column("granted_on"), column("registered_on"), column("closed_on")
provincial = one_of(level, "national", "provincial")
last_two_years = both(provincial, within(granted, 2 * YEAR))
valid = column("valid_until") >= AS_OF
INCUBATION_DAYS = 1_461
"""48 months of 30.4375 days: the longest stay in an incubator by 科技企业孵化器管理办法 (国科发区〔2018〕300号), art. 9;
60 in biomedicine, agriculture and chips, which is left to a person."""
sold = column("role").equals("seller")

PROGRAMMES = Reading(
    table="programmes",
    known="granted_on",
    visible=seen(granted),
    register=True,
    measures=(
        count("platforms_2y", both(kind.equals("platform"), last_two_years)),
        count("awards_2y", both(kind.equals("award"), last_two_years)),
        count("projects_2y", both(kind.equals("project"), last_two_years)),
        count("platforms_ever", both(kind.equals("platform"), provincial)),
        count("national_awards_5y", both(kind.equals("award"), level.equals("national"), within(granted, 5 * YEAR))),
        count("standards_5y", both(kind.equals("standard"), within(granted, 5 * YEAR))),
        sum_of("granted_3y", amount, within(granted, 3 * YEAR)),
        count("incubations", both(kind.equals("incubation"), within(granted, INCUBATION_DAYS))),
    ),
)

CONTRACTS = Reading(
    table="contracts",
    known="registered_on",
    visible=seen(registered),
    register=True,
    measures=(
        sum_of("sold_1y", amount, both(sold, within(registered, YEAR))),
        count("sales_3y", both(sold, within(registered, 3 * YEAR))),
        sum_of("bought_3y", amount, both(column("role").equals("buyer"), within(registered, 3 * YEAR))),
    ),
)

FUNDING = Reading(
    table="funding",
    known="known_on",
    visible=both(seen(column("known_on")), seen(closed)),
    register=True,
    measures=(
        sum_of("raised_2y", amount, within(closed, 2 * YEAR)),
        count("rounds", seen(closed)),
        count("backed_rounds", one_of(column("investor_tier"), "top", "established", "guidance")),
        count("early_rounds", one_of(column("round"), "seed", "angel")),
        newest("last_round_on", closed, seen(closed)),
    ),
)

TITLES = Reading(
    table="qualifications",
    known="valid_from",
    visible=seen(column("valid_from")),
    register=True,
    measures=(
        count("titles_valid", valid),
        count("high_tech_valid", both(valid, kind.equals("high-tech"))),
        count("specialised_valid", both(valid, one_of(kind, "srdi", "little-giant", "gazelle", "unicorn"))),
        newest("high_tech_since", column("valid_from"), kind.equals("high-tech")),
        newest("tech_sme_since", column("valid_from"), kind.equals("tech-sme")),
    ),
)
