"""Monthly VAT invoices: the freshest sign of how a firm does, kept only for the months a lender may ask for."""

from __future__ import annotations

import numpy as np
import polars as pl

from training.simulate.arrays import NEVER, Floats, Generator, Ints, dates, logistic, money, whole
from training.simulate.distress import Fates
from training.simulate.finance import Books
from training.simulate.parameters import InvoiceParameters
from training.simulate.timeline import Timeline, between, month_of, month_start
from training.simulate.world import Firms

__all__ = ["firm_months", "invoices_table"]


def firm_months(
    rng: Generator, firms: Firms, fates: Fates, timeline: Timeline, asked: tuple[Ints, Ints], p: InvoiceParameters
) -> tuple[Ints, Ints]:
    """List the (firm, month) to keep: the last months before `until`, and the months before each application `(firm, day)`.

    Only firms that authorised the query have any, and none after the firm's end. Months count from January 1970.
    """
    last = int(month_of(np.array([timeline.until]))[0]) - 1
    recent = np.repeat(np.arange(firms.count), p.recent_months), np.tile(last - np.arange(p.recent_months), firms.count)
    firm, day = asked
    before = np.repeat(firm, p.months_before_application), (month_of(day)[:, None] - 1 - np.arange(p.months_before_application)).ravel()
    key = np.unique(np.concatenate([recent[0] * 10_000 + recent[1], before[0] * 10_000 + before[1]]))
    firm, month = key // 10_000, key % 10_000
    authorised = rng.random(firms.count) >= p.not_authorised
    start = month_start(month)
    kept = authorised[firm] & (start >= firms.founded[firm]) & (start + 28 <= fates.ends[firm])
    return firm[kept], month[kept]


def _decline(fates: Fates, firm: Ints, start: Ints, p: InvoiceParameters) -> Floats:
    """Give the factor that distress takes off sales: it grows over three months and passes only with recovery."""
    into = (start - fates.onset[firm]) / 90.0
    after = np.where(fates.recovers[firm], np.maximum(start - fates.calm[firm], 0) / 180.0, 0.0)
    depth = np.clip(into, 0, 1) * np.clip(1 - after, 0, 1)
    return np.where(fates.onset[firm] == NEVER, 1.0, 1 - p.distress_loss * depth)


def _sales(rng: Generator, books: Books, fates: Fates, timeline: Timeline, months: tuple[Ints, Ints], p: InvoiceParameters) -> Floats:
    firm, month = months
    start = month_start(month)
    season = 1 + p.season * np.cos(2 * np.pi * (month % 12 - 11) / 12) - np.where(month % 12 == 1, p.spring_festival, 0.0)
    lumpy = p.monthly_sd * np.exp(-0.12 * (books.level[:, -1] - 16))[firm]
    pace = np.exp(between(books.level, firm, timeline.position(start + 15))) / 12
    return pace * season * _decline(fates, firm, start, p) * np.exp(lumpy * rng.standard_normal(firm.size) - 0.5 * lumpy**2)


def invoices_table(
    rng: Generator,
    firms: Firms,
    books: Books,
    fates: Fates,
    timeline: Timeline,
    ids: pl.Series,
    months: tuple[Ints, Ints],
    p: InvoiceParameters,
) -> pl.DataFrame:
    """Make the `invoices` table for the listed firm-months; each is known after the next month's tax filing."""
    firm, month = months
    start = month_start(month)
    at = timeline.position(start + 15)
    sales = _sales(rng, books, fates, timeline, months, p)
    strain = between(books.strain, firm, at)
    void = (
        p.void_mean + p.void_on_strain * strain - p.void_on_management * firms.management[firm] + p.void_sd * rng.standard_normal(firm.size)
    )
    void = void + p.void_in_distress * fates.in_distress(firm, start)
    mass = p.concentration_mean + 0.7 * rng.standard_normal(firms.count) + p.faker_concentration * firms.faker
    few = logistic((mass - 0.25 * (books.level[:, -1] - 16.5))[firm] + 0.25 * strain + 0.2 * rng.standard_normal(firm.size))
    buyers = 1 + rng.poisson(np.clip(p.buyers_typical * (np.maximum(sales, 1) / 1e6) ** 0.5 * (1.3 - few), 0.2, 400))
    cost = between(books.cost / np.maximum(books.revenue, 1.0), firm, at)
    received = sales * np.clip(cost, 0.2, 2.0) * p.bought_share * np.exp(0.25 * rng.standard_normal(firm.size))
    return pl.DataFrame(
        {
            "firm_id": ids.gather(pl.Series(firm, dtype=pl.UInt32)),
            "month": dates(start),
            "known_on": dates(month_start(month + 1) + 14 + (firm + month) % 6),
            "issued_amount": whole(money(sales)),
            "received_amount": whole(money(received)),
            "voided_share": whole(money(10_000 * logistic(void))),
            "buyers": whole(buyers),
            "sellers": whole(1 + rng.poisson(np.clip(0.7 * buyers, 0.2, 300))),
            "top2_buyer_share": whole(money(10_000 * np.where(buyers <= 2, 1.0, few))),
        }
    )
