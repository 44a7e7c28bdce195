"""Monthly VAT invoices: the freshest sign of how a firm does, kept only for the months a lender may ask for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from training.simulate.arrays import Floats, Generator, Ints, dates, logistic, money, whole
from training.simulate.distress import Fates
from training.simulate.finance import Books
from training.simulate.parameters import InvoiceParameters
from training.simulate.timeline import Timeline, between, month_of, month_start
from training.simulate.world import Firms

__all__ = ["firm_months", "invoices_table"]

FirmMonths = tuple[Ints, Ints]
"""Firm and month (since January 1970), sorted by both."""

CHUNK = 500_000
"""Firm-months made at a time, to keep memory small; it is part of what a seed means."""


def firm_months(
    rng: Generator, firms: Firms, fates: Fates, timeline: Timeline, asked: tuple[Ints, Ints], p: InvoiceParameters
) -> FirmMonths:
    """List the (firm, month) to keep: the months before each application `(firm, day)`, and the last before `until` of recent applicants.

    Only firms that authorised the query have any, and none after the firm's end.
    """
    firm, day = asked
    last = int(month_of(np.array([timeline.until]))[0]) - 1
    current = np.unique(firm[day >= timeline.until - p.authorised_days])
    recent = np.repeat(current, p.recent_months), np.tile(last - np.arange(p.recent_months), current.size)
    before = np.repeat(firm, p.months_before_application), (month_of(day)[:, None] - 1 - np.arange(p.months_before_application)).ravel()
    key = np.unique(np.concatenate([recent[0] * 10_000 + recent[1], before[0] * 10_000 + before[1]]))
    firm, month = key // 10_000, key % 10_000
    authorised = rng.random(firms.count) >= p.not_authorised
    start = month_start(month)
    kept = authorised[firm] & (start >= firms.founded[firm]) & (start + 28 <= fates.ends[firm])
    return firm[kept], month[kept]


@dataclass(frozen=True, slots=True)
class _Trade:
    """What the invoices of all firms are drawn from."""

    firms: Firms
    books: Books
    fates: Fates
    timeline: Timeline
    cost: Floats
    """Cost over revenue, (firms, years)."""
    mass: Floats
    """Log odds of the two largest buyers' share, by firm."""
    p: InvoiceParameters


def _decline(trade: _Trade, firm: Ints, start: Ints) -> Floats:
    """Give the factor that distress takes off sales: it grows over three months and passes only with recovery."""
    fates = trade.fates
    fatal = np.clip((start - fates.onset[firm]) / 90.0, 0, 1)
    passing = np.clip((start - fates.scare[firm]) / 90.0, 0, 1) * np.clip(1 - (start - fates.relief[firm]) / 180.0, 0, 1)
    return 1 - trade.p.distress_loss * np.maximum(fatal, passing)


def _sales(rng: Generator, trade: _Trade, firm: Ints, month: Ints, at: Floats) -> Floats:
    """Draw monthly sales: the pace of the year, the season, distress, and orders that come in lumps."""
    p, level = trade.p, trade.books.level
    season = 1 + p.season * np.cos(2 * np.pi * (month % 12 - 11) / 12) - np.where(month % 12 == 1, p.spring_festival, 0.0)
    lumpy = p.monthly_sd * np.exp(-0.12 * (level[:, -1] - 16))[firm]
    pace = np.exp(between(level, firm, at)) / 12
    noise = np.exp(lumpy * rng.standard_normal(firm.size) - 0.5 * lumpy**2)
    return pace * season * _decline(trade, firm, month_start(month)) * noise


def _voided(rng: Generator, trade: _Trade, firm: Ints, start: Ints, strain: Floats) -> Floats:
    """Draw the share of invoices voided or reversed: sloppy books, strained firms, distress."""
    p = trade.p
    void = p.void_mean + p.void_on_strain * strain - p.void_on_management * trade.firms.management[firm]
    return logistic(void + p.void_in_distress * trade.fates.in_distress(firm, start) + p.void_sd * rng.standard_normal(firm.size))


def _invoices(rng: Generator, trade: _Trade, ids: pl.Series, firm: Ints, month: Ints) -> pl.DataFrame:
    p, start = trade.p, month_start(month)
    at = trade.timeline.position(start + 15)
    sales, strain = _sales(rng, trade, firm, month, at), between(trade.books.strain, firm, at)
    few = logistic(trade.mass[firm] + 0.25 * strain + 0.2 * rng.standard_normal(firm.size))
    buyers = 1 + rng.poisson(np.clip(p.buyers_typical * (np.maximum(sales, 1) / 1e6) ** 0.5 * (1.3 - few), 0.2, 400))
    spent = sales * np.clip(between(trade.cost, firm, at), 0.2, 2.0)
    return pl.DataFrame(
        {
            "firm_id": ids.gather(pl.Series(firm, dtype=pl.UInt32)),
            "month": dates(start),
            "known_on": dates(month_start(month + 1) + 14 + (firm + month) % 6),
            "issued_amount": whole(money(sales)),
            "received_amount": whole(money(spent * p.bought_share * np.exp(0.25 * rng.standard_normal(firm.size)))),
            "voided_share": whole(money(10_000 * _voided(rng, trade, firm, start, strain))),
            "buyers": whole(buyers),
            "sellers": whole(1 + rng.poisson(np.clip(0.7 * buyers, 0.2, 300))),
            "top2_buyer_share": whole(money(10_000 * np.where(buyers <= 2, 1.0, few))),
        }
    )


def invoices_table(
    rng: Generator, firms: Firms, books: Books, fates: Fates, timeline: Timeline, ids: pl.Series, months: FirmMonths, p: InvoiceParameters
) -> pl.DataFrame:
    """Make the `invoices` table for the listed firm-months; each is known after the next month's tax filing."""
    lasting = p.concentration_mean + 0.7 * rng.standard_normal(firms.count) + p.faker_concentration * firms.faker
    mass = lasting - 0.25 * (books.level[:, -1] - 16.5)
    trade = _Trade(firms, books, fates, timeline, books.cost / np.maximum(books.revenue, 1.0), mass, p)
    firm, month = months
    parts = [slice(at, at + CHUNK) for at in range(0, max(firm.size, 1), CHUNK)]
    return pl.concat(_invoices(rng, trade, ids, firm[part], month[part]) for part in parts)
