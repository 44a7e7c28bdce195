"""Investors may raise a limit, never an approval (no 以投定贷): the firm as it would stand if no round had been closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from features.firm_row import FirmRow
from features.indicators import CATALOGUE, FIRM
from service.domain.application import Application
from service.domain.policy import Policy

__all__ = ["INVESTOR_FACTS", "SUMS", "investor_facts", "is_judged_alone", "without_investors"]

INVESTOR_FACTS = tuple(name for name in FIRM if "funding" in CATALOGUE[name].tables)
"""Indicators that read funding rounds."""
SUMS = frozenset({"count", "10k yuan"})
"""Units whose value without any round is zero; of the others nothing is known then."""


def is_judged_alone(policy: Policy, application: Application) -> bool:
    """Must the product pass without investors?"""
    return policy.investors is not None and application.product in policy.investors.products


def investor_facts(firm: FirmRow) -> Mapping[str, float]:
    """Give what is known of investors and says that there are any."""
    return {name: value for name in INVESTOR_FACTS if (value := firm.values[name])}


def without_investors(firm: FirmRow) -> FirmRow:
    """Give the firm as a search of funding rounds that finds none would show it; what was unknown stays unknown."""
    bare = {name: 0.0 if CATALOGUE[name].unit in SUMS else None for name in INVESTOR_FACTS if firm.values[name] is not None}
    return replace(firm, values=firm.values | bare, known={**firm.known, "funding": None})
