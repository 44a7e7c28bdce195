"""How the one-year PD spreads over a loan's term: by the model where it tells later years and the policy asks it, else by the policy."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from service.domain.finance.term_structure import YEAR, TermStructure, term_structure
from service.domain.policy import Policy
from service.domain.record.offers import TermStructureRecord
from service.domain.risk import Risk

__all__ = ["Defaults", "defaults_over", "defaults_record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """The term structure an offer is priced with, and whose hazards it follows."""

    source: Literal["model", "policy"]
    hazards_bp: tuple[int, ...]
    """Hazard of year 1, 2, ... of the term against the first, basis points."""
    structure: TermStructure


def defaults_over(policy: Policy, risk: Risk, term_months: int) -> Defaults:
    """Spread the recorded PD over a term; the last year that model or policy tells holds for all later ones."""
    bounds, said = policy.price.model_hazards, risk.hazards_bp
    source: Literal["model", "policy"] = "policy" if bounds is None or said is None else "model"
    told = policy.price.hazards if bounds is None or said is None else [min(max(one, bounds.at_least), bounds.at_most) for one in said]
    hazards = tuple(told[min(year, len(told) - 1)] for year in range(-(-term_months // YEAR)))
    return Defaults(source=source, hazards_bp=hazards, structure=term_structure(Decimal(risk.pd), term_months, multipliers_bp=hazards))


def defaults_record(defaults: Defaults) -> TermStructureRecord:
    """Write it down, exact to the last digit."""
    structure = defaults.structure
    return TermStructureRecord(
        source=defaults.source,
        hazards_bp=defaults.hazards_bp,
        marginal_pds=tuple(_text(chance) for chance in structure.by_year),
        cumulative_pd=_text(structure.cumulative),
        yearly_pd=_text(structure.yearly),
    )


def _text(chance: Decimal) -> str:
    """Write a probability without zeros that say nothing."""
    text = f"{chance:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
