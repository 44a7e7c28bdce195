"""Eligibility: may this firm ask for this product at all? Here alone investors are seen as they are, whatever the product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from features.indicators import CATALOGUE
from features.stages import STAGES_ZH
from features.tables import TABLES
from service.domain.case import Case, Finding
from service.domain.facts import FACT_TABLES, fact_of
from service.domain.policy import Outcome
from service.domain.policy.rules import Condition, GateRule, ProductRow
from service.domain.rules import is_true
from service.domain.wording import yuan_en, yuan_zh

__all__ = ["gate_findings", "is_open"]


def gate_findings(case: Case) -> Iterator[Finding]:
    """Find what keeps the firm out of the product, or leaves open whether it may enter."""
    if case.product is None:
        yield _not_offered(case)
        return
    yield from _stage(case, case.product)
    if case.application.amount < case.product.min_amount:
        yield _too_small(case, case.product)
    for row, gate in enumerate(case.policy.gates, start=1):
        if not gate.products or case.application.product in gate.products:
            yield from _gate(case, row, gate)


def _gate(case: Case, row: int, gate: GateRule) -> Iterator[Finding]:
    """Find a gate that is shut, or that cannot be judged."""
    passes = is_open(case, gate.ways)
    is_unknown = passes is None
    if passes or (is_unknown and gate.unknown == "ignore"):
        return
    yield Finding(
        effect=Outcome.REFER if is_unknown else Outcome(gate.effect),
        table="gates",
        row=row,
        rule=f"{gate.id}-unknown" if is_unknown else gate.id,
        when={"product": str(case.application.product)},
        zh=_needed(case, gate.ways, "zh") if is_unknown else gate.zh,
        en=_needed(case, gate.ways, "en") if is_unknown else gate.en,
        mark=None if is_unknown else gate.mark,
    )


def _needed(case: Case, ways: Sequence[Condition], language: str) -> str:
    """Name the documents that would tell what is not known of a gate, each once."""
    tables = dict.fromkeys(name for way in ways if _way(case, way) is None for name in _tables(way))
    papers = [TABLES[name] for name in tables if name != "firms"]
    if language == "zh":
        return f"准入条件尚无法判断,需提供{'、'.join(paper.document for paper in papers)}"
    return f"A condition of entry cannot be judged yet; needed: {', '.join(paper.document_en for paper in papers)}"


def _tables(way: Condition) -> Sequence[str]:
    return FACT_TABLES[way.fact] if way.fact is not None else CATALOGUE[way.indicator or ""].tables


def is_open(case: Case, ways: Sequence[Condition]) -> bool | None:
    """Does one of the conditions hold? None where none is known to and one cannot be judged (Kleene's disjunction).

    Looks no further than the first that holds: a fact may cost as much as the rest of the decision.
    """
    is_unknown = False
    for way in ways:
        holds = _way(case, way)
        if holds:
            return True
        is_unknown = is_unknown or holds is None
    return None if is_unknown else False


def _way(case: Case, way: Condition) -> bool | None:
    if way.fact is not None:
        return fact_of(case, way.fact)
    assert way.indicator is not None  # a condition is a fact or an indicator
    assert way.operator is not None
    assert way.value is not None
    return is_true(case.investors.get(way.indicator, case.values[way.indicator]), way.operator, way.value)


def _not_offered(case: Case) -> Finding:
    asked, policy = case.application.product, case.policy
    return Finding(
        effect=Outcome.DECLINE,
        table="products",
        row=None,
        rule="product-not-offered",
        when={"product": str(asked)},
        zh=f"现行政策不提供{asked.zh},可申请:{'、'.join(p.product.zh for p in policy.products)}",
        en=f"The policy in force does not offer {asked}; it offers {', '.join(p.product for p in policy.products)}",
    )


def _stage(case: Case, product: ProductRow) -> Iterator[Finding]:
    stage = case.stage
    if stage is None:
        yield Finding(
            effect=Outcome.REFER,
            table="products",
            row=case.product_row,
            rule="stage-unknown",
            when={"product": str(product.product)},
            zh="无法判断企业所处成长阶段,需补充成立日期与年度财务报表",
            en="The growth stage cannot be told: the founding date or annual financial statements are needed",
            indicator="growth_stage",
        )
    elif stage not in product.stages:
        yield _wrong_stage(case, product, stage)


def _wrong_stage(case: Case, product: ProductRow, stage: str) -> Finding:
    others = [p.product for p in case.policy.products if stage in p.stages]
    open_zh = f";可申请:{'、'.join(p.zh for p in others)}" if others else ""
    open_en = f"; open to it: {', '.join(others)}" if others else ""
    for_zh, for_en = "、".join(STAGES_ZH[s] for s in product.stages), " or ".join(product.stages)
    return Finding(
        effect=Outcome.DECLINE,
        table="products",
        row=case.product_row,
        rule="stage-not-eligible",
        when={"product": str(product.product), "stage": stage},
        zh=f"企业处于{STAGES_ZH[stage]},{product.product.zh}面向{for_zh}企业{open_zh}",
        en=f"The firm is in the {stage} stage; {product.product} is for the {for_en} stage{open_en}",
        indicator="growth_stage",
    )


def _too_small(case: Case, product: ProductRow) -> Finding:
    asked, least = case.application.amount, product.min_amount
    return Finding(
        effect=Outcome.DECLINE,
        table="products",
        row=case.product_row,
        rule="amount-below-minimum",
        when={"product": str(product.product), "amount": asked},
        zh=f"申请金额{yuan_zh(asked)}低于产品最低金额{yuan_zh(least)}",
        en=f"The amount asked, {yuan_en(asked)}, is below the product's minimum of {yuan_en(least)}",
    )
