"""Who the firms are: place, trade, age and owner, and the four traits nobody can observe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from training.simulate.arrays import Flags, Floats, Generator, Ints, dates, money, picked, whole
from training.simulate.codes import credit_codes
from training.simulate.gazetteer import BRANDS, CITIES, FIELDS, OWNERSHIPS
from training.simulate.parameters import WorldParameters
from training.simulate.timeline import Timeline, year_of

__all__ = ["Firms", "draw_firms", "firm_ids", "firms_table", "trait_of_field"]


@dataclass(frozen=True, slots=True)
class Firms:
    """Traits of the n firms, one array entry each; capability, management and luck have mean 0 and variance 1."""

    capability: Floats
    management: Floats
    luck: Floats
    faker: Flags
    field: Ints
    city: Ints
    ownership: Ints
    founded: Ints
    """Day number."""
    zeal: Floats
    """How much the firm patents what it knows: gamma, mean 1, heavy-tailed."""

    @property
    def count(self) -> int:
        """Number of firms."""
        return self.founded.size

    def ages(self, years: Ints) -> Floats:
        """Give age in years at the middle of each calendar year, (n, years); negative before founding."""
        middle = (years - 1970 + 0.5) * 365.25
        return np.asarray((middle[None, :] - self.founded[:, None]) / 365.25, dtype=np.float64)

    def alive_years(self, timeline: Timeline) -> Flags:
        """In which grid years does the firm exist, if it has not failed?"""
        alive: Flags = timeline.years[None, :] >= year_of(self.founded)[:, None]
        return alive


def trait_of_field(firms: Firms, name: str) -> Floats:
    """Give a number of each firm's `FieldProfile` by its attribute name."""
    values: Floats = np.array([getattr(profile, name) for profile in FIELDS], dtype=np.float64)[firms.field]
    return values


def _weighted(rng: Generator, weights: list[float], size: int) -> Ints:
    share = np.cumsum(weights) / sum(weights)
    return np.minimum(np.searchsorted(share, rng.random(size), side="right"), len(weights) - 1)


def draw_firms(rng: Generator, count: int, timeline: Timeline, p: WorldParameters) -> Firms:
    """Draw `count` firms alive at some time up to `until`; ages are exponential, so young firms are many."""
    faker = rng.random(count) < p.faker_share
    capability = rng.standard_normal(count) - p.faker_capability_gap * faker
    noise = rng.standard_normal(count)
    age = np.minimum(p.youngest_years + rng.exponential(p.mean_age_years, count), p.oldest_years)
    return Firms(
        capability=capability,
        management=p.management_on_capability * capability + np.sqrt(1 - p.management_on_capability**2) * noise,
        luck=rng.standard_normal(count),
        faker=faker,
        field=_weighted(rng, [profile.share for profile in FIELDS], count),
        city=_weighted(rng, [share for _, _, share in CITIES], count),
        ownership=_weighted(rng, [share for _, share in OWNERSHIPS], count),
        founded=timeline.until - money(age * 365.25),
        zeal=rng.gamma(p.zeal_shape, 1 / p.zeal_shape, count),
    )


def firm_ids(rng: Generator, firms: Firms) -> pl.Series:
    """Give every firm its credit code."""
    return credit_codes(rng, np.array([int(code) for code, _, _ in CITIES])[firms.city])


def _industries(rng: Generator, firms: Firms) -> pl.Series:
    longest = max(len(profile.industries) for profile in FIELDS)
    codes = [code for profile in FIELDS for code in (profile.industries * longest)[:longest]]
    return picked(codes, firms.field * longest + rng.integers(0, longest, firms.count))


def _names(rng: Generator, firms: Firms) -> pl.Series:
    """Make names that say they are simulated: `模拟·` first, so that no list or screenshot can hide it."""
    size = len(FIELDS[0].words)
    words = [word for profile in FIELDS for word in (profile.words * size)[:size]]
    parts = pl.DataFrame(
        {
            "city": picked([name for _, name, _ in CITIES], firms.city),
            "brand": picked(BRANDS, rng.integers(0, len(BRANDS), firms.count)),
            "second": picked([brand[-1] for brand in BRANDS], rng.integers(0, len(BRANDS), firms.count)),
            "word": picked(words, firms.field * size + rng.integers(0, size, firms.count)),
        }
    )
    return parts.select(pl.format("模拟·{}{}{}{}科技有限公司", "city", "brand", "second", "word")).to_series()


def _searched(rng: Generator, count: int, p: WorldParameters) -> tuple[pl.Series, dict[str, Flags]]:
    """Draw which registers were searched to the end; the flags say so per register."""
    complete = {name: rng.random(count) < share for name, share in p.register_searched.items()}
    said = pl.DataFrame({name: np.where(flag, name, "") for name, flag in complete.items()})
    joined = said.select(pl.concat_str(pl.when(pl.all() != "").then(pl.all()), separator=";", ignore_nulls=True)).to_series()
    return joined.replace("", None), complete


def firms_table(rng: Generator, firms: Firms, ids: pl.Series, p: WorldParameters) -> tuple[pl.DataFrame, dict[str, Flags]]:
    """Make the `firms` table, and tell per register for which firms it was searched."""
    capital = np.exp(p.capital_log_mean + p.capital_log_sd * rng.standard_normal(firms.count) + 0.2 * firms.capability)
    registered = np.maximum(money(capital / 10_000), 1) * 10_000
    paid = money(registered * within_unit(rng.beta(2.0, 1.2, firms.count)))
    searched, complete = _searched(rng, firms.count, p)
    table = pl.DataFrame(
        {
            "firm_id": ids,
            "name": _names(rng, firms),
            "founded_on": dates(firms.founded),
            "region": picked([code for code, _, _ in CITIES], firms.city),
            "industry": _industries(rng, firms),
            "field": picked([profile.field.value for profile in FIELDS], firms.field),
            "ownership": picked([word.value for word, _ in OWNERSHIPS], firms.ownership),
            "registered_capital": whole(registered),
            "paid_in_capital": whole(paid, rng.random(firms.count) >= p.paid_capital_missing),
            "searched": searched,
        }
    )
    return table, complete


def within_unit(values: Floats) -> Floats:
    """Round shares to two places, so that paid-in capital looks like a decision and not like a draw."""
    rounded: Floats = np.rint(values * 20) / 20
    return rounded
