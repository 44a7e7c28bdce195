"""The yearly state of each firm: what presses it, what it turns over, earns, owes and holds in cash."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.simulate.arrays import Flags, Floats, Generator, logistic, within
from training.simulate.parameters import FinanceParameters
from training.simulate.timeline import Timeline, year_start
from training.simulate.world import Firms, trait_of_field

__all__ = ["Books", "keep_books"]


@dataclass(frozen=True, slots=True)
class Books:
    """True yearly state, (firms, years) on the timeline's grid; money in yuan. Years before founding mean nothing."""

    strain: Floats
    """What presses the firm: mean near 0, variance near 1; high is bad."""
    shock: Floats
    """Luck of the firm's technology field in the year; high is good."""
    level: Floats
    """Log of revenue at a yearly pace."""
    liquidity: Floats
    """Log of cash over one month's cost."""
    gearing: Floats
    """Log odds of liabilities over assets (before the cap that makes some firms insolvent)."""
    revenue: Floats
    """Revenue booked in the year: less than the pace in the year of founding."""
    rd: Floats
    """R&D expense that was truly spent."""
    profit: Floats
    cost: Floats
    cash: Floats
    assets: Floats
    equity: Floats
    debt: Floats
    current_assets: Floats
    current_liabilities: Floats
    operating_cash: Floats
    staff: Floats


def _autoregressive(steps: Floats, persistence: float) -> Floats:
    """Run a stationary AR(1) along the last axis over standard normal `steps`."""
    path = np.empty_like(steps)
    path[..., 0] = steps[..., 0]
    fresh = np.sqrt(1 - persistence**2)
    for j in range(1, steps.shape[-1]):
        path[..., j] = persistence * path[..., j - 1] + fresh * steps[..., j]
    return path


def _shocks(rng: Generator, fields: int, years: int, p: FinanceParameters) -> Floats:
    """Draw the fortune of each field in each year: a common part and the field's own."""
    common = _autoregressive(rng.standard_normal((1, years)), p.shock_persistence)
    own = _autoregressive(rng.standard_normal((fields, years)), p.shock_persistence)
    return p.common_shock_sd * common + p.field_shock_sd * own


def _strain(rng: Generator, firms: Firms, shock: Floats, p: FinanceParameters) -> Floats:
    own = _autoregressive(rng.standard_normal(shock.shape), p.strain_persistence)
    traits = p.strain_on_management * firms.management + p.strain_on_capability * firms.capability + p.strain_on_luck * firms.luck
    return p.strain_own_sd * own - traits[:, None] - shock


def _levels(rng: Generator, firms: Firms, ages: Floats, strain: Floats, p: FinanceParameters) -> Floats:
    """Let log revenue grow from the founding level; firms older than the grid start where their age would have brought them."""
    noise = rng.standard_normal(strain.shape)
    trend = p.young_growth * np.exp(-np.maximum(ages, 0) / p.young_years) + p.mature_growth
    pull = p.growth_on_capability * firms.capability + p.growth_on_luck * firms.luck
    growth = trend + pull[:, None] - p.growth_on_strain * strain + p.growth_sd * noise
    entry = p.entry_log_mean + p.entry_on_capability * firms.capability + p.entry_log_sd * rng.standard_normal(firms.count)
    past = np.clip(ages[:, 0], 0, p.growing_years)
    grown = p.young_growth * p.young_years * (1 - np.exp(-past / p.young_years)) + (p.mature_growth + pull) * past
    level = np.empty_like(strain)
    level[:, 0] = entry + grown + p.growth_sd * np.sqrt(past) * noise[:, 0]
    for j in range(1, level.shape[1]):
        level[:, j] = np.where(ages[:, j - 1] < 0, entry, level[:, j - 1] + growth[:, j])
    return level


def _part_of_year(firms: Firms, timeline: Timeline) -> Floats:
    """Share of each calendar year in which the firm existed."""
    starts = year_start(timeline.years)
    return within((starts[None, :] + 365 - firms.founded[:, None]) / 365.0, 0.0, 1.0)


def _research(rng: Generator, firms: Firms, ages: Floats, level: Floats, p: FinanceParameters) -> Floats:
    """Draw true R&D spending: by field, capability and youth; a faker spends a fraction."""
    own = p.rd_on_capability * firms.capability + p.rd_own_sd * rng.standard_normal(firms.count)
    intensity = np.log(trait_of_field(firms, "rd")) + own + np.where(firms.faker, np.log(p.faker_true_rd), 0.0)
    young = 1 + p.rd_young_extra * np.exp(-np.maximum(ages, 0) / p.rd_young_years)
    spent = np.exp(intensity[:, None] + p.rd_year_sd * rng.standard_normal(level.shape) + p.rd_on_size * (level - p.typical_level)) * young
    return spent * np.exp(level)


def _margin(rng: Generator, firms: Firms, ages: Floats, strain: Floats, p: FinanceParameters) -> Floats:
    skill = p.margin_on_capability * firms.capability + p.margin_on_management * firms.management
    young = p.margin_young_loss * np.exp(-np.maximum(ages, 0) / p.margin_young_years)
    return p.margin_mean + skill[:, None] - young - p.margin_on_strain * strain + p.margin_sd * rng.standard_normal(strain.shape)


def _staff(rng: Generator, firms: Firms, level: Floats, p: FinanceParameters) -> Floats:
    """Draw head counts: revenue per head rises with size."""
    spread = p.staff_sd * rng.standard_normal(firms.count)[:, None] + 0.08 * rng.standard_normal(level.shape)
    heads: Floats = np.exp(np.log(p.staff_typical) + p.staff_on_size * (level - p.typical_level) + spread)
    return np.maximum(heads, 2.0)


def keep_books(rng: Generator, firms: Firms, timeline: Timeline, funded: Flags, p: FinanceParameters) -> Books:
    """Draw the yearly state of all firms; `funded` (firms, years) says when venture capital came in."""
    ages = firms.ages(timeline.years)
    by_field = _shocks(rng, int(firms.field.max()) + 1, timeline.years.size, p)
    shock = by_field[firms.field]
    strain = _strain(rng, firms, shock, p)
    level = _levels(rng, firms, ages, strain, p)
    revenue = np.exp(level) * _part_of_year(firms, timeline)
    rd = _research(rng, firms, ages, level, p) * _part_of_year(firms, timeline)
    profit = revenue * within(_margin(rng, firms, ages, strain, p), -0.9, 0.45)
    profit = profit - p.rd_unfunded * np.maximum(rd - p.rd_affordable * revenue, 0)
    cost = np.maximum(revenue - np.where(profit > 0, profit / (1 - p.income_tax), profit), 0.02 * revenue)
    own = rng.standard_normal((2, firms.count, 1))
    fresh = rng.standard_normal((4, *strain.shape))
    lasting = np.maximum(funded, np.roll(funded, 1, axis=1))
    liquidity = (
        np.log(p.cash_months) - p.cash_on_strain * strain + p.cash_own_sd * own[0] + p.cash_year_sd * fresh[0] + p.cash_on_funding * lasting
    )
    gearing = p.gearing_mean + p.gearing_on_strain * strain + p.gearing_own_sd * own[1] + p.gearing_year_sd * fresh[1]
    cash = np.exp(liquidity) * cost / 12
    assets = np.exp(level) * p.assets_over_revenue * np.exp(p.assets_on_strain * strain + 0.25 * own[1] * own[0] + 0.12 * fresh[2]) + cash
    liabilities = assets * p.insolvency_reach * logistic(gearing)
    debt = liabilities * within(p.debt_share + 0.15 * own[0] + 0.05 * fresh[3], 0.0, 0.9)
    return Books(
        strain=strain,
        shock=shock,
        level=level,
        liquidity=liquidity,
        gearing=gearing,
        revenue=revenue,
        rd=rd,
        profit=profit,
        cost=cost,
        cash=cash,
        assets=assets,
        equity=assets - liabilities,
        debt=debt,
        current_assets=cash + p.current_share * (assets - cash),
        current_liabilities=liabilities * within(0.75 + 0.08 * fresh[3], 0.2, 1.0),
        operating_cash=profit + revenue * (0.03 - p.working_capital_on_strain * strain + 0.03 * fresh[2]),
        staff=_staff(rng, firms, level, p),
    )
