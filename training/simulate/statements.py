"""Annual statements as the bank gets them: late, restated, incomplete, and in a faker's case dressed up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from training.simulate.arrays import Flags, Floats, Generator, Ints, dates, money, whole
from training.simulate.finance import Books
from training.simulate.parameters import StatementParameters
from training.simulate.timeline import Timeline, year_of, year_start
from training.simulate.world import Firms

__all__ = ["FirmYears", "financials_table", "firm_years", "reported_research"]


@dataclass(frozen=True, slots=True)
class FirmYears:
    """The firm-years that could be reported: firm, grid column, calendar year, and the day the report becomes known."""

    firm: Ints
    column: Ints
    year: Ints
    known: Ints

    def keep(self, flags: Flags) -> FirmYears:
        """Keep the rows where `flags` holds."""
        return FirmYears(self.firm[flags], self.column[flags], self.year[flags], self.known[flags])


def firm_years(rng: Generator, firms: Firms, books: Books, timeline: Timeline, ends: Ints, p: StatementParameters) -> FirmYears:
    """List the years each firm lived to report on, with the day in the next spring or later; a strained firm is later."""
    reported = firms.alive_years(timeline) & (timeline.years >= year_of(np.array([timeline.since]))[0] - 2)[None, :]
    firm, column = (index.astype(np.int64) for index in np.nonzero(reported))
    year = timeline.years[column]
    wait = p.first_report_days + rng.gamma(2.0, p.report_days / 2, firm.size) * np.exp(p.report_on_strain * books.strain[firm, column])
    known = year_start(year + 1) + money(np.minimum(wait, p.latest_report_days))
    rows = FirmYears(firm, column, year, known)
    return rows.keep((known <= timeline.until) & (known <= ends[firm]))


def reported_research(firms: Firms, books: Books, p: StatementParameters) -> Floats:
    """Give R&D expense as reported, (firms, years): a faker books other expense as R&D to look intense."""
    dressed = p.faker_reclassified * np.exp(books.level) * (0.6 + 0.8 * (firms.zeal % 1.0))[:, None]
    return books.rd + np.where(firms.faker[:, None], np.minimum(dressed, 0.5 * books.cost), 0.0)


def _relief(books: Books, rows: FirmYears, p: StatementParameters) -> Floats:
    """Give the tax saved by the super-deduction of true R&D: its extra share times the tax rate, no more than the tax due."""
    at = (rows.firm, rows.column)
    extra = np.where(rows.year >= p.super_deduction_raised, p.super_deduction_new, p.super_deduction_old)
    tax = np.maximum(books.profit[at], 0) / (1 - p.tax_rate) * p.tax_rate
    relief: Floats = np.minimum(books.rd[at] * p.deductible_share * extra * p.tax_rate, 4 * tax)
    return relief


def _gaps(rng: Generator, size: int, small: Flags, share: float) -> Flags:
    """Draw which values are known: small firms leave twice as many lines empty."""
    return rng.random(size) >= share * np.where(small, 2.0, 1.0)


def _lines(rng: Generator, books: Books, reported: Floats, rows: FirmYears, p: StatementParameters) -> dict[str, pl.Series]:
    """Make the columns of money; the small and unaudited are known less exactly and with gaps."""
    at, n = (rows.firm, rows.column), rows.firm.size
    small = books.staff[at] < p.small_staff
    blur = np.exp(np.where(small, p.small_noise, p.large_noise) * rng.standard_normal(n))
    revenue, gaps = money(books.revenue[at] * blur), p.line_missing
    hightech = np.clip(0.35 + 0.5 * rng.beta(2.0, 1.6, n), 0, 1)
    return {
        "revenue": whole(revenue),
        "hightech_revenue": whole(money(revenue * hightech), _gaps(rng, n, small, gaps["hightech_revenue"])),
        "rd_expense": whole(money(reported[at]), _gaps(rng, n, small, gaps["rd_expense"])),
        "rd_tax_relief": whole(money(_relief(books, rows, p)), _gaps(rng, n, small, gaps["rd_tax_relief"])),
        "total_cost": whole(money(books.cost[at] * blur), _gaps(rng, n, small, gaps["total_cost"])),
        "net_profit": whole(money(books.profit[at] + (blur - 1) * 0.5 * books.revenue[at]), _gaps(rng, n, small, gaps["net_profit"])),
        "total_assets": whole(money(books.assets[at]), _gaps(rng, n, small, gaps["total_assets"])),
        "net_assets": whole(money(books.equity[at]), _gaps(rng, n, small, gaps["net_assets"])),
        "total_debt": whole(money(books.debt[at]), _gaps(rng, n, small, gaps["total_debt"])),
        "cash": whole(money(np.minimum(books.cash[at] * blur, books.current_assets[at])), _gaps(rng, n, small, gaps["cash"])),
        "current_assets": whole(money(books.current_assets[at]), _gaps(rng, n, small, gaps["current_assets"])),
        "current_liabilities": whole(money(books.current_liabilities[at]), _gaps(rng, n, small, gaps["current_liabilities"])),
        "operating_cash_flow": whole(money(books.operating_cash[at]), _gaps(rng, n, small, gaps["operating_cash_flow"])),
    }


def _restated(rng: Generator, table: pl.DataFrame, faker: Flags, p: StatementParameters) -> pl.DataFrame:
    """Draw corrections: a further row known months later, mostly with less revenue and profit than first claimed."""
    again = rng.random(table.height) < np.where(faker, p.restated_faker, p.restated)
    rows = table.filter(pl.Series(again))
    cut = pl.Series(np.clip(rng.normal(p.restated_mean, p.restated_sd, rows.height), 0.5, 1.1))
    later = pl.Series(rng.integers(90, 420, rows.height))
    trimmed = {name: (rows[name] * cut).round(0).cast(pl.Int64) for name in ("revenue", "hightech_revenue")}
    lost = ((rows["revenue"] * (1 - cut)) * 0.8).round(0).cast(pl.Int64)
    profit = (rows["net_profit"] - lost).alias("net_profit")
    known = (rows["known_on"].cast(pl.Int32) + later.cast(pl.Int32)).cast(pl.Date).alias("known_on")
    return rows.with_columns(known, profit, *(column.alias(name) for name, column in trimmed.items()))


def financials_table(rng: Generator, firms: Firms, books: Books, rows: FirmYears, ids: pl.Series, p: StatementParameters) -> pl.DataFrame:
    """Make the `financials` table with restatements; some firms, more of them small, never hand statements in."""
    small = books.staff[rows.firm, rows.column] < p.small_staff
    silent = rng.random(firms.count) < p.never_reports
    present = ~silent[rows.firm] & _gaps(rng, rows.firm.size, small, p.year_missing)
    kept = rows.keep(present)
    heads = {"firm_id": ids.gather(pl.Series(kept.firm, dtype=pl.UInt32)), "year": whole(kept.year), "known_on": dates(kept.known)}
    first = pl.DataFrame(heads | _lines(rng, books, reported_research(firms, books, p), kept, p))
    return pl.concat([first, _restated(rng, first, firms.faker[kept.firm], p)])
