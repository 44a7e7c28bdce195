"""How a case ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.domain.case import Case, Finding
from service.domain.offer import limit_parts, offer_of
from service.domain.policy import Cell, Outcome
from service.domain.policy.model import ProductRow
from service.domain.record.parts import Offer
from service.domain.wording import yuan_en, yuan_zh

__all__ = ["Verdict", "settle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome, the findings that caused it, and the cell of the outcome table where the table spoke."""

    outcome: Outcome
    causes: tuple[Finding, ...]
    cell: Cell | None = None
    offer: Offer | None = None


def settle(case: Case, findings: Sequence[Finding]) -> Verdict:
    """Weigh the findings: what declines comes first, then what refers; only then the outcome table speaks.

    A referral stands above a decline by the table: evidence that is missing or contradictory cannot carry a grade.
    """
    for effect in (Outcome.DECLINE, Outcome.REFER):
        causes = tuple(finding for finding in findings if finding.effect is effect)
        if causes:
            return Verdict(outcome=effect, causes=causes)
    assert case.risk is not None  # its absence is a finding that refers; this tells the type checker
    assert case.product is not None  # its absence is a finding that declines
    cell = case.policy.outcomes[case.risk.grade - 1].cells[case.tier]
    if cell.outcome is not Outcome.APPROVE:
        return Verdict(outcome=cell.outcome, causes=(), cell=cell)
    return _offered(case, case.product, cell, case.risk.grade)


def _offered(case: Case, product: ProductRow, cell: Cell, grade: int) -> Verdict:
    asked, parts = case.application, limit_parts(case.application.amount, product, cell, case.policy.round_down_to)
    offer = offer_of(case, product, grade, parts)
    if offer.amount < product.min_amount:
        return Verdict(outcome=Outcome.REFER, causes=(_too_little(case, product, offer.amount),), cell=cell)
    is_as_asked = offer.amount == asked.amount and offer.term_months == asked.term_months
    outcome = Outcome.APPROVE if is_as_asked else Outcome.COUNTER
    return Verdict(outcome=outcome, causes=tuple(_caps(case, product)), cell=cell, offer=offer)


def _caps(case: Case, product: ProductRow) -> Iterator[Finding]:
    """Find where the request goes beyond the product."""
    amount, term = case.application.amount, case.application.term_months
    if amount > product.max_amount:
        yield _cap(
            case,
            "amount-above-cap",
            {"amount": amount, "max_amount": product.max_amount},
            f"申请金额{yuan_zh(amount)}超过{product.product.zh}上限{yuan_zh(product.max_amount)}",
            f"The amount asked, {yuan_en(amount)}, is above the product's cap of {yuan_en(product.max_amount)}",
        )
    if term > product.max_term_months:
        yield _cap(
            case,
            "term-above-cap",
            {"term_months": term, "max_term_months": product.max_term_months},
            f"申请期限{term}个月超过{product.product.zh}最长期限{product.max_term_months}个月",
            f"The term asked, {term} months, is above the product's longest term of {product.max_term_months} months",
        )


def _cap(case: Case, rule: str, when: dict[str, str | int], zh: str, en: str) -> Finding:
    return Finding(effect=Outcome.COUNTER, table="products", row=case.product_row, rule=rule, when=when, zh=zh, en=en)


def _too_little(case: Case, product: ProductRow, amount: int) -> Finding:
    least = product.min_amount
    return Finding(
        effect=Outcome.REFER,
        table="products",
        row=case.product_row,
        rule="offer-below-minimum",
        when={"amount": amount, "min_amount": least},
        zh=f"按评级可提供的金额{yuan_zh(amount)}低于产品最低金额{yuan_zh(least)},需人工审核",
        en=f"What the grade allows, {yuan_en(amount)}, is below the product's minimum of {yuan_en(least)}; a person must decide",
    )
