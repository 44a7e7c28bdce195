"""The catalogue is complete, honest about direction and action, and reads well in both languages."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace

import pytest

from features import indicators
from features.errors import EvidenceError
from features.indicators import CATALOGUE, CORE, FIRM, REQUEST, Indicator, catalogue_hash, chosen, format_value, reason_text
from features.measures import APPLICATION, OWNER, READINGS
from features.tables import TABLES

EVERY = pytest.mark.parametrize("indicator", CATALOGUE.values(), ids=CATALOGUE)
NATIONAL = (
    "rd_expense rd_expense_growth rd_intensity tech_staff_share invention_applications pct_applications tech_contract_value "
    "hightech_revenue revenue revenue_growth postgraduate_share rd_tax_relief return_on_equity graduates_hired provincial_platforms "
    "provincial_awards provincial_projects venture_capital"
)


def test_the_core_indicators_are_the_national_eighteen() -> None:
    """The ids and the order of the published three groups."""
    assert " ".join(CORE) == NATIONAL
    assert [CATALOGUE[n].group for n in CORE] == ["technology"] * 7 + ["growth"] * 6 + ["auxiliary"] * 5


def test_at_least_forty_more_stand_beside_them() -> None:
    """Firm and request indicators make up the whole, and ids are unique."""
    assert len(CATALOGUE) - len(CORE) >= 40
    assert (*FIRM, *REQUEST) == tuple(CATALOGUE)
    assert all(name == indicator.id for name, indicator in CATALOGUE.items())


@EVERY
def test_an_indicator_says_everything_about_itself(indicator: Indicator) -> None:
    """Names, unit, direction, range, reasons and source are there and plausible."""
    assert re.fullmatch(r"[a-z][a-z0-9_]+", indicator.id)
    assert re.search(r"[\u4e00-\u9fff]", indicator.zh)
    assert indicator.en.isascii()
    assert indicator.direction in {-1, 0, 1}
    assert indicator.low is not None
    assert indicator.high is not None
    assert indicator.low < indicator.high
    assert indicator.source
    for template in (indicator.reason_zh, indicator.reason_en):
        assert template.count("{value}") == template.count("{") == 1


@EVERY
def test_an_indicator_reads_only_what_exists(indicator: Indicator) -> None:
    """Its formula names measures, the firm's numbers or the request, and its tables are exactly theirs."""
    assert set(indicator.measures) <= set(OWNER) | set(APPLICATION)
    assert set(indicator.tables) == {OWNER[m] for m in indicator.measures if m in OWNER} <= set(TABLES)
    assert indicator.is_request == bool({"amount", "term_months"} & set(indicator.measures))


@EVERY
def test_an_action_moves_towards_the_better(indicator: Indicator) -> None:
    """A step goes where risk falls, and it is small against the plausible range."""
    if indicator.action is not None:
        assert indicator.action.step * indicator.direction >= 0
        assert 0 < abs(indicator.action.step) <= indicator.high - indicator.low  # type: ignore[operator]
        assert indicator.action.zh
        assert indicator.action.en


def test_nobody_is_told_to_change_the_past() -> None:
    """Age, stage, founders, awards and revenue are no advice."""
    past = ("firm_age_years", "growth_stage", "founder_years", "founder_ventures", "provincial_awards", "revenue", "loans_defaulted")
    assert [name for name in past if CATALOGUE[name].action is not None] == []


def test_every_measure_serves_an_indicator() -> None:
    """Nothing is computed that nobody reads."""
    read = {m for indicator in CATALOGUE.values() for m in indicator.measures}
    assert [m.name for r in READINGS.values() for m in r.measures if m.name not in read] == []


def test_reasons_read_like_a_credit_desk() -> None:
    """Value and peers stand in the sentence with their units and on the right side of each other; unknown peers are left out."""
    cover, title = CATALOGUE["cash_cover_months"], CATALOGUE["high_tech_certificate"]
    assert reason_text(cover, 2.14, 5.0, "zh") == "货币资金可覆盖2.1个月经营支出,低于同类企业中位数5.0个月"
    assert reason_text(cover, 7.0, 5.0, "en") == "Cash covers 7.0 months of costs; above 5.0 months, the median of comparable firms"
    assert reason_text(cover, 5.01, 5.0, "zh") == "货币资金可覆盖5.0个月经营支出,与同类企业中位数5.0个月相当"
    assert reason_text(cover, 2.14, None, "en") == "Cash covers 2.1 months of costs"
    assert reason_text(title, 0.0, 1.0, "zh") == "高新技术企业证书有效:否,同类企业多为是"


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        ("revenue", 12_345.67, "12,345.7万元", "CNY 123.46 m"),
        ("revenue", 12.5, "12.5万元", "CNY 125 k"),
        ("rd_intensity", 0.1838, "18.4%", "18.4%"),
        ("current_ratio", 1.5, "1.50倍", "1.50 times"),
        ("buyers_per_month", 10.25, "10.2", "10.2"),
        ("class1_rights", 7.0, "7项", "7"),
        ("patent_stock", 6.38, "6.38项", "6.38"),
        ("staff", 1.0, "1人", "1 person"),
        ("staff", 1_234.0, "1,234人", "1,234 people"),
        ("firm_age_years", 6.98, "7.0年", "7.0 years"),
        ("loan_term_months", 24.0, "24.0个月", "24.0 months"),
        ("high_tech_certificate", 1.0, "是", "yes"),
        ("high_tech_certificate", 0.0, "否", "no"),
        ("growth_stage", 2.0, "稳定期", "stable"),
        ("revenue", None, "未知", "unknown"),
    ],
)
def test_values_are_written_with_their_units(name: str, value: float | None, zh: str, en: str) -> None:
    """Money in 10k yuan, shares in percent, counts, people and time each in their own words."""
    assert (format_value(CATALOGUE[name], value, "zh"), format_value(CATALOGUE[name], value, "en")) == (zh, en)


def test_the_hash_moves_with_any_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    """A direction, a formula or a measure changed anywhere is another catalogue; the same one has the same hash in any process."""
    before = catalogue_hash()
    seen = {before}
    margin = CATALOGUE["net_margin"]
    for changed in (replace(margin, direction=0), replace(margin, formula=margin.formula * 2)):
        monkeypatch.setattr(indicators, "CATALOGUE", dict(CATALOGUE) | {"net_margin": changed})
        seen.add(catalogue_hash())
    monkeypatch.undo()
    patents = READINGS["patents"]
    fewer = replace(patents, measures=patents.measures[1:])
    monkeypatch.setattr(indicators, "READINGS", dict(READINGS) | {"patents": fewer})
    seen.add(catalogue_hash())
    assert len(seen) == 4
    program = "from features.indicators import catalogue_hash; print(catalogue_hash())"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert done.stdout.strip() == before


def test_an_unknown_indicator_is_refused() -> None:
    """The error names it."""
    with pytest.raises(EvidenceError, match="there is no indicator 'ebitda'"):
        chosen(("revenue", "ebitda"))
