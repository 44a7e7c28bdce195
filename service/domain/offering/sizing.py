"""How large the loan can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from service.domain.case import Case
from service.domain.finance.limit import Formula, LimitParts, LimitTerms, NamedAmount, limit
from service.domain.policy.levers import LeverRow
from service.domain.policy.rules import ProductRow
from service.domain.policy.sharing import CapacityRow
from service.domain.policy.verdicts import innovation_for

__all__ = ["BASES", "largest", "size"]

BASES: Mapping[str, str] = {
    "revenue": "revenue_0",
    "rd_expense": "rd_expense_0",
    "cash": "cash_0",
    "operating_cash_flow": "operating_cash_flow_0",
    "invoiced": "invoiced",
    "total_assets": "total_assets_0",
}
"""Measures of the firm that are kept in yuan beside its indicators."""
YUAN = 10_000
"""Indicators of amounts are in 10,000 yuan."""


def size(case: Case, product: ProductRow, levers: LeverRow, term_months: int) -> LimitParts:
    """Work the limit out; its parts reconcile exactly, and what is not known is left out and named."""
    rows = [row for row in case.policy.capacities if product.product in row.products]
    line = case.relay
    return limit(
        _terms(case, rows),
        measures=_measures(case),
        term_months=term_months,
        bounds=_bounds(case, product),
        multiplier_bp=innovation_for(case.policy, case.tier)[1].multiplier,
        share_bp=levers.limit or 0,
        exposure=_exposure(case),
        floor=None if line is None else NamedAmount(name="old_line", amount=line.amount),
    )


def largest(case: Case, product: ProductRow) -> LimitParts | None:
    """Work out the most that any grade and tier could be lent with no loan running; None unless every base is known."""
    rows = [row for row in case.policy.capacities if product.product in row.products]
    line = case.relay
    most = limit(
        _terms(case, rows),
        measures=_measures(case),
        term_months=min(case.application.term_months, product.max_term_months),
        bounds=_bounds(case, product),
        multiplier_bp=max(row.multiplier for row in case.policy.innovation),
        floor=None if line is None else NamedAmount(name="old_line", amount=line.amount),
    )
    return None if {row.name for row in rows if row.role == "base"} & set(most.missing) else most


def _terms(case: Case, rows: Sequence[CapacityRow]) -> LimitTerms:
    formulas = (
        Formula(name=r.name, measure=r.measure, share_bp=r.share, role=r.role, per_year=r.per_year, at_most=r.at_most) for r in rows
    )
    return LimitTerms(formulas=tuple(formulas), round_down_to=case.policy.round_down_to)


def _measures(case: Case) -> dict[str, int | None]:
    """Give every measure in whole yuan. Venture capital is the firm's own even where the case is judged as if it had none."""
    measures = {name: _whole(case.firm.bases[base]) for name, base in BASES.items()}
    return measures | {"venture_capital": _yuan(case.investors["venture_capital"])}


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _yuan(value: float | None) -> int | None:
    return None if value is None else round(value * YUAN)


def _exposure(case: Case) -> int | None:
    """Loans running, without the one that this loan pays off; None where the loans are not known."""
    running = _yuan(case.values["loans_running"])
    return None if running is None else max(0, running - (0 if case.relay is None else case.relay.amount))


def _bounds(case: Case, product: ProductRow) -> dict[str, int]:
    highest = case.policy.authorities[-1].up_to_amount
    bounds = {"asked": case.application.amount, "product_cap": product.max_amount}
    return bounds if highest is None else bounds | {"authority": highest}
