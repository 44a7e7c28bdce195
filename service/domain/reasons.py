"""Why: ranked, specific reasons in both languages, from fired rules, score points and innovation points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from features.indicators import CATALOGUE, Indicator, format_value, reason_text, standing
from features.points import ItemPoints
from features.points.quantities import points_text
from features.stages import STAGES_ZH
from features.tables import TABLES, Table
from service.domain.case import Case, Finding
from service.domain.policy import Outcome
from service.domain.policy.levers import LeverRow
from service.domain.policy.verdicts import innovation_for, ladder, levers_for
from service.domain.record.parts import Direction, Reason
from service.domain.risk import Risk
from service.domain.verdict import BELOW_MINIMUM, Verdict

__all__ = ["MOST", "peer_median", "points_reason", "reasons_of"]

MOST = 4
"""Reasons that may stand against the applicant, and as many for it (Regulation B's comment 9(b)(2)-1: no more than four)."""


def reasons_of(case: Case, verdict: Verdict, absent: AbstractSet[str]) -> tuple[Reason, ...]:
    """Rank the reasons: what weighs against the applicant first, then what speaks for it, at most four of each.

    Against stand the rules that caused the outcome; score and innovation points are cited only where they shaped it, or,
    when the request is approved, as information. What did not cause an adverse outcome is not given as its reason.
    `absent` names the evidence tables that are missing.
    """
    rules = [_rule(finding) for finding in verdict.causes]
    return (*_against(case, verdict, rules, absent)[:MOST], *_score_reasons(case, "+", absent))


def _against(case: Case, verdict: Verdict, rules: list[Reason], absent: AbstractSet[str]) -> list[Reason]:
    if verdict.levers is None or case.risk is None or _is_bound(verdict):
        return rules
    by_score = _score_reasons(case, "-", absent) if _score_matters(case, verdict, verdict.levers) else []
    ranked = rules + by_score
    if verdict.outcome is not Outcome.APPROVE and _points_matter(case, verdict, verdict.levers, case.risk.grade):
        cited = ranked[: max(len(rules), MOST - 1)]
        ranked = cited + _points_reasons(case, {reason.indicator for reason in cited}, absent) + ranked[len(cited) :]
    return ranked or ([] if verdict.outcome is Outcome.APPROVE else [_peer_group(case)])


def _is_bound(verdict: Verdict) -> bool:
    """Did a bound, not what the firm's grade and points earned, make the offer smaller than what was asked?"""
    if verdict.terms is None or verdict.outcome is not Outcome.COUNTER:
        return False
    return not any(part.binding and part.kind == "capacity" for part in verdict.terms.limit.parts)


def _score_matters(case: Case, verdict: Verdict, levers: tuple[int, LeverRow]) -> bool:
    """Would a safer grade have given more? When the request is approved, its weak points are told as information."""
    if verdict.outcome is Outcome.APPROVE:
        return True
    best = levers_for(case.policy, 1, case.tier)
    if _is_sized(verdict):
        return (best[1].limit or 0) > (levers[1].limit or 0)
    return ladder(*best) < ladder(*levers)


def _is_sized(verdict: Verdict) -> bool:
    """Did the amount that could be lent decide, whatever came of it?"""
    return verdict.terms is not None or any(cause.rule == BELOW_MINIMUM for cause in verdict.causes)


def _points_matter(case: Case, verdict: Verdict, levers: tuple[int, LeverRow], grade: int) -> bool:
    """Would a better innovation tier have given more?"""
    tier = case.policy.tiers[0]
    best = levers_for(case.policy, grade, tier)
    if _is_sized(verdict):
        return _lent(case, tier, best[1]) > _lent(case, case.tier, levers[1])
    return ladder(*best) < ladder(*levers)


def _lent(case: Case, tier: str, levers: LeverRow) -> int:
    """What a tier lends of each 100 million of a base."""
    return innovation_for(case.policy, tier)[1].multiplier * (levers.limit or 0)


def _rule(finding: Finding) -> Reason:
    return Reason(code=finding.code, kind="rule", direction="-", indicator=finding.indicator, points=None, zh=finding.zh, en=finding.en)


def _score_reasons(case: Case, direction: Direction, absent: AbstractSet[str]) -> list[Reason]:
    """Cite the contributions of one sign, the largest first; ties by id."""
    if case.risk is None:
        return []
    sign = 1 if direction == "+" else -1
    weighing = sorted((-sign * points, name) for name, points in case.risk.points.items() if sign * points > 0)
    return [_contribution(case, case.risk, name, absent) for _, name in weighing[:MOST]]


def _contribution(case: Case, risk: Risk, name: str, absent: AbstractSet[str]) -> Reason:
    indicator, value, points = CATALOGUE[name], case.values[name], risk.points[name]
    direction: Direction = "+" if points > 0 else "-"
    if value is None:
        zh, en = _unknown(indicator, absent)
        return Reason(code=f"{name.upper()}_UNKNOWN", kind="score", direction=direction, indicator=name, points=points, zh=zh, en=en)
    peer = peer_median(risk.bundle.reference_profile, name)
    return Reason(
        code=f"{name.upper()}_{_level(value, peer, points)}",
        kind="score",
        direction=direction,
        indicator=name,
        points=points,
        zh=reason_text(indicator, value, peer, "zh"),
        en=reason_text(indicator, value, peer, "en"),
    )


LEVELS = {"above": "HIGH", "below": "LOW", "at": "TYPICAL"}


def _level(value: float, peer: float | None, points: int) -> str:
    """Say where the value stands to its peers; where they are not known only the model's direction, WEAK or STRONG."""
    if peer is None:
        return "STRONG" if points > 0 else "WEAK"
    return LEVELS[standing(value, peer)]


def _unknown(indicator: Indicator, absent: AbstractSet[str]) -> tuple[str, str]:
    """Name the absent documents that would tell, or those on file that do not: no debt, no filing, an empty field."""
    papers = [TABLES[name] for name in indicator.tables if name in absent]
    if papers:
        zh, en = _documents(papers)
        return f"{indicator.zh}未知,可补充{zh}", f"{indicator.en} is not known; this would tell: {en}"
    zh, en = _documents([TABLES[name] for name in indicator.tables])
    return f"由现有{zh}无法得出{indicator.zh}", f"{indicator.en} cannot be told from the {en} on file"


def _documents(papers: Sequence[Table]) -> tuple[str, str]:
    return "、".join(paper.document for paper in papers), ", ".join(paper.document_en for paper in papers)


def _points_reasons(case: Case, cited: AbstractSet[str | None], absent: AbstractSet[str]) -> list[Reason]:
    """Cite the items that lost the most innovation points, the largest loss first; ties by id."""
    items = (item for item in case.points.items if item.points < item.out_of and item.indicator not in cited)
    lost = sorted(items, key=lambda item: (item.points - item.out_of, item.id))
    return [points_reason(item, absent) for item in lost[:MOST]]


def points_reason(item: ItemPoints, absent: AbstractSet[str]) -> Reason:
    """Say what one item earned, and on what; `points` of the reason are the hundredths it lost."""
    zh, en = _unknown(CATALOGUE[item.indicator], absent) if item.value is None else _standing(item)
    earned, full = points_text(item.points), points_text(item.out_of)
    return Reason(
        code=f"POINTS_{item.id.upper()}_{'UNKNOWN' if item.missing else 'LOW'}",
        kind="points",
        direction="-",
        indicator=item.indicator,
        points=item.points - item.out_of,
        zh=f"{zh},积分{earned}(满分{full})",
        en=f"{en}; earns {earned} of {full} innovation points",
    )


def _standing(item: ItemPoints) -> tuple[str, str]:
    """Say the value, and where it stands among its peers when peers were asked."""
    indicator = CATALOGUE[item.indicator]
    zh, en = f"{item.zh}为{format_value(indicator, item.value, 'zh')}", f"{item.en}: {format_value(indicator, item.value, 'en')}"
    if item.percentile is None:
        return zh, en
    percent = points_text(item.percentile)
    return f"{zh},位于同类{item.peers}家企业的第{percent}百分位", f"{en}, percentile {percent} of {item.peers} comparable firms"


def _peer_group(case: Case) -> Reason:
    """What remains when no single indicator weighs against the firm: it stands where firms of its stage usually stand."""
    stage = case.stage or ""
    return Reason(
        code="PEER_GROUP_RISK",
        kind="score",
        direction="-",
        indicator=None,
        points=None,
        zh=f"现有材料未显示本企业的违约风险低于{STAGES_ZH.get(stage, '')}企业的一般水平,本次结果即按该水平确定",
        en=f"The evidence does not set the firm apart from other {stage} firms, and their usual risk leads to this outcome",
    )


def peer_median(profile: Mapping[str, Any], name: str) -> float | None:
    """Read the median of the training firms off the bundle's profile; None where it has none.

    The profile holds inner decile edges and the share of firms up to each; the median is the first edge that half of them reach.
    """
    described = profile.get("features", {}).get(name, {})
    reached = 0.0
    for edge, share in zip(described.get("edges", ()), described.get("shares", ()), strict=False):
        reached += share
        if reached >= 0.5 - 1e-5:
            return float(edge)
    return None
