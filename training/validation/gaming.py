"""What does a trick buy? Points and score that one cheap right, one application or one reclassified expense gives a firm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.acts import ACTS, YUAN, Act
from features.firm_row import FirmRow
from features.points import Reference, Scheme, score_points
from features.what_if import acted
from training.bundle import Bundle
from training.validation.chapter import Cell, Chapter, Grid, Measure, Words

__all__ = ["TRICKS", "Asking", "Gain", "Trick", "gains_of", "gaming"]

MOVED_SHARE: Final = 0.05
"""Share of total cost that is called research."""
RECLASSIFIED: Final = Act(entries={"rd_expense_0": YUAN})
"""Other expense is booked as research: nothing else in the books changes, no cash is spent."""
LEAST: Final = 20
ABOUT = Words(
    "对每家企业做一次小动作，按账目连带更新所有指标，再用同一积分方案与同一模型重算：一项软件著作权；"
    "一项发明申请；把总成本的 5 % 改记为研发费用（不花现金）。"
    "n 为所需账目已知的企业数。",
    "Each firm does one small thing, every indicator that its books move is computed "
    "anew, and the same scheme and model answer again: one software "
    "copyright; one invention application; 5 % of total cost booked as R&D without spending. n counts firms whose figures are known.",
)


@dataclass(frozen=True, slots=True)
class Asking:
    """A firm and what it asks for, in yuan and months."""

    firm: FirmRow
    amount: int
    term_months: int


@dataclass(frozen=True, slots=True)
class Trick:
    """Something cheap a firm may do, and how many units of it."""

    id: str
    said: Words
    act: Act
    units: Callable[[FirmRow], int]


@dataclass(frozen=True, slots=True)
class Gain:
    """What a trick bought one firm: points of the scheme (None without a scheme), score points, and whether the tier rose."""

    points: float | None
    score: int
    tier_rose: bool


def _moved(firm: FirmRow) -> int:
    return round(MOVED_SHARE * (firm.bases.get("total_cost_0") or 0.0) / YUAN)


TRICKS: Final = (
    Trick("software", Words("一项软件著作权", "one software copyright"), ACTS["software_rights"], lambda _: 1),
    Trick("patent", Words("一项发明申请", "one invention application"), ACTS["invention_applications"], lambda _: 1),
    Trick("expense", Words("5 % 成本改记研发", "5 % of cost booked as R&D"), RECLASSIFIED, _moved),
)


def gains_of(
    asking: Iterable[Asking], *, trick: Trick, bundle: Bundle, scheme: Scheme | None = None, reference: Reference | None = None
) -> list[Gain]:
    """Try one trick on every firm that can do it; firms without the figures are left out."""
    tried = [
        (one, after) for one in asking if (units := trick.units(one.firm)) > 0 and (after := acted(one.firm, trick.act, units)) is not None
    ]
    if not tried:
        return []
    before = [one.firm.with_request(one.amount, one.term_months) for one, _ in tried]
    later = [after.with_request(one.amount, one.term_months) for one, after in tried]
    scores = [bundle.predict(np.vstack([bundle.row(values) for values in rows])).score for rows in (before, later)]
    return [
        _gain(int(new - old), one.firm, values, changed, scheme, reference)
        for (one, _), values, changed, old, new in zip(tried, before, later, scores[0].tolist(), scores[1].tolist(), strict=True)
    ]


def _gain(
    score: int,
    firm: FirmRow,
    before: Mapping[str, float | None],
    after: Mapping[str, float | None],
    scheme: Scheme | None,
    reference: Reference | None,
) -> Gain:
    if scheme is None or "field" not in firm.context:
        return Gain(None, score, tier_rose=False)
    old, new = (score_points(scheme, reference, values, field=firm.context["field"], known=firm.known) for values in (before, after))
    return Gain((new.total - old.total) / 100, score, tier_rose=new.tier != old.tier and new.total > old.total)


def _row(trick: Trick, gains: Sequence[Gain]) -> tuple[Cell, ...]:
    if len(gains) < LEAST:
        return (trick.said, len(gains), *[None] * 6)
    score = [gain.score for gain in gains]
    points = [gain.points for gain in gains if gain.points is not None]
    earned = (float(np.mean(points)), float(np.quantile(points, 0.95)), f"{np.mean([gain.tier_rose for gain in gains]):.1%}")
    return (trick.said, len(gains), *(earned if points else (None, None, None)), float(np.mean(score)), *_upper(score))


def _upper(score: Sequence[int]) -> tuple[float, int]:
    return float(np.quantile(score, 0.95)), max(score)


def gaming(asking: Sequence[Asking], *, bundle: Bundle, scheme: Scheme | None = None, reference: Reference | None = None) -> Chapter:
    """Report every trick; measures `<trick>_points` and `<trick>_score` are 95th percentiles, unknown below 20 firms."""
    rows = {trick.id: _row(trick, gains_of(asking, trick=trick, bundle=bundle, scheme=scheme, reference=reference)) for trick in TRICKS}
    measures = {}
    for name, row in rows.items():
        for what, place in (("points", 3), ("score", 6)):
            value = row[place]
            number = float(value) if isinstance(value, float) else None
            measures[f"{name}_{what}"] = Measure(value=number, n=int(str(row[1])), method="95th percentile")
    columns = (
        Words("动作", "what is done"),
        Words("企业", "firms"),
        Words("积分平均增益", "points, mean"),
        Words("积分 95 分位", "points, 95th percentile"),
        Words("升档", "tier rises"),
        Words("评分平均增益", "score, mean"),
        Words("评分 95 分位", "score, 95th percentile"),
        Words("评分最大", "score, largest"),
    )
    named = "—" if scheme is None else scheme.label
    return Chapter(
        id="gaming",
        title=Words("防作弊", "Gaming"),
        about=ABOUT,
        measures=measures,
        grids=(Grid(title=Words(f"积分方案 {named}", f"Points scheme {named}"), columns=columns, rows=tuple(rows.values())),),
    )
