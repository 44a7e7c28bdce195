"""What the training rows looked like, feature by feature: the reference that monitoring compares new applicants with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from training.book import Floats
from training.bundle import Feature, Predictions

__all__ = ["binned", "reference_profile"]

DIGITS: Final = 6
INNER_DECILES: Final = np.linspace(0.1, 0.9, 9)


def binned(values: Floats) -> dict[str, Any]:
    """Inner decile edges of the known values (repeated ones once) and the share of known values up to each and above the last.

    Bin i holds ``edges[i - 1] < value <= edges[i]``; shares are of known values and sum to 1, `missing` is of all.
    """
    known = values[~np.isnan(values)]
    missing = round(1 - len(known) / len(values), DIGITS) if len(values) else 0.0
    if not len(known):
        return {"missing": missing, "edges": [], "shares": []}
    edges = np.unique(np.quantile(known, INNER_DECILES, method="inverted_cdf"))
    counts = np.bincount(np.searchsorted(edges, known, side="left"), minlength=len(edges) + 1)
    return {"missing": missing, "edges": edges.tolist(), "shares": [round(float(c) / len(known), DIGITS) for c in counts]}


def _counted(feature: Feature, values: Floats) -> dict[str, Any]:
    known = values[~np.isnan(values)].astype(int)
    counts = np.bincount(known, minlength=len(feature.categories))
    shares = {text: round(float(c) / max(len(known), 1), DIGITS) for text, c in zip(feature.categories, counts, strict=True)}
    return {"missing": round(1 - len(known) / max(len(values), 1), DIGITS), "categories": shares}


def reference_profile(features: Sequence[Feature], matrix: Floats, scores: Predictions) -> dict[str, Any]:
    """Profile of the training rows: rows, every feature's bins or category shares, the score's bins and the mean PD."""
    described = {
        feature.name: _counted(feature, matrix[:, position]) if feature.is_category else binned(matrix[:, position])
        for position, feature in enumerate(features)
    }
    return {
        "rows": len(matrix),
        "features": described,
        "score": binned(scores.score.astype(np.float64)) | {"mean_pd": round(float(scores.pd.mean()), DIGITS)},
    }
