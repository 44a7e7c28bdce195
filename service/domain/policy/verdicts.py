"""Look things up in a policy: the grade of a PD, the cell of grade and tier, who may sign."""

from __future__ import annotations

from service.domain.policy.model import Authority, Channel, Disagreement, Policy, ProductRow
from service.domain.policy.table import Cell, Outcome

__all__ = ["REFERRED", "authority_for", "channel_for", "disagreement_for", "grade_of", "product_for", "verdict_cell"]

REFERRED = Cell.model_construct(outcome=Outcome.REFER, share=0)
"""What a disagreement makes of any cell."""


def grade_of(policy: Policy, pd: int) -> int:
    """Give the grade of a PD in hundred-thousandths; bounds are inclusive, and the last row takes the rest."""
    return next(row.grade for row in policy.grades if pd <= row.pd_up_to)


def product_for(policy: Policy, product: str) -> tuple[int, ProductRow] | None:
    """Give the row number and row of a product, or None when the policy does not offer it."""
    return next(((n, row) for n, row in enumerate(policy.products, start=1) if row.product == product), None)


def disagreement_for(policy: Policy, grade: int, tier: str) -> tuple[int, Disagreement] | None:
    """Give the first row that says points and model contradict each other, or None."""
    rows = enumerate(policy.disagreements, start=1)
    return next(((n, row) for n, row in rows if tier in row.tiers and row.from_grade <= grade <= row.to_grade), None)


def verdict_cell(policy: Policy, grade: int, tier: str) -> Cell:
    """Give the outcome of a grade and a tier when nothing else stands against it."""
    return REFERRED if disagreement_for(policy, grade, tier) else policy.outcomes[grade - 1].cells[tier]


def channel_for(policy: Policy, tier: str) -> tuple[int, Channel]:
    """Give the channel of a tier."""
    return next((n, row) for n, row in enumerate(policy.channels, start=1) if tier in row.tiers)


def authority_for(policy: Policy, amount: int) -> tuple[int, Authority]:
    """Give who may sign an amount; bounds are inclusive."""
    rows = enumerate(policy.authorities, start=1)
    return next((n, row) for n, row in rows if row.up_to_amount is None or amount <= row.up_to_amount)
