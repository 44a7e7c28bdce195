"""What stops the model's answer from deciding by itself."""

from __future__ import annotations

from collections.abc import Iterator

from features.stages import segment_of
from service.domain.case import Case, Finding
from service.domain.policy import Outcome
from service.domain.policy.verdicts import disagreement_for

__all__ = ["disagreement_findings", "model_findings"]


def model_findings(case: Case) -> Iterator[Finding]:
    """Refer the case when no approved model answered, or when its explanation does not explain its score."""
    if case.risk is None:
        segment = segment_of(case.values["growth_stage"])
        if segment is not None:
            yield _no_answer(segment)
    elif case.risk.is_unexplained:
        yield Finding(
            effect=Outcome.REFER,
            table="model",
            row=None,
            rule="score-unexplained",
            when={"residual": repr(case.risk.residual)},
            zh="模型评分与其解释之间的差异超过容许范围,需人工审核",
            en="The model's score and its explanation differ by more than the tolerance; a person must decide",
        )


def _no_answer(segment: str) -> Finding:
    return Finding(
        effect=Outcome.REFER,
        table="model",
        row=None,
        rule="model-not-available",
        when={"segment": segment},
        zh="该阶段暂无可用的已批准模型,需人工审核",
        en="No approved model could answer for this stage; a person must decide",
    )


def disagreement_findings(case: Case) -> Iterator[Finding]:
    """Refer the case when points and model contradict each other as the policy defines it."""
    if case.risk is None:
        return
    tier, grade = case.tier, case.risk.grade
    found = disagreement_for(case.policy, grade, tier)
    if found:
        yield Finding(
            effect=Outcome.REFER,
            table="disagreements",
            row=found[0],
            rule="points-and-model-disagree",
            when={"tier": tier, "grade": grade},
            zh=f"创新积分等级为{tier},而违约风险等级为{grade},两者明显不一致,需人工核实",
            en=f"The innovation points say tier {tier}, the model says risk grade {grade}: a contradiction that a person must look at",
        )
