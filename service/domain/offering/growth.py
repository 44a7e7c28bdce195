"""What the common-growth plan adds to an offer: a dated rate path and the bank's rights."""

from __future__ import annotations

from service.domain.case import Case
from service.domain.finance.price import RateParts
from service.domain.finance.rate_path import PathTerms, RatePath, StepRule, Trigger, rate_path
from service.domain.finance.rights import Right, RightRule, right_of
from service.domain.finance.schedule import Repayment
from service.domain.finance.term_structure import TermStructure
from service.domain.policy.specials import PathRow, RightRow
from service.domain.record.specials import PathRecord, PathStepRecord, RightRecord, TriggerRecord

__all__ = ["path_of", "path_record", "path_row", "rights_of", "rights_record"]


def path_row(case: Case) -> tuple[int, PathRow] | None:
    """Give the row number and row of the product's rate path, None where it has none."""
    rows = enumerate(case.policy.paths, start=1)
    return next(((n, row) for n, row in rows if case.application.product in row.products), None)


def path_of(
    case: Case, rate: RateParts, *, amount: int, term_months: int, repayment: Repayment, structure: TermStructure
) -> RatePath | None:
    """Turn the risk-based rate into the product's path, within the same floor and cap; None where the term is too short for one."""
    found = path_row(case)
    if found is None:
        return None
    row = found[1]
    return rate_path(
        PathTerms(
            steps=tuple(StepRule(months=step.months, discount_bp=step.discount) for step in row.steps),
            floor_bp=rate.floor_bp,
            cap_bp=rate.cap_bp,
            discount_rate_bp=row.discount_rate,
            triggers=tuple(Trigger(id=one.trigger, shift_bp=one.raises - one.lowers) for one in row.triggers),
        ),
        risk_rate_bp=rate.rate_bp,
        amount=amount,
        term_months=term_months,
        repayment=repayment,
        drawn_on=case.application.as_of,
        structure=structure,
    )


def rights_of(case: Case, amount: int) -> tuple[tuple[RightRow, Right], ...]:
    """Price the rights that come with a loan of `amount` yuan; nothing else in the decision reads them."""
    rows = [row for row in case.policy.rights if case.application.product in row.products]
    rules = [RightRule(id=row.right, expires_after_months=row.expires_after_months, price_bp=row.price) for row in rows]
    return tuple((row, right_of(rule, amount=amount, signed_on=case.application.as_of)) for row, rule in zip(rows, rules, strict=True))


def path_record(case: Case, path: RatePath, rate: RateParts) -> PathRecord:
    """Write a path down, with each trigger in words."""
    found = path_row(case)
    assert found is not None  # a path was made from it
    row = found[1]
    return PathRecord(
        steps=tuple(PathStepRecord(from_month=s.from_month, from_on=s.from_on, rate_bp=s.rate_bp) for s in path.steps),
        floor_bp=rate.floor_bp,
        cap_bp=rate.cap_bp,
        discount_rate_bp=row.discount_rate,
        settlement=path.settlement,
        present_value=str(path.present_value),
        risk_present_value=str(path.risk_present_value),
        triggers=tuple(
            TriggerRecord(id=said.trigger, zh=said.zh, en=said.en, rates_bp=one.rates_bp)
            for said, one in zip(row.triggers, path.triggered, strict=True)
        ),
    )


def rights_record(rights: tuple[tuple[RightRow, Right], ...]) -> tuple[RightRecord, ...]:
    """Write the rights down."""
    return tuple(RightRecord(id=r.id, zh=row.zh, en=row.en, expires_on=r.expires_on, price=r.price) for row, r in rights)
