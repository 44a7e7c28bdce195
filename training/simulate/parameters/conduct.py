"""Parameters of what the bank gets to see: statements, records, invoices, applications, loans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.vocabulary import ConductKind, GuaranteeProgramme, Product
from training.simulate.parameters.number import number, numbers

__all__ = ["ConductParameters", "CreditParameters", "InvoiceParameters", "LoanParameters", "StatementParameters"]


@dataclass(frozen=True, kw_only=True)
class StatementParameters:
    """When and how the yearly state is reported."""

    first_report_days: int = number(70, "days after year end before any report is known")
    report_days: float = number(60.0, "mean further days")
    report_on_strain: float = number(0.25, "log further days per unit of strain")
    latest_report_days: float = number(330.0, "greatest delay")
    faker_reclassified: float = number(0.045, "other expense a faker books as R&D, as a share of revenue")
    super_deduction_raised: int = number(2023, "first year of the higher super-deduction")
    super_deduction_old: float = number(0.75, "extra share of R&D deductible before")
    super_deduction_new: float = number(1.0, "extra share of R&D deductible since")
    deductible_share: float = number(0.85, "share of true R&D the tax office accepts")
    tax_rate: float = number(0.15, "income tax rate the relief is reckoned at")
    small_staff: float = number(20.0, "staff below which a firm counts as small in the rules below")
    small_noise: float = number(0.08, "log error of a small, unaudited firm's revenue, cost and cash")
    large_noise: float = number(0.02, "the same for the others")
    line_missing: Mapping[str, float] = numbers(
        {
            "hightech_revenue": 0.10,
            "rd_expense": 0.03,
            "rd_tax_relief": 0.06,
            "total_cost": 0.02,
            "net_profit": 0.01,
            "total_assets": 0.02,
            "net_assets": 0.02,
            "total_debt": 0.06,
            "cash": 0.04,
            "current_assets": 0.05,
            "current_liabilities": 0.05,
            "operating_cash_flow": 0.09,
        },
        "share of statements that lack a line; twice that for small firms",
    )
    never_reports: float = number(0.05, "share of firms without any statement")
    year_missing: float = number(0.03, "share of further firm-years without one; twice that for small firms")
    restated: float = number(0.03, "share of statements corrected later")
    restated_faker: float = number(0.12, "the same for fakers")
    restated_mean: float = number(0.95, "mean of corrected over first revenue")
    restated_sd: float = number(0.05, "its standard deviation")


@dataclass(frozen=True, kw_only=True)
class ConductParameters:
    """Public-credit records."""

    rates: Mapping[ConductKind, float] = numbers(
        {
            ConductKind.PENALTY: 0.030,
            ConductKind.LAWSUIT: 0.060,
            ConductKind.ABNORMAL_LIST: 0.015,
            ConductKind.DISHONESTY_LIST: 0.0015,
            ConductKind.TAX_ARREARS: 0.010,
        },
        "records a year of a firm of average strain and management",
    )
    on_strain: float = number(0.60, "log records per unit of strain")
    on_management: float = number(0.55, "log records taken off by a standard deviation of management")
    distress_records: float = number(2.6, "mean further records in distress and the months after")
    months_after: int = number(8, "months after failure in which such records still come in")
    distress_kinds: tuple[float, ...] = number((0.10, 0.50, 0.08, 0.12, 0.20), "their share by kind, in the order above")
    clearing_days: float = number(300.0, "mean days until a record is cleared")
    latest_known_days: int = number(90, "greatest delay between event and publication")
    amounts: Mapping[ConductKind, float] = numbers(
        {
            ConductKind.PENALTY: 20_000.0,
            ConductKind.LAWSUIT: 280_000.0,
            ConductKind.ABNORMAL_LIST: 0.0,
            ConductKind.DISHONESTY_LIST: 0.0,
            ConductKind.TAX_ARREARS: 90_000.0,
        },
        "typical amount, yuan; 0 means that the kind carries none",
    )


@dataclass(frozen=True, kw_only=True)
class InvoiceParameters:
    """Monthly VAT invoices."""

    recent_months: int = number(24, "months before `until` kept for firms whose authorisation still stands")
    authorised_days: int = number(730, "days for which it stands after an application")
    months_before_application: int = number(24, "months kept before each of its applications")
    not_authorised: float = number(0.20, "share of firms that never authorised it")
    season: float = number(0.12, "swing of sales over the year, highest in December")
    spring_festival: float = number(0.22, "sales lost in February")
    monthly_sd: float = number(0.30, "log spread of monthly sales of a firm of 9 m yuan; larger firms are steadier")
    distress_loss: float = number(0.40, "sales lost three months into distress")
    void_mean: float = number(-4.3, "mean log odds that an invoice is voided (1.3 %)")
    void_on_strain: float = number(0.25, "those log odds per unit of strain")
    void_on_management: float = number(0.32, "those log odds taken off by a standard deviation of management")
    void_in_distress: float = number(0.7, "those log odds added in distress")
    void_sd: float = number(0.6, "monthly spread of those log odds")
    concentration_mean: float = number(-0.2, "mean log odds of the two largest buyers' share")
    faker_concentration: float = number(0.5, "those log odds added for fakers, who invoice friends")
    buyers_typical: float = number(9.0, "buyers in a month of 1 m yuan of sales")
    bought_share: float = number(0.62, "purchases as a share of cost")


@dataclass(frozen=True, kw_only=True)
class CreditParameters:
    """Applications and the past policy."""

    borrowers: float = number(0.97, "share of firms that ever ask for loans")
    relation_years: float = number(8.0, "years before `until` in which relations can have begun")
    spell_years: float = number(4.6, "mean years for which a firm is a customer (gamma of shape 2)")
    yearly_chance: float = number(0.95, "chance that a customer asks for a loan in a year")
    second_chance: float = number(0.85, "chance that it asks for a second one half a year later")
    startup_chance: float = number(0.8, "both chances in the first five years, as a share")
    youngest_days: int = number(365, "age at which a firm may first ask")
    named_share: float = number(0.62, "share of the four named products in 2023")
    named_drift: float = number(0.07, "yearly change of that share")
    relay_share: float = number(0.7, "share of growth firms with an earlier startup credit that ask for its relay")
    amount_typical: float = number(3.2e6, "typical amount asked at 20 m yuan of revenue")
    amount_on_size: float = number(0.62, "elasticity of the amount to revenue")
    amount_on_strain: float = number(0.10, "log amount per unit of strain")
    amount_sd: float = number(0.45, "spread of the log amount")
    smallest: float = number(2e5, "smallest amount, yuan")
    caps: Mapping[Product, float] = numbers(
        {
            Product.STARTUP_CREDIT: 1e7,
            Product.GROWTH_RELAY: 3e7,
            Product.LOAN_INVESTMENT: 3e7,
            Product.COMMON_GROWTH: 5e7,
            Product.OTHER: 1e8,
        },
        "largest amount of each product, yuan",
    )
    terms: Mapping[Product, tuple[float, ...]] = numbers(
        {
            Product.STARTUP_CREDIT: (0.55, 0.25, 0.20, 0.0),
            Product.GROWTH_RELAY: (0.45, 0.25, 0.30, 0.0),
            Product.LOAN_INVESTMENT: (0.50, 0.25, 0.25, 0.0),
            Product.COMMON_GROWTH: (0.10, 0.20, 0.45, 0.25),
            Product.OTHER: (0.70, 0.15, 0.15, 0.0),
        },
        "share of terms of 12, 24, 36 and 60 months",
    )
    on_cash: float = number(0.40, "past policy's score per unit of log cash cover in last year's accounts")
    on_gearing: float = number(0.40, "score taken off per unit of log odds of gearing")
    on_title: float = number(0.35, "score of holding any official title")
    title_drift: float = number(0.08, "yearly log growth of that weight: titles counted less in the past")
    on_open_record: float = number(0.55, "score taken off per open public-credit record (three at most)")
    on_distress: float = number(1.6, "score taken off when the officer notices distress")
    distress_noticed: float = number(0.75, "chance of noticing it")
    policy_noise: float = number(0.6, "spread of what else moved the officer")
    cut: float = number(-0.75, "score below which an application is declined at `until`")
    cut_drift: float = number(-0.03, "yearly change of that: policy was stricter before")
    withdrawn: float = number(0.04, "share of applications withdrawn by the firm")
    base_rates: tuple[float, ...] = number(
        (435, 425, 385, 385, 368, 355, 345, 305, 300), "one-year prime rate around which loans were priced, 2018 to 2026, basis points"
    )
    spread: float = number(60.0, "basis points added for a growth firm of average score")
    spread_startup: float = number(40.0, "basis points added for a start-up")
    spread_on_score: float = number(28.0, "basis points taken off per unit of score")


@dataclass(frozen=True, kw_only=True)
class LoanParameters:
    """What becomes of loans."""

    not_drawn: float = number(0.05, "share of approved loans never drawn")
    repaid_early: float = number(0.12, "share of loans repaid before maturity")
    earliest_default_days: int = number(121, "fewest days from drawing to 90 days past due: a first instalment must have been due")
    overdue: float = number(0.012, "share of sound loans once late and then current")
    overdue_in_distress: float = number(0.55, "the same for firms that pass through distress and recover")
    lost_from_sight: float = number(0.01, "share of loans sold on, so that their end is never seen")
    pledged: Mapping[Product, float] = numbers(
        {Product.GROWTH_RELAY: 0.5, Product.COMMON_GROWTH: 0.2, Product.LOAN_INVESTMENT: 0.1},
        "share of loans of a product that ask for a patent as security",
    )
    guaranteed: Mapping[Product, float] = numbers(
        {Product.GROWTH_RELAY: 0.2, Product.COMMON_GROWTH: 0.2, Product.LOAN_INVESTMENT: 0.15, Product.OTHER: 0.1},
        "share of loans of a product, not pledged, behind which a public programme stands",
    )
    programmes: Mapping[GuaranteeProgramme, tuple[float, float]] = numbers(
        {
            GuaranteeProgramme.SCIENCE: (0.35, 5e6),
            GuaranteeProgramme.NATIONAL: (0.35, 3e7),
            GuaranteeProgramme.ANHUI_4321: (0.25, 2e7),
            GuaranteeProgramme.OTHER: (0.05, 1e7),
        },
        "share of such loans, and the most that is guaranteed of one, yuan",
    )
    guarantee_unknown: float = number(
        0.03, "share of loans drawn of which the register does not say whether a programme stands behind them"
    )
    loss_unsecured: float = number(0.45, "mean share lost on default without security, before 5 % repaid beforehand on average")
    loss_pledged: float = number(0.315, "the same with a pledged patent")
    loss_certainty: float = number(9.0, "concentration of the beta that spreads losses around those means")
