"""Coverage drift: how much of what the model reads is known now, against training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from service.monitoring.finding import MOVED, SHORT, STABLE, Finding, Verdict

__all__ = ["coverage"]

LEAST: Final = 100
MATERIAL: Final = 0.05


def coverage(rows: Sequence[Mapping[str, float | None]], *, profile: Mapping[str, Any]) -> Finding:
    """Mean share of known inputs with its 95 % interval against the reference's; moved needs five points and an interval without it."""
    described = {name: said["missing"] for name, said in profile.get("features", {}).items()}
    seen = [row for row in rows if row]
    if not described or len(seen) < LEAST:
        return Finding(subject="coverage", measure="known share", n=len(seen), value=None, threshold=MATERIAL, verdict=SHORT)
    expected = 1 - float(np.mean(list(described.values())))
    shares = np.array([np.mean([row.get(name) is not None for name in described]) for row in seen])
    value, half = float(shares.mean()), 1.959963984540054 * float(shares.std(ddof=1)) / len(shares) ** 0.5
    far = abs(value - expected) >= MATERIAL and not value - half <= expected <= value + half
    verdict: Verdict = MOVED if far else STABLE
    return Finding(
        subject="coverage",
        measure="known share",
        n=len(seen),
        value=value,
        threshold=MATERIAL,
        low=value - half,
        high=value + half,
        expected=expected,
        verdict=verdict,
    )
