"""One small firm with every table filled by hand; `test_indicators_golden.py` works each indicator out from these numbers."""

from __future__ import annotations

from datetime import date

import polars as pl
from builders_features import typed

GOLDEN_FIRM = "91340100MA2GOLDEN1"
GOLDEN_DAY = date(2026, 6, 30)
MILLION = 1_000_000


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def rows(table: str, columns: str, *values: tuple[object, ...]) -> pl.DataFrame:
    """Make a table of the golden firm; texts in columns of dates are ISO dates."""
    names = columns.split()
    dated = {name for name in names if name.endswith(("_on", "_end", "_from", "_until")) or name == "month"}
    made = [
        {"firm_id": GOLDEN_FIRM} | {n: day(v) if n in dated else v for n, v in zip(names, row, strict=True)}  # type: ignore[arg-type]
        for row in values
    ]
    return typed(table, made)


def golden_statements() -> pl.DataFrame:
    short = "year known_on revenue rd_expense net_profit total_debt"
    old = [
        (2021, "2022-04-20", 10 * MILLION, 1 * MILLION, None, None),
        (2022, "2023-04-20", 16 * MILLION, 2 * MILLION, None, None),
        (2023, "2024-04-20", 32 * MILLION, 3 * MILLION, None, None),
        (2024, "2025-04-20", 25 * MILLION, 2_500_000, 1 * MILLION, 4 * MILLION),
    ]
    long = (
        "year known_on revenue hightech_revenue rd_expense rd_tax_relief total_cost net_profit total_assets net_assets total_debt "
        "cash current_assets current_liabilities operating_cash_flow"
    )
    figures = [30, 18, 3, 0.45, 27, 1.5, 40, 20, 5, 9, 22, 11, 2]
    yuan = [round(f * MILLION) for f in figures]
    latest = [
        (2025, "2026-03-01", *(7 * y for y in yuan)),
        (2025, "2026-04-20", *yuan),
        (2025, "2026-07-15", *(9 * y for y in yuan)),
    ]
    return pl.concat([rows("financials", short, *old), rows("financials", long, *latest)])


def golden_patents() -> pl.DataFrame:
    return rows(
        "patents",
        "patent_id kind filed_on published_on granted_on lapsed_on acquired_on pledged_on ipc claims citations_3y main_business",
        ("P1", "invention", "2021-03-01", "2022-06-01", "2023-05-01", None, None, None, "G06F", 10, 6, True),
        ("P2", "invention", "2024-02-01", "2025-08-01", None, None, None, None, "H04L", 14, 3, True),
        ("P3", "invention", "2022-01-10", "2023-07-10", "2024-06-01", "2026-01-01", None, None, "A61B", 6, 9, False),
        ("P4", "invention", "2019-05-01", "2020-11-01", "2021-09-01", None, "2025-01-15", "2026-02-01", "H01L", None, 2, None),
        ("P5", "pct", "2025-01-20", "2026-05-20", None, None, None, None, "G06F", 20, None, True),
        ("P6", "utility", "2025-10-01", "2026-03-01", "2026-03-01", None, None, None, "B25J", None, None, True),
        ("P7", "software", "2025-11-01", "2026-01-01", None, None, None, None, None, None, None, None),
        ("P8", "design", "2023-01-01", "2023-06-01", "2023-06-01", None, None, None, None, None, None, False),
        ("P9", "invention", "2026-05-01", "2026-08-01", None, None, None, None, "C07D", 5, None, True),
        ("P10", "invention", "2022-12-01", "2024-06-01", "2026-07-01", None, None, None, "G06N", 8, None, True),
    )


def golden_invoices() -> pl.DataFrame:
    months = [date(2024 + (5 + m) // 12, (5 + m) % 12 + 1, 1) for m in range(24)]
    issued = [2] * 12 + [0, 2, 2, 2, 2, 2, 2, 2, 2, 4, 4, 6]
    made = []
    for number, (month, millions) in enumerate(zip(months, issued, strict=True)):
        amount, is_last = millions * MILLION, number == 23
        known = date(month.year + month.month // 12, month.month % 12 + 1, 10).isoformat()
        buyers = 21 if number == 12 else 10
        unknown = (400, None, None, None) if is_last else (100, amount // 2, buyers, 5_000)
        made.append((month.isoformat(), known, amount, *unknown))
    late = ("2026-06-01", "2026-07-10", 90 * MILLION, 0, 0, 99, 0)
    return rows("invoices", "month known_on issued_amount voided_share received_amount buyers top2_buyer_share", *made, late)


def golden_recognition() -> dict[str, pl.DataFrame]:
    return {
        "programmes": rows(
            "programmes",
            "programme_id kind level granted_on amount",
            ("1", "platform", "provincial", "2025-09-01", 500_000),
            ("2", "project", "provincial", "2024-10-01", 800_000),
            ("3", "project", "municipal", "2025-01-01", None),
            ("4", "award", "national", "2023-05-01", 100_000),
            ("5", "standard", "national", "2022-01-01", None),
            ("6", "award", "provincial", "2026-01-10", None),
            ("7", "platform", "national", "2020-01-01", None),
            ("8", "platform", "national", "2026-07-01", 9 * MILLION),
            ("9", "incubation", "municipal", "2022-12-31", None),
            ("10", "incubation", "provincial", "2022-12-30", None),
        ),
        "contracts": rows(
            "contracts",
            "contract_id role amount registered_on",
            ("1", "seller", 1_200_000, "2025-12-01"),
            ("2", "seller", 700_000, "2024-05-01"),
            ("3", "buyer", 300_000, "2025-03-03"),
            ("4", "seller", 5 * MILLION, "2026-07-01"),
        ),
        "funding": rows(
            "funding",
            "round_id round investor_tier amount closed_on known_on",
            ("1", "angel", "other", 2 * MILLION, "2022-03-01", "2022-04-01"),
            ("2", "a", "guidance", 8 * MILLION, "2025-05-01", "2025-06-01"),
            ("3", "b", "top", 20 * MILLION, "2026-06-01", "2026-08-01"),
        ),
        "qualifications": rows(
            "qualifications",
            "kind level valid_from valid_until",
            ("high-tech", "national", "2023-12-01", "2026-11-30"),
            ("tech-sme", "national", "2024-01-01", "2024-12-31"),
            ("srdi", "provincial", "2026-01-01", "2028-12-31"),
        ),
    }


def golden_behaviour() -> dict[str, pl.DataFrame]:
    return {
        "conduct": rows(
            "conduct",
            "record_id kind amount happened_on known_on cleared_on",
            ("1", "penalty", 20_000, "2025-02-01", "2025-03-01", "2025-09-01"),
            ("2", "lawsuit", 150_000, "2026-01-05", "2026-02-01", None),
            ("3", "tax-arrears", 30_000, "2022-02-02", "2022-03-01", "2022-06-06"),
            ("4", "abnormal-list", None, "2024-09-01", "2024-09-10", "2026-07-20"),
            ("5", "dishonesty-list", None, "2026-05-01", "2026-07-01", None),
        ),
        "loans": rows(
            "loans",
            "loan_id product applied_on amount term_months decision drawn_on overdue_on default_on closed_on programme guaranteed",
            ("1", "other", "2023-01-01", 2 * MILLION, 12, "approved", "2023-01-10", None, None, "2024-01-09", "anhui-4321", None),
            ("2", "other", "2024-05-01", 2 * MILLION, 24, "approved", "2024-05-20", "2025-02-01", None, "2026-05-01", "none", None),
            (
                "3",
                "other",
                "2026-01-01",
                3 * MILLION,
                24,
                "approved",
                "2026-01-15",
                "2026-07-15",
                None,
                None,
                "national-special-guarantee",
                2 * MILLION,
            ),
            ("4", "startup-credit", "2026-06-30", 5 * MILLION, 24, "approved", None, None, None, None, None, None),
            ("5", "other", "2025-01-01", 9 * MILLION, 24, "declined", None, None, None, None, None, None),
            ("6", "other", "2021-01-01", 1 * MILLION, 12, "approved", "2021-01-11", "2021-12-01", "2022-03-01", "2022-12-31", None, None),
        ),
    }


def golden_evidence() -> dict[str, pl.DataFrame]:
    """Make every table; rows known after 2026-06-30 stand among them and must not count."""
    return {
        "firms": rows(
            "firms",
            "name founded_on region industry field ownership registered_capital paid_in_capital",
            ("Golden", "2019-07-01", "340100", "I6510", "electronics", "private", 10 * MILLION, 6 * MILLION),
        ),
        "financials": golden_statements(),
        "talent": rows(
            "talent",
            "period_end known_on staff technical_staff postgraduates phds new_graduates provincial_talents founder_ventures "
            "founder_years insured_staff",
            ("2024-12-31", "2025-03-31", 64, 20, 9, 2, 3, 0, 2, 11, 60),
            ("2025-12-31", "2026-03-31", 80, 32, 16, 4, 5, 1, 2, 12, 76),
        ),
        "patents": golden_patents(),
        "invoices": golden_invoices(),
        **golden_recognition(),
        **golden_behaviour(),
    }
