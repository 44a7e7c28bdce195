"""Look things up in a policy: the grade of a PD, the levers of grade and tier, who may sign."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from service.domain.finance.schedule import Repayment
from service.domain.policy.levers import Allocation, Collateral, Control, InnovationRow, LeverRow, Speed
from service.domain.policy.model import Policy
from service.domain.policy.rules import Authority, CertaintyRow, Disagreement, ProductRow
from service.domain.policy.table import Outcome

__all__ = [
    "allocation_for",
    "authority_for",
    "certainty_for",
    "collateral_at",
    "control_for",
    "disagreement_for",
    "grade_of",
    "innovation_for",
    "ladder",
    "last_lending",
    "levers_for",
    "product_for",
    "repayment_for",
    "speed_for",
    "standing",
]

Row = TypeVar("Row")


def _numbered(rows: Sequence[Row]) -> Iterator[tuple[int, Row]]:
    return enumerate(rows, start=1)


def grade_of(policy: Policy, pd: int) -> int:
    """Give the grade of a PD in hundred-thousandths; bounds are inclusive, and the last row takes the rest."""
    return next(row.grade for row in policy.grades if pd <= row.pd_up_to)


def product_for(policy: Policy, product: str) -> tuple[int, ProductRow] | None:
    """Give the row number and row of a product, or None when the policy does not offer it."""
    return next(((n, row) for n, row in _numbered(policy.products) if row.product == product), None)


def disagreement_for(policy: Policy, grade: int, tier: str) -> tuple[int, Disagreement] | None:
    """Give the first row that says points and model contradict each other, or None."""
    rows = _numbered(policy.disagreements)
    return next(((n, row) for n, row in rows if tier in row.tiers and row.from_grade <= grade <= row.to_grade), None)


def certainty_for(policy: Policy, product: str) -> tuple[int, CertaintyRow] | None:
    """Give the first row that says how sure the model must be for a product, or None."""
    return next(((n, row) for n, row in _numbered(policy.certainty) if not row.products or product in row.products), None)


def last_lending(policy: Policy, tier: str) -> int:
    """Give the worst grade in which the grid lends to a tier, 0 where it lends in none."""
    lends = {row.set for row in policy.levers if row.access == "approve"}
    return max((row.grade for row in policy.grid if row.cells[tier] in lends), default=0)


def levers_for(policy: Policy, grade: int, tier: str) -> tuple[int, LeverRow]:
    """Give the row number and the set of levers that the grid names for a grade and a tier."""
    name = policy.grid[grade - 1].cells[tier]
    return next((n, row) for n, row in _numbered(policy.levers) if row.set == name)


def ladder(row: int, levers: LeverRow) -> tuple[int, int]:
    """Sort key from best to worst: sets that lend in their order, then every referral, then every decline."""
    return levers.outcome.rank, row if levers.access == "approve" else 0


def standing(policy: Policy, grade: int, tier: str) -> tuple[int, int]:
    """Give the ladder of a grade and a tier when nothing else stands against them; a disagreement refers."""
    return (Outcome.REFER.rank, 0) if disagreement_for(policy, grade, tier) else ladder(*levers_for(policy, grade, tier))


def innovation_for(policy: Policy, tier: str) -> tuple[int, InnovationRow]:
    """Give what a tier earns."""
    return next((n, row) for n, row in _numbered(policy.innovation) if tier in row.tiers)


def speed_for(policy: Policy, name: str | None) -> Speed:
    """Give a speed by its name."""
    return next(row for row in policy.speeds if row.speed == name)


def allocation_for(policy: Policy, name: str | None) -> Allocation:
    """Give an allocation by its name."""
    return next(row for row in policy.allocations if row.allocation == name)


def control_for(policy: Policy, name: str | None) -> Control:
    """Give a control by its name."""
    return next(row for row in policy.controls if row.control == name)


def collateral_at(policy: Policy, name: str | None) -> tuple[int, Collateral]:
    """Give the row number, which is its strength, and the form of security of a name."""
    return next((n, row) for n, row in _numbered(policy.collaterals) if row.collateral == name)


def authority_for(policy: Policy, amount: int) -> tuple[int, Authority]:
    """Give who may sign an amount; bounds are inclusive, and what is above every bound goes to the last row."""
    rows = list(_numbered(policy.authorities))
    return next(((n, row) for n, row in rows if row.up_to_amount is None or amount <= row.up_to_amount), rows[-1])


def repayment_for(policy: Policy, product: str, term_months: int) -> tuple[int, Repayment]:
    """Give how a loan of a product and term is repaid."""
    return next(
        (n, row.repayment)
        for n, row in _numbered(policy.repayments)
        if (not row.products or product in row.products) and (row.up_to_months is None or term_months <= row.up_to_months)
    )
