"""Parameters of what firms invent, whom they employ and who recognises them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.vocabulary import ProgrammeKind
from training.simulate.parameters.number import number, numbers

__all__ = ["InventionParameters", "PeopleParameters", "RecognitionParameters", "TitleParameters"]


@dataclass(frozen=True, kw_only=True)
class InventionParameters:
    """Filings, publication, grants, citations; and the fakers' bursts."""

    invention_rate: float = number(0.385, "inventions filed a year at 1 m yuan of R&D by a typical firm")
    utility_rate: float = number(0.9, "utility models filed a year, likewise")
    software_rate: float = number(0.62, "software copyrights registered a year, likewise")
    design_rate: float = number(0.07, "designs filed a year, likewise")
    pct_rate: float = number(0.17, "PCT applications filed a year, likewise: rarer than inventions but spread wider")
    on_effort: float = number(0.55, "elasticity of inventions to last year's R&D; seven tenths of it for the other kinds")
    on_capability: float = number(0.25, "log inventions per standard deviation of capability beyond its R&D")
    pct_on_capability: float = number(0.5, "log PCT applications per standard deviation of capability")
    invention_drift: float = number(0.05, "yearly log growth of invention filing")
    utility_drift: float = number(-0.06, "yearly log growth of utility filing from 2021, when subsidies for filing began to end")
    most_a_year: float = number(120.0, "greatest expected filings of one kind by one firm in a year")
    early_publication: float = number(0.55, "share of inventions published early on request; the rest take 18 months")
    grant_chance: float = number(0.55, "chance that an invention of a typical firm is granted")
    examination_days: float = number(980.0, "mean days from filing to the grant of an invention filed in 2018")
    examination_speedup: float = number(0.05, "yearly shortening of examination since, down to 0.6 of it")
    invention_life_years: float = number(11.0, "mean years an invention is kept up after its first year")
    utility_life_years: float = number(6.0, "the same for utility models and designs")
    cheap_life: float = number(0.35, "that life of a faker's right, as a share")
    invention_citations: float = number(1.3, "mean citations in three years of an invention")
    utility_citations: float = number(0.35, "the same for a utility model")
    citations_on_capability: float = number(0.4, "log citations per standard deviation of capability")
    main_business: float = number(0.88, "share of honest rights that belong to the main business")
    main_business_cheap: float = number(0.40, "the same for bought rights and bursts")
    main_business_unknown: float = number(0.03, "share of rights nobody has classified")
    bought: float = number(0.03, "share of an honest firm's rights that were bought before publication")
    bought_on_capability: float = number(0.4, "log of that share taken off by a standard deviation of capability")
    bought_faker: float = number(0.45, "the same for a faker's bursts and inventions")
    bursts_extra: float = number(1.0, "mean bursts of a faker beyond its first")
    burst_size: float = number(13.0, "mean rights in a burst")
    burst_days: int = number(60, "days within which a burst is filed")
    burst_utility_share: float = number(0.8, "share of utility models in a burst; the rest is software")


@dataclass(frozen=True, kw_only=True)
class PeopleParameters:
    """Staff by kind."""

    technical_on_capability: float = number(0.35, "log odds of technical staff per standard deviation of capability")
    technical_sd: float = number(0.5, "lasting spread of those log odds")
    faker_technical_gap: float = number(0.5, "log odds of technical staff a faker lacks")
    degree_mean: float = number(-3.1, "mean log odds of holding a master's degree")
    degree_on_capability: float = number(0.45, "those log odds per standard deviation of capability")
    degree_sd: float = number(0.6, "lasting spread of those log odds")
    degree_on_technical: float = number(3.0, "those log odds per unit of the field's technical share above 0.3")
    degree_capital: float = number(0.3, "those log odds gained in Hefei")
    doctor_mean: float = number(-2.2, "log odds that a holder of a master's degree is a doctor")
    graduate_rate: float = number(0.035, "new graduates a year per head")
    graduates_on_capability: float = number(0.25, "log graduates per standard deviation of capability")
    talent_rate: float = number(0.12, "mean provincial or national talents of a typical firm")
    talents_on_capability: float = number(0.6, "log talents per standard deviation of capability")
    insured_mean: float = number(2.3, "log odds that an employee is insured")
    insured_on_management: float = number(0.5, "those log odds per standard deviation of management")
    faker_insured: float = number(0.6, "a faker's insured share against an honest firm's")
    never_reports: float = number(0.10, "share of firms without any staff roll until they ask for a loan")
    sent_when_asking: float = number(0.85, "share of those that send it when they first ask")
    year_missing: float = number(0.05, "share of further firm-years without one")
    column_missing: Mapping[str, float] = numbers(
        {"degrees": 0.07, "graduates": 0.09, "founders": 0.12, "insured": 0.10}, "share of rolls that lack a group of columns"
    )


@dataclass(frozen=True, kw_only=True)
class RecognitionParameters:
    """Investors, programmes and technology contracts."""

    investor_rate: float = number(0.21, "funding rounds a year of a typical newly founded firm")
    investor_on_quality: float = number(0.6, "log rounds per unit of quality as investors see it")
    investor_noise: float = number(0.8, "noise of what investors see, against capability's 1")
    investor_years: float = number(9.0, "years of age over which the appeal to investors fades")
    round_amounts: tuple[float, ...] = number((2e6, 5e6, 1.5e7, 4e7, 9e7, 1.8e8), "typical amount of each round from seed to late, yuan")
    round_log_sd: float = number(0.7, "spread of the log amount")
    jury_noise: float = number(0.7, "noise of what juries see, against capability's 1")
    jury_fooled: float = number(0.9, "quality a faker pretends to")
    jury_on_quality: float = number(0.75, "log programmes per unit of quality as juries see it")
    programme_rates: Mapping[ProgrammeKind, float] = numbers(
        {
            ProgrammeKind.PROJECT: 0.17,
            ProgrammeKind.PLATFORM: 0.08,
            ProgrammeKind.AWARD: 0.28,
            ProgrammeKind.INCUBATION: 0.30,
            ProgrammeKind.STANDARD: 0.04,
        },
        "programmes a year of a mature firm of average quality (incubation: of a new one)",
    )
    programme_levels: tuple[float, ...] = number((0.08, 0.47, 0.33, 0.12), "share of national, provincial, municipal and county level")
    programme_amounts: Mapping[ProgrammeKind, float] = numbers(
        {
            ProgrammeKind.PROJECT: 1.5e6,
            ProgrammeKind.PLATFORM: 2.0e6,
            ProgrammeKind.AWARD: 3.0e5,
            ProgrammeKind.INCUBATION: 0.0,
            ProgrammeKind.STANDARD: 0.0,
        },
        "typical amount at the national level, yuan; 0 means that the kind carries none",
    )
    contract_seller_share: float = number(0.30, "share of firms that sell technology")
    contract_rate: float = number(0.9, "contracts a year of such a firm")
    contract_buyer_rate: float = number(0.06, "contracts a year of the others, as buyers")
    contract_log_mean: float = number(12.6, "mean log of a contract's amount in yuan")


@dataclass(frozen=True, kw_only=True)
class TitleParameters:
    """Yearly chances of titles for a firm that is sure to qualify."""

    high_tech: float = number(0.85, "high-tech enterprise (高新技术企业), with reported R&D above its floor")
    tech_sme: float = number(0.85, "technology SME (科技型中小企业)")
    innovative_sme: float = number(0.30, "innovative SME (创新型中小企业)")
    srdi: float = number(0.30, "specialised and new (专精特新)")
    little_giant: float = number(0.10, "little giant (小巨人)")
    gazelle: float = number(0.06, "gazelle (瞪羚)")
    unicorn: float = number(0.10, "unicorn (独角兽)")
    faker_drive: float = number(1.0, "capability a faker pretends to when it applies")
