"""Write down what single products add: the loan that is paid off, and the answers with and without investors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.points.quantities import decimal_text
from service.domain.calendar import day_text
from service.domain.case import Case
from service.domain.record.specials import InvestorsRecord, Recomputed, RelayRecord
from service.domain.verdict import Judged, Verdict

__all__ = ["WithInvestors", "investors_record", "relay_record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithInvestors:
    """Investor facts that were left out, and the case as it ends without any investor and with them in full."""

    facts: Mapping[str, float]
    alone: Judged
    backed: Judged


def relay_record(case: Case, verdict: Verdict) -> RelayRecord | None:
    """Write the loan that this one pays off, where there is one."""
    loan = case.relay
    if loan is None:
        return None
    return RelayRecord(
        loan_id=loan.loan_id,
        amount=loan.amount,
        granted_on=day_text(loan.granted_on) or "",
        overdue_on=day_text(loan.overdue_on),
        stage=loan.stage,
        points=loan.points,
        new_money=None if verdict.terms is None else verdict.terms.amount - loan.amount,
    )


def investors_record(decided: Judged, investors: WithInvestors | None) -> InvestorsRecord | None:
    """Write both answers; None where there was no investor to leave out."""
    if investors is None:
        return None
    alone, offered = _amount(investors.alone), _amount(decided)
    return InvestorsRecord(
        facts={name: decimal_text(value) for name, value in investors.facts.items()},
        alone=_recomputed(investors.alone),
        backed=_recomputed(investors.backed),
        raised=0 if alone is None or offered is None else offered - alone,
    )


def _amount(judged: Judged) -> int | None:
    return None if judged.verdict.terms is None else judged.verdict.terms.amount


def _recomputed(judged: Judged) -> Recomputed:
    risk, points, terms = judged.case.risk, judged.case.points, judged.verdict.terms
    return Recomputed(
        outcome=judged.verdict.outcome,
        pd=None if risk is None else risk.pd,
        score=None if risk is None else risk.score,
        grade=None if risk is None else risk.grade,
        points=points.total,
        tier=points.tier,
        amount=_amount(judged),
        rate_bp=None if terms is None else terms.rate.rate_bp,
    )
