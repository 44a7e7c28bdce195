"""The decision: one pure function from an application and what is known to a recorded, explained outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache

from features.firm_row import FirmRow
from features.indicators import catalogue_hash
from features.points import Reference, Scheme, score_points
from features.points.reference import EVERY
from features.stages import segment_of
from service.clock import day_in_china
from service.domain.application import Application
from service.domain.calendar import day_number
from service.domain.case import Case, Finding
from service.domain.certainty import certainty_findings
from service.domain.doubts import disagreement_findings, model_findings
from service.domain.errors import DecisionError
from service.domain.gates import gate_findings
from service.domain.investors import INVESTOR_FACTS, investor_facts, is_judged_alone, without_investors
from service.domain.manual import ManualOrder
from service.domain.minimum import minimum_findings
from service.domain.missing import Gap, coverage_findings, gap_findings, gaps
from service.domain.policy import Policy
from service.domain.policy.verdicts import product_for
from service.domain.ports import BundleLike
from service.domain.prior import Prior
from service.domain.program import code_version
from service.domain.record import NEWEST, Decision, Format
from service.domain.record.writing import record_of
from service.domain.record.writing_specials import WithInvestors
from service.domain.risk import Risk, assess
from service.domain.rules import knock_out_findings, referral_findings
from service.domain.verdict import Judged, obey, settle

__all__ = ["decide", "misfits"]


@cache
def indicators_hash() -> str:
    """Hash the indicator definitions once a process: they cannot change while it runs."""
    return catalogue_hash()


def decide(
    application: Application,
    firm: FirmRow,
    *,
    bundles: Mapping[str, BundleLike],
    scheme: Scheme,
    reference: Reference | None,
    policy: Policy,
    now: datetime,
    decision_id: str,
    evidence_hash: str,
    features_hash: str | None = None,
    prior: Prior | None = None,
    manual: Sequence[ManualOrder] = (),
    warnings: Sequence[str] = (),
    code: str | None = None,
    form: Format = NEWEST,
) -> Decision:
    """Decide one application on what was known by the end of its as-of date. Pure: the same inputs give the same bytes.

    `bundles` holds the approved models by segment ("startup", "growth"); a segment without one is referred. `now` is aware.
    `prior` is what was looked up about earlier days, for products that ask for it. `manual` are the orders in force that a person
    decides: one that covers the case turns its answer into a referral, and each is written down (`manual.orders_of` reads them back).
    `form` is the record's: a replay gives that of the record.
    Order: eligibility, knock-outs, evidence, points and grade, levers, security, limit, shared loss, price, reasons. Raises
    `DecisionError` when the parts do not belong together: another firm, another day, a policy not yet in force, a scheme with other tiers.
    """
    _refuse(application, firm, policy, scheme, now)

    def judged(known: FirmRow, backed: FirmRow) -> Judged:
        return _judged(_case(application, known, backed, bundles, scheme, reference, policy, prior), manual)

    decided, investors = _with_investors(application, firm, policy, judged)
    return record_of(
        decided,
        investors,
        scheme=scheme,
        reference=reference,
        now=now,
        decision_id=decision_id,
        evidence_hash=evidence_hash,
        features_hash=features_hash,
        warnings=warnings,
        code=code or code_version(),
        catalogue=indicators_hash(),
        form=form,
    )


def misfits(policy: Policy, scheme: Scheme) -> list[str]:
    """Say why a points scheme cannot be used with a policy; an empty list means that it can."""
    tiers = tuple(tier.id for tier in scheme.tiers)
    if tiers == policy.tiers:
        return []
    said = ", ".join(tiers) or "none"
    return [
        f"scheme {scheme.label} has the tiers {said}, policy {policy.name} reads {', '.join(policy.tiers)}; use a scheme with these tiers"
    ]


def _refuse(application: Application, firm: FirmRow, policy: Policy, scheme: Scheme, now: datetime) -> None:
    problems = misfits(policy, scheme)
    if application.firm_id != firm.firm_id:
        problems.append(f"the application names firm {application.firm_id}, the evidence is of {firm.firm_id}; send the firm's own")
    if day_number(application.as_of) != firm.as_of:
        problems.append(f"the application is as of {application.as_of}, the indicators are of day {firm.as_of}; build them for that date")
    if now.utcoffset() is None:
        problems.append(f"the time {now.isoformat()} has no zone; pass an aware datetime")
        raise DecisionError("; ".join(problems))
    today = day_in_china(now)
    if application.as_of > today:
        problems.append(f"as_of {application.as_of} lies after today, {today}; nothing can be known of it yet")
    if today < policy.effective_from:
        problems.append(f"policy {policy.name} is in force from {policy.effective_from}, today is {today}; use the one in force")
    if problems:
        raise DecisionError("; ".join(problems))


def _case(
    application: Application,
    firm: FirmRow,
    backed: FirmRow,
    bundles: Mapping[str, BundleLike],
    scheme: Scheme,
    reference: Reference | None,
    policy: Policy,
    prior: Prior | None,
) -> Case:
    """Lay out what the policy looks at; `backed` is the firm with its investors, which it may not be judged on."""
    values = firm.with_request(application.amount, application.term_months)
    row, product = product_for(policy, application.product) or (None, None)
    return Case(
        application=application,
        firm=firm,
        values=values,
        points=score_points(scheme, reference, values, field=firm.context.get("field", EVERY), known=firm.known),
        risk=_risk(bundles, values, policy),
        policy=policy,
        product=product,
        product_row=row,
        investors={name: backed.values[name] for name in INVESTOR_FACTS},
        prior=prior,
    )


def _risk(bundles: Mapping[str, BundleLike], values: Mapping[str, float | None], policy: Policy) -> Risk | None:
    """Ask the model of the firm's stage; None when the stage is unknown or has no approved model."""
    segment = segment_of(values["growth_stage"])
    bundle = None if segment is None else bundles.get(segment)
    if bundle is None:
        return None
    if bundle.segment != segment:
        raise DecisionError(
            f"the firm is of segment {segment}, model {bundle.name} serves {bundle.segment}; give each segment its own model"
        )
    return assess(bundle, values, policy)


def _judged(case: Case, manual: Sequence[ManualOrder]) -> Judged:
    found = gaps(case)
    findings = tuple(_findings(case, found))
    verdict = obey(case, settle(case, findings), manual)
    return Judged(case=case, found=found, findings=findings, verdict=verdict, orders=tuple(manual))


def _with_investors(
    application: Application, firm: FirmRow, policy: Policy, judged: Callable[[FirmRow, FirmRow], Judged]
) -> tuple[Judged, WithInvestors | None]:
    """Judge the firm; where the policy says so without its investors, who open gates and raise the limit of a loan that passes alone.

    What is offered nothing alone is offered nothing: an open gate leads to a person at most.
    """
    facts = investor_facts(firm)
    if not facts or not is_judged_alone(policy, application):
        return judged(firm, firm), None
    bare = without_investors(firm)
    alone, decided = judged(bare, bare), judged(bare, firm)
    if alone.verdict.terms is None and decided.verdict.terms is not None:
        decided = alone
    return decided, WithInvestors(facts=facts, alone=alone, backed=judged(firm, firm))


def _findings(case: Case, found: tuple[Gap, ...]) -> Iterator[Finding]:
    yield from gate_findings(case)
    yield from minimum_findings(case)
    yield from knock_out_findings(case)
    yield from gap_findings(found)
    yield from coverage_findings(case, found)
    yield from referral_findings(case)
    yield from model_findings(case)
    yield from disagreement_findings(case)
    yield from certainty_findings(case, found)
