"""How MLflow loads a bundle: `_load_pyfunc` is the name it looks for. MLflow itself is not imported."""

from __future__ import annotations

from typing import Any

from training.bundle import Bundle

__all__ = ["INTERVAL", "OUTPUTS", "POINTS", "ScoringModel"]

OUTPUTS = ("margin", "log_odds", "pd", "score", "residual")
INTERVAL = ("pd_low", "pd_high")
"""Bounds of each PD, for a bundle that has them."""
POINTS = "points_"
"""Prefix of the columns that hold each feature's integer score points."""


class ScoringModel:
    """A bundle behind MLflow's `predict`: the one scorer, in and out as pandas frames."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> Any:  # noqa: ARG002 - MLflow's signature
        """Score rows shaped like the training table; one output row each, with the points of every feature."""
        import pandas as pd  # noqa: PLC0415 - only MLflow needs a frame

        scores = self.bundle.score(self.bundle.encode(model_input))
        answers = {name: getattr(scores, name) for name in OUTPUTS}
        if scores.pd_interval is not None:
            answers |= {name: scores.pd_interval[:, side] for side, name in enumerate(INTERVAL)}
        points = {f"{POINTS}{name}": scores.contributions[:, position] for position, name in enumerate(self.bundle.features)}
        return pd.DataFrame({**answers, **points})


def _load_pyfunc(path: str) -> ScoringModel:
    """Load the bundle folder that was logged; a damaged one is a `BundleError`."""
    return ScoringModel(Bundle.load(path))
