"""Vectorised checks of bulk evidence, derived from the tables: every bad row, column, value and rule; nothing taken in part."""

from __future__ import annotations

from features.checks.evidence import check_table, checked_tables
from features.checks.faults import RULES, EvidenceFaults, Fault, fault_table

__all__ = ["RULES", "EvidenceFaults", "Fault", "check_table", "checked_tables", "fault_table"]
