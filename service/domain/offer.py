"""What is offered: amount, term, an indicative rate, and who may sign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from service.domain.case import Case
from service.domain.policy import Cell
from service.domain.policy.model import ProductRow
from service.domain.policy.verdicts import authority_for, channel_for
from service.domain.record.parts import LimitPart, Offer, Referral

__all__ = ["limit_parts", "offer_of", "referral_of"]


def limit_parts(asked: int, product: ProductRow, cell: Cell, step: int) -> tuple[LimitPart, ...]:
    """Name the bounds on the amount in yuan; the smallest binds, the first named where two are equal.

    `graded` is the cell's share of what was asked within the cap; a share below 100 % is rounded down to whole `step`.
    """
    most = min(asked, product.max_amount)
    graded = most if cell.share == 10_000 else most * cell.share // 10_000 // step * step
    bounds = {"asked": asked, "product_cap": product.max_amount, "graded": graded}
    binding = min(bounds, key=lambda name: bounds[name])
    return tuple(LimitPart(name=name, amount=amount, binding=name == binding) for name, amount in bounds.items())


def offer_of(case: Case, product: ProductRow, grade: int, parts: Sequence[LimitPart]) -> Offer:
    """Make the offer; its amount is the binding part, and its rate is that of the grade."""
    amount = min(part.amount for part in parts)
    _, channel = channel_for(case.policy, case.tier)
    _, authority = authority_for(case.policy, amount)
    rate = case.policy.grades[grade - 1].rate
    assert rate is not None  # loading refuses a policy that lends in a grade without a rate
    return Offer(
        amount=amount,
        term_months=min(case.application.term_months, product.max_term_months),
        rate_bp=rate,
        channel=channel.channel,
        channel_zh=channel.zh,
        channel_en=channel.en,
        authority=authority.authority,
        authority_zh=authority.zh,
        authority_en=authority.en,
        valid_until=case.application.as_of + timedelta(days=case.policy.validity_days),
        limit_parts=tuple(parts),
    )


def referral_of(case: Case) -> Referral:
    """Say who may decide the amount that was asked."""
    _, authority = authority_for(case.policy, case.application.amount)
    return Referral(authority=authority.authority, authority_zh=authority.zh, authority_en=authority.en)
