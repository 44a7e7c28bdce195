"""Applications, firms, fake models and a two-item points scheme for the tests of decisions: every number is set by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import numpy as np

from features.firm_row import BASES, FirmRow
from features.indicators import CATALOGUE, FIRM
from features.measures.behaviour import GUARANTEE_UNKNOWN, GUARANTEED
from features.points import Scheme, load_scheme
from features.tables import TABLES
from service.domain import Application, Decision, Policy, decide, shipped_policy

FIRM_ID = "91340100MA2NUWQJ35"
DAY = date(2026, 11, 23)
AS_OF = (DAY - date(1970, 1, 1)).days
NOW = datetime(2026, 11, 23, 2, 2, 11, 482_913, tzinfo=UTC)
HASH = "sha256:" + "e" * 64

SCHEME = """
name = "two-items"
version = "1"
status = "illustrative"
title_zh = "两项试验"
title_en = "two items"
source = "invented for a test: points are 60 x R&D intensity + 40 x postgraduate share"
out_of = 100
stages = "growth-stages"
stage_if_unknown = "growth"
{tiers}
[[groups]]
id = "only"
zh = "唯一"
en = "only"

[[items]]
id = "rd_intensity"
group = "only"
weight = 60
rule = {{ kind = "linear", zero_at = 0, full_at = 1 }}

[[items]]
id = "postgraduate_share"
group = "only"
weight = 40
rule = {{ kind = "linear", zero_at = 0, full_at = 1 }}
"""
TIERS = "".join(f'[[tiers]]\nid = "T{n}"\nat_least = {88 - 8 * n}\n' for n in range(1, 10)) + '[[tiers]]\nid = "T10"\n'

LOW_TIERS = "".join(f'[[tiers]]\nid = "T{n}"\nat_least = {24 - 2 * n}\n' for n in range(1, 10)) + '[[tiers]]\nid = "T10"\n'
"""Tiers that evidence of simulated firms reaches: T1 from 22 points, T9 from 6."""


@cache
def two_items(tiers: str = TIERS) -> Scheme:
    """Two linear items and no peers: points are 60 x R&D intensity + 40 x postgraduate share; T1 from 80, T5 from 48, T10 the rest."""
    return load_scheme(SCHEME.format(tiers=tiers), catalogue=CATALOGUE)


@dataclass(frozen=True)
class FakeScores:
    """The answer of a fake model for one row."""

    margin: Any
    pd: Any
    score: Any
    contributions: Any
    residual: Any
    unexplained: Any
    log_odds: Any = None
    pd_interval: Any = None


@dataclass(frozen=True)
class FakeBundle:
    """A model that says what the test wants it to say."""

    default: float = 0.004
    points: Mapping[str, int] = field(default_factory=lambda: {"rd_intensity": 30, "cash_cover_months": -12})
    score_off_by: int = 0
    residual: float = 0.0
    segment: str = "startup"
    simulated: bool = False
    reference_profile: Mapping[str, Any] = field(
        default_factory=lambda: {"features": {"cash_cover_months": {"edges": [2.0, 5.0, 9.0], "shares": [0.3, 0.3, 0.2, 0.2]}}}
    )
    name: str = "jifen-fake"
    version: str = "7"
    hash: str = "sha256:" + "b" * 64
    base_score: int = 600
    interval: tuple[float, float] | None = None
    """Lower and upper PD; a model from before has none."""
    hazards: tuple[int, ...] | None = None
    """Hazards of later years in basis points of the first, whatever the case."""

    @property
    def interval_stated(self) -> tuple[float, str] | None:
        return None if self.interval is None else (0.9, "by hand")

    def hazards_bp(self, _log_odds: float, /) -> tuple[int, ...] | None:
        return self.hazards

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(self.points)

    @property
    def thresholds(self) -> Mapping[str, tuple[float, ...]]:
        return {}

    def predict(self, matrix: Any) -> FakeScores:
        """Say the same of every row."""
        return replace(self.score(matrix[:1]), score=np.repeat(self.score(matrix[:1]).score, len(matrix)))

    def row(self, values: Mapping[str, float | None]) -> Any:
        return np.array([[np.nan if values[name] is None else values[name] for name in self.features]], dtype=np.float64)

    def score(self, matrix: Any) -> FakeScores:
        assert matrix.shape == (1, len(self.points))
        points = np.array([list(self.points.values())], dtype=np.int64)
        return FakeScores(
            margin=np.array([-5.5]),
            pd=np.array([self.default]),
            score=self.base_score + points.sum(axis=1) + self.score_off_by,
            contributions=points,
            residual=np.array([self.residual]),
            unexplained=np.array([abs(self.residual) > 1e-6]),
            log_odds=np.array([-5.5]),
            pd_interval=None if self.interval is None else np.array([self.interval]),
        )


def application(**said: Any) -> Application:
    """Ask for 2 m yuan over 24 months of startup credit, unless said otherwise."""
    usual = {"product": "startup-credit", "amount": 2_000_000, "term_months": 24, "firm_id": FIRM_ID, "as_of": DAY}
    return Application(**(usual | said))


def firm(
    *,
    coverage: float = 1.0,
    known: Mapping[str, int | None] | None = None,
    context: Mapping[str, str] | None = None,
    bases: Mapping[str, float | None] | None = None,
    **values: Any,
) -> FirmRow:
    """Make a clean start-up of which everything is known: points 50 (tier T5), nothing on record against it.

    It has a title, founders with eight years, two Class I rights, and 100 m yuan in every measure a limit is sized on; no guarantee
    programme stands behind any of its loans.
    """
    usual: dict[str, float | None] = {name: 0.0 if CATALOGUE[name].group == "conduct" else 0.5 for name in FIRM}
    usual |= {"growth_stage": 0.0, "bought_in_share": 0.0, "loans_running": 0.0, "cash_cover_months": 2.1}
    usual |= {"titles_valid": 1.0, "founder_years": 8.0, "class1_rights": 2.0, "venture_capital": 0.0}
    usual |= {"early_rounds": 0.0, "incubated": 0.0}
    return FirmRow(
        firm_id=FIRM_ID,
        as_of=AS_OF,
        context={"field": "electronics"} if context is None else dict(context),
        values=usual | values,
        bases=dict.fromkeys(BASES, 100_000_000.0) | dict.fromkeys((*GUARANTEED.values(), GUARANTEE_UNKNOWN), 0.0) | dict(bases or {}),
        known={name: AS_OF - 30 for name in TABLES if name != "firms"} | dict(known or {}),
        coverage=coverage,
    )


def lacking(*tables: str, **said: Any) -> FirmRow:
    """Make the usual firm without the evidence of some tables: every indicator that reads one is unknown."""
    lost = {name: None for name in FIRM if set(CATALOGUE[name].tables) & set(tables) and name != "growth_stage"}
    return firm(known=dict.fromkeys(tables), **(lost | said))


def decided(
    asked: Application | None = None,
    known: FirmRow | None = None,
    *,
    bundle: FakeBundle | None = None,
    policy: Policy | None = None,
    **given: Any,
) -> Decision:
    """Decide a case; whatever is not given is the usual, which is approved as asked: PD 0.4 % (grade 3), tier T5."""
    model = bundle or FakeBundle()
    usual: dict[str, Any] = {
        "bundles": {"startup": replace(model, segment="startup"), "growth": replace(model, segment="growth")},
        "scheme": two_items(),
        "reference": None,
        "policy": policy or shipped_policy(),
        "now": NOW,
        "decision_id": "01JDC0V9T7Q2M4X8K6Z3B5N1RA",
        "evidence_hash": HASH,
        "code": "0.1.0+test",
    }
    return decide(asked or application(), known or firm(), **(usual | given))
