"""Does the model hold when the world moves? Later halves, missing sources of evidence, and the hardest third of applicants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from features.indicators import CATALOGUE
from training.metrics import MIN_EACH, Interval, auc, calibration_intercept
from training.validation.chapter import UNKNOWN, Cell, Chapter, Grid, Measure, Words, measured
from training.validation.sample import Sample

__all__ = ["resilience", "sources_of_evidence", "without"]

MOST_SOURCES: Final = 12
ABOUT = Words(
    "时间：测试行按申请日分前后两半。证据：逐一去掉一个来源的全部特征（视为缺失）。"
    "难例：PD 最高的三分之一。每种情形给出 AUC 与校准截距及 95 % 区间。",
    "Time: the held-out rows in an earlier and a later half. Evidence: one source "
    "at a time is taken away, its features read as missing. Hard "
    "cases: the third with the highest PD. For each, AUC and calibration intercept with their 95 % intervals.",
)


def sources_of_evidence(names: tuple[str, ...]) -> dict[str, list[int]]:
    """Columns by the table they are computed from; of a foreign table each feature is a source of its own."""
    found: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        tables = CATALOGUE[name].tables if name in CATALOGUE else (name,)
        for table in tables:
            found.setdefault(table, []).append(place)
    return found


def without(sample: Sample, columns: list[int]) -> npt.NDArray[np.float64]:
    """Log odds of the held-out rows with some columns missing."""
    matrix = sample.matrix.copy()
    matrix[:, columns] = np.nan
    return sample.bundle.predict(matrix).log_odds


def _line(name: Words, rows: npt.NDArray[Any], sample: Sample, log_odds: npt.NDArray[np.float64]) -> tuple[Cell, ...]:
    target, said = sample.target[rows], log_odds[rows]
    defaults = int(target.sum())
    if min(defaults, len(target) - defaults) < MIN_EACH:
        return (name, len(target), defaults, None, None)
    return (name, len(target), defaults, auc(target, said), calibration_intercept(target, said))


def _situations(sample: Sample) -> Iterator[tuple[Cell, ...]]:
    every = np.ones(sample.n, dtype=np.bool_)
    yield _line(Words("全部", "all rows"), every, sample, sample.log_odds)
    if sample.days is not None:
        middle = float(np.median(sample.days))
        yield _line(Words("前半", "earlier half"), sample.days <= middle, sample, sample.log_odds)
        yield _line(Words("后半", "later half"), sample.days > middle, sample, sample.log_odds)
    yield _line(Words("PD 最高三分之一", "riskiest third"), sample.pd >= np.quantile(sample.pd, 2 / 3), sample, sample.log_odds)
    weight = np.abs(sample.scores.unrounded).mean(axis=0)
    sources = sources_of_evidence(sample.bundle.features)
    for source in sorted(sources, key=lambda one: -float(weight[sources[one]].sum()))[:MOST_SOURCES]:
        yield _line(Words(f"缺 {source}", f"without {source}"), every, sample, without(sample, sources[source]))


def resilience(sample: Sample) -> Chapter:
    """Report every situation; measures `later_intercept`, and `source_auc_loss` of the source that matters most."""
    rows = tuple(_situations(sample))
    named = {row[0].en: row for row in rows if isinstance(row[0], Words)}
    later = named.get("later half")
    whole = named["all rows"][3]
    losses = [
        (whole.value - row[3].value, int(str(row[1])))
        for name, row in named.items()
        if name.startswith("without ") and isinstance(whole, Interval) and isinstance(row[3], Interval)
    ]
    worst = max(losses, default=None)
    columns = (
        Words("情形", "situation"),
        Words("样本", "n"),
        Words("违约", "defaults"),
        Words("AUC（95 %）", "AUC (95 %)"),
        Words("校准截距（95 %）", "calibration intercept (95 %)"),
    )
    intercept = later[4] if later is not None and isinstance(later[4], Interval) else None
    return Chapter(
        id="resilience",
        title=Words("抗变化", "Resilience to shift"),
        about=ABOUT,
        measures={
            "later_intercept": measured(intercept, int(str(later[1]))) if later is not None else UNKNOWN,
            "source_auc_loss": UNKNOWN if worst is None else Measure(value=worst[0], n=worst[1], method="the source that matters most"),
        },
        grids=(Grid(title=Words("各种情形", "Situations"), columns=columns, rows=rows),),
    )
