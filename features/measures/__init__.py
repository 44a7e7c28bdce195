"""Measures: the exact whole numbers that each table yields for one application, before any formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from features.algebra import Term, columns_of
from features.measures.behaviour import CONDUCT, LOANS
from features.measures.billing import BILLING
from features.measures.patents import IPC_SECTIONS, PATENTS, STOCK_UNIT
from features.measures.people import PEOPLE
from features.measures.recognition import CONTRACTS, FUNDING, PROGRAMMES, TITLES
from features.measures.spec import Anchor, Measure, Reading
from features.measures.statements import STATEMENTS

__all__ = ["APPLICATION", "FIRM_COLUMNS", "IPC_SECTIONS", "OWNER", "READINGS", "STOCK_UNIT", "Anchor", "Measure", "Reading", "measures_of"]

READINGS: Mapping[str, Reading] = MappingProxyType(
    {r.table: r for r in (STATEMENTS, PATENTS, PEOPLE, PROGRAMMES, CONTRACTS, FUNDING, TITLES, CONDUCT, BILLING, LOANS)}
)
"""The ten tables besides `firms`, each with how it is read."""

FIRM_COLUMNS = ("founded_on", "registered_capital", "paid_in_capital")
"""Numbers of the firm's own row that formulas may name."""

APPLICATION = ("as_of", "amount", "term_months")
"""Numbers of the application that formulas may name."""

OWNER: Mapping[str, str] = MappingProxyType(
    {m.name: r.table for r in READINGS.values() for m in r.measures} | dict.fromkeys(FIRM_COLUMNS, "firms")
)
"""Which table each name that a formula may use comes from."""


def measures_of(formulas: Iterable[Term]) -> dict[str, tuple[Measure, ...]]:
    """Group the measures these formulas read by table; a table none of them reads is not there."""
    wanted = set(columns_of(*formulas))
    needed = {table: tuple(m for m in reading.measures if m.name in wanted) for table, reading in READINGS.items()}
    return {table: measures for table, measures in needed.items() if measures}
