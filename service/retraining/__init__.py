"""Retraining: train, validate, compare with the models in force and, where every gate holds, propose. It never approves.

`plan` and `outcome` are values, `jobs` keeps them on record, `launch` starts the process; `retrain` and `work` do the work and load
training, so nothing that serves requests imports those two.
"""

from __future__ import annotations

from service.retraining.outcome import RetrainingOutcome
from service.retraining.plan import Plan

__all__ = ["Plan", "RetrainingOutcome"]
