"""Parameters of who the firms are, what they turn over and how they end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from training.simulate.parameters.number import number, numbers

__all__ = ["DistressParameters", "FinanceParameters", "WorldParameters"]


@dataclass(frozen=True, kw_only=True)
class WorldParameters:
    """Who the firms are."""

    faker_share: float = number(0.04, "share of firms that fake innovation")
    faker_capability_gap: float = number(0.5, "by how much a faker's capability lies below the average")
    management_on_capability: float = number(0.2, "correlation of management with capability")
    mean_age_years: float = number(11.0, "mean of the exponential age at `until`")
    youngest_years: float = number(0.4, "age of the youngest firm at `until`")
    oldest_years: float = number(32.0, "greatest age at `until`")
    zeal_shape: float = number(0.8, "gamma shape of patenting zeal (mean 1): small is heavy-tailed")
    capital_log_mean: float = number(15.6, "mean log of registered capital in yuan")
    capital_log_sd: float = number(1.0, "its standard deviation")
    paid_capital_missing: float = number(0.12, "share of firms whose paid-in capital is unknown")
    register_searched: Mapping[str, float] = numbers(
        {"patents": 0.98, "programmes": 0.95, "contracts": 0.92, "funding": 0.90, "qualifications": 0.98, "conduct": 0.97, "loans": 0.96},
        "share of firms for which a register was searched to the end; elsewhere its rows are missing (own loans are not)",
    )


@dataclass(frozen=True, kw_only=True)
class FinanceParameters:
    """The yearly state: strain, size, R&D, profit, cash, debt, staff."""

    shock_persistence: float = number(0.5, "year-to-year correlation of shocks to a field")
    common_shock_sd: float = number(0.10, "spread of the shock all fields share")
    field_shock_sd: float = number(0.22, "spread of a field's own shock")
    strain_persistence: float = number(0.8, "year-to-year correlation of a firm's own strain")
    strain_own_sd: float = number(0.72, "spread of a firm's own strain")
    strain_on_management: float = number(0.38, "strain taken off by a standard deviation of management")
    strain_on_capability: float = number(0.16, "strain taken off by a standard deviation of capability")
    strain_on_luck: float = number(0.30, "strain taken off by a standard deviation of luck")
    typical_level: float = number(16.5, "log of yearly revenue around which size effects are centred (14.7 m yuan)")
    entry_log_mean: float = number(14.75, "mean log of the first year's revenue pace (2.5 m yuan)")
    entry_log_sd: float = number(1.0, "its standard deviation: revenue is heavy-tailed")
    entry_on_capability: float = number(0.15, "founding size per standard deviation of capability")
    young_growth: float = number(0.52, "extra log growth of a newly founded firm")
    young_years: float = number(3.2, "years over which that extra fades (by 1/e)")
    mature_growth: float = number(0.05, "log growth of a mature firm")
    growing_years: float = number(14.0, "years of growth already behind firms older than the grid, at most")
    growth_on_capability: float = number(0.03, "log growth per standard deviation of capability")
    growth_on_luck: float = number(0.02, "log growth per standard deviation of luck")
    growth_on_strain: float = number(0.10, "log growth lost per unit of strain")
    growth_sd: float = number(0.20, "spread of yearly log growth")
    rd_on_capability: float = number(0.42, "log R&D intensity per standard deviation of capability")
    rd_own_sd: float = number(0.45, "lasting spread of log R&D intensity between firms")
    rd_year_sd: float = number(0.18, "yearly spread of log R&D intensity")
    rd_on_size: float = number(-0.12, "log R&D intensity per unit of log size: small firms are more intense")
    rd_young_extra: float = number(1.4, "extra R&D intensity at founding, as a share")
    rd_young_years: float = number(3.0, "years over which that extra fades")
    rd_affordable: float = number(0.10, "R&D over revenue above which R&D costs profit")
    rd_unfunded: float = number(0.5, "part of R&D above that which is lost as profit")
    faker_true_rd: float = number(0.45, "a faker's true R&D as a share of an honest peer's")
    margin_mean: float = number(0.065, "net margin of a typical mature firm")
    margin_on_capability: float = number(0.018, "net margin per standard deviation of capability")
    margin_on_management: float = number(0.018, "net margin per standard deviation of management")
    margin_young_loss: float = number(0.14, "net margin lost at founding")
    margin_young_years: float = number(2.0, "years over which that fades")
    margin_on_strain: float = number(0.05, "net margin lost per unit of strain")
    margin_sd: float = number(0.035, "yearly spread of net margin")
    income_tax: float = number(0.15, "income tax of a high-tech firm")
    cash_months: float = number(3.2, "typical cash in months of cost")
    cash_on_strain: float = number(0.50, "log cash cover lost per unit of strain")
    cash_own_sd: float = number(0.45, "lasting spread of log cash cover")
    cash_year_sd: float = number(0.28, "yearly spread of log cash cover")
    cash_on_funding: float = number(0.6, "log cash cover gained in the year of a funding round and the next")
    gearing_mean: float = number(-0.25, "mean log odds of liabilities over assets (0.50 with the reach below)")
    gearing_on_strain: float = number(0.55, "log odds of gearing per unit of strain")
    gearing_own_sd: float = number(0.45, "lasting spread of gearing")
    gearing_year_sd: float = number(0.22, "yearly spread of gearing")
    insolvency_reach: float = number(1.15, "liabilities over assets that gearing tends to: above 1, equity turns negative")
    debt_share: float = number(0.45, "interest-bearing share of liabilities")
    current_share: float = number(0.55, "current share of assets other than cash")
    assets_on_strain: float = number(0.15, "log of those assets per unit of strain: stocks and claims pile up")
    assets_over_revenue: float = number(1.05, "assets other than cash over yearly revenue")
    working_capital_on_strain: float = number(0.035, "operating cash lost per unit of strain, as a share of revenue")
    staff_typical: float = number(32.0, "staff at the typical size")
    staff_on_size: float = number(0.62, "log staff per unit of log size: revenue per head rises with size")
    staff_sd: float = number(0.35, "lasting spread of log staff")


@dataclass(frozen=True, kw_only=True)
class DistressParameters:
    """The monthly hazard of distress, and what follows it."""

    base: float = number(0.0023, "monthly hazard of distress of a typical firm at age 5")
    on_cash: float = number(0.87, "log hazard per unit of log cash cover lost")
    on_gearing: float = number(0.75, "log hazard per unit of log odds of gearing")
    on_management: float = number(0.4, "log hazard taken off by a standard deviation of management")
    on_capability: float = number(0.32, "log hazard taken off by a standard deviation of capability")
    on_shock: float = number(0.5, "log hazard taken off by a unit of field shock")
    on_size: float = number(0.10, "log hazard taken off per unit of log size")
    on_age: float = number(0.95, "log hazard taken off per log of (age + 1) / 6")
    shortest_days: int = number(45, "fewest days from distress to 90 days past due")
    lag_days: float = number(75.0, "mean further days of that (gamma)")
    lag_shape: float = number(2.0, "gamma shape of those days")
    recovery: float = number(0.25, "chance that distress passes without default")
    closure_rate: float = number(0.012, "yearly rate of closing or moving away without default")
