"""Where does the model do worst? Slices whose defaults differ from what was predicted, corrected for how many were looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

from training.book import Floats, Targets
from training.validation.chapter import Chapter, Grid, Measure, Words
from training.validation.sample import Sample

__all__ = ["Slice", "holm", "miss_p", "slices_of", "weak_spots"]

LEAST: Final = 50
"""Rows a slice needs."""
FEATURES: Final = 10
"""Features with the largest contributions are cut into quartiles and looked at."""
SHOWN: Final = 10
LEVEL: Final = 0.05
ABOUT = Words(
    "切片：每个分组标签，以及贡献最大的十个特征的四分位。双侧精确二项检验：违约数对平均PD。Holm (1979) 校正后 p < 0.05 才称为弱点。",
    "Slices: every group label, and the quartiles of the ten features with the "
    "largest contributions. Two-sided exact binomial test of the "
    "defaults against the mean PD; a slice is a weak spot where p < 0.05 after Holm's (1979) correction for all slices looked at.",
)


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the held-out rows with what was predicted and what happened."""

    name: str
    n: int
    defaults: int
    mean_pd: float
    p_value: float


def miss_p(*, defaults: int, n: int, pd: float) -> float:
    """Two-sided exact binomial p-value: twice the smaller tail, at most 1.

    The mean PD stands for all rows of the slice; unequal PDs have a smaller spread, so the test errs on the quiet side.
    """
    return float(min(1.0, 2 * min(binom.cdf(defaults, n, pd), binom.sf(defaults - 1, n, pd))))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values so that the chance of one false finding among all is at most the level.

    S. Holm (1979), Scandinavian Journal of Statistics 6:65-70.
    """
    order = np.argsort(p_values)
    adjusted, most = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order.tolist()):
        most = max(most, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = most
    return adjusted


def slices_of(sample: Sample, *, least: int = LEAST) -> Iterator[Slice]:
    """Every slice with enough rows, labels first."""
    for by, labels in sample.groups.items():
        for name in sorted(set(labels.tolist())):
            yield from _slice(f"{by} = {name}", labels == name, sample.target, sample.pd, least)
    weight = np.abs(sample.scores.unrounded).mean(axis=0)
    for place in np.argsort(-weight)[:FEATURES].tolist():
        name, values = sample.bundle.features[place], sample.matrix[:, place]
        yield from _slice(f"{name} missing", np.isnan(values), sample.target, sample.pd, least)
        yield from _quartiles(name, values, sample, least)


def _quartiles(name: str, values: Floats, sample: Sample, least: int) -> Iterator[Slice]:
    known = values[~np.isnan(values)]
    if not len(known):
        return
    cuts = np.unique(np.quantile(known, [0.25, 0.5, 0.75], method="inverted_cdf"))
    edges = [-np.inf, *cuts.tolist(), np.inf]
    for low, high in pairwise(edges):
        said = f"{name} in ({low:.4g}, {high:.4g}]"
        yield from _slice(said, (values > low) & (values <= high), sample.target, sample.pd, least)


def _slice(name: str, rows: npt.NDArray[Any], target: Targets, pd: Floats, least: int) -> Iterator[Slice]:
    n = int(rows.sum())
    if n >= least:
        defaults, mean = int(target[rows].sum()), float(pd[rows].mean())
        yield Slice(name, n, defaults, mean, miss_p(defaults=defaults, n=n, pd=mean))


def weak_spots(sample: Sample) -> Chapter:
    """Report the slices that miss most; measures `weak_spots` (after correction) and `slices_seen`."""
    found = list(slices_of(sample))
    adjusted = holm([one.p_value for one in found])
    worst = sorted(zip(found, adjusted, strict=True), key=lambda pair: (pair[0].p_value, pair[0].name))
    weak = sum(p_value < LEVEL for p_value in adjusted)
    columns = (
        Words("切片", "slice"),
        Words("样本", "n"),
        Words("违约", "defaults"),
        Words("平均PD", "mean PD"),
        Words("违约率", "default rate"),
        Words("p", "p"),
        Words("Holm p", "Holm p"),
    )
    rows = tuple((one.name, one.n, one.defaults, one.mean_pd, one.defaults / one.n, one.p_value, p) for one, p in worst[:SHOWN])
    note = Words(
        f"共看 {len(found)} 个切片；未经校正时单凭偶然约有 {LEVEL * len(found):.1f} 个 p < 0.05。",
        f"{len(found)} slices were looked at; without correction {LEVEL * len(found):.1f} of them would show p < 0.05 by chance.",
    )
    return Chapter(
        id="weak_spots",
        title=Words("薄弱环节", "Weak spots"),
        about=ABOUT,
        measures={
            "weak_spots": Measure(value=float(weak) if found else None, n=len(found), method="Holm, 5 %"),
            "slices_seen": Measure(value=float(len(found)), n=sample.n),
        },
        grids=(Grid(title=Words("偏差最大的切片", "Slices that miss most"), columns=columns, rows=rows),),
        notes=(note,),
    )
