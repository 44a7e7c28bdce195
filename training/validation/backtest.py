"""Does each grade default as it should? Exact tests of a grade's defaults against its PD, and bounds where defaults are few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from scipy.stats import beta, binom, chi2

from training.book import Floats, Targets

__all__ = [
    "Light",
    "binomial_level",
    "binomial_p",
    "counted",
    "grades_of",
    "hosmer_lemeshow",
    "jeffreys_p",
    "prudent_bounds",
    "traffic_light",
]

Light = Literal["green", "yellow", "red"]
YELLOW: Final = 0.95
RED: Final = 0.999


def binomial_p(*, defaults: int, n: int, pd: float) -> float:
    """Probability of so many defaults or more if the PD is right and firms default independently: P(X >= k), X ~ B(n, pd).

    Small values say that the grade's risk is understated. D. Tasche (2003), A traffic lights approach to PD validation.
    """
    return float(binom.sf(defaults - 1, n, pd))


def jeffreys_p(*, defaults: int, n: int, pd: float) -> float:
    """Posterior probability that the true rate is at most the PD, under Jeffreys' prior: F(pd), F of Beta(k + 1/2, n - k + 1/2).

    Small values say that the grade's risk is understated. European Central Bank (2019), Instructions for reporting the validation
    results of internal models, section 2.5.3.1.
    """
    return float(beta.cdf(pd, defaults + 0.5, n - defaults + 0.5))


def binomial_level(*, defaults: int, n: int, pd: float) -> float:
    """Level reached by the test, P(X < k): the share of sound grades that would have shown fewer defaults."""
    return float(binom.cdf(defaults - 1, n, pd))


def traffic_light(level: float) -> Light:
    """Green below 95 %, yellow below 99.9 %, else red.

    Basel Committee (1996), Supervisory framework for the use of backtesting, annex, for the idea; the two levels are R12 of this product.
    """
    return "green" if level < YELLOW else "yellow" if level < RED else "red"


def hosmer_lemeshow(*, defaults: Sequence[int], n: Sequence[int], pd: Sequence[float]) -> tuple[float, int, float]:
    """Statistic, degrees of freedom and p-value over grades whose PDs were not fitted to these rows.

    Sum of (k - n pd)^2 / (n pd (1 - pd)), chi-square with one degree of freedom a grade (external data: none is lost). Neighbouring
    grades are joined, safest first, until five defaults are expected in each, without which the approximation does not hold.
    D. Hosmer, S. Lemeshow, R. Sturdivant (2013), Applied Logistic Regression, 3rd ed., section 5.2.
    """
    joined = _joined([(k, m, p * m) for k, m, p in zip(defaults, n, pd, strict=True) if m])
    if not joined:
        return 0.0, 0, 1.0
    statistic = sum((k - expected) ** 2 / (expected * (1 - expected / m)) for k, m, expected in joined)
    return float(statistic), len(joined), float(chi2.sf(statistic, len(joined)))


def _joined(grades: Sequence[tuple[int, int, float]], least: float = 5.0) -> list[tuple[int, int, float]]:
    """Join neighbours until each has `least` expected defaults; what is left over goes to the last. Empty when nothing reaches it."""
    kept: list[tuple[int, int, float]] = []
    k, m, expected = 0, 0, 0.0
    for more_k, more_m, more_expected in grades:
        k, m, expected = k + more_k, m + more_m, expected + more_expected
        if expected >= least:
            kept.append((k, m, expected))
            k, m, expected = 0, 0, 0.0
    if kept and m:
        last = kept.pop()
        kept.append((last[0] + k, last[1] + m, last[2] + expected))
    return kept


def prudent_bounds(*, defaults: Sequence[int], n: Sequence[int], level: float = 0.9) -> list[float | None]:
    """Most prudent upper bounds of the PDs of grades, safest first, that hold even where no firm defaulted.

    A grade is pooled with every riskier one, since its PD can be no higher than theirs; the bound solves P(X <= k) = 1 - level for the
    pooled counts (Clopper-Pearson). None for a pool without firms. K. Pluto, D. Tasche (2005), Thinking positively, Risk 18(8):72-78.
    """
    pools = [(int(sum(defaults[grade:])), int(sum(n[grade:]))) for grade in range(len(n))]
    return [None if not m else 1.0 if k == m else float(beta.ppf(level, k + 1, m - k)) for k, m in pools]


def grades_of(pd: Floats, bounds: Sequence[float]) -> list[int]:
    """Number the grade of each PD, from 1: a grade takes PDs up to and including its bound."""
    return [int(place) + 1 for place in np.searchsorted(np.asarray(bounds), np.round(pd, 5), side="left")]


def counted(*, target: Targets, pd: Floats, bounds: Sequence[float]) -> list[tuple[int, int, float]]:
    """Defaults, rows and mean PD of every grade, empty ones too."""
    grade = np.array(grades_of(pd, bounds))
    rows = [grade == number for number in range(1, len(bounds) + 1)]
    return [(int(target[row].sum()), int(row.sum()), float(pd[row].mean()) if row.any() else 0.0) for row in rows]
