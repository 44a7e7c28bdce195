"""How firms end: distress sets in at a monthly hazard and, unless it passes, ends 90 days past due; some close quietly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc

from training.simulate.arrays import NEVER, Flags, Floats, Generator, Ints, money
from training.simulate.finance import Books
from training.simulate.parameters import DistressParameters, FinanceParameters
from training.simulate.timeline import Timeline, between, month_of, month_start
from training.simulate.world import Firms

__all__ = ["Fates", "default_probability", "draw_fates", "log_hazard"]

CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Fates:
    """When each firm's troubles come, as day numbers; `NEVER` where they do not come before the timeline ends."""

    hazard: Floats
    """Log of the monthly hazard of distress, (firms, years)."""
    onset: Ints
    """Distress that ends in default sets in: customers leave, records appear."""
    fails: Ints
    """Ninety days past due."""
    scare: Ints
    """Distress that passes sets in: the first such time, and before the other kind."""
    relief: Ints
    """That distress is over."""
    closes: Ints
    """Closes or moves away without default."""

    @property
    def ends(self) -> Ints:
        """The last day on which the firm reports anything."""
        return np.minimum(self.fails, self.closes)

    def in_distress(self, rows: Ints, days: Ints) -> Flags:
        """Is the firm in distress on the day?"""
        fatal = (days >= self.onset[rows]) & (days < self.fails[rows])
        distressed: Flags = fatal | ((days >= self.scare[rows]) & (days < self.relief[rows]))
        return distressed


def log_hazard(firms: Firms, books: Books, timeline: Timeline, p: DistressParameters, finance: FinanceParameters) -> Floats:
    """Give the log monthly hazard of distress, (firms, years): thin cash, gearing, bad management and shocks raise it."""
    traits = p.on_management * firms.management + p.on_capability * firms.capability
    age = np.log((np.maximum(firms.ages(timeline.years), 0) + 1) / 6)
    state = p.on_gearing * (books.gearing - finance.gearing_mean) - p.on_cash * (books.liquidity - np.log(finance.cash_months))
    size = p.on_size * np.clip(books.level - finance.typical_level, -3, 3)
    hazard: Floats = np.log(p.base) - traits[:, None] + state - p.on_shock * books.shock - size - p.on_age * age
    return hazard


def _first_month(hazard: Floats, timeline: Timeline, founded: Ints, threshold: Floats) -> Ints:
    """Give the position of the month in which the summed hazard passes each firm's threshold; the number of months if none."""
    position = timeline.position(month_start(timeline.months) + 15)
    left = position.astype(np.int64)
    weight = position - left
    monthly = np.exp(hazard[:, left] * (1 - weight) + hazard[:, left + 1] * weight)
    monthly[timeline.months[None, :] < month_of(founded)[:, None] + 6] = 0
    crossed: Ints = (np.cumsum(monthly, axis=1) < threshold[:, None]).sum(axis=1)
    return crossed


def _onsets(rng: Generator, firms: Firms, hazard: Floats, timeline: Timeline) -> Ints:
    threshold = rng.exponential(1.0, firms.count)
    parts = [slice(at, at + CHUNK) for at in range(0, firms.count, CHUNK)]
    month = np.concatenate([_first_month(hazard[part], timeline, firms.founded[part], threshold[part]) for part in parts])
    starts = np.append(month_start(timeline.months), NEVER)
    days = starts[month] + rng.integers(0, 28, firms.count)
    return np.where(month < timeline.months.size, days, NEVER)


def _closures(rng: Generator, firms: Firms, timeline: Timeline, p: DistressParameters) -> Ints:
    start = np.maximum(timeline.since, firms.founded + 365)
    waited = rng.exponential(365.25 / p.closure_rate, firms.count) * np.exp(0.3 * firms.capability)
    return np.minimum(start + money(waited), NEVER)


def _episode(rng: Generator, firms: Firms, hazard: Floats, timeline: Timeline, p: DistressParameters) -> tuple[Ints, Ints]:
    """Draw the first distress at a hazard: its first day, and the day on which it ends."""
    onset = _onsets(rng, firms, hazard, timeline)
    lag = p.shortest_days + money(rng.gamma(p.lag_shape, p.lag_days / p.lag_shape, firms.count))
    return onset, np.where(onset == NEVER, NEVER, onset + lag)


def draw_fates(rng: Generator, firms: Firms, hazard: Floats, timeline: Timeline, p: DistressParameters) -> Fates:
    """Draw when each firm gets into distress, recovers or fails, or closes."""
    onset, fails = _episode(rng, firms, hazard + np.log(1 - p.recovery), timeline, p)
    scare, relief = _episode(rng, firms, hazard + np.log(p.recovery), timeline, p)
    closes = _closures(rng, firms, timeline, p)
    quiet, spared = closes < onset, (relief >= onset) | (relief >= closes)
    return Fates(
        hazard=hazard,
        onset=np.where(quiet, NEVER, onset),
        fails=np.where(quiet, NEVER, fails),
        scare=np.where(spared, NEVER, scare),
        relief=np.where(spared, NEVER, relief),
        closes=np.where((onset < NEVER) & ~quiet, NEVER, closes),
    )


def _finishes_within(months: Floats, p: DistressParameters) -> Floats:
    """Give the chance that distress ends in default within `months` of its onset: a gamma lag after the shortest."""
    days = np.maximum(months * 30.4 - p.shortest_days, 0)
    share = np.asarray(gammainc(p.lag_shape, days * p.lag_shape / p.lag_days), dtype=np.float64)
    return (1 - p.recovery) * share


def default_probability(fates: Fates, timeline: Timeline, rows: Ints, days: Ints, p: DistressParameters, *, foresight: bool) -> Floats:
    """Give the chance of default within twelve months of `days`.

    With `foresight` the hazard follows the path the firm's state will take: the exact chance behind the outcome. Without it
    the state of the day is held: what a lender who sees everything could know at best. In distress it is the chance not to recover.
    """
    survival = np.ones(rows.size)
    finishing = _finishes_within(np.arange(11.5, 0.0, -1.0, dtype=np.float64), p)
    for month, finish in enumerate(finishing.tolist()):
        at = days + (month * 30 + 15 if foresight else 0)
        monthly = np.exp(between(fates.hazard, rows, timeline.position(at)))
        survival *= 1 - finish * (1 - np.exp(-monthly))
    return np.where(fates.in_distress(rows, days), 1 - p.recovery, 1 - survival)
