"""Can the explanations be relied on? Exact sums, few features, stable reasons, and declared directions kept."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from training.book import Floats
from training.validation.chapter import Chapter, Grid, Measure, Words
from training.validation.robustness import noisy, spreads
from training.validation.sample import Sample

__all__ = ["explanations", "features_for", "kept_reasons", "top_reasons", "violations"]

REASONS: Final = 4
"""Principal reasons an applicant is told."""
SHARE: Final = 0.8
STEPPED: Final = 200
NOISE: Final = 0.02
ABOUT = Words(
    "加和：基准分 + 整数贡献 = 分数，逐行核对；残差为浮点误差。紧凑：覆盖 80 % 绝对贡献所需特征数的中位数。"
    "稳定：加 2 % 噪声后前四个原因的保留率 "
    "|A∩B| / 4。一致：对声明方向的特征上移一个四分位距，PD 不得向反方向变动。",
    "Sums: base score plus integer contributions is the score, row by row; the "
    "residual is float error. Compact: median number of features that "
    "carry 80 % of the absolute contributions. Stable: share of the four strongest reasons that stay under 2 % noise, |A and B| / 4. "
    "Consistent: a feature with a declared direction raised by one interquartile range never moves the PD the wrong way.",
)


def top_reasons(contributions: npt.NDArray[np.int64], *, count: int = REASONS) -> npt.NDArray[np.intp]:
    """Columns of the features that take most points from each row, strongest first, shape (n, count); ties go to the first column."""
    return np.argsort(contributions, axis=1, kind="stable")[:, :count]


def kept_reasons(before: npt.NDArray[np.intp], after: npt.NDArray[np.intp]) -> Floats:
    """Share of each row's reasons that are among its reasons afterwards, in whatever order."""
    return np.array([len(set(a) & set(b)) / len(a) for a, b in zip(before.tolist(), after.tolist(), strict=True)])


def features_for(unrounded: Floats, *, share: float = SHARE) -> npt.NDArray[np.intp]:
    """Number of features that carry `share` of each row's absolute contributions; 0 where nothing contributes."""
    weights = -np.sort(-np.abs(unrounded), axis=1)
    total = weights.sum(axis=1)
    reached = np.cumsum(weights, axis=1) < (share * total)[:, None] - 1e-12
    return np.where(total > 0, reached.sum(axis=1) + 1, 0)


def violations(sample: Sample, *, most: int = STEPPED) -> tuple[int, int]:
    """Give how many steps of a directed feature moved the PD the wrong way, and how many were tried."""
    rows = sample.matrix[np.linspace(0, sample.n - 1, min(sample.n, most)).astype(int)]
    before, wide = sample.bundle.predict(rows).margin, spreads(sample.matrix)
    wrong = tried = 0
    for place, feature in enumerate(sample.bundle.manifest.features):
        if feature.direction == 0 or wide[place] == 0:
            continue
        stepped = rows.copy()
        stepped[:, place] += wide[place]
        known = ~np.isnan(rows[:, place])
        change = feature.direction * (sample.bundle.predict(stepped).margin - before)
        wrong, tried = wrong + int((change[known] > 1e-9).sum()), tried + int(known.sum())
    return wrong, tried


def explanations(sample: Sample) -> Chapter:
    """Measure sums, compactness, stability and consistency of the explanations."""
    scores, bundle = sample.scores, sample.bundle
    unsummed = int((bundle.base_score + scores.contributions.sum(axis=1) != scores.score).sum())
    residual = float(np.abs(scores.residual).max())
    features = features_for(scores.unrounded)
    rows = np.linspace(0, sample.n - 1, min(sample.n, 500)).astype(int)
    shaken = bundle.score(noisy(matrix=sample.matrix[rows], features=bundle.manifest.features, size=NOISE, seed=0))
    kept = kept_reasons(top_reasons(scores.contributions[rows]), top_reasons(shaken.contributions))
    wrong, tried = violations(sample)
    measures = {
        "unsummed_rows": Measure(value=float(unsummed), n=sample.n, method="base + contributions = score"),
        "largest_residual": Measure(value=residual, n=sample.n, method="score points"),
        "features_for_80": Measure(value=float(np.median(features)), n=sample.n, method="median"),
        "reasons_kept": Measure(value=float(kept.mean()), n=len(rows), method="2 % noise, mean"),
        "direction_violations": Measure(value=float(wrong), n=tried, method="steps of one interquartile range"),
    }
    words = {
        "unsummed_rows": Words("加和不符的行", "rows whose points do not sum to the score"),
        "largest_residual": Words("最大残差（分）", "largest residual, score points"),
        "features_for_80": Words("覆盖 80 % 的特征数（中位）", "features that carry 80 % (median)"),
        "reasons_kept": Words("原因保留率", "reasons kept under noise"),
        "direction_violations": Words("违反声明方向", "steps against a declared direction"),
    }
    columns = (Words("检验", "check"), Words("样本", "n"), Words("值", "value"), Words("方法", "how"))
    lines = tuple((words[name], one.n, one.value, one.method) for name, one in measures.items())
    return Chapter(
        id="explanations",
        title=Words("解释", "Explanations"),
        about=ABOUT,
        measures=measures,
        grids=(Grid(title=Words("解释的性质", "Properties"), columns=columns, rows=lines),),
    )
