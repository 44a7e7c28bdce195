"""What firms file: inventions, utility models, designs, PCT applications and software, honest and bought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from features.vocabulary import PatentKind
from training.simulate.arrays import NEVER, Flags, Floats, Generator, Ints, dates, expanded, money, picked, whole
from training.simulate.codes import filing_numbers
from training.simulate.finance import Books
from training.simulate.gazetteer import FIELDS, STRAY_IPC
from training.simulate.parameters import InventionParameters
from training.simulate.timeline import Timeline, year_of, year_start
from training.simulate.world import Firms, trait_of_field

__all__ = ["Filings", "draw_filings", "patents_table"]

KINDS = (PatentKind.INVENTION, PatentKind.UTILITY, PatentKind.DESIGN, PatentKind.PCT, PatentKind.SOFTWARE)
INVENTION, UTILITY, DESIGN, PCT, SOFTWARE = range(5)


@dataclass(frozen=True, slots=True)
class Filings:
    """One entry per right; days are day numbers, `NEVER` where the event does not come."""

    firm: Ints
    kind: Ints
    filed: Ints
    published: Ints
    granted: Ints
    lapsed: Ints
    acquired: Ints
    claims: Ints
    citations: Ints
    main: Flags
    main_known: Flags
    ipc: Ints
    """Position in the field's IPC list; negative positions count from `STRAY_IPC`."""


def _rates(firms: Firms, books: Books, timeline: Timeline, p: InventionParameters) -> list[Floats]:
    """Give expected filings per firm and year for each of `KINDS`: last year's R&D, capability and zeal, with drift."""
    spent = np.roll(books.rd, 1, axis=1)
    spent[:, 0] = books.rd[:, 0]
    effort = np.maximum(spent, 1.0) / 1e6
    skill = np.exp(p.on_capability * firms.capability)[:, None] * firms.zeal[:, None]
    after = (timeline.years - 2021)[None, :]
    invention = (
        p.invention_rate * trait_of_field(firms, "inventions")[:, None] * effort**p.on_effort * skill * np.exp(p.invention_drift * after)
    )
    base = effort ** (p.on_effort * 0.7) * np.sqrt(firms.zeal)[:, None]
    software = p.software_rate * trait_of_field(firms, "software")[:, None] * base
    utility = (
        p.utility_rate / np.sqrt(trait_of_field(firms, "software") + 0.5)[:, None] * base * np.exp(p.utility_drift * np.maximum(after, 0))
    )
    abroad = np.exp(p.pct_on_capability * firms.capability)[:, None] * effort ** (p.on_effort * 0.7)
    return [invention, utility, p.design_rate * base, p.pct_rate * abroad, software]


def _honest(rng: Generator, firms: Firms, books: Books, timeline: Timeline, p: InventionParameters) -> tuple[Ints, Ints, Ints]:
    """Draw the filings that come from research: firm, kind and day of each."""
    owners, kinds, days = [], [], []
    alive = firms.alive_years(timeline)
    starts = year_start(timeline.years)
    for kind, rate in enumerate(_rates(firms, books, timeline, p)):
        spots = expanded(rng.poisson(np.minimum(rate, p.most_a_year) * alive))
        owners.append(spots // timeline.years.size)
        kinds.append(np.full(spots.size, kind))
        days.append(starts[spots % timeline.years.size] + rng.integers(0, 365, spots.size))
    return np.concatenate(owners), np.concatenate(kinds), np.concatenate(days)


def _bursts(rng: Generator, firms: Firms, timeline: Timeline, p: InventionParameters) -> tuple[Ints, Ints, Ints]:
    """Draw the fakers' bursts: many cheap rights filed within weeks."""
    fakers = np.flatnonzero(firms.faker)
    bursts = np.repeat(fakers, 1 + rng.poisson(p.bursts_extra, fakers.size))
    first = np.maximum(firms.founded[bursts] + 180, timeline.since - 365)
    start = first + money(rng.random(bursts.size) * np.maximum(timeline.until - first, 1))
    sizes = rng.poisson(p.burst_size, bursts.size)
    firm, opened = np.repeat(bursts, sizes), np.repeat(start, sizes)
    kind = np.where(rng.random(firm.size) < p.burst_utility_share, UTILITY, SOFTWARE)
    return firm, kind, opened + rng.integers(0, p.burst_days, firm.size)


def _published(rng: Generator, kind: Ints, filed: Ints, p: InventionParameters) -> Ints:
    """Draw when the public sees each right: inventions early on request or after 18 months, the rest on registration."""
    n = kind.size
    early = rng.random(n) < p.early_publication
    invention = np.where(early, rng.integers(90, 270, n), 540 + rng.integers(0, 25, n))
    lags = np.stack(
        [invention, rng.integers(180, 305, n), rng.integers(120, 240, n), 540 + rng.integers(0, 30, n), rng.integers(30, 95, n)]
    )
    lag: Ints = np.take_along_axis(lags, kind[None, :], axis=0)[0]
    return filed + lag


def _granted(rng: Generator, capability: Floats, kind: Ints, filed: Ints, published: Ints, p: InventionParameters) -> Ints:
    """Draw grants: utility models, designs and software at publication, inventions two to three years on or never, PCT never."""
    chance = np.clip(p.grant_chance + 0.07 * capability, 0.1, 0.9)
    speed = np.maximum(1 - p.examination_speedup * (year_of(filed) - 2018), 0.6)
    examined = np.maximum(filed + money(rng.normal(p.examination_days, 110, kind.size) * speed), published + 60)
    invention = np.where(rng.random(kind.size) < chance, examined, NEVER)
    return np.where(kind == INVENTION, invention, np.where(kind == PCT, NEVER, published))


def _lapsed(rng: Generator, kind: Ints, granted: Ints, cheap: Flags, ends: Ints, p: InventionParameters) -> Ints:
    """Draw when fees stop being paid: cheap and small rights first, all within a year of the firm's end; software and PCT stay."""
    years = np.where(kind == INVENTION, p.invention_life_years, p.utility_life_years) * np.where(cheap, p.cheap_life, 1.0)
    waited = money((1.0 + rng.exponential(1.0, kind.size) * years) * 365)
    lapse = np.minimum(np.where(granted == NEVER, NEVER, granted + waited), ends + 300)
    lapse = np.where((kind == SOFTWARE) | (kind == PCT), NEVER, lapse)
    return np.where((granted != NEVER) & (lapse > granted), np.minimum(lapse, NEVER), NEVER)


def _text_and_echo(rng: Generator, firms: Firms, firm: Ints, kind: Ints, cheap: Flags, p: InventionParameters) -> tuple[Ints, Ints]:
    """Draw claims and three-year citations; both rise with capability and are poor for cheap rights."""
    capability = firms.capability[firm] - 1.2 * cheap
    claims = 1 + rng.poisson(np.where(kind == UTILITY, 5.0, 7.5) * np.exp(0.08 * capability))
    mean = np.where(kind == UTILITY, p.utility_citations, p.invention_citations) * np.exp(p.citations_on_capability * capability)
    return claims, rng.poisson(mean * rng.gamma(0.7, 1 / 0.7, firm.size))


def draw_filings(rng: Generator, firms: Firms, books: Books, timeline: Timeline, ends: Ints, p: InventionParameters) -> Filings:
    """Draw every right filed after founding and before the firm's end."""
    honest, burst = _honest(rng, firms, books, timeline, p), _bursts(rng, firms, timeline, p)
    firm, kind, filed = (np.concatenate(pair) for pair in zip(honest, burst, strict=True))
    cheap = np.arange(firm.size) >= honest[0].size
    kept = (filed >= firms.founded[firm]) & (filed < ends[firm]) & (filed < timeline.until)
    firm, kind, filed, cheap = firm[kept], kind[kept], filed[kept], cheap[kept]
    faker = firms.faker[firm]
    published = _published(rng, kind, filed, p)
    granted = _granted(rng, firms.capability[firm], kind, filed, published, p)
    honest_share = p.bought * np.exp(-p.bought_on_capability * firms.capability[firm])
    bought = rng.random(firm.size) < np.where(cheap | (faker & (kind == INVENTION)), p.bought_faker, honest_share)
    bought &= (kind != SOFTWARE) & (kind != PCT)
    acquired = np.where(bought, published - rng.integers(5, 60, firm.size), NEVER)
    claims, citations = _text_and_echo(rng, firms, firm, kind, cheap, p)
    main = rng.random(firm.size) < np.where(bought | cheap, p.main_business_cheap, p.main_business)
    breadth = np.minimum(money(rng.exponential(1.3, firm.size) + 0.25 * np.maximum(firms.capability[firm], 0)), 5)
    stray = rng.integers(1, len(STRAY_IPC) + 1, firm.size)
    return Filings(
        firm=firm,
        kind=kind,
        filed=filed,
        published=published,
        granted=granted,
        lapsed=_lapsed(rng, kind, granted, cheap, ends[firm], p),
        acquired=acquired,
        claims=claims,
        citations=citations,
        main=main,
        main_known=rng.random(firm.size) >= p.main_business_unknown,
        ipc=np.where(main, breadth, -stray),
    )


def _numbers(filings: Filings) -> pl.Series:
    """Number the rights as their offices do; serials are unique, so no two rights share a number."""
    serials = np.arange(filings.firm.size, dtype=np.int64)
    years = year_of(filings.filed)
    office = filing_numbers(years, np.clip(filings.kind + 1, 1, 3), 1_000_000 + serials)
    parts = pl.DataFrame({"office": office, "kind": filings.kind, "year": years, "serial": 1_000_000 + serials})
    number = (
        pl.when(pl.col("kind") == SOFTWARE)
        .then(pl.format("{}SR{}", "year", "serial"))
        .when(pl.col("kind") == PCT)
        .then(pl.format("PCT/CN{}/{}", "year", "serial"))
        .otherwise("office")
    )
    return parts.select(number.alias("patent_id")).to_series()


def _ipc(firms: Firms, filings: Filings) -> pl.Series:
    """Name the main IPC subclass: the field's list turned by the firm's own offset, or a stray one."""
    size = len(FIELDS[0].ipc)
    words = [code for profile in FIELDS for code in (profile.ipc * size)[:size]]
    home = firms.field[filings.firm] * size + (filings.ipc + filings.firm) % size
    position = np.where(filings.ipc >= 0, home, len(words) - filings.ipc - 1)
    return picked([*words, *STRAY_IPC], position)


def patents_table(firms: Firms, filings: Filings, ids: pl.Series, pledged: Ints, timeline: Timeline) -> pl.DataFrame:
    """Make the `patents` table: what is published by `until`; `pledged` gives each right's pledge day or `NEVER`."""
    until = timeline.until
    described = filings.kind <= PCT
    counted = (filings.kind == INVENTION) | (filings.kind == UTILITY) | (filings.kind == PCT)
    table = pl.DataFrame(
        {
            "firm_id": ids.gather(pl.Series(filings.firm, dtype=pl.UInt32)),
            "patent_id": _numbers(filings),
            "kind": picked([kind.value for kind in KINDS], filings.kind),
            "filed_on": dates(filings.filed),
            "published_on": dates(filings.published),
            "granted_on": dates(filings.granted, until),
            "lapsed_on": dates(filings.lapsed, until),
            "acquired_on": dates(filings.acquired, until),
            "pledged_on": dates(pledged, until),
            "ipc": _ipc(firms, filings).zip_with(pl.Series(described & (filings.kind != DESIGN)), pl.Series([None], dtype=pl.Utf8)),
            "claims": whole(filings.claims, counted),
            "citations_3y": whole(filings.citations, counted & (filings.published + 3 * 365 <= until)),
            "main_business": pl.Series(filings.main).zip_with(pl.Series(filings.main_known), pl.Series([None], dtype=pl.Boolean)),
        }
    )
    return table.filter(pl.Series(filings.published <= until))
