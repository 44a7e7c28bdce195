"""What retrainings are called on pages: states, steps, assumptions about the declined, and swap sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from service.retraining.plan import Plan
from service.web.words import Words

__all__ = ["REJECTS", "RETRAINING_STATES", "RETRAINING_STEPS", "SWAP_SETS", "VALIDATION_VERDICTS"]

RETRAINING_STATES: Mapping[str, Words] = MappingProxyType(
    {
        "queued": Words("等待", "Queued"),
        "running": Words("进行中", "Running"),
        "proposed": Words("已提议", "Proposed"),
        "held-back": Words("未达门槛", "Held back by gates"),
        "failed": Words("失败", "Failed"),
    }
)
"""As a page tells them: what is done was either proposed or held back."""
VERBS = {"train": Words("训练", "Train"), "register": Words("登记", "Register"), "validate": Words("验证", "Validate")}
MODELS = {"startup": Words("初创模型", "the start-up model"), "growth": Words("成长模型", "the growth model")}


def _steps() -> Iterator[tuple[str, Words]]:
    yield "evidence", Words("读取证据，计算指标", "Read evidence and build indicators")
    for step in Plan(reason="-").steps[1:-1]:
        verb, _, segment = step.partition("-")
        zh, en = VERBS[verb], MODELS[segment]
        yield step, Words(f"{zh.zh}{en.zh}", f"{zh.en} {en.en}")
    yield "propose", Words("试算影响并提议", "Try the impact and propose")


RETRAINING_STEPS: Mapping[str, Words] = MappingProxyType(dict(_steps()))
REJECTS: Mapping[str, Words] = MappingProxyType(
    {
        "parcelling": Words("分段推断", "parcelling"),
        "fuzzy": Words("模糊增广", "fuzzy augmentation"),
        "propensity": Words("倾向加权", "propensity weights"),
    }
)
SWAP_SETS: Mapping[str, Words] = MappingProxyType(
    {
        "both": Words("两者都通过", "Both pass"),
        "out": Words("换出（仅冠军通过）", "Swapped out (champion only)"),
        "in": Words("换入（仅新模型通过）", "Swapped in (new model only)"),
        "neither": Words("都不通过", "Neither"),
    }
)
VALIDATION_VERDICTS: Mapping[str, Words] = MappingProxyType(
    {
        "passed": Words("通过", "Passed"),
        "failed": Words("未通过", "Failed"),
        "not-enough-data": Words("数据不足", "Not enough data"),
    }
)
