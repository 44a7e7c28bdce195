"""Small valid evidence to change in tests: one row a table as a file writes it, frames of texts, and whole requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from features.codes import check_digit
from features.tables import TABLES

FIRM = "91340100MA2XXXXX0C"
OTHER = "91340100MA2ABCDE1" + check_digit("91340100MA2ABCDE1")

ROWS: Mapping[str, Mapping[str, str]] = {
    "firms": {
        "firm_id": FIRM,
        "name": "合肥示例科技有限公司",
        "founded_on": "2019-05-06",
        "region": "340100",
        "industry": "C39",
        "field": "electronics",
        "ownership": "private",
        "registered_capital": "10000000",
        "paid_in_capital": "6000000",
        "searched": "patents;conduct",
    },
    "financials": {
        "firm_id": FIRM,
        "year": "2024",
        "known_on": "2025-04-20",
        "revenue": "20000000",
        "hightech_revenue": "15000000",
        "rd_expense": "2400000",
        "rd_tax_relief": "300000",
        "total_cost": "19000000",
        "net_profit": "-500000",
        "total_assets": "30000000",
        "net_assets": "12000000",
        "total_debt": "6000000",
        "cash": "3000000",
        "current_assets": "14000000",
        "current_liabilities": "9000000",
        "operating_cash_flow": "-200000",
    },
    "patents": {
        "firm_id": FIRM,
        "patent_id": "CN2021100000001",
        "kind": "invention",
        "filed_on": "2021-03-01",
        "published_on": "2022-08-30",
        "granted_on": "2023-11-07",
        "lapsed_on": "2025-03-01",
        "acquired_on": "2022-01-05",
        "pledged_on": "2024-02-06",
        "ipc": "H01L",
        "claims": "10",
        "citations_3y": "4",
        "main_business": "true",
    },
    "talent": {
        "firm_id": FIRM,
        "period_end": "2024-12-31",
        "known_on": "2025-03-31",
        "staff": "80",
        "technical_staff": "36",
        "postgraduates": "12",
        "phds": "3",
        "new_graduates": "5",
        "provincial_talents": "1",
        "founder_ventures": "2",
        "founder_years": "14",
        "insured_staff": "78",
    },
    "programmes": {
        "firm_id": FIRM,
        "programme_id": "AH-2023-17",
        "kind": "project",
        "level": "provincial",
        "granted_on": "2023-06-01",
        "amount": "800000",
    },
    "contracts": {"firm_id": FIRM, "contract_id": "HT-1", "role": "seller", "amount": "1200000", "registered_on": "2024-07-08"},
    "funding": {
        "firm_id": FIRM,
        "round_id": "R-1",
        "round": "angel",
        "investor_tier": "guidance",
        "amount": "5000000",
        "closed_on": "2022-09-01",
        "known_on": "2022-10-01",
    },
    "qualifications": {"firm_id": FIRM, "kind": "high-tech", "level": "national", "valid_from": "2023-10-16", "valid_until": "2026-10-15"},
    "conduct": {
        "firm_id": FIRM,
        "record_id": "XF-9",
        "kind": "penalty",
        "amount": "20000",
        "happened_on": "2024-01-15",
        "known_on": "2024-02-01",
        "cleared_on": "2024-08-01",
    },
    "invoices": {
        "firm_id": FIRM,
        "month": "2025-01-01",
        "known_on": "2025-02-10",
        "issued_amount": "1800000",
        "received_amount": "1100000",
        "voided_share": "120",
        "buyers": "14",
        "sellers": "22",
        "top2_buyer_share": "4300",
    },
    "loans": {
        "firm_id": FIRM,
        "loan_id": "DK-5",
        "product": "startup-credit",
        "applied_on": "2023-01-10",
        "amount": "3000000",
        "term_months": "24",
        "rate": "425",
        "decision": "approved",
        "programme": "anhui-4321",
        "guaranteed": "1000000",
        "drawn_on": "2023-02-01",
        "overdue_on": "2023-09-01",
        "default_on": "2023-12-01",
        "closed_on": "2024-06-01",
        "observed_until": "2025-01-31",
        "loss": "900000",
    },
}


def written(table: str, **changes: str | None) -> dict[str, str | None]:
    """Give the table's valid row as a CSV file writes it, with some cells changed."""
    return {**ROWS[table], **changes}


def texts(table: str, rows: Sequence[Mapping[str, str | None]]) -> pl.DataFrame:
    """Give rows as the all-text frame that reading a CSV file gives."""
    columns = list(dict.fromkeys(name for row in rows for name in row)) or [column.name for column in TABLES[table].columns]
    return pl.DataFrame([dict(row) for row in rows], schema=dict.fromkeys(columns, pl.String))


def evidence_texts(*, firms: Sequence[str] = (FIRM,)) -> dict[str, pl.DataFrame]:
    """Give all eleven tables as texts, one valid row a firm and table."""
    return {table: texts(table, [written(table, firm_id=firm) for firm in firms]) for table in TABLES}


def request(**changes: Any) -> dict[str, Any]:
    """Give one firm's evidence as the JSON body of a request, typed as a client sends it."""
    body: dict[str, Any] = {table: [_sent(table)] for table in TABLES if table != "firms"}
    return {"firm": _sent("firms"), **body, **changes}


def _sent(table: str) -> dict[str, Any]:
    return {column.name: _typed(column.kind, ROWS[table][column.name]) for column in TABLES[table].columns}


def _typed(kind: str, text: str) -> Any:
    return int(text) if kind == "integer" else text == "true" if kind == "boolean" else text
