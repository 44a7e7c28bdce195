"""Golden cases: rows with the answers they had when the bundle was written, compared at every load.

Margins, scores and integer points must be equal; PD and unrounded points may differ in the last bits between C libraries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from training.bundle.native import Floats
from training.bundle.scores import Scores
from training.errors import BundleError

__all__ = ["GOLDEN_ROWS", "check_golden", "golden_cases", "golden_rows"]

GOLDEN_ROWS: Final = 32
SLACK: Final = 1e-9
EXACT = ("margin", "score", "contributions")
CLOSE = ("log_odds", "pd", "unrounded", "pd_interval")


def golden_rows(matrix: Floats, margin: Floats) -> Floats:
    """Pick rows evenly over the range of margins, and add one with everything missing."""
    order = np.argsort(margin, kind="stable")
    picked = np.unique(np.linspace(0, len(order) - 1, GOLDEN_ROWS).astype(int))
    return np.vstack([matrix[order[picked]], np.full(matrix.shape[1], np.nan)])


def _listed(values: Any) -> Any:
    return [[None if v != v else v for v in row] for row in values.tolist()]  # noqa: PLR0124 - NaN is unequal to itself


def golden_cases(matrix: Floats, scores: Scores) -> dict[str, Any]:
    """JSON of rows and their answers; null is missing."""
    answers = {name: getattr(scores, name).tolist() for name in (*EXACT, *CLOSE) if getattr(scores, name) is not None}
    return {"rows": _listed(matrix), **answers}


def check_golden(cases: Mapping[str, Any], score: Callable[[Floats], Scores]) -> None:
    """Score the golden rows again; any difference is a `BundleError` that names the answer that moved."""
    rows = np.array([[np.nan if v is None else v for v in row] for row in cases["rows"]], dtype=np.float64)
    now = score(rows)
    for name in EXACT:
        if not np.array_equal(getattr(now, name), np.array(cases[name])):
            raise BundleError(f"the bundle no longer gives its golden {name}; this library or platform must not decide with it")
    for name in (name for name in CLOSE if name in cases):
        if not np.allclose(getattr(now, name), np.array(cases[name]), rtol=SLACK, atol=SLACK):
            raise BundleError(f"the bundle's {name} moved by more than {SLACK} from its golden cases; it must not decide")
