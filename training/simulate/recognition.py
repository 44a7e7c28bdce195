"""Who recognises the firm: investors, public programmes, buyers of technology, official titles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from features.vocabulary import ContractRole, FundingRound, InvestorTier, Level, ProgrammeKind
from training.simulate.arrays import Flags, Floats, Generator, Ints, dates, expanded, money, picked, whole
from training.simulate.finance import Books
from training.simulate.gazetteer import CAPITAL
from training.simulate.parameters import RecognitionParameters
from training.simulate.timeline import Timeline, year_of, year_start
from training.simulate.world import Firms, trait_of_field

__all__ = ["Rounds", "contracts_table", "draw_rounds", "funding_table", "programmes_table"]


@dataclass(frozen=True, slots=True)
class Rounds:
    """Rounds of venture capital, one entry each, by firm and then by day."""

    firm: Ints
    closed: Ints
    stage: Ints
    """Position in `FundingRound`: each round of a firm is one stage later."""

    def funded(self, shape: tuple[int, int], timeline: Timeline) -> Flags:
        """In which (firm, year) did a round close?"""
        flags = np.zeros(shape, dtype=np.bool_)
        flags[self.firm, timeline.column(year_of(self.closed))] = True
        return flags


def _events(rng: Generator, rates: Floats, firms: Firms, timeline: Timeline) -> tuple[Ints, Ints]:
    """Draw events at yearly rates (firms, years): owner and day, after founding, sorted by owner and day."""
    spots = expanded(rng.poisson(rates * firms.alive_years(timeline)))
    firm = spots // timeline.years.size
    day = year_start(timeline.years)[spots % timeline.years.size] + rng.integers(0, 365, spots.size)
    order = np.lexsort((day, firm))
    firm, day = firm[order], day[order]
    kept = day >= firms.founded[firm]
    return firm[kept], day[kept]


def _ranks(firm: Ints) -> Ints:
    """Count from 0 inside each run of equal values."""
    if firm.size == 0:
        return firm
    new = np.append(True, firm[1:] != firm[:-1])
    starts = np.flatnonzero(new)
    return np.arange(firm.size) - np.repeat(starts, np.diff(np.append(starts, firm.size)))


def draw_rounds(rng: Generator, firms: Firms, timeline: Timeline, p: RecognitionParameters) -> Rounds:
    """Draw rounds: capable young firms in fashionable fields and in Hefei, judged by investors with noise."""
    seen = firms.capability + p.investor_noise * rng.standard_normal(firms.count)
    appeal = (
        p.investor_rate
        * np.exp(p.investor_on_quality * seen)
        * trait_of_field(firms, "investors")
        * np.where(firms.city == CAPITAL, 1.6, 0.8)
    )
    youth = np.exp(-np.maximum(firms.ages(timeline.years), 0) / p.investor_years)
    firm, day = _events(rng, np.minimum(appeal[:, None] * youth, 1.5), firms, timeline)
    return Rounds(firm, day, np.minimum(_ranks(firm), len(FundingRound) - 1))


def funding_table(rng: Generator, firms: Firms, rounds: Rounds, ids: pl.Series, p: RecognitionParameters) -> pl.DataFrame:
    """Make the `funding` table; a round is known one to four months after closing."""
    n = rounds.firm.size
    typical = np.array(p.round_amounts)[rounds.stage]
    strong = firms.capability[rounds.firm] + rng.standard_normal(n)
    tier = np.digitize(strong, [-0.2, 0.7, 1.9])
    names = [InvestorTier.OTHER, InvestorTier.GUIDANCE, InvestorTier.ESTABLISHED, InvestorTier.TOP]
    return pl.DataFrame(
        {
            "firm_id": ids.gather(pl.Series(rounds.firm, dtype=pl.UInt32)),
            "round_id": _numbered("R", n),
            "round": picked([word.value for word in FundingRound], rounds.stage),
            "investor_tier": picked([word.value for word in names], tier),
            "amount": whole(money(typical * np.exp(p.round_log_sd * rng.standard_normal(n) + 0.1 * strong) / 100_000 + 1) * 100_000),
            "closed_on": dates(rounds.closed),
            "known_on": dates(rounds.closed + rng.integers(20, 130, n)),
        }
    )


def _numbered(prefix: str, count: int) -> pl.Series:
    return pl.select(pl.format(f"{prefix}{{}}", pl.int_range(1, count + 1)).alias("number")).to_series()


def programmes_table(rng: Generator, firms: Firms, timeline: Timeline, ids: pl.Series, p: RecognitionParameters) -> pl.DataFrame:
    """Make the `programmes` table: projects, platforms, awards, incubation and standards, by quality as juries see it."""
    seen = firms.capability + p.jury_noise * rng.standard_normal(firms.count) + p.jury_fooled * firms.faker
    quality = np.exp(p.jury_on_quality * seen - 0.5 * p.jury_on_quality**2)[:, None]
    ages = np.maximum(firms.ages(timeline.years), 0)
    ripe, young = 1 - np.exp(-ages / 4), np.exp(-ages / 2)
    frames = [
        _programme(rng, firms, timeline, ids, kind, rate * quality * (young if kind is ProgrammeKind.INCUBATION else ripe), p)
        for kind, rate in p.programme_rates.items()
    ]
    table = pl.concat(frames).sort("granted_on", maintain_order=True)
    return table.select("firm_id", _numbered("G", table.height).alias("programme_id"), pl.exclude("firm_id"))


def _programme(
    rng: Generator, firms: Firms, timeline: Timeline, ids: pl.Series, kind: ProgrammeKind, rates: Floats, p: RecognitionParameters
) -> pl.DataFrame:
    firm, day = _events(rng, rates, firms, timeline)
    rank = rng.random(firm.size) - 0.03 * firms.capability[firm]
    level = np.searchsorted(np.cumsum(p.programme_levels), np.clip(rank, 0, 0.999), side="right")
    typical = p.programme_amounts[kind] / (1.0 + level)
    amount = money(typical * np.exp(0.6 * rng.standard_normal(firm.size)) / 10_000 + 1) * 10_000
    return pl.DataFrame(
        {
            "firm_id": ids.gather(pl.Series(firm, dtype=pl.UInt32)),
            "kind": picked([kind.value] * 2, np.zeros(firm.size, dtype=np.int64)),
            "level": picked([word.value for word in Level], level),
            "granted_on": dates(day),
            "amount": whole(amount, np.full(firm.size, typical.max(initial=0) > 0)),
        }
    )


def contracts_table(
    rng: Generator, firms: Firms, books: Books, timeline: Timeline, ids: pl.Series, p: RecognitionParameters
) -> pl.DataFrame:
    """Make the `contracts` table: some firms sell technology often, most never."""
    seller = rng.random(firms.count) < p.contract_seller_share
    rate = np.where(seller, p.contract_rate * np.exp(0.3 * firms.capability), p.contract_buyer_rate)
    firm, day = _events(rng, np.repeat(rate[:, None], timeline.years.size, axis=1), firms, timeline)
    sells = seller[firm] & (rng.random(firm.size) < 0.85)
    level = books.level[firm, timeline.column(year_of(day))]
    amount = np.exp(p.contract_log_mean + 0.4 * (level - level.mean() if level.size else level) + rng.standard_normal(firm.size))
    return pl.DataFrame(
        {
            "firm_id": ids.gather(pl.Series(firm, dtype=pl.UInt32)),
            "contract_id": _numbered("T", firm.size),
            "role": picked([ContractRole.BUYER.value, ContractRole.SELLER.value], sells.astype(np.int64)),
            "amount": whole(money(amount / 1_000 + 1) * 1_000),
            "registered_on": dates(day),
        }
    )
