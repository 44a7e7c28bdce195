"""Plans in words, Chinese and English."""

from __future__ import annotations

from features.indicators import CATALOGUE, format_value
from features.vocabulary import Product
from service.domain.policy import Outcome
from service.domain.record import Decision
from service.domain.record.parts import Missing
from service.domain.record.recourse import RecourseChange
from service.domain.wording import yuan_en, yuan_zh

__all__ = ["act_text", "amount_text", "document_text", "plan_text", "product_text", "term_text"]

OUTCOMES = {
    Outcome.APPROVE: ("同意", "approved"),
    Outcome.COUNTER: ("有条件同意", "approved with changes"),
    Outcome.REFER: ("转人工审批", "referred to a person"),
    Outcome.DECLINE: ("不同意", "declined"),
}


def amount_text(before: int, after: int) -> tuple[str, str]:
    """Say that another amount is asked for."""
    return f"申请金额由{yuan_zh(before)}改为{yuan_zh(after)}", f"ask for {yuan_en(after)} instead of {yuan_en(before)}"


def term_text(before: int, after: int) -> tuple[str, str]:
    """Say that another term is asked for."""
    return f"申请期限由{before}个月改为{after}个月", f"ask for {after} months instead of {before}"


def product_text(before: Product, after: Product) -> tuple[str, str]:
    """Say that another product is asked for."""
    return f"由{before.zh}改为申请{after.zh}", f"ask for {after} instead of {before}"


def document_text(gap: Missing) -> tuple[str, str]:
    """Say which document is needed."""
    return (f"补充最新{gap.document}", f"supply a newer {gap.document_en}") if gap.state == "stale" else _absent(gap)


def _absent(gap: Missing) -> tuple[str, str]:
    return f"补充{gap.document}", f"supply the {gap.document_en}"


def act_text(indicator: str, before: float, after: float) -> tuple[str, str]:
    """Say what to do, and how far the indicator moves."""
    known = CATALOGUE[indicator]
    assert known.action is not None  # acts exist for these only
    zh = f"{known.action.zh}:{known.zh}由{format_value(known, before, 'zh')}变为{format_value(known, after, 'zh')}"
    name = known.en[:1].lower() + known.en[1:] if known.en.split()[0][1:].islower() else known.en
    return zh, f"{known.action.en}: {name} from {format_value(known, before, 'en')} to {format_value(known, after, 'en')}"


def plan_text(changes: tuple[RecourseChange, ...], decision: Decision) -> tuple[str, str]:
    """Say the changes, and the outcome they led to."""
    zh, en = OUTCOMES[decision.outcome]
    if decision.offer is not None:
        rate = f"{decision.offer.rate_bp / 100:.2f}%"
        zh += f",{yuan_zh(decision.offer.amount)},{decision.offer.term_months}个月,年利率{rate}"
        en += f": {yuan_en(decision.offer.amount)} over {decision.offer.term_months} months at {rate}"
    return f"{';'.join(change.zh for change in changes)}→{zh}", f"{'; '.join(change.en for change in changes)} -> {en}"
