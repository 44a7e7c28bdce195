"""Population stability index, with the threshold that the numbers of rows deserve, not a rule of thumb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from service.monitoring.finding import MOVED, SHORT, STABLE, Bin, Finding, Verdict

__all__ = ["MATERIAL", "TELLING", "binned_counts", "critical_psi", "joined", "psi", "psi_finding"]

MATERIAL: Final = 0.10
"""A smaller PSI is of no consequence, however sure."""
TELLING: Final = 0.25
"""Where chance alone may reach this much, nothing can be told."""
LEAST: Final = 10.0
"""Expected rows of a bin."""
FEWEST: Final = 3
"""Bins that must be left where there were as many: in two halves most changes cannot be seen."""

Counts = npt.NDArray[np.float64]


def binned_counts(values: Sequence[float], edges: Sequence[float]) -> Counts:
    """Count values by the bins of a reference profile: ``edges[i - 1] < value <= edges[i]``, one more bin than edges."""
    places = np.searchsorted(np.asarray(edges, dtype=np.float64), np.asarray(values, dtype=np.float64), side="left")
    return np.bincount(places, minlength=len(edges) + 1).astype(np.float64)


def joined(counts: Counts, shares: Counts, *, least: float = LEAST) -> tuple[Counts, Counts]:
    """Join neighbouring bins until each expects `least` rows; a rest joins the last one."""
    n = float(counts.sum())
    new_counts: list[float] = []
    new_shares: list[float] = []
    count = share = 0.0
    for one, other in zip(counts.tolist(), shares.tolist(), strict=True):
        count, share = count + one, share + other
        if share * n >= least:
            new_counts.append(count)
            new_shares.append(share)
            count = share = 0.0
    if new_counts:
        new_counts[-1] += count
        new_shares[-1] += share
    return np.array(new_counts), np.array(new_shares)


def psi(counts: Counts, shares: Counts) -> float:
    """Population stability index, sum of (a - e) ln(a / e), half a row added to each bin so that an empty one is finite.

    `counts` are the rows now, `shares` the reference's. D. Lewis (1994), An Introduction to Credit Scoring.
    """
    now = (counts + 0.5) / (counts.sum() + 0.5 * len(counts))
    return float(np.sum((now - shares) * np.log(now / shares)))


def critical_psi(*, bins: int, n: int, reference: int, level: float) -> float:
    """PSI that samples of one population exceed with probability `level`: chi-square with bins - 1 degrees of freedom, times 1/n + 1/m.

    B. Yurdakul, J. Naranjo (2020), Statistical properties of the population stability index, Journal of Risk Model Validation 14(4).
    """
    return float(chdtri(bins - 1, level)) * (1 / n + 1 / reference)


def psi_finding(subject: str, *, counts: Counts, shares: Counts, reference: int, level: float, edges: Sequence[float] = ()) -> Finding:
    """Compare rows now with a reference of so many rows; moved needs both a sure and a material change. `edges` name the bins."""
    n = int(counts.sum())
    bins = _bins(counts, shares, edges)
    if not n or not reference:
        return Finding(subject=subject, measure="PSI", n=n, value=None, threshold=None, verdict=SHORT, bins=bins)
    kept, expected = joined(counts, shares)
    if len(kept) < max(2, min(FEWEST, len(counts))):
        return Finding(subject=subject, measure="PSI", n=n, value=None, threshold=None, verdict=SHORT, bins=bins)
    value, critical = psi(kept, expected), critical_psi(bins=len(kept), n=n, reference=reference, level=level)
    threshold = max(critical, MATERIAL)
    verdict: Verdict = MOVED if value >= threshold else SHORT if critical > TELLING else STABLE
    return Finding(subject=subject, measure="PSI", n=n, value=value, threshold=threshold, verdict=verdict, bins=bins)


def _bins(counts: Counts, shares: Counts, edges: Sequence[float]) -> tuple[Bin, ...]:
    if len(edges) + 1 != len(counts):
        return ()
    bounds = [None, *edges, None]
    both = zip(shares.tolist(), counts.tolist(), strict=True)
    return tuple(Bin(bounds[place], bounds[place + 1], share, int(n)) for place, (share, n) in enumerate(both))
