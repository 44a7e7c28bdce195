"""Words of models, validations and monitoring: verdicts, gates, sets of a swap, and what is watched."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from service.monitoring import MOVED, SHORT, STABLE
from service.web.words import Words

__all__ = ["CHECKS", "GATE_STANDINGS", "MEASURES", "RIVALS", "SIDES", "VERDICTS", "WATCHED"]

VERDICTS: Mapping[str, Words] = MappingProxyType(
    {STABLE: Words("稳定", "stable"), MOVED: Words("已变动", "moved"), SHORT: Words("数据不足", "not enough data")}
)
GATE_STANDINGS: Mapping[str, Words] = MappingProxyType(
    {"pass": Words("通过", "passes"), "fail": Words("未通过", "fails"), "not-enough-data": Words("数据不足", "not enough data")}
)
CHECKS: Mapping[str, Words] = MappingProxyType(
    {
        "passed": Words("验证通过", "validation passed"),
        "failed": Words("验证未通过", "validation failed"),
        "not-enough-data": Words("验证数据不足", "too few data to validate"),
        "none": Words("没有验证", "no validation"),
        "approved-before": Words("先前的发布曾使用", "an earlier release had it"),
    }
)
"""What the check of a proposal's model says."""
SIDES: Mapping[str, Words] = MappingProxyType(
    {
        "both": Words("两者都批准", "both pass"),
        "out": Words("只有冠军批准", "champion only"),
        "in": Words("只有候选批准", "challenger only"),
        "neither": Words("两者都不批准", "neither"),
    }
)
MEASURES: Mapping[str, Words] = MappingProxyType(
    {
        "PSI": Words("稳定性指数 PSI", "PSI"),
        "missing": Words("缺失率", "share missing"),
        "known share": Words("已知占比", "known share"),
        "CBPE": Words("结果未出前的估计", "estimate before outcomes"),
        "realised": Words("实际违约率", "realised default rate"),
        "override outcomes": Words("调整后实际违约率", "default rate after overrides"),
    }
)
RIVALS: Mapping[str, Words] = MappingProxyType(
    {
        "scorecard": Words("评分卡", "WOE scorecard"),
        "ebm": Words("可解释提升机 EBM", "EBM"),
        "logistic": Words("逻辑回归", "logistic regression"),
        "lightgbm": Words("无约束 LightGBM", "unconstrained LightGBM"),
    }
)
"""Challengers of a training run."""
WATCHED: Mapping[str, Words] = MappingProxyType(
    {
        "score": Words("评分分布", "Score"),
        "coverage": Words("数据完整度", "Coverage"),
        "AUC": Words("区分度 AUC", "AUC"),
        "default rate": Words("预计违约率", "Default rate"),
        "defaults": Words("违约：实际与预测", "Defaults, realised"),
        "overrides up": Words("人工调整：更有利", "Overrides, better for the firm"),
        "overrides down": Words("人工调整：更不利", "Overrides, worse for the firm"),
        "overrides level": Words("人工调整：其他条件", "Overrides, other terms"),
    }
)
"""What monitoring watches beside the inputs."""
