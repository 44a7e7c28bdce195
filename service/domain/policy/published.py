"""What is published of named guarantee programmes and pools: the bounds that a policy naming one must keep. Money in yuan, shares in

basis points. Sources: the national special guarantee for technology innovation (科技创新专项担保计划), Anhui's 4321 sharing between
government, bank and guarantors, Anhui's science guarantee (科技担) and its risk compensation pool, as their public notices state them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["PUBLISHED", "PUBLISHED_POOLS", "PublishedPool", "PublishedProgramme"]

TITLED, SCREENED, OTHERS = 4_000, 3_500, 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedProgramme:
    """Bounds of a guarantee programme; None or empty where nothing is published."""

    source: str
    firm_cap: int
    fee: int
    """The most a year, basis points; `fee_is_open` where the fee must stay below it."""
    fee_is_open: bool = False
    least: Mapping[str, int] = field(default_factory=dict)
    """The least share of a party."""
    system_most: int | None = None
    """The largest share of all guarantors and guarantee funds together."""
    ceiling: int | None = None
    """The rate of compensation at which it must stop."""
    exactly: Mapping[str, int] = field(default_factory=dict)
    """The one published division of a loss."""
    by_class: tuple[str, Mapping[str, int], int] | None = None
    """A party whose largest share depends on the class: the party, its bound by the condition that opens the class, and for all others."""
    years: Mapping[str, int] = field(default_factory=dict)
    """Every class must be opened by one of these indicators, at most so many years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPool:
    """The largest shares of a compensation pool, basis points of what the bank itself loses."""

    source: str
    direct: int
    guaranteed: int
    extra: int
    public_cap: int


PUBLISHED: Mapping[str, PublishedProgramme] = {
    "national-special-guarantee": PublishedProgramme(
        source="科技创新专项担保计划",
        firm_cap=30_000_000,
        fee=100,
        fee_is_open=True,
        least={"bank": 2_000, "provincial-re-guarantee": 2_000},
        system_most=8_000,
        ceiling=500,
        by_class=(
            "national-fund",
            {"specialised_title": TITLED, "high_tech_certificate": SCREENED, "tech-sme-rubric": SCREENED},
            OTHERS,
        ),
    ),
    "anhui-4321": PublishedProgramme(
        source="安徽“4321”政银担",
        firm_cap=20_000_000,
        fee=100,
        exactly={"guarantor": 4_000, "provincial-guarantee": 3_000, "bank": 2_000, "government": 1_000},
    ),
    "science-guarantee": PublishedProgramme(
        source="安徽科技担",
        firm_cap=5_000_000,
        fee=100,
        years={"high_tech_certificate_age": 4, "tech_sme_title_age": 2},
    ),
}
"""By the name a policy gives the programme."""

PUBLISHED_POOLS: Mapping[str, PublishedPool] = {
    "anhui-compensation-pool": PublishedPool(source="安徽科技信贷风险补偿", direct=3_000, guaranteed=2_000, extra=500, public_cap=8_000)
}
"""By the name a policy gives its pool."""
