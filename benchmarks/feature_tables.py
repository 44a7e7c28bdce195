"""Random evidence for the feature benchmark: the shape and size of a national book, nothing of its meaning."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import polars as pl

__all__ = ["PICKED", "made_applications", "made_evidence"]

PICKED = (
    "rd_expense",
    "rd_expense_growth",
    "rd_intensity",
    "tech_staff_share",
    "invention_applications",
    "pct_applications",
    "tech_contract_value",
    "revenue",
    "revenue_growth",
    "postgraduate_share",
    "return_on_equity",
    "provincial_projects",
    "venture_capital",
    "class1_rights",
    "invention_grant_rate",
    "citations_per_invention",
    "bought_in_share",
    "debt_to_assets",
    "cash_cover_months",
    "invoiced_12m",
    "voided_share",
    "open_records",
    "records_3y",
    "high_tech_certificate",
    "loan_to_revenue",
)
"""The documented subset that all three compute: 25 indicators on nine tables."""

UNTIL = 20_600
"""Day number of the newest fact, in May 2026."""
REGISTERS = "patents;programmes;contracts;funding;qualifications;conduct;loans"


class Draw:
    """Columns of random rows that belong to random firms."""

    def __init__(self, random: np.random.Generator, firms: int, rows: int) -> None:
        self.random, self.rows = random, rows
        self.firm = random.integers(0, firms, rows)

    def days(self, back: int) -> np.ndarray:
        """Day numbers of the last `back` days."""
        return self.random.integers(UNTIL - back, UNTIL, self.rows)

    def after(self, days: np.ndarray, low: int, high: int, share: float = 1.0) -> pl.Series:
        """Day numbers `low` to `high` days later, for a share of the rows."""
        return self.some(days + self.random.integers(low, high, self.rows), share)

    def some(self, values: np.ndarray, share: float) -> pl.Series:
        """Keep a share of the values."""
        kept = pl.Series(values)
        return kept if share == 1.0 else kept.set(pl.Series(self.random.random(self.rows) >= share), None)

    def yuan(self, high: int) -> np.ndarray:
        """Skewed whole amounts."""
        return (self.random.random(self.rows) ** 4 * high).astype(np.int64)

    def whole(self, high: int) -> np.ndarray:
        """Whole numbers below `high`."""
        return self.random.integers(0, high, self.rows)

    def word(self, words: Sequence[str], chances: Sequence[float]) -> pl.Series:
        """Words with given chances."""
        return pl.Series(np.asarray(words, dtype=object)[self.random.choice(len(words), self.rows, p=chances)], dtype=pl.String)


def _dated(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    return frame.with_columns(pl.col(name).cast(pl.Int32).cast(pl.Date) for name in names)


def _keyed(firm: np.ndarray) -> pl.Series:
    return pl.Series(firm).cast(pl.String).str.zfill(18)


def made_applications(count: int, firms: int, seed: int = 3) -> pl.DataFrame:
    """Make applications of random firms on days of the last two years."""
    draw = Draw(np.random.default_rng(seed), firms, count)
    frame = pl.DataFrame(
        {
            "application_id": pl.Series(range(count)).cast(pl.String).str.zfill(12),
            "firm_id": _keyed(draw.firm),
            "as_of": draw.days(730),
            "amount": draw.yuan(30_000_000) + 100_000,
            "term_months": draw.whole(36) + 1,
        }
    )
    return _dated(frame, "as_of")


def made_evidence(firms: int, seed: int = 4) -> dict[str, pl.DataFrame]:
    """Make nine tables: five statements with a few restatements, three rolls, seven rights and twelve invoice months a firm."""
    random = np.random.default_rng(seed)
    return {
        "firms": _firms(Draw(random, firms, firms)),
        "financials": _statements(random, firms),
        "talent": _rolls(random, firms),
        "invoices": _invoices(random, firms),
        "patents": _patents(Draw(random, firms, firms * 7)),
        **_registers(random, firms),
    }


def _firms(draw: Draw) -> pl.DataFrame:
    frame = {
        "firm_id": _keyed(np.arange(draw.rows)),
        "name": _keyed(np.arange(draw.rows)),
        "founded_on": draw.days(6_000) - 1_500,
        "region": ["340100"] * draw.rows,
        "industry": ["C3990"] * draw.rows,
        "field": draw.word(["electronics", "materials"], [0.6, 0.4]),
        "ownership": draw.word(["private", "state"], [0.9, 0.1]),
        "registered_capital": draw.yuan(10**8),
        "searched": draw.word([REGISTERS, "patents"], [0.8, 0.2]),
    }
    return _dated(pl.DataFrame(frame), "founded_on")


def _periods(random: np.random.Generator, firms: int, count: int, restated: float) -> tuple[Draw, np.ndarray]:
    """Give every firm `count` periods, a share of them twice; the second number tells the period."""
    draw = Draw(random, firms, firms * count)
    again = random.random(draw.rows) < restated
    firm, period = np.repeat(np.arange(firms), count), np.tile(np.arange(count), firms)
    draw.firm, period = np.r_[firm, firm[again]], np.r_[period, period[again]]
    draw.rows = len(draw.firm)
    return draw, period


def _statements(random: np.random.Generator, firms: int) -> pl.DataFrame:
    draw, period = _periods(random, firms, 5, 0.05)
    amounts = ("rd_expense", "total_cost", "net_profit", "total_assets", "net_assets", "total_debt", "cash")
    known = (2022 + period - 1970) * 365 + draw.random.integers(90, 320, draw.rows)
    columns = {name: draw.some(draw.yuan(10**8) + 1, 0.9) for name in amounts}
    frame = {"firm_id": _keyed(draw.firm), "year": 2021 + period, "known_on": known, "revenue": draw.yuan(10**9), **columns}
    return _dated(pl.DataFrame(frame), "known_on").unique(["firm_id", "year", "known_on"], maintain_order=True)


def _rolls(random: np.random.Generator, firms: int) -> pl.DataFrame:
    draw, period = _periods(random, firms, 3, 0.03)
    end = np.array([dt.date(2023 + year, 12, 31).toordinal() - 719_163 for year in range(3)])[period]
    frame = {
        "firm_id": _keyed(draw.firm),
        "period_end": end,
        "known_on": draw.after(end, 60, 200),
        "staff": draw.whole(300) + 1,
        "technical_staff": draw.some(draw.whole(100), 0.95),
        "postgraduates": draw.some(draw.whole(50), 0.9),
    }
    return _dated(pl.DataFrame(frame), "period_end", "known_on").unique(["firm_id", "period_end", "known_on"], maintain_order=True)


def _invoices(random: np.random.Generator, firms: int) -> pl.DataFrame:
    draw, period = _periods(random, firms, 12, 0.02)
    start = np.array([dt.date(2024, month + 1, 1).toordinal() - 719_163 for month in range(12)])[period]
    frame = {
        "firm_id": _keyed(draw.firm),
        "month": start,
        "known_on": draw.after(start, 32, 60),
        "issued_amount": draw.yuan(10**7),
        "voided_share": draw.some(draw.whole(1_000), 0.9),
    }
    return _dated(pl.DataFrame(frame), "month", "known_on").unique(["firm_id", "month", "known_on"], maintain_order=True)


def _patents(draw: Draw) -> pl.DataFrame:
    filed = draw.days(3_000)
    kinds = ["invention", "utility", "design", "pct", "software"]
    frame = {
        "firm_id": _keyed(draw.firm),
        "patent_id": _keyed(np.arange(draw.rows)),
        "kind": draw.word(kinds, [0.35, 0.35, 0.1, 0.05, 0.15]),
        "filed_on": filed,
        "published_on": draw.after(filed, 90, 560),
        "granted_on": draw.after(filed, 560, 1_200, 0.7),
        "lapsed_on": draw.after(filed, 1_200, 3_000, 0.2),
        "acquired_on": draw.after(filed, 400, 2_000, 0.1),
        "citations_3y": draw.some(draw.whole(8), 0.8),
        "main_business": draw.some(draw.random.random(draw.rows) < 0.8, 0.9),
    }
    return _dated(pl.DataFrame(frame), "filed_on", "published_on", "granted_on", "lapsed_on", "acquired_on")


def _registers(random: np.random.Generator, firms: int) -> dict[str, pl.DataFrame]:
    programmes, contracts, funding, titles, conduct = (Draw(random, firms, int(firms * share)) for share in (1.0, 1.0, 0.3, 0.8, 0.4))
    closed, valid, happened = funding.days(2_500), titles.days(2_500), conduct.days(2_500)
    tables = {
        "programmes": {
            "kind": programmes.word(["project", "platform", "award"], [0.6, 0.2, 0.2]),
            "level": programmes.word(["national", "provincial", "municipal"], [0.1, 0.4, 0.5]),
            "granted_on": programmes.days(2_500),
        },
        "contracts": {
            "role": contracts.word(["seller", "buyer"], [0.7, 0.3]),
            "amount": contracts.yuan(10**7),
            "registered_on": contracts.days(2_500),
        },
        "funding": {
            "round": funding.word(["seed", "a", "later"], [0.4, 0.3, 0.3]),
            "investor_tier": funding.word(["top", "other"], [0.3, 0.7]),
            "amount": funding.yuan(10**8),
            "closed_on": closed,
            "known_on": funding.after(closed, 0, 90),
        },
        "qualifications": {
            "kind": titles.word(["high-tech", "tech-sme", "srdi"], [0.5, 0.3, 0.2]),
            "level": titles.word(["national", "provincial"], [0.5, 0.5]),
            "valid_from": valid,
            "valid_until": valid + 1_095,
        },
        "conduct": {
            "kind": conduct.word(["penalty", "lawsuit"], [0.4, 0.6]),
            "happened_on": happened,
            "known_on": conduct.after(happened, 5, 120),
            "cleared_on": conduct.after(happened, 120, 900, 0.6),
        },
    }
    drawn = dict(zip(tables, (programmes, contracts, funding, titles, conduct), strict=True))
    return {
        name: _dated(
            pl.DataFrame({"firm_id": _keyed(drawn[name].firm), **columns}), *(c for c in columns if c.endswith(("_on", "_from", "_until")))
        )
        for name, columns in tables.items()
    }
