"""Does the model know what it cannot know? Features that rank too well alone, blanks that tell, and firms on both sides."""

from __future__ import annotations

from typing import Final

import numpy as np

from training.book import Floats, Targets
from training.loanbook import SUSPICIOUS_AUC
from training.metrics import Interval, auc
from training.validation.chapter import Chapter, Grid, Measure, Words
from training.validation.sample import Sample

__all__ = ["alone", "leakage", "powers"]

SHOWN: Final = 8
ABOUT = Words(
    "每个特征单独的 AUC（取方向与缺失位置较好者，DeLong 区间），以及仅凭是否缺失的 AUC；区间下限达到 "
    f"{SUSPICIOUS_AUC} 即可疑。另查训练与测试的企业重叠。",
    "AUC of each feature alone, whichever way it points, blanks ranked where they "
    "separate best (DeLong's interval), and the AUC of the blank "
    f"alone; a lower bound of {SUSPICIOUS_AUC} is suspicious. Firms on both sides of the split are counted.",
)


def alone(*, target: Targets, values: Floats) -> Interval:
    """AUC of one column alone whichever way it points, missing values at the end where they separate best."""
    sides = [np.nan_to_num(values, nan=bound) for bound in (-np.inf, np.inf)]
    return max((auc(target, sign * side) for side in sides for sign in (1.0, -1.0)), key=lambda found: found.value)


def powers(sample: Sample) -> list[tuple[str, Interval, Interval]]:
    """Name, AUC alone and AUC of its blanks for each feature, strongest first."""
    found = []
    for place, name in enumerate(sample.bundle.features):
        values = sample.matrix[:, place]
        blank = np.isnan(values).astype(np.float64)
        found.append((name, alone(target=sample.target, values=values), alone(target=sample.target, values=blank)))
    return sorted(found, key=lambda one: (-max(one[1].value, one[2].value), one[0]))


def leakage(sample: Sample, *, least: int = 10) -> Chapter:
    """Scan; measures `suspicious_features` and `firms_on_both_sides` (unknown on other data than the training's)."""
    ranked = powers(sample)
    enough = min(sample.defaults, sample.n - sample.defaults) >= least
    suspicious = sum(max(known.low, blank.low) >= SUSPICIOUS_AUC for _, known, blank in ranked)
    both = None
    if sample.train_firm is not None and sample.firm is not None:
        both = float(len(set(sample.train_firm.tolist()) & set(sample.firm.tolist())))
    columns = (Words("特征", "feature"), Words("样本", "n"), Words("单独 AUC", "AUC alone"), Words("缺失 AUC", "AUC of its blanks"))
    rows = tuple((name, sample.n, known, blank) for name, known, blank in ranked[:SHOWN])
    listed = ", ".join(str(one["column"]) for one in sample.bundle.manifest.findings.get("suspicious", ()))
    note = Words(f"训练时报告的可疑列：{listed or '无'}。", f"Columns that training reported as suspicious: {listed or 'none'}.")
    return Chapter(
        id="leakage",
        title=Words("泄漏扫描", "Leakage scan"),
        about=ABOUT,
        measures={
            "suspicious_features": Measure(
                value=float(suspicious) if enough else None, n=len(ranked), method=f"lower bound of AUC alone >= {SUSPICIOUS_AUC}"
            ),
            "firms_on_both_sides": Measure(value=both, n=sample.n, method="training and held out"),
        },
        grids=(Grid(title=Words("最强的特征", "Strongest features"), columns=columns, rows=rows),),
        notes=(note,),
    )
