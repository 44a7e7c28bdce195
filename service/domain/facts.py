"""The named facts a policy's gates may ask for: true, false, or None where the evidence does not tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from features.points import Scheme, score_points, shipped_scheme
from features.points.reference import EVERY
from features.stages import STAGES
from service.domain.calendar import months_before
from service.domain.case import Case
from service.domain.prior import TakenOver

__all__ = ["FACT_TABLES", "LOAN_COUNTS", "fact_of", "rubric"]

RUBRIC = "tech-sme-rubric"
FACT_TABLES: Mapping[str, tuple[str, ...]] = {
    "tech-sme-rubric": ("financials", "talent", "patents", "conduct"),
    "first-loan": ("loans",),
    "relay-loan": ("loans",),
    "relay-clean": ("loans",),
    "relay-stage-moved": ("financials", "loans"),
    "relay-points-kept": ("financials", "loans"),
}
"""The evidence that would tell a fact."""
LOAN_COUNTS = ("loans_repaid", "loans_running", "loans_overdue_2y", "loans_defaulted")


def fact_of(case: Case, name: str) -> bool | None:
    """Work a named fact out."""
    return FACTS[name](case)


@lru_cache
def rubric() -> Scheme:
    """The official evaluation of technology SMEs."""
    return shipped_scheme(RUBRIC)


def _passes_rubric(case: Case) -> bool | None:
    """Is the firm a technology SME by the official evaluation? Its thresholds need no peers."""
    field = case.firm.context.get("field", EVERY)
    eligibility = score_points(rubric(), None, case.values, field=field, known=case.firm.known).eligibility
    assert eligibility is not None  # the rubric has gates
    return {"pass": True, "fail": False}.get(eligibility.outcome)


def _is_first_loan(case: Case) -> bool | None:
    """Has the firm never drawn a loan? Read off the counts on record: repaid in order, running, overdue lately, defaulted."""
    counts = [case.values[name] for name in LOAN_COUNTS]
    if any(count for count in counts):
        return False
    return None if None in counts else True


def _of_relay(judge: Callable[[Case, TakenOver], bool | None]) -> Callable[[Case], bool | None]:
    """Judge the loan to be taken over; unknown when it was not looked for. Where there is none, only `relay-loan` says so."""

    def judged(case: Case) -> bool | None:
        if case.prior is None:
            return None
        return True if case.prior.relay is None else judge(case, case.prior.relay)

    return judged


def _has_relay(case: Case) -> bool | None:
    return None if case.prior is None else case.prior.relay is not None


def _is_clean(case: Case, loan: TakenOver) -> bool:
    assert case.policy.relay is not None
    since = months_before(case.firm.as_of, case.policy.relay.clean_months)
    return loan.overdue_on is None or loan.overdue_on <= since


def _has_moved(case: Case, loan: TakenOver) -> bool | None:
    if case.stage is None or loan.stage is None:
        return None
    return STAGES.index(case.stage) > STAGES.index(loan.stage)


def _kept_points(case: Case, loan: TakenOver) -> bool | None:
    return None if loan.points is None else case.points.total >= loan.points


FACTS: Mapping[str, Callable[[Case], bool | None]] = {
    "tech-sme-rubric": _passes_rubric,
    "first-loan": _is_first_loan,
    "relay-loan": _has_relay,
    "relay-clean": _of_relay(_is_clean),
    "relay-stage-moved": _of_relay(_has_moved),
    "relay-points-kept": _of_relay(_kept_points),
}
