"""Who asked for which loan when, and what the past policy made of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.vocabulary import Product
from training.simulate.arrays import NEVER, Flags, Floats, Generator, Ints, money
from training.simulate.conduct import Records
from training.simulate.distress import Fates
from training.simulate.finance import Books
from training.simulate.parameters import CreditParameters, FinanceParameters
from training.simulate.timeline import Timeline, between, year_of, year_start
from training.simulate.titles import Titles, holds
from training.simulate.world import Firms

__all__ = ["PRODUCTS", "STAGES", "Applications", "Sources", "Verdicts", "draw_applications", "first_asked", "judge"]

PRODUCTS = tuple(product for product in Product if product is not Product.ACQUISITION)
"""The simulated province knows no merger loans."""
STAGES = ("start-up", "growth", "stable")


@dataclass(frozen=True, slots=True)
class Sources:
    """What applications are judged on."""

    firms: Firms
    books: Books
    fates: Fates
    titles: Titles
    records: Records
    timeline: Timeline


@dataclass(frozen=True, slots=True)
class Applications:
    """One entry per application, by firm and then by day; `stage` points into `STAGES`, `product` into `PRODUCTS`."""

    firm: Ints
    day: Ints
    stage: Ints
    product: Ints
    amount: Ints
    term: Ints


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the past policy decided on each application, drawn or not."""

    score: Floats
    """What the policy believed, noise included; high is good."""
    withdrawn: Flags
    approved: Flags
    rate: Ints
    """Basis points a year."""


def _spells(rng: Generator, firms: Firms, timeline: Timeline, p: CreditParameters) -> tuple[Ints, Ints]:
    """Draw for how long each firm is a customer: first and last day; relations begin all the time, so every year has new customers."""
    earliest = np.maximum(firms.founded + p.youngest_days, timeline.until - int(p.relation_years * 365.25))
    length = money(rng.gamma(2.0, p.spell_years * 365.25 / 2, firms.count))
    start = earliest + money(rng.random(firms.count) * (timeline.until - earliest + length)) - length
    start = np.where(rng.random(firms.count) < p.borrowers, np.maximum(start, earliest), NEVER)
    return start, start + length


def _days(rng: Generator, firms: Firms, fates: Fates, timeline: Timeline, p: CreditParameters) -> tuple[Ints, Ints]:
    """Draw up to two applications a year while the firm is a customer, around its own season: most loans are renewed."""
    start, end = _spells(rng, firms, timeline, p)
    season = rng.integers(20, 190, firms.count)
    chance = np.where(firms.ages(timeline.years) <= 5, p.startup_chance, 1.0)
    parts = []
    for share, offset in ((p.yearly_chance, 0), (p.second_chance, 150)):
        firm, column = (index.astype(np.int64) for index in np.nonzero(rng.random(chance.shape) < share * chance))
        parts.append((firm, year_start(timeline.years[column]) + season[firm] + offset + rng.integers(-20, 21, firm.size)))
    firm, day = (np.concatenate(pair) for pair in zip(*parts, strict=True))
    kept = (day >= np.maximum(start[firm], timeline.since)) & (day <= np.minimum(end[firm], timeline.until)) & (day < fates.ends[firm])
    order = np.lexsort((day[kept], firm[kept]))
    return firm[kept][order], day[kept][order]


def _stages(firms: Firms, books: Books, timeline: Timeline, firm: Ints, day: Ints) -> Ints:
    """Place each firm in its growth stage (illustrative cut-offs of the product: age 5 and 10, revenue 20 m and 200 m yuan)."""
    age = (day - firms.founded[firm]) / 365.25
    revenue = books.revenue[firm, timeline.column(year_of(day) - 1)]
    stable = (age > 10) | (revenue >= 2e8)
    return np.where(stable, 2, np.where((age <= 5) & (revenue < 2e7), 0, 1))


def _products(rng: Generator, firm: Ints, day: Ints, stage: Ints, backed: Flags, p: CreditParameters) -> Ints:
    """Choose products: named ones become common over the years; a relay follows an earlier startup credit."""
    named = rng.random(firm.size) < np.clip(p.named_share + p.named_drift * (year_of(day) - 2023), 0.05, 0.95)
    choice = rng.random(firm.size)
    startup, relay, batch, common, other = range(len(PRODUCTS))
    product = np.where(stage == 0, startup, np.where((choice < 0.55) & backed, batch, np.where(choice < 0.85, common, other)))
    product = np.where(named, product, other)
    first = np.full(int(firm.max(initial=0)) + 1, NEVER, dtype=np.int64)
    np.minimum.at(first, firm[product == startup], day[product == startup])
    takes_over = (stage == 1) & (first[firm] < day - 200) & named & (choice < p.relay_share)
    return np.where(takes_over, relay, product)


def _requests(rng: Generator, sources: Sources, firm: Ints, day: Ints, product: Ints, p: CreditParameters) -> tuple[Ints, Ints]:
    """Draw amount and term: larger firms ask for more but for less of their revenue, strained firms for more."""
    at = sources.timeline.position(day)
    level = between(sources.books.level, firm, at)
    need = p.amount_on_strain * between(sources.books.strain, firm, at) + p.amount_sd * rng.standard_normal(firm.size)
    wished = np.exp(np.log(p.amount_typical) + p.amount_on_size * (level - np.log(2e7)) + need)
    caps = np.array([p.caps[word] for word in PRODUCTS])[product]
    amount = money(np.clip(wished, p.smallest, caps) / 100_000) * 100_000
    months = np.array([12, 24, 36, 60])
    chances = np.cumsum(np.array([p.terms[word] for word in PRODUCTS]), axis=1)[product]
    term = months[np.minimum((rng.random(firm.size)[:, None] >= chances).sum(axis=1), 3)]
    return np.maximum(amount, 100_000), term


def draw_applications(rng: Generator, sources: Sources, p: CreditParameters) -> Applications:
    """Draw every application between the start of the loan history and `until`."""
    firm, day = _days(rng, sources.firms, sources.fates, sources.timeline, p)
    stage = _stages(sources.firms, sources.books, sources.timeline, firm, day)
    product = _products(rng, firm, day, stage, holds(sources.titles, firm, day), p)
    amount, term = _requests(rng, sources, firm, day, product, p)
    return Applications(firm, day, stage, product, amount, term)


def first_asked(asked: Applications, firms: int) -> Ints:
    """Give the year in which each firm first asked for a loan, 9999 where it never did."""
    first = np.full(firms, 9999, dtype=np.int64)
    np.minimum.at(first, asked.firm, year_of(asked.day))
    return first


def judge(rng: Generator, sources: Sources, asked: Applications, p: CreditParameters, finance: FinanceParameters) -> Verdicts:
    """Decide as the past policy did: on last year's accounts, records and titles, with noise, and looser every year."""
    firm, day, n = asked.firm, asked.day, asked.firm.size
    last_year = np.maximum(sources.timeline.position(day) - 1.0, 0.0)
    cash = between(sources.books.liquidity, firm, last_year) - np.log(finance.cash_months)
    gearing = between(sources.books.gearing, firm, last_year) - finance.gearing_mean
    worries = np.minimum(sources.records.open_at(firm, day), 3) * p.on_open_record
    worries = worries + p.on_distress * (sources.fates.in_distress(firm, day) & (rng.random(n) < p.distress_noticed))
    years = (day - sources.timeline.until) / 365.25
    merit = np.exp(p.title_drift * years) * p.on_title * holds(sources.titles, firm, day)
    score = p.on_cash * cash - p.on_gearing * gearing + merit - worries + p.policy_noise * rng.standard_normal(n)
    withdrawn = rng.random(n) < p.withdrawn
    base = np.interp(year_of(day) + 0.0, np.arange(2018, 2027), np.array(p.base_rates))
    spread = p.spread - p.spread_on_score * score + np.where(asked.stage == 0, p.spread_startup, 0)
    rate = np.clip(base + spread, 200, 1200)
    return Verdicts(score, withdrawn, (score > p.cut + p.cut_drift * years) & ~withdrawn, money(rate / 5) * 5)
