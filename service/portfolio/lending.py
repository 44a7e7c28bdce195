"""Firms that pass every rule, settled one by one by the domain itself: grid, security, limit, shared loss and price."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from features.build import CONTEXT, kept_name
from features.firm_row import FirmRow
from features.one_firm import known_name
from service.domain import Application
from service.domain.allocation import Plan
from service.domain.allocation.candidate import PD_UNIT
from service.domain.allocation.options import expected_profit
from service.domain.case import Case
from service.domain.investors import INVESTOR_FACTS
from service.domain.policy.rules import ProductRow
from service.domain.verdict import Verdict, is_offered, settle
from service.portfolio.conditions import Judged
from service.portfolio.sheet import Sheet, Whole, prior_in
from service.portfolio.standing import Standing

__all__ = ["Lent", "lent_to", "refused"]

WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Lent:
    """A case that the grid lends to, and what its offer is expected to earn, fen a year; None where the plan lends nothing in its grade."""

    case: Case
    income_fen: int | None


def lent_to(
    case: Judged, rows: Whole, product: tuple[int, ProductRow], standing: Standing, plan: Plan
) -> Iterator[tuple[int, Verdict, Lent | None]]:
    """Settle the rows that no finding stopped, each as `decide` would."""
    for row in rows.tolist():
        one = _case(case, row, product, standing)
        verdict = settle(one, ())
        yield row, verdict, None if verdict.terms is None else Lent(one, income(one, verdict, plan))


def refused(case: Judged, rows: Whole, product: tuple[int, ProductRow], standing: Standing) -> Iterator[tuple[int, Verdict]]:
    """Settle those of the rows that are offered nothing; the others are left out, and nothing is priced for them."""
    for row in rows.tolist():
        one = _case(case, row, product, standing)
        if not is_offered(one):
            yield row, settle(one, ())


def _case(case: Judged, row: int, product: tuple[int, ProductRow], standing: Standing) -> Case:
    record, backed = case.sheet.record(row), case.backed.record(row)
    asked = Application.model_construct(
        product=product[1].product,
        amount=standing.amount,
        term_months=standing.term_months,
        purpose=standing.purpose,
        firm_id=record["firm_id"],
        as_of=standing.as_of,
    )
    return Case(
        application=asked,
        firm=_firm(case.sheet, row),
        values=record,
        points=case.scores.points_of(row),
        risk=case.scores.risk(row),
        policy=case.policy,
        product=product[1],
        product_row=product[0],
        investors={name: backed[name] for name in INVESTOR_FACTS},
        prior=prior_in(record),
    )


def _firm(sheet: Sheet, row: int) -> FirmRow:
    """Give the firm's row; its indicators stay in the record, which holds more than a settled case reads."""
    record = sheet.record(row)
    return FirmRow(
        firm_id=record["firm_id"],
        as_of=record["as_of"],
        context={name: record[name] for name in CONTEXT if record[name] is not None},
        values=record,
        bases=sheet.record(row, kept_name),
        known=sheet.record(row, known_name),
        coverage=record["coverage"],
    )


@dataclass(frozen=True, slots=True)
class Borne:
    """PD of a year over the loan's term, ten-millionths, and what the bank loses of a default, basis points."""

    pd_units: int
    lgd_bp: int


def income(case: Case, verdict: Verdict, plan: Plan) -> int | None:
    """What the offer is expected to earn, as `expected_profit` of an allocation at the offered amount and rate, fen a year.

    Take-up x (amount x ((1 - PD) x rate - funding - operating - capital - PD x LGD that the bank carries) - handling).
    """
    assert case.risk is not None  # the grid has spoken of its grade
    assert verdict.terms is not None  # asked only of offers
    terms, curve = verdict.terms, plan.curve_of(case.risk.grade)
    if curve is None:
        return None
    lgd = -(-plan.decisions.lgd_of(terms.security.form.collateral) * terms.sharing.bank_bp // WHOLE)
    borne = Borne(int(terms.defaults.structure.yearly * PD_UNIT), lgd)
    rate = terms.rate.rate_bp
    return expected_profit(borne, plan, amount=terms.lent, rate_bp=rate, accepts_bp=curve.accepts(rate))
