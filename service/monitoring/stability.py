"""Population and characteristic stability: score and inputs by their bins, inputs by their missing values too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from scipy.stats import fisher_exact, norm

from service.monitoring.finding import MOVED, SHORT, STABLE, Finding, Verdict
from service.monitoring.psi import TELLING, binned_counts, psi_finding

__all__ = ["characteristics", "missing_finding"]

SCORE_SHARE: Final = 0.3
"""Share of the stated rate of false alarms that is spent on the score ..."""
INPUTS_SHARE: Final = 0.3
"""... and on all inputs together. What is left pays for outcomes and for the chi-square tail, 1.2 times too light here (simulated)."""
MATERIAL_SHARE: Final = 0.05
"""Change of a share of missing values that matters."""


def missing_finding(subject: str, *, missing: int, n: int, share: float, reference: int, level: float) -> Finding:
    """Compare the share of missing values with the reference's by Fisher's exact test; a change below five points does not matter.

    Not enough data where even a quarter more or fewer missing values could be chance.
    """
    if not n or not reference:
        return Finding(subject=subject, measure="missing", n=n, value=None, threshold=None, verdict=SHORT)
    before = round(share * reference)
    p_value = float(fisher_exact(np.array([[missing, n - missing], [before, reference - before]])).pvalue)
    now = missing / n
    moved = p_value < level and abs(now - share) >= MATERIAL_SHARE
    telling = float(norm.isf(level / 2)) * (0.25 * (1 / n + 1 / reference)) ** 0.5 <= TELLING
    verdict: Verdict = MOVED if moved else STABLE if telling else SHORT
    return Finding(subject=subject, measure="missing", n=n, value=now, threshold=None, expected=share, verdict=verdict)


def characteristics(
    rows: Sequence[Mapping[str, float | None]], scores: Sequence[int], *, profile: Mapping[str, Any], rate: float
) -> list[Finding]:
    """Score first, then each numeric input: its bins and its missing values.

    `rate` is the chance that a run on an unchanged population finds anything moved: the score and all inputs together (Bonferroni) each
    spend three tenths of it.
    """
    described = {name: said for name, said in profile.get("features", {}).items() if said.get("edges")}
    reference = int(profile.get("rows", 0))
    score = profile.get("score", {})
    edges, shares = score.get("edges", []), np.array(score.get("shares", [1.0]))
    counts = binned_counts([float(one) for one in scores], edges)
    found = [psi_finding("score", counts=counts, shares=shares, reference=reference, level=SCORE_SHARE * rate, edges=edges)]
    each = INPUTS_SHARE * rate / max(2 * len(described), 1)
    for name, said in described.items():
        seen = [row[name] for row in rows if name in row]
        known = [value for value in seen if value is not None]
        known_before = round(reference * (1 - said["missing"]))
        shares = np.array(said["shares"])
        counts = binned_counts(known, said["edges"])
        found.append(psi_finding(name, counts=counts, shares=shares, reference=known_before, level=each, edges=said["edges"]))
        missing = len(seen) - len(known)
        found.append(missing_finding(name, missing=missing, n=len(seen), share=said["missing"], reference=reference, level=each))
    return found
