"""All products side by side for one firm: what each would answer today, best first, and what would make it better."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from service.active import Active
from service.desk import Desk
from service.domain import Application, Decision, ManualOrder, Purpose
from service.domain.record.recourse import RecoursePlan
from service.domain.recourse import Redecide, recourse_of
from service.rows import Found
from service.use_cases.judging import judge_of
from service.use_cases.reviews import review_orders

__all__ = ["UNRECORDED", "Line", "SideBySide", "offers_for"]

UNRECORDED = "not-recorded"
"""Stands where a decision has its number: a comparison has none and is kept nowhere."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one product would answer, and the nearest better answer of the same product, where there is one."""

    decision: Decision
    better: RecoursePlan | None


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The lines, best first, and what they rest on."""

    as_of: date
    evidence_sha: str
    policy: str
    lines: tuple[Line, ...]


def offers_for(
    desk: Desk, firm_id: str, amount: int, term_months: int, purpose: Purpose | None = None, *, with_plans: bool = True
) -> SideBySide:
    """Compare every product of the policy in force for a firm on file: `amount` yuan over `term_months`, as of today.

    The nearest better answer of each is looked for unless `with_plans` is off: that takes most of the time.

    Sorted by outcome (approve, counter, refer, decline), then the larger amount, then the lower rate, then the policy's order.
    Nothing is recorded. Raises `UnknownFirm` and `NotReady`.
    """
    active, as_of = desk.active, desk.today()
    found = desk.rows.of_firm(firm_id, as_of)
    judge = judge_of(
        active,
        dossier=lambda: desk.rows.dossier(found.evidence_sha),
        evidence_hash=found.evidence_sha,
        now=desk.clock(),
        decision_id=UNRECORDED,
        manual=(*desk.switchboard.orders, *_reviews(desk, firm_id)),
        priors=desk.priors,
    )
    asked = {"amount": amount, "term_months": term_months, "purpose": purpose, "firm_id": found.row.firm_id, "as_of": as_of}
    products = [row.product for row in active.policy.products]
    lines = [_line(active, found, judge, asked={**asked, "product": product}, with_plans=with_plans) for product in products]
    policy = f"{active.policy.name} {active.policy.hash}"
    return SideBySide(as_of, found.evidence_sha, policy, tuple(sorted(lines, key=_standing)))


def _reviews(desk: Desk, firm_id: str) -> tuple[ManualOrder, ...]:
    with desk.store.reading() as unit:
        return review_orders(unit, firm_id)


def _line(active: Active, found: Found, judge: Redecide, *, asked: dict[str, object], with_plans: bool) -> Line:
    application = Application.model_validate(asked)
    decision = judge(application, found.row)
    if not with_plans:
        return Line(decision, None)
    plans = recourse_of(
        decision,
        application,
        found.row,
        decide=judge,
        bundles=active.bundles,
        policy=active.policy,
        other_products=False,
    )
    return Line(decision, min(plans, key=lambda plan: (plan.outcome.rank > 1, plan.cost), default=None))


def _standing(line: Line) -> tuple[int, int, int]:
    """Sort key, best first; products that tie stay in the policy's order."""
    offer = line.decision.offer
    return line.decision.outcome.rank, 0 if offer is None else -offer.amount, 0 if offer is None else offer.rate_bp
