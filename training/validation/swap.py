"""Champion against challenger on the same applications: who would be swapped in and out, for how much money, and whose reasons change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from training.bundle import Bundle
from training.errors import BookError
from training.metrics import MIN_EACH, Interval, auc
from training.validation.calibration import jeffreys_interval
from training.validation.chapter import Cell, Chapter, Grid, Measure, Words, measured
from training.validation.explanations import kept_reasons
from training.validation.sample import Sample

__all__ = ["SIDES", "Comparison", "auc_difference", "compare", "swap_sets", "swapped"]

REASONS: Final = 4
LEAST: Final = 20
ABOUT = Words(
    "同一批申请、同样的通过数：两个模型各自通过 PD 最低的那些。换入 = 只有挑战者通过，换出 = 只有冠军通过；"
    "金额为申请金额，违约率为事后实际（全部申请均已放款），区间 Jeffreys。"
    "原因变动 = 1 − 前四个原因的重合率。AUC 之差：配对 DeLong (1988)。",
    "The same applications and the same number passed: each model passes those with "
    "its lowest PDs. Swapped in: only the challenger passes; swapped "
    "out: only the champion. Money is what was asked for; default rates are what "
    "happened (every loan was made), interval Jeffreys. Churn of "
    "reasons = 1 - overlap of the four strongest reasons. Difference of AUC: paired DeLong (1988).",
)


SETS = (
    Words("组", "set"),
    Words("样本", "n"),
    Words("违约", "defaults"),
    Words("违约率（95 %）", "default rate (95 %)"),
    Words("申请金额（元）", "asked, yuan"),
    Words("其中违约金额（元）", "of it defaulted, yuan"),
)
SIDES: Final = {
    "both": Words("两者都通过", "both pass"),
    "out": Words("换出（仅冠军）", "swapped out (champion only)"),
    "in": Words("换入（仅挑战者）", "swapped in (challenger only)"),
    "neither": Words("都不通过", "neither"),
}
HEADS = (Words("模型", "model"), Words("样本", "n"), Words("AUC（95 %）", "AUC (95 %)"))


def swapped(*, champion: npt.NDArray[np.float64], challenger: npt.NDArray[np.float64], accept: int) -> npt.NDArray[np.str_]:
    """Name each row `both`, `out`, `in` or `neither`, each model passing its `accept` lowest PDs; ties go to the earlier row."""
    passes = []
    for pd in (champion, challenger):
        mask = np.zeros(len(pd), dtype=np.bool_)
        mask[np.argsort(pd, kind="stable")[:accept]] = True
        passes.append(mask)
    old, new = passes
    return np.where(old & new, "both", np.where(old, "out", np.where(new, "in", "neither")))


def auc_difference(*, target: npt.NDArray[np.int64], first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> Interval:
    """AUC of the second risk minus that of the first on the same rows, with DeLong's paired interval.

    The variance is that of the differences of the structural components of both AUCs. E. DeLong et al. (1988), Biometrics 44:837-845.
    """
    parts = [_components(target, risk) for risk in (first, second)]
    value = float(parts[1][0].mean() - parts[0][0].mean())
    spread = sum(float((parts[1][side] - parts[0][side]).var(ddof=1)) / len(parts[0][side]) for side in (0, 1))
    half = 1.959963984540054 * spread**0.5
    return Interval(value, value - half, value + half, "paired DeLong")


def _components(target: npt.NDArray[np.int64], risk: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    bad, good = risk[target == 1], np.sort(risk[target == 0])
    below, upto = np.searchsorted(good, bad, "left"), np.searchsorted(good, bad, "right")
    over_good = (below + upto) / (2 * len(good))
    sorted_bad, plain = np.sort(bad), risk[target == 0]
    over_bad = 1 - (np.searchsorted(sorted_bad, plain, "left") + np.searchsorted(sorted_bad, plain, "right")) / (2 * len(bad))
    return over_good, over_bad


def _line(name: Words, rows: npt.NDArray[np.bool_], sample: Sample) -> tuple[Cell, ...]:
    n, defaults = int(rows.sum()), int(sample.target[rows].sum())
    money = None if sample.amounts is None else int(sample.amounts[rows].sum())
    lost = None if sample.amounts is None else int(sample.amounts[rows & (sample.target == 1)].sum())
    return (name, n, defaults, jeffreys_interval(defaults=defaults, n=n) if n >= LEAST else None, money, lost)


def _reasons(bundle: Bundle, contributions: npt.NDArray[np.int64]) -> list[list[str]]:
    order = np.argsort(contributions, axis=1, kind="stable")[:, :REASONS]
    return [[bundle.features[place] for place in row] for row in order.tolist()]


def _kept(champion: list[list[str]], challenger: list[list[str]]) -> npt.NDArray[np.float64]:
    names = {name: place for place, name in enumerate(sorted({name for rows in (champion, challenger) for row in rows for name in row}))}
    coded: list[npt.NDArray[Any]] = [np.array([[names[name] for name in row] for row in rows]) for rows in (champion, challenger)]
    return kept_reasons(coded[0], coded[1])


def _gain(sample: Sample, before: npt.NDArray[np.float64]) -> Interval | None:
    if min(sample.defaults, sample.n - sample.defaults) < MIN_EACH:
        return None
    return auc_difference(target=sample.target, first=before, second=sample.log_odds)


def _measures(
    sample: Sample, sides: npt.NDArray[np.str_], accept: int, gain: Interval | None, kept: npt.NDArray[np.float64]
) -> dict[str, Measure]:
    moved = int((sides == "in").sum())
    rates = [float(sample.target[sides == side].mean()) if (sides == side).any() else 0.0 for side in ("in", "out")]
    difference = rates[0] - rates[1] if moved >= LEAST else None
    return {
        "auc_difference": measured(gain, sample.n),
        "swapped_share": Measure(value=moved / accept if accept else None, n=accept, method="of those who pass"),
        "swap_default_difference": Measure(value=difference, n=moved, method="in minus out"),
        "reasons_changed": Measure(value=float(1 - kept.mean()), n=sample.n, method="four strongest"),
    }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models asked about the same n rows."""

    champion: Bundle
    log_odds: npt.NDArray[np.float64]
    """The champion's."""
    sides: npt.NDArray[np.str_]
    accept: int
    """Rows each of them passes."""
    before: list[list[str]]
    """The champion's strongest reasons of each row, and the challenger's."""
    after: list[list[str]]


def compare(sample: Sample, *, champion: Bundle, cutoff: float) -> Comparison:
    """Ask the champion about the challenger's held-out rows; it passes PDs up to `cutoff`, the challenger as many rows.

    A champion that reads other features is a `BookError`.
    """
    if champion.features != sample.bundle.features:
        raise BookError(
            f"champion {champion.name} {champion.version} reads other features than "
            f"{sample.bundle.name}; they cannot be compared on these rows"
        )
    old = champion.score(sample.matrix)
    accept = int((old.pd <= cutoff).sum())
    sides = swapped(champion=old.pd, challenger=sample.pd, accept=accept)
    reasons = (_reasons(champion, old.contributions), _reasons(sample.bundle, sample.scores.contributions))
    return Comparison(champion, old.log_odds, sides, accept, *reasons)


def swap_sets(sample: Sample, found: Comparison) -> Chapter:
    """Report a comparison; measures `auc_difference`, `swapped_share`, `swap_default_difference` and `reasons_changed`."""
    champion = found.champion
    rows = tuple(_line(said, found.sides == side, sample) for side, said in SIDES.items())
    kept = _kept(found.before, found.after)
    gain = _gain(sample, found.log_odds)
    compared = (
        (f"champion {champion.name}@{champion.version}", sample.n, auc(sample.target, found.log_odds)),
        (f"challenger {sample.bundle.name}@{sample.bundle.version}", sample.n, auc(sample.target, sample.log_odds)),
        (Words("差", "difference"), sample.n, gain),
        (Words("原因变动", "reasons changed"), sample.n, float(1 - kept.mean())),
    )
    return Chapter(
        id="swap",
        title=Words("冠军与挑战者", "Champion and challenger"),
        about=ABOUT,
        measures=_measures(sample, found.sides, found.accept, gain, kept),
        grids=(
            Grid(title=Words("换入换出", "Swap sets"), columns=SETS, rows=rows),
            Grid(title=Words("区分与原因", "Ranking and reasons"), columns=HEADS, rows=compared),
        ),
    )
