"""Public-credit records: they follow strain and bad management, gather in distress and stay open after failure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from features.vocabulary import ConductKind
from training.simulate.arrays import NEVER, Floats, Generator, Ints, dates, expanded, money, picked, whole
from training.simulate.distress import Fates
from training.simulate.finance import Books
from training.simulate.parameters import ConductParameters
from training.simulate.timeline import Timeline, year_start
from training.simulate.world import Firms

__all__ = ["Records", "conduct_table", "draw_records"]

KINDS = tuple(ConductKind)


@dataclass(frozen=True, slots=True)
class Records:
    """One entry per record; day numbers, `cleared` is `NEVER` while it stays open."""

    firm: Ints
    kind: Ints
    happened: Ints
    known: Ints
    cleared: Ints

    def open_at(self, rows: Ints, days: Ints) -> Ints:
        """Count the records of each firm that are known and open on its day."""
        order = np.argsort(self.firm, kind="stable")
        first, last = (np.searchsorted(self.firm[order], rows, side=side) for side in ("left", "right"))
        owner = np.repeat(np.arange(rows.size), last - first)
        turn = np.arange(owner.size) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
        record = order[first[owner] + turn]
        visible = (self.known[record] <= days[owner]) & (self.cleared[record] > days[owner])
        return np.bincount(owner[visible], minlength=rows.size)


def _calm(rng: Generator, firms: Firms, books: Books, timeline: Timeline, p: ConductParameters) -> tuple[Ints, Ints, Ints]:
    """Draw the records of ordinary life: firm, kind, day."""
    press = p.on_strain * books.strain - p.on_management * firms.management[:, None] + 0.3 * (books.level - 16.5).clip(-3, 3)
    owners, kinds, days = [], [], []
    for number, kind in enumerate(KINDS):
        spots = expanded(rng.poisson(p.rates[kind] * np.exp(press) * firms.alive_years(timeline)))
        owners.append(spots // timeline.years.size)
        kinds.append(np.full(spots.size, number))
        days.append(year_start(timeline.years)[spots % timeline.years.size] + rng.integers(0, 365, spots.size))
    return np.concatenate(owners), np.concatenate(kinds), np.concatenate(days)


def _troubled(rng: Generator, fates: Fates, p: ConductParameters) -> tuple[Ints, Ints, Ints]:
    """Draw the records of distress: lawsuits and arrears between its onset and some months after its end."""
    fatal, passing = np.flatnonzero(fates.onset < NEVER), np.flatnonzero(fates.scare < NEVER)
    hit, first = np.concatenate([fatal, passing]), np.concatenate([fates.onset[fatal], fates.scare[passing]])
    last = np.concatenate([fates.fails[fatal] + p.months_after * 30, fates.relief[passing]])
    turn = expanded(rng.poisson(p.distress_records, hit.size))
    firm, day = hit[turn], first[turn] + money(rng.random(turn.size) * (last - first)[turn])
    kind = rng.choice(np.arange(len(KINDS)), size=firm.size, p=np.array(p.distress_kinds) / sum(p.distress_kinds))
    return firm, kind, day


def _cleared(rng: Generator, firms: Firms, fates: Fates, firm: Ints, happened: Ints, p: ConductParameters) -> Ints:
    """Draw when records are settled: sooner when well managed, never once the firm has failed."""
    waited = rng.exponential(p.clearing_days, firm.size) * np.exp(-0.3 * firms.management[firm])
    cleared = happened + 20 + money(np.minimum(waited, 4000))
    return np.where(cleared >= fates.onset[firm], NEVER, cleared)


def draw_records(rng: Generator, firms: Firms, books: Books, fates: Fates, timeline: Timeline, p: ConductParameters) -> Records:
    """Draw every record since history began; one becomes known up to three months after it happened."""
    calm, troubled = _calm(rng, firms, books, timeline, p), _troubled(rng, fates, p)
    firm, kind, happened = (np.concatenate(pair) for pair in zip(calm, troubled, strict=True))
    last = np.where(fates.fails[firm] < NEVER, fates.fails[firm] + 300, fates.closes[firm])
    kept = (happened >= np.maximum(timeline.since - 365, firms.founded[firm])) & (happened <= last)
    firm, kind, happened = firm[kept], kind[kept], happened[kept]
    known = happened + rng.integers(1, p.latest_known_days, firm.size)
    return Records(firm, kind, happened, known, np.maximum(_cleared(rng, firms, fates, firm, happened, p), known))


def conduct_table(rng: Generator, records: Records, books: Books, ids: pl.Series, timeline: Timeline, p: ConductParameters) -> pl.DataFrame:
    """Make the `conduct` table; listings carry no amount."""
    n = records.firm.size
    typical = np.array([p.amounts[kind] for kind in KINDS])[records.kind]
    size = np.exp(0.4 * (books.level[records.firm].mean(axis=1) - 16.5))
    amount: Floats = typical * size * np.exp(0.9 * rng.standard_normal(n))
    number = pl.select(pl.format("C{}", pl.int_range(1, n + 1)).alias("record_id")).to_series()
    return pl.DataFrame(
        {
            "firm_id": ids.gather(pl.Series(records.firm, dtype=pl.UInt32)),
            "record_id": number,
            "kind": picked([kind.value for kind in KINDS], records.kind),
            "amount": whole(money(amount / 100 + 1) * 100, typical > 0),
            "happened_on": dates(records.happened),
            "known_on": dates(records.known),
            "cleared_on": dates(records.cleared, timeline.until),
        }
    )
