"""Does the model do worse on rows it has not seen? Training, out of fold and held out, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from scipy.stats import norm

from training.metrics import Evaluation, Interval, auc
from training.validation.chapter import Cell, Chapter, Grid, Measure, Words
from training.validation.sample import Sample

__all__ = ["auc_gap", "overfit"]

Z: Final = float(norm.ppf(0.975))
ABOUT = Words(
    "差 = AUC(折外) − AUC(测试)；两组样本独立，区间为 ±1.96·√(se₁² + se₂²)。训练集 AUC（模型见过的行）偏乐观，仅供参考。",
    "Gap = AUC out of fold - AUC held out; the two sets of rows are independent, "
    "so the interval is +-1.96 sqrt(se1^2 + se2^2). The AUC of the "
    "training rows, which the model has seen, is optimistic and shown for comparison only.",
)


def auc_gap(*, inside: Interval, outside: Interval) -> Interval:
    """Difference of two AUCs on independent rows, inside minus outside, with the interval of the sum of their variances."""
    errors = [(one.high - one.low) / (2 * Z) for one in (inside, outside)]
    gap, half = inside.value - outside.value, Z * (errors[0] ** 2 + errors[1] ** 2) ** 0.5
    return Interval(gap, gap - half, gap + half, "DeLong, independent")


def _of(said: Mapping[str, Any] | None) -> Interval | None:
    return None if said is None else Interval(said["value"], said["low"], said["high"], said["method"])


def overfit(sample: Sample, *, overall: Evaluation) -> Chapter:
    """Compare; measure `auc_gap`, unknown where either side has too few outcomes."""
    inside_said = sample.bundle.manifest.metrics.get("out_of_fold", {})
    inside, outside = _of(inside_said.get("metrics", {}).get("auc")), overall.metrics.get("auc")
    rows: list[tuple[Cell, ...]] = []
    if sample.train_matrix is not None and sample.train_target is not None:
        seen = auc(sample.train_target, sample.bundle.predict(sample.train_matrix).log_odds)
        rows.append((Words("训练（见过）", "training (seen)"), len(sample.train_target), int(sample.train_target.sum()), seen))
    rows.append((Words("折外", "out of fold"), inside_said.get("n", 0), inside_said.get("defaults", 0), inside))
    rows.append((Words("测试", "held out"), overall.n, overall.defaults, outside))
    gap = None if inside is None or outside is None else auc_gap(inside=inside, outside=outside)
    rows.append((Words("差（折外 − 测试）", "gap (out of fold - held out)"), overall.n, overall.defaults, gap))
    columns = (Words("样本集", "rows"), Words("样本", "n"), Words("违约", "defaults"), Words("AUC（95 %）", "AUC (95 %)"))
    measure = Measure(value=None, n=overall.n)
    if gap is not None:
        measure = Measure(value=gap.value, low=gap.low, high=gap.high, n=overall.n, method=gap.method)
    return Chapter(
        id="overfit",
        title=Words("过拟合", "Overfit"),
        about=ABOUT,
        measures={"auc_gap": measure},
        grids=(Grid(title=Words("见过与未见过", "Seen and unseen"), columns=columns, rows=tuple(rows)),),
    )
