"""Is the firm too small for the product, whatever its grade, its tier and its other loans?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.domain.case import Case, Finding
from service.domain.offering.sizing import largest
from service.domain.offering.terms import limit_records
from service.domain.policy import Outcome
from service.domain.record.offers import LimitPart
from service.domain.wording import yuan_en, yuan_zh

__all__ = ["minimum_findings"]


def minimum_findings(case: Case) -> Iterator[Finding]:
    """Decline where the most that anybody could be lent on the firm's figures is below the product's minimum.

    That is certain only where every base is known. It looks at the best grade and tier and at no running loan, so no worse grade,
    lower tier or larger debt ends better than a better one.
    """
    product = case.product
    if product is None or case.application.amount < product.min_amount:
        return
    most = largest(case, product)
    if most is None or most.amount is None or most.amount >= product.min_amount:
        return
    shown, least = _shown(limit_records(case, most)), product.min_amount
    yield Finding(
        effect=Outcome.DECLINE,
        table="products",
        row=case.product_row,
        rule="too-small-for-product",
        when={"amount": most.amount, "min_amount": least},
        zh=f"按企业财务数据至多可贷{yuan_zh(most.amount)}({shown.zh}{yuan_zh(shown.amount)}),低于产品最低金额{yuan_zh(least)}",
        en=f"The firm's figures carry at most {yuan_en(most.amount)} (the {shown.en} is {yuan_en(shown.amount)}), "
        f"below the product's minimum of {yuan_en(least)}",
    )


def _shown(parts: Sequence[LimitPart]) -> LimitPart:
    """Give the part that binds; for a capacity the base that carries it."""
    binding = next(part for part in parts if part.binding)
    return binding if binding.kind != "capacity" else max((part for part in parts if part.kind == "base"), key=lambda part: part.amount)
