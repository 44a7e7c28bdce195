"""Eligibility: may this firm ask for this product at all?"""

from __future__ import annotations

from collections.abc import Iterator

from features.stages import STAGES_ZH
from service.domain.case import Case, Finding
from service.domain.policy import Outcome
from service.domain.policy.model import ProductRow
from service.domain.wording import yuan_en, yuan_zh

__all__ = ["gate_findings"]


def gate_findings(case: Case) -> Iterator[Finding]:
    """Find what keeps the firm out of the product, or leaves open whether it may enter."""
    if case.product is None:
        yield _not_offered(case)
        return
    yield from _stage(case, case.product)
    if case.application.amount < case.product.min_amount:
        yield _too_small(case, case.product)


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
