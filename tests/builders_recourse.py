"""A firm whose books add up and a model of plain steps, for the tests of recourse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from builders_cases import AS_OF, FakeScores, firm

from features.firm_row import FirmRow
from features.what_if import with_bases
from service.domain.policy.recourse import Efforts, RecourseRule

MILLION = 1_000_000
BOOK: Mapping[str, float] = {
    "founded_on": AS_OF - 3 * 365,
    "registered_capital": 5 * MILLION,
    "paid_in_capital": 3 * MILLION,
    **{f"revenue_{lag}": (12 - 2 * lag) * MILLION for lag in range(3)},
    **{f"rd_expense_{lag}": (6 - lag) * MILLION for lag in range(5)},
    "hightech_revenue_0": 6 * MILLION,
    "rd_tax_relief_0": 300_000,
    "total_cost_0": 12 * MILLION,
    "net_profit_0": 200_000,
    "net_profit_1": 100_000,
    "total_assets_0": 20 * MILLION,
    "net_assets_0": 8 * MILLION,
    "total_debt_0": 6 * MILLION,
    "total_debt_1": 6 * MILLION,
    "cash_0": 2 * MILLION,
    "current_assets_0": 9 * MILLION,
    "current_liabilities_0": 6 * MILLION,
    "operating_cash_flow_0": 400_000,
    "staff_0": 60,
    "staff_1": 50,
    "technical_staff_0": 40,
    "technical_staff_1": 30,
    "postgraduates_0": 33,
    "phds_0": 3,
    "new_graduates_0": 2,
    "provincial_talents_0": 0,
    "insured_staff_0": 60,
    "listings_open": 0,
    "arrears_open": 0,
    "open_records": 0,
    "cleared_records": 0,
    "records_3y": 0,
    "loans_running": 0,
    "bought_rights": 0,
}
"""Cash of 2 m against costs of 12 m a year covers two months; debt is 30 % of assets; R&D is half of revenue."""

RULE = RecourseRule(plans=3, changes=2, steps=6, tries=40, cost=Efforts(document=5, amount_percent=1, term_month=1, product=15, step=10))


def booked(row: FirmRow | None = None, **changes: float) -> FirmRow:
    """Make a clean start-up whose indicators all come from its books."""
    return with_bases(row or firm(), {**BOOK, **changes})


@dataclass(frozen=True)
class StepBundle:
    """Score points, earned or lost, for each indicator above a split; the PD is `default` at 600 and doubles every 20 points below."""

    steps: Mapping[str, tuple[float, int]] = field(default_factory=lambda: {"cash_cover_months": (3.0, 140)})
    default: float = 0.15
    segment: str = "startup"
    simulated: bool = False
    reference_profile: Mapping[str, Any] = field(default_factory=lambda: {"features": {}})
    name: str = "jifen-steps"
    version: str = "1"
    hash: str = "sha256:" + "c" * 64
    base_score: int = 600
    interval_stated: tuple[float, str] | None = None

    def hazards_bp(self, _log_odds: float, /) -> tuple[int, ...] | None:
        """Tell nothing of later years."""
        return None

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(self.steps)

    @property
    def thresholds(self) -> Mapping[str, tuple[float, ...]]:
        return {name: (split,) for name, (split, _) in self.steps.items()}

    def row(self, values: Mapping[str, float | None]) -> Any:
        return np.array([[np.nan if values[name] is None else values[name] for name in self.features]], dtype=np.float64)

    def score(self, matrix: Any) -> FakeScores:
        splits = np.array([split for split, _ in self.steps.values()])
        points = np.where(matrix > splits, np.array([gain for _, gain in self.steps.values()]), 0).astype(np.int64)
        total, nothing = points.sum(axis=1), np.zeros(len(matrix))
        return FakeScores(
            margin=-total / 20.0,
            pd=np.minimum(1.0, self.default * 0.5 ** (total / 20.0)),
            score=self.base_score + total,
            contributions=points,
            residual=nothing,
            unexplained=nothing > 1,
            log_odds=-total / 20.0,
        )

    predict = score
