"""Metrics with intervals, each with its formula and source."""

from __future__ import annotations

from training.metrics.accuracy import BINS, brier, calibration_intercept, calibration_slope, ece, log_loss
from training.metrics.discrimination import auc, gini, ks, pr_auc, univariate_auc
from training.metrics.evaluation import MIN_EACH, REPLICATES, Evaluation, evaluate, evaluate_by
from training.metrics.interval import Interval

__all__ = [
    "BINS",
    "MIN_EACH",
    "REPLICATES",
    "Evaluation",
    "Interval",
    "auc",
    "brier",
    "calibration_intercept",
    "calibration_slope",
    "ece",
    "evaluate",
    "evaluate_by",
    "gini",
    "ks",
    "log_loss",
    "pr_auc",
    "univariate_auc",
]
