"""Which security a loan stands on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.case import Case
from service.domain.finance.exact import WHOLE, apportion
from service.domain.policy.levers import Collateral, LeverRow
from service.domain.policy.money import LOAN, Combination
from service.domain.policy.rules import ProductRow
from service.domain.policy.verdicts import collateral_at
from service.domain.rules import is_true

__all__ = ["Security", "security_of", "split_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """A form of security with its row of `collaterals`, and the combination that brings it, with its row, where one does."""

    row: int
    form: Collateral
    combination: tuple[int, Combination] | None


def security_of(case: Case, product: ProductRow, levers: LeverRow) -> Security | None:
    """Choose the least security that levers and purpose ask for, the product takes and the firm can give; None where there is none.

    A combination for the purpose counts if the product and the firm allow its security; else the levers alone decide.
    """
    least = collateral_at(case.policy, levers.collateral)[0]
    for combination in (_combination(case), None):
        wanted = least if combination is None else max(least, collateral_at(case.policy, combination[1].collateral)[0])
        for row, form in _open(case, product):
            if row >= wanted:
                return Security(row=row, form=form, combination=combination)
    return None


def split_of(case: Case, security: Security, amount: int) -> dict[str, int]:
    """Split an amount between the bank's loan and a lessor, in whole yuan that sum to it; what pays off an old loan is lent."""
    shares = {LOAN: WHOLE} if security.combination is None else security.combination[1].split
    old = 0 if case.relay is None else min(case.relay.amount, amount)
    parts = apportion(amount - old, {str(instrument): share for instrument, share in shares.items()})
    return parts | {LOAN: parts[LOAN] + old}


def _combination(case: Case) -> tuple[int, Combination] | None:
    asked = case.application
    rows = enumerate(case.policy.combinations, start=1)
    return next(((n, row) for n, row in rows if asked.product in row.products and asked.purpose in row.purposes), None)


def _open(case: Case, product: ProductRow) -> Iterator[tuple[int, Collateral]]:
    for row, form in enumerate(case.policy.collaterals, start=1):
        if form.collateral in product.collateral and _can_give(case, form):
            yield row, form


def _can_give(case: Case, form: Collateral) -> bool:
    """What is not known to be there cannot be given."""
    if form.indicator is None or form.operator is None or form.value is None:
        return True
    return is_true(case.values[form.indicator], form.operator, form.value) is True
