"""The chapter on grades: every grade of the policy's master scale tested against its PD."""

from __future__ import annotations

from collections.abc import Sequence

from training.metrics import Evaluation
from training.validation.backtest import (
    binomial_level,
    binomial_p,
    counted,
    hosmer_lemeshow,
    jeffreys_p,
    prudent_bounds,
    traffic_light,
)
from training.validation.calibration import jeffreys_interval
from training.validation.chapter import Cell, Chapter, Grid, Measure, Words
from training.validation.sample import Sample

__all__ = ["grade_backtest"]

ABOUT = Words(
    "每级以平均PD检验违约数（单边，H0：PD 足够高）。二项 p = P(X ≥ k)；Jeffreys p = F_Beta(k+½, n−k+½)(PD)；灯号按 P(X < k)："
    "绿 < 95 %，黄 < 99.9 %，红。Hosmer-Lemeshow 合并到每组期望违约 ≥ 5。上限为 Pluto-Tasche 90 % 最审慎上限。各检验假定违约独立；"
    "同一年份的违约相关时检验偏严。",
    "Each grade's defaults against its mean PD, one-sided (null: the PD is high enough). Binomial p = P(X >= k); Jeffreys p = F(PD) of "
    "Beta(k+1/2, n-k+1/2); the light goes by P(X < k): green < 95 %, yellow < 99.9 %, red. Hosmer-Lemeshow joins grades until 5 defaults "
    "are expected in each. Upper bound: Pluto and Tasche's most prudent one at 90 %. All assume independent defaults; where a bad year "
    "moves many firms at once the tests are too strict.",
)
COLUMNS = (
    Words("等级", "grade"),
    Words("样本", "n"),
    Words("违约", "defaults"),
    Words("平均PD", "mean PD"),
    Words("违约率（95 %）", "default rate (95 %)"),
    Words("二项 p", "binomial p"),
    Words("Jeffreys p", "Jeffreys p"),
    Words("灯号", "light"),
    Words("审慎上限", "prudent bound"),
)
LIGHTS = {"green": Words("绿", "green"), "yellow": Words("黄", "yellow"), "red": Words("红", "red")}


def grade_backtest(sample: Sample, *, overall: Evaluation, bounds: Sequence[float]) -> Chapter:
    """Backtest every grade.

    Parameters
    ----------
    sample
        The held-out rows.
    overall
        Their evaluation as a whole.
    bounds
        Upper PD of each grade, safest first, the last one 1.

    Returns
    -------
    Chapter
        Measures `red_grades`, `yellow_grades` (of grades with rows), `hosmer_lemeshow_p` and `portfolio_p`.
    """
    grades = counted(target=sample.target, pd=sample.pd, bounds=bounds)
    prudent = prudent_bounds(defaults=[k for k, _, _ in grades], n=[m for _, m, _ in grades])
    lights = [traffic_light(binomial_level(defaults=k, n=m, pd=p)) for k, m, p in grades if m]
    statistic, freedom, p_value = hosmer_lemeshow(
        defaults=[k for k, _, _ in grades], n=[m for _, m, _ in grades], pd=[p for _, _, p in grades]
    )
    tested = len(lights) if overall.metrics else 0
    measures = {
        "red_grades": Measure(value=float(lights.count("red")) if tested else None, n=tested, method="grades with rows"),
        "yellow_grades": Measure(value=float(lights.count("yellow")) if tested else None, n=tested, method="grades with rows"),
        "hosmer_lemeshow_p": Measure(value=p_value if freedom > 1 else None, n=sample.n, method=f"chi2({freedom}) = {statistic:.2f}"),
        "portfolio_p": Measure(
            value=binomial_p(defaults=sample.defaults, n=sample.n, pd=float(sample.pd.mean())), n=sample.n, method="binomial"
        ),
    }
    rows = tuple(_row(number, *grade, bound) for number, (grade, bound) in enumerate(zip(grades, prudent, strict=True), start=1))
    note = Words(
        f"在 {tested} 个等级上，单凭偶然约有 {0.05 * tested:.1f} 个黄灯或更差。",
        f"Among {tested} grades some {0.05 * tested:.1f} are yellow or worse by chance alone.",
    )
    return Chapter(
        id="grades",
        title=Words("等级回溯检验", "Backtest of grades"),
        about=ABOUT,
        measures=measures,
        grids=(Grid(title=Words("主标尺", "Master scale"), columns=COLUMNS, rows=rows),),
        notes=(note,),
    )


def _row(number: int, defaults: int, n: int, pd: float, bound: float | None) -> tuple[Cell, ...]:
    if not n:
        return (number, 0, 0, *[None] * 5, bound)
    tests = (binomial_p(defaults=defaults, n=n, pd=pd), jeffreys_p(defaults=defaults, n=n, pd=pd))
    light = LIGHTS[traffic_light(binomial_level(defaults=defaults, n=n, pd=pd))]
    return (number, n, defaults, pd, jeffreys_interval(defaults=defaults, n=n), *tests, light, bound)
