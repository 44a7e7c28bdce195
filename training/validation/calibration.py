"""Are the probabilities true? Slope, intercept, ECE, Spiegelhalter's test and the reliability of ten bins."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.stats import beta, norm

from training.book import Floats, Targets
from training.metrics import BINS, Evaluation, Interval, ece
from training.validation.chapter import Chapter, Curve, Grid, Measure, Words, measured
from training.validation.sample import Sample

__all__ = ["calibration", "ece_excess", "jeffreys_interval", "reliability", "spiegelhalter"]

LEAST: Final = 5
"""Rows a bin needs."""
DRAWS: Final = 400
"""Of outcomes from the PDs, for the ECE that chance alone gives."""
ABOUT = Words(
    "斜率与截距：对 log odds 的 logistic 回归 (Cox 1958)，斜率 1、截距 0 为理想；截距 > 0 表示低估风险。ECE = Σ 占比·|违约率 − 平均PD|，"
    "十个等量分箱；ece_excess = ECE − 由 PD 自身抽取结果时 ECE 的 95 % 分位数。"
    "Spiegelhalter (1986) z = Σ(y−p)(1−2p) / √Σ(1−2p)²p(1−p)。每箱违约率区间为 Jeffreys 95 %。",
    "Slope and intercept of a logistic regression on the log odds (Cox 1958): 1 and 0 are ideal, an intercept above 0 understates risk. "
    "ECE = sum of share * |default rate - mean PD| over ten bins of equal mass; ece_excess = ECE less the 95 % quantile of what outcomes "
    "drawn from the PDs themselves give. Spiegelhalter (1986) z = sum (y-p)(1-2p) / "
    "sqrt(sum (1-2p)^2 p(1-p)). The interval of a bin's default rate is Jeffreys' 95 %.",
)


def jeffreys_interval(*, defaults: int, n: int, level: float = 0.95) -> Interval:
    """Interval of a default rate from the posterior Beta(k + 1/2, n - k + 1/2); 0 and 1 stay the bounds at k = 0 and k = n.

    L. Brown, T. Cai, A. DasGupta (2001), Statistical Science 16:101-133.
    """
    tail = (1 - level) / 2
    low, high = (float(beta.ppf(at, defaults + 0.5, n - defaults + 0.5)) for at in (tail, 1 - tail))
    return Interval(defaults / n, 0.0 if defaults == 0 else low, 1.0 if defaults == n else high, "Jeffreys")


def spiegelhalter(*, target: Targets, pd: Floats) -> tuple[float, float]:
    """Give z and the two-sided p-value of the hypothesis that every PD is the true one.

    D. Spiegelhalter (1986), Statistics in Medicine 5:421-433.
    """
    spread = float(np.sqrt(np.sum((1 - 2 * pd) ** 2 * pd * (1 - pd))))
    if spread == 0:
        return 0.0, 1.0
    z = float(np.sum((target - pd) * (1 - 2 * pd))) / spread
    return z, float(2 * norm.sf(abs(z)))


def ece_excess(*, target: Targets, pd: Floats, level: float = 0.95, draws: int = DRAWS) -> float:
    """ECE less what a true model reaches on these rows: the `level` quantile of the ECE of outcomes drawn from the PDs themselves.

    Above 0 the PDs are shown to be wrong, however few the rows: a true model gets there once in twenty. Consistency resampling after
    J. Broecker, L. Smith (2007), Weather and Forecasting 22:651-661.
    """
    dice = np.random.default_rng(0)
    order = np.sort(pd)  # its own sort then finds its work done
    by_chance = [ece((dice.random(len(order)) < order).astype(np.int64), order) for _ in range(draws)]
    return ece(target, pd) - float(np.quantile(by_chance, level))


def reliability(*, target: Targets, pd: Floats) -> tuple[tuple[float, Interval, int], ...]:
    """Mean PD, default rate and n of up to ten bins of equal mass, safest first; bins below five rows are joined."""
    bins = max(1, min(BINS, len(pd) // LEAST))
    parts = np.array_split(np.argsort(pd, kind="stable"), bins)
    return tuple((float(pd[part].mean()), jeffreys_interval(defaults=int(target[part].sum()), n=len(part)), len(part)) for part in parts)


def calibration(sample: Sample, *, overall: Evaluation) -> Chapter:
    """Report how true the probabilities are on the held-out rows, with the reliability of ten bins as grid and picture."""
    z, p_value = spiegelhalter(target=sample.target, pd=sample.pd)
    enough = bool(overall.metrics)
    names = ("calibration_slope", "calibration_intercept", "ece", "brier", "log_loss")
    measures = {name: measured(overall.metrics.get(name), overall.n) for name in names}
    excess = ece_excess(target=sample.target, pd=sample.pd) if enough else None
    measures["ece_excess"] = Measure(value=excess, n=overall.n, method="ECE - 95 % quantile by chance")
    measures["spiegelhalter_p"] = Measure(value=p_value if enough else None, n=overall.n, method=f"z = {z:.3f}")
    bins = reliability(target=sample.target, pd=sample.pd)
    said = tuple((number, n, mean, rate) for number, (mean, rate, n) in enumerate(bins, start=1))
    columns = (Words("箱", "bin"), Words("样本", "n"), Words("平均PD", "mean PD"), Words("违约率", "default rate"))
    title = Words("可靠性", "Reliability")
    summary = (*((name, overall.n, overall.metrics.get(name)) for name in names), ("ece_excess", overall.n, excess))
    heads = (Words("指标", "measure"), Words("样本", "n"), Words("值（95 %）", "value (95 %)"))
    grids = (Grid(title=Words("概括", "Summary"), columns=heads, rows=summary), Grid(title=title, columns=columns, rows=said))
    note = Words(
        "ECE 在样本少时有正偏：噪声本身约为 √(2p(1−p)·箱数/(πn))。",
        "ECE is biased upwards on few rows: noise alone gives about sqrt(2 p (1-p) bins / (pi n)).",
    )
    return Chapter(
        id="calibration",
        title=Words("校准", "Calibration"),
        about=ABOUT,
        measures=measures,
        grids=grids,
        curve=Curve(title=title, points=bins),
        notes=(note,),
    )
