"""Official titles: who applies, who gets one, how long it lasts."""

from __future__ import annotations

import numpy as np
import polars as pl

from features.vocabulary import Level, QualificationKind
from training.simulate.arrays import Flags, Floats, Generator, Ints, dates, logistic, picked
from training.simulate.finance import Books
from training.simulate.parameters import TitleParameters
from training.simulate.timeline import Timeline, year_start
from training.simulate.world import Firms

__all__ = ["Titles", "draw_titles", "holds", "qualifications_table"]

LEVELS: dict[QualificationKind, Level] = {
    QualificationKind.HIGH_TECH: Level.NATIONAL,
    QualificationKind.TECH_SME: Level.NATIONAL,
    QualificationKind.INNOVATIVE_SME: Level.PROVINCIAL,
    QualificationKind.SRDI: Level.PROVINCIAL,
    QualificationKind.LITTLE_GIANT: Level.NATIONAL,
    QualificationKind.GAZELLE: Level.PROVINCIAL,
    QualificationKind.UNICORN: Level.NATIONAL,
}

Titles = dict[QualificationKind, tuple[Ints, Ints, Ints]]
"""Per kind: firm, first and last day of each period of validity."""


def _draw(rng: Generator, chances: Floats, years: Ints, days: tuple[int, int], lasts: int) -> tuple[Ints, Ints, Ints]:
    """Let firms without the title try each year with the chance of that (firm, year)."""
    until = np.zeros(chances.shape[0], dtype=np.int64)
    firms, starts = [], []
    for column, first in enumerate(year_start(years).tolist()):
        tried = np.flatnonzero((rng.random(until.size) < chances[:, column]) & (until < first + days[0]))
        start = first + rng.integers(*days, tried.size)
        until[tried] = start + lasts * 365
        firms.append(tried.astype(np.int64))
        starts.append(start)
    start = np.concatenate(starts)
    return np.concatenate(firms), start, start + lasts * 365


def _chances(firms: Firms, books: Books, reported: Floats, timeline: Timeline, p: TitleParameters) -> dict[QualificationKind, Floats]:
    """Give the yearly chance of each title: reported R&D against the floor, size, age and capability (fakers try harder)."""
    ages = firms.ages(timeline.years)
    intensity = reported / np.exp(books.level)
    drive = (firms.capability + p.faker_drive * firms.faker)[:, None]
    big = (books.level - np.log(2e7))[...]
    floor = np.where(books.level <= np.log(5e7), 0.05, np.where(books.level <= np.log(2e8), 0.04, 0.03))
    high_tech = p.high_tech * logistic(1.2 * drive + 0.4 * big) * (intensity >= floor) * (ages > 1.5)
    small = (books.staff <= 500) & (books.level <= np.log(2e8)) & (ages > 0.5)
    srdi = logistic(1.1 * drive + 0.8 * big - 2.6) * (ages > 2)
    return {
        QualificationKind.HIGH_TECH: high_tech,
        QualificationKind.TECH_SME: p.tech_sme * logistic(0.8 * drive) * small * (intensity >= 0.02),
        QualificationKind.INNOVATIVE_SME: p.innovative_sme * logistic(drive - 0.8) * (ages > 1),
        QualificationKind.SRDI: p.srdi * srdi,
        QualificationKind.LITTLE_GIANT: p.little_giant * logistic(1.5 * drive + 1.2 * big - 4.5) * (ages > 3),
        QualificationKind.GAZELLE: p.gazelle * logistic(1.2 * drive + 0.5 * big - 3.0) * (ages > 2) * (ages < 12),
        QualificationKind.UNICORN: p.unicorn * (drive > 1.5) * (big > 2.5),
    }


def draw_titles(rng: Generator, firms: Firms, books: Books, reported: Floats, timeline: Timeline, p: TitleParameters) -> Titles:
    """Draw all titles of all firms; the technology-SME title lasts a year, the others three."""
    alive = firms.alive_years(timeline)
    season = {QualificationKind.TECH_SME: (90, 330), QualificationKind.HIGH_TECH: (280, 350)}
    return {
        kind: _draw(rng, chance * alive, timeline.years, season.get(kind, (120, 300)), 1 if kind is QualificationKind.TECH_SME else 3)
        for kind, chance in _chances(firms, books, reported, timeline, p).items()
    }


def holds(titles: Titles, rows: Ints, days: Ints) -> Flags:
    """Does the firm hold any title on the day?"""
    held = np.zeros(rows.size, dtype=np.bool_)
    for firm, start, end in titles.values():
        order = np.argsort(firm * 100_000 + start)
        keys = firm[order] * 100_000 + start[order]
        at = np.searchsorted(keys, rows * 100_000 + days, side="right") - 1
        found = np.maximum(at, 0)
        if firm.size:
            held |= (at >= 0) & (firm[order][found] == rows) & (end[order][found] >= days)
    return held


def qualifications_table(titles: Titles, ids: pl.Series) -> pl.DataFrame:
    """Make the `qualifications` table."""
    frames = [
        pl.DataFrame(
            {
                "firm_id": ids.gather(pl.Series(firm, dtype=pl.UInt32)),
                "kind": picked([kind.value], np.zeros(firm.size, dtype=np.int64)),
                "level": picked([LEVELS[kind].value], np.zeros(firm.size, dtype=np.int64)),
                "valid_from": dates(start),
                "valid_until": dates(end),
            }
        )
        for kind, (firm, start, end) in titles.items()
    ]
    return pl.concat(frames)
