"""What a validation's pictures are drawn from: compact points with counts, so that the record needs no row of the test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast, get_args

import numpy as np
import numpy.typing as npt

from training.book import Floats, Targets
from training.bundle import CaughtPoint, GradeCount, Pictures, ReasonChurn, ScoreBins, SwapSet
from training.bundle.pictures import FEWEST, ChangedReason, Side
from training.validation.backtest import counted
from training.validation.sample import Sample
from training.validation.swap import REASONS, Comparison

__all__ = ["caught", "pictures_of"]

POINTS: Final = 50
"""At most so many points a curve, beside its start."""
CHANGED: Final = 12
"""Features named among those whose place in the reasons changes most."""


def caught(*, target: Targets, risk: Floats) -> tuple[CaughtPoint, ...]:
    """Rows and defaults among the riskiest, at up to 50 evenly spaced places; rows of equal risk are never parted.

    Neighbouring points lie at least five rows apart. True positive rate is defaults over all defaults, false positive rate the rest of
    the rows over all payers, so ROC and KS follow from the same counts.
    """
    order = np.argsort(-risk, kind="stable")
    ends = np.flatnonzero(np.diff(risk[order], append=-np.inf) != 0) + 1
    defaults = np.cumsum(target[order])
    step = max(FEWEST, -(-len(target) // POINTS))
    kept, last = [CaughtPoint(rows=0, defaults=0)], 0
    for end in ends.tolist():
        is_last = end == len(target)
        if is_last and kept[-1].rows and end - last < FEWEST:
            kept.pop()
        if is_last or end - last >= step:
            kept.append(CaughtPoint(rows=end, defaults=int(defaults[end - 1])))
            last = end
    return tuple(kept)


def _bins(values: npt.NDArray[Any], edges: Sequence[float]) -> tuple[int, ...]:
    known = values[~np.isnan(values)]
    places = np.searchsorted(np.asarray(edges, dtype=np.float64), known, side="left")
    return tuple(np.bincount(places, minlength=len(edges) + 1).tolist())


def _score(sample: Sample, profile: Mapping[str, Any]) -> ScoreBins | None:
    said = profile.get("score")
    if not said:
        return None
    counts = _bins(sample.scores.score.astype(np.float64), said["edges"])
    return ScoreBins(edges=tuple(said["edges"]), trained=tuple(said["shares"]), counts=counts)


def _inputs(sample: Sample, profile: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    described = profile.get("features", {})
    named = enumerate(sample.bundle.features)
    return {name: _bins(sample.matrix[:, place], described[name]["edges"]) for place, name in named if described.get(name, {}).get("edges")}


def _swap(sample: Sample, rival: Comparison) -> Iterator[SwapSet]:
    for side in cast("tuple[Side, ...]", get_args(Side)):
        rows, failed = rival.sides == side, (rival.sides == side) & (sample.target == 1)
        money = sample.amounts
        yield SwapSet(
            side=side,
            n=int(rows.sum()),
            defaults=int(failed.sum()),
            asked=None if money is None else int(money[rows].sum()),
            defaulted=None if money is None else int(money[failed].sum()),
        )


def _churn(rival: Comparison) -> ReasonChurn:
    pairs = [(set(before), set(after)) for before, after in zip(rival.before, rival.after, strict=True)]
    stay = Counter(len(before & after) for before, after in pairs)
    lost = Counter(name for before, after in pairs for name in before - after)
    gained = Counter(name for before, after in pairs for name in after - before)
    most = sorted(lost | gained, key=lambda name: (-lost[name] - gained[name], name))[:CHANGED]
    listed = tuple(ChangedReason(feature=name, lost=lost[name], gained=gained[name]) for name in most)
    return ReasonChurn(stay=tuple(stay[number] for number in range(REASONS + 1)), features=listed)


def pictures_of(sample: Sample, *, bounds: Sequence[float], rival: Comparison | None) -> Pictures:
    """Count what is drawn: curves, grades by the upper PDs in `bounds`, bins of score and inputs, with a champion swaps and reasons."""
    profile = sample.bundle.reference_profile
    grades = enumerate(counted(target=sample.target, pd=sample.pd, bounds=bounds), start=1)
    against: dict[str, Any] = {}
    if rival is not None:
        against = {
            "champion": rival.champion.hash,
            "champion_caught": caught(target=sample.target, risk=rival.log_odds),
            "swap": tuple(_swap(sample, rival)),
            "reasons": _churn(rival),
        }
    return Pictures(
        caught=caught(target=sample.target, risk=sample.log_odds),
        grades=tuple(GradeCount(grade=number, n=n, defaults=k, mean_pd=round(pd, 6)) for number, (k, n, pd) in grades),
        score=_score(sample, profile),
        inputs=_inputs(sample, profile),
        **against,
    )
