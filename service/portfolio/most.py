"""The most that any grade and tier could be lent, for many firms: `largest`, by columns and in whole yuan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service.domain.finance.exact import WHOLE
from service.domain.offering.sizing import BASES, YUAN
from service.domain.policy.rules import ProductRow
from service.domain.policy.sharing import CapacityRow
from service.portfolio.conditions import Judged
from service.portfolio.sheet import Flags, Floats, Whole
from service.portfolio.standing import Standing

__all__ = ["Most", "most_lent"]

UNBOUND = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Most:
    """An amount in whole yuan, and where it is known: there every base of the product is."""

    amount: Whole
    is_known: Flags


def most_lent(case: Judged, product: ProductRow, standing: Standing) -> Most:
    """Work out the most of each firm, at the best tier and grade and with no loan running."""
    rows = [row for row in case.policy.capacities if product.product in row.products]
    months = min(standing.term_months, product.max_term_months)
    worked = [(row, *_amount(row, _measure(case, row.measure), months)) for row in rows]
    bases = [(amount, known) for row, amount, known in worked if row.role == "base"]
    height = case.sheet.height
    if not bases:
        return Most(np.zeros(height, dtype=np.int64), np.zeros(height, dtype=np.bool_))
    base: Whole = np.max([amount for amount, _ in bases], axis=0)
    capacity = _floored(case, product, base + base * (max(row.multiplier for row in case.policy.innovation) - WHOLE) // WHOLE)
    ceilings = [np.where(known, amount, UNBOUND) for row, amount, known in worked if row.role == "bound"]
    worked_out: Whole = np.min([capacity, *ceilings], axis=0)
    exact = min([standing.amount, product.max_amount, *_authority(case)])
    amount = np.where(worked_out <= exact, worked_out - worked_out % case.policy.round_down_to, exact)
    return Most(amount, np.all([known for _, known in bases], axis=0))


def _amount(row: CapacityRow, measure: Floats, months: int) -> tuple[Whole, Flags]:
    """Measure x share, for the whole term where it is a year's; 0 where it is not known."""
    whole = np.maximum(np.nan_to_num(measure), 0).astype(np.int64)
    amount = whole * (row.share * (months if row.per_year else 12)) // (12 * WHOLE)
    return amount if row.at_most is None else np.minimum(amount, row.at_most), ~np.isnan(measure)


def _measure(case: Judged, name: str) -> Floats:
    """Give a measure in whole yuan. Venture capital is the firm's own even where it is judged as if it had none."""
    if name == "venture_capital":
        return np.rint(case.backed.value("venture_capital") * YUAN)
    return np.rint(case.sheet.base(BASES[name]))


def _floored(case: Judged, product: ProductRow, capacity: Whole) -> Whole:
    """The line that is taken over is lent at least."""
    rule = case.policy.relay
    if rule is None or product.product not in rule.products:
        return np.maximum(capacity, 0)
    return np.maximum(capacity, np.nan_to_num(case.sheet.value("relay_amount")).astype(np.int64))


def _authority(case: Judged) -> list[int]:
    highest = case.policy.authorities[-1].up_to_amount
    return [] if highest is None else [highest]
