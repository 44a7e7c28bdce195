"""Who gets through? Selection by group and the adverse-impact ratio against 0.80, with intervals honest about how many were compared."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from fairlearn.metrics import MetricFrame, count, selection_rate, true_positive_rate
from scipy.stats import norm

from training.metrics import Interval
from training.validation.calibration import jeffreys_interval
from training.validation.chapter import Cell, Chapter, Grid, Measure, Words
from training.validation.sample import Sample

__all__ = ["FOUR_FIFTHS", "adverse_impact", "fairness", "impact_ratio"]

FOUR_FIFTHS: Final = 0.80
LEAST: Final = 30
"""Rows a group needs."""
SCREENED: Final = ("region", "ownership", "size", "age", "field")
ABOUT = Words(
    "通过：PD 不高于门槛。不利影响比 AIR = 通过率(组) / 通过率(最高的组)；区间为对数比的正态近似 "
    "(Katz 1978)，按同一维度内比较次数作 Bonferroni 校正。"
    "0.80 为四分之五规则 (29 CFR 1607.4 D)。每组至少 30 行。另列正常客户中的通过率（机会均等）与通过者的违约率。",
    "Passing: PD at or below the cutoff. Adverse-impact ratio = pass rate of the group "
    "/ that of the group that passes most; interval from the normal "
    "approximation of the log ratio (Katz 1978), Bonferroni-corrected for the comparisons within a dimension. 0.80 is the four-fifths "
    f"rule (29 CFR 1607.4 D). A group needs {LEAST} rows. Beside it the pass rate among "
    "payers (equal opportunity) and the default rate of those who pass.",
)
COLUMNS = (
    Words("组", "group"),
    Words("样本", "n"),
    Words("通过率", "pass rate"),
    Words("AIR", "AIR"),
    Words("正常客户通过率", "pass rate of payers"),
    Words("通过者违约率", "default rate of those who pass"),
)


def impact_ratio(*, passed: int, n: int, passed_best: int, n_best: int, comparisons: int = 1, level: float = 0.95) -> Interval:
    """Ratio of two pass rates with the interval of its logarithm, half a case added to each cell.

    var(ln ratio) = 1/a - 1/n + 1/b - 1/m. D. Katz, J. Baptista, S. Azen, M. Pike (1978), Biometrics 34:469-474.
    """
    a, m, b, k = passed + 0.5, n + 0.5, passed_best + 0.5, n_best + 0.5
    value = (passed / n) / (passed_best / n_best) if passed_best else 1.0
    z = float(norm.ppf(1 - (1 - level) / (2 * max(comparisons, 1))))
    half = z * float(np.sqrt(1 / a - 1 / m + 1 / b - 1 / k))
    centre = float(np.log((a / m) / (b / k)))
    return Interval(value, float(np.exp(centre - half)), float(np.exp(centre + half)), "Katz, Bonferroni")


def adverse_impact(frame: Any, *, least: int = LEAST) -> dict[str, Interval | None]:
    """Ratio of each group to the one that passes most among those with enough rows; None for a group with too few.

    The best group has 1 by definition. `frame` is a fairlearn `MetricFrame` with `n` and `passed`.
    """
    groups = {str(name): (int(row["n"]), float(row["passed"])) for name, row in frame.by_group.iterrows()}
    large = {name: said for name, said in groups.items() if said[0] >= least}
    if len(large) < 2:
        return dict.fromkeys(groups)
    best = max(large, key=lambda name: (large[name][1], name))
    n_best, rate_best = large[best]
    found: dict[str, Interval | None] = {}
    for name, (n, rate) in groups.items():
        if name == best:
            found[name] = Interval(1.0, 1.0, 1.0, "reference")
        elif name in large:
            found[name] = impact_ratio(
                passed=round(rate * n),
                n=n,
                passed_best=round(rate_best * n_best),
                n_best=n_best,
                comparisons=len(large) - 1,
            )
        else:
            found[name] = None
    return found


def _screen(by: str, labels: npt.NDArray[Any], sample: Sample, passed: npt.NDArray[np.int64]) -> tuple[Grid, Measure]:
    metrics = {"n": count, "passed": selection_rate, "payers": true_positive_rate}
    frame = MetricFrame(metrics=metrics, y_true=1 - sample.target, y_pred=passed, sensitive_features={by: labels.astype(str)})
    ratios = adverse_impact(frame)
    rows: list[tuple[Cell, ...]] = []
    for name, row in frame.by_group.iterrows():
        ratio = ratios[str(name)]
        through = (labels.astype(str) == name) & (passed == 1)
        rate = jeffreys_interval(defaults=int(sample.target[through].sum()), n=int(through.sum())) if through.sum() >= LEAST else None
        shown = ratio is not None
        rows.append(
            (str(name), int(row["n"]), float(row["passed"]) if shown else None, ratio, float(row["payers"]) if shown else None, rate)
        )
    known = [one for one in ratios.values() if one is not None]
    worst = min(known, key=lambda one: one.value, default=None)
    large = sum(one is not None for one in ratios.values())
    grid = Grid(title=Words(f"按 {by}", f"By {by}"), columns=COLUMNS, rows=tuple(rows))
    if worst is None:
        return grid, Measure(value=None, n=large)
    return grid, Measure(value=worst.value, low=worst.low, high=worst.high, n=large, method="worst group, Katz, Bonferroni")


def fairness(sample: Sample, *, cutoff: float) -> Chapter:
    """Screen every dimension; measures `air_<dimension>` hold the worst group, with n the number of groups compared.

    Parameters
    ----------
    sample
        The held-out rows; dimensions it does not label are unknown.
    cutoff
        Highest PD that passes.
    """
    passed = (sample.pd <= cutoff).astype(np.int64)
    measures: dict[str, Measure] = {f"air_{by}": Measure(value=None, n=0) for by in SCREENED}
    grids = []
    for by in (*SCREENED, *(one for one in sample.groups if one not in SCREENED and one != "stage")):
        if by in sample.groups:
            grid, measures[f"air_{by}"] = _screen(by, sample.groups[by], sample, passed)
            grids.append(grid)
    share = float(passed.mean())
    note = Words(f"门槛 PD ≤ {cutoff:.2%}，整体通过率 {share:.1%}。", f"Cutoff PD <= {cutoff:.2%}; {share:.1%} pass in all.")
    return Chapter(
        id="fairness",
        title=Words("公平性", "Fairness"),
        about=ABOUT,
        measures=measures,
        grids=tuple(grids),
        notes=(note,),
    )
