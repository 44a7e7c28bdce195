"""What a risk team uses today, trained in the same run on the same rows: scorecard, logistic regression, EBM, unconstrained LightGBM."""

from __future__ import annotations

from training.challengers.contenders import CONTENDERS, Contender, Trained
from training.challengers.contest import hold_contest

__all__ = ["CONTENDERS", "Contender", "Trained", "hold_contest"]
