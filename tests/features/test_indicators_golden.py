"""Every indicator of one small firm, worked out by hand from the numbers in `builders_golden.py`."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from builders_golden import GOLDEN_DAY, GOLDEN_FIRM, golden_evidence

from features.build import build_features
from features.indicators import CATALOGUE

MONTH = 30.4375
RD_CAPITAL = 3.0 + 0.85 * 2.5 + 0.7225 * 3.0 + 0.614125 * 2.0 + 0.52200625 * 1.0


def days_to(text: str) -> int:
    return (GOLDEN_DAY - date.fromisoformat(text)).days


EXPECTED: dict[str, float] = {
    # technology: statement 2025 as restated 2026-04-20; of the inventions only P2 was filed after 2023-07-01 and is public
    "rd_expense": 300.0,
    "rd_expense_growth": (3.0 - 2.5) / 2.5,
    "rd_intensity": 3 / 30,
    "tech_staff_share": 32 / 80,
    "invention_applications": 1,
    "pct_applications": 1,
    "tech_contract_value": 120.0,
    # growth
    "hightech_revenue": 1800.0,
    "revenue": 3000.0,
    "revenue_growth": (30 - 25) / 25,
    "postgraduate_share": 16 / 80,
    "rd_tax_relief": 45.0,
    "return_on_equity": 1.5 / 20,
    # auxiliary
    "graduates_hired": 5,
    "provincial_platforms": 1,
    "provincial_awards": 1,
    "provincial_projects": 1,
    "venture_capital": 800.0,
    # patents: granted and alive are P1 and P4 (class I), P6 and P8 and the software P7 (class II); P3 has lapsed
    "class1_rights": 2,
    "class2_rights": 3,
    "software_rights": 1,
    "patent_stock": 0.443705 + 0.7225 + 0.320577 + 0.85 + 0.614125,  # P1 aged 5, P2 2, P4 7, P5 1, P10 3
    "invention_grant_rate": 2 / 3,  # P1 and P3 of P1, P3, P10
    "citations_per_invention": (6 + 2) / 2,  # P1 and P4 are public for three years
    "claims_per_invention": (10 + 14 + 6 + 20 + 8) / 5,
    "ipc_sections": 3,  # G, H, B; A has lapsed
    "filing_burst": 2 / 4,  # P6, P7 of P2, P5, P6, P7
    "class2_filing_share": 2 / 4,
    "bought_in_share": 1 / 5,
    "pledged_rights": 1,
    "main_business_share": 5 / 7,
    "lapse_rate": 1 / 6,
    "months_since_filing": days_to("2025-11-01") / MONTH,
    "inventions_per_technical_staff": 2 / 32,
    # research
    "rd_cost_ratio": 3 / 27,
    "rd_intensity_change": 3 / 30 - 2.5 / 25,
    "rd_capital": RD_CAPITAL * 100,
    "rd_capital_turnover": 18 / RD_CAPITAL,
    "rd_per_technical_staff": 300 / 32,
    "rd_relief_rate": 0.45 / 3,
    "rd_years": 5,
    "inventions_per_million_rd": 1 / RD_CAPITAL,
    # talent
    "staff": 80,
    "phd_share": 4 / 80,
    "staff_growth": (80 - 64) / 64,
    "technical_staff_growth": (32 - 20) / 20,
    "provincial_talents": 1,
    "founder_years": 12,
    "founder_ventures": 2,
    "insured_share": 76 / 80,
    "revenue_per_staff": 3000 / 80,
    # finance
    "net_margin": 1.5 / 30,
    "net_margin_change": 1.5 / 30 - 1 / 25,
    "return_on_assets": 1.5 / 40,
    "debt_to_assets": 5 / 40,
    "equity_ratio": 20 / 40,
    "current_ratio": 22 / 11,
    "cash_ratio": 9 / 11,
    "cash_cover_months": 9 / (27 / 12),
    "cash_flow_margin": 2 / 30,
    "cash_flow_to_debt": 2 / 5,
    "debt_growth": (5 - 4) / 4,
    "asset_turnover": 30 / 40,
    "total_assets": 4000.0,
    "hightech_share": 18 / 30,
    "revenue_growth_2y": (30 - 32) / 32,
    "revenue_to_peak": 30 / 32,
    # invoices: June 2025 to May 2026 is 0, eight times 2, 4, 4, 6 million; the year before twelve times 2
    "invoiced_12m": 3000.0,
    "invoice_growth": (30 - 24) / 24,
    "invoice_momentum": (4 + 4 + 6) * 4 / 30,
    "invoice_volatility": (2.5 + 8 * 0.5 + 2 * 1.5 + 3.5) / 12 / 2.5,
    "invoice_active_share": 11 / 12,
    "voided_share": (0.01 * 24 + 0.04 * 6) / 30,
    "buyer_concentration": 0.5,
    "buyers_per_month": (21 + 10 * 10) / 11,
    "input_output_ratio": 12 / 24,
    "invoices_to_revenue": 30 / 30,
    # recognition: round 3 closed in June but is known in August
    "funding_rounds": 2,
    "backed_rounds": 1,
    "early_rounds": 1,
    "months_since_round": days_to("2025-05-01") / MONTH,
    "titles_valid": 2,
    "high_tech_certificate": 1,
    "specialised_title": 1,
    "high_tech_certificate_age": days_to("2023-12-01") / 365.25,
    "tech_sme_title_age": days_to("2024-01-01") / 365.25,
    "public_funding": 50.0 + 80.0,
    "platforms_recognised": 2,
    "national_awards": 1,
    "standards_led": 1,
    "incubated": 1,  # residence 9 began 1,277 days ago, residence 10 one day too early
    "technology_sales": 2,
    "technology_bought": 30.0,
    # conduct: record 5 is known in July, record 4 is cleared in July; loan 4 is the one being decided
    "open_records": 2,
    "cleared_records": 2,
    "records_3y": 3,
    "penalties_2y": 1,
    "lawsuits_2y": 1,
    "listings_open": 1,
    "arrears_open": 0,
    "open_amount_to_revenue": 0.15 / 30,
    "months_since_record": days_to("2026-01-05") / MONTH,
    "loans_repaid": 1,
    "loans_overdue_2y": 1,
    "loans_defaulted": 1,
    "loans_running": 300.0,
    "guarantees_running": 200.0,  # of loan 3; loan 1 is closed
    # profile: between five and ten years old with 30 million of revenue
    "growth_stage": 1,
    "firm_age_years": days_to("2019-07-01") / 365.25,
    "registered_capital": 1000.0,
    "paid_in_share": 0.6,
    # request: five million over 24 months
    "loan_amount": 500.0,
    "loan_term_months": 24,
    "loan_to_revenue": 5 / 30,
    "loan_to_invoices": 5 / 30,
    "rd_capital_to_loan": RD_CAPITAL / 5,
    "cash_to_loan": 9 / 5,
    "debt_after_loan": (5 + 5) / (40 + 5),
    "instalment_to_revenue": 2.5 / 30,
    "cash_flow_to_instalment": 2 / 2.5,
}


@pytest.fixture(scope="module")
def golden() -> dict[str, object]:
    application = pl.DataFrame(
        {"application_id": ["A"], "firm_id": [GOLDEN_FIRM], "as_of": [GOLDEN_DAY], "amount": [5_000_000], "term_months": [24]}
    )
    return build_features(application, golden_evidence()).row(0, named=True)


def test_every_indicator_is_worked_out_here() -> None:
    """An indicator cannot be added without a value worked out by hand."""
    assert list(EXPECTED) == list(CATALOGUE)


@pytest.mark.parametrize("name", CATALOGUE)
def test_indicator_equals_its_hand_worked_value(golden: dict[str, object], name: str) -> None:
    """The catalogue's formula gives what plain arithmetic on the firm's papers gives."""
    assert golden[name] == pytest.approx(EXPECTED[name], rel=1e-12)


def test_newest_visible_fact_of_each_table_is_told(golden: dict[str, object]) -> None:
    """Facts known after the as-of date do not date a table, and today's own application is no loan history."""
    expected = {
        "financials": "2026-04-20",
        "patents": "2026-05-20",
        "talent": "2026-03-31",
        "programmes": "2026-01-10",
        "contracts": "2025-12-01",
        "funding": "2025-06-01",
        "qualifications": "2026-01-01",
        "conduct": "2026-02-01",
        "invoices": "2026-06-10",
        "loans": "2026-01-01",
    }
    epoch = date(1970, 1, 1)
    assert {t: golden[f"known_{t}"] for t in expected} == {t: (date.fromisoformat(d) - epoch).days for t, d in expected.items()}


def test_a_fully_documented_firm_has_full_coverage(golden: dict[str, object]) -> None:
    """Coverage is the share of firm indicators that are known: here all of them."""
    assert golden["coverage"] == 1.0
