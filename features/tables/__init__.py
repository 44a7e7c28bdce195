"""The eleven evidence tables: the single definition of name, type, unit, range, meaning and clock."""

from __future__ import annotations

from features.tables.business import Financial, Invoice, Talent
from features.tables.columns import Clock, Column
from features.tables.credit import Conduct, Loan
from features.tables.firms import Firm, FirmId
from features.tables.formats import FORMATS, REGISTERS
from features.tables.invention import Contract, Funding, Patent, Programme, Qualification
from features.tables.row import Row, rules_at
from features.tables.rules import Rule
from features.tables.spec import TABLES, Table, table

__all__ = [
    "FORMATS",
    "REGISTERS",
    "TABLES",
    "Clock",
    "Column",
    "Conduct",
    "Contract",
    "Financial",
    "Firm",
    "FirmId",
    "Funding",
    "Invoice",
    "Loan",
    "Patent",
    "Programme",
    "Qualification",
    "Row",
    "Rule",
    "Table",
    "Talent",
    "rules_at",
    "table",
]
