"""Write a settled case down as a `Decision`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from features.points import Reference, Scheme
from features.points.quantities import decimal_text
from service.domain.calendar import day_text
from service.domain.case import Case, Finding
from service.domain.manual import STANDING
from service.domain.missing import Gap, coverage_text
from service.domain.offering.terms import Terms, authority_named, offer_of
from service.domain.policy import Outcome
from service.domain.policy.verdicts import authority_for, disagreement_for, innovation_for, repayment_for
from service.domain.reasons import reasons_of
from service.domain.record.decision import Decision, Format
from service.domain.record.offers import Referral
from service.domain.record.parts import PointsRecord
from service.domain.record.recourse import Says
from service.domain.record.writing_specials import WithInvestors, investors_record, relay_record
from service.domain.risk import Risk
from service.domain.verdict import Judged, Verdict

__all__ = ["record_of"]


def record_of(
    judged: Judged,
    investors: WithInvestors | None,
    *,
    scheme: Scheme,
    reference: Reference | None,
    now: datetime,
    decision_id: str,
    evidence_hash: str,
    features_hash: str | None,
    warnings: Sequence[str],
    code: str,
    catalogue: str,
    form: Format,
) -> Decision:
    """Write everything down; `now` is cut to milliseconds, as the record shows it."""
    case, verdict, findings, found = judged.case, judged.verdict, judged.findings, judged.found
    pins = _pins(case, scheme, reference) | {"evidence": evidence_hash, "features": features_hash, "catalogue": catalogue, "code": code}
    moment, told = now.astimezone(UTC), form != "decision/1"
    return Decision.model_validate(
        {
            "format": form,
            "decision_id": decision_id,
            "decided_at": moment.replace(microsecond=moment.microsecond // 1000 * 1000),
            "as_of": case.application.as_of,
            "application": case.application.model_dump(exclude={"as_of"}),
            "pins": pins,
            "coverage": coverage_text(case.firm.coverage),
            "points": PointsRecord.model_validate(case.points, from_attributes=True),
            "risk": None if case.risk is None else _risk(case.risk, told=told),
            "says": None if case.risk is None else _says(case, case.risk),
            "contributions": () if case.risk is None else _contributions(case, case.risk),
            "outcome": verdict.outcome,
            "offer": None if verdict.terms is None else offer_of(case, verdict.terms, told=told),
            "relay": relay_record(case, verdict),
            "investors": investors_record(judged, investors),
            "referral": _referral(case, verdict) if verdict.outcome is Outcome.REFER else None,
            "reasons": reasons_of(case, verdict, {gap.table.name for gap in found if not gap.is_stale}),
            "fired": (*_orders(judged), *_fired(case, verdict, findings)),
            "missing": tuple(_missing(gap) for gap in found),
            "warnings": tuple(dict.fromkeys([*_warnings(case, scheme, reference), *warnings])),
        }
    )


def _pins(case: Case, scheme: Scheme, reference: Reference | None) -> dict[str, Any]:
    return {
        "bundle": None if case.risk is None else case.risk.bundle.hash,
        "scheme": f"{scheme.label} {scheme.hash}",
        "reference": None if reference is None else f"{reference.name} {reference.hash}",
        "policy": f"{case.policy.name} {case.policy.hash}",
    }


def _risk(risk: Risk, *, told: bool) -> dict[str, Any]:
    return {
        "model": f"{risk.bundle.name}@{risk.bundle.version}",
        "segment": risk.bundle.segment,
        "margin": repr(risk.margin),
        "pd": risk.pd,
        "pd_interval": risk.interval if told else None,
        "score": risk.score,
        "base_score": risk.bundle.base_score,
        "grade": risk.grade,
        "residual": repr(risk.residual),
    }


def _says(case: Case, risk: Risk) -> Says:
    """Set the tier beside the grade; they agree unless the policy lists the pair as a contradiction."""
    return Says(points=case.tier, model=risk.grade, agree=disagreement_for(case.policy, risk.grade, case.tier) is None)


def _contributions(case: Case, risk: Risk) -> tuple[dict[str, Any], ...]:
    """List the largest first, either sign; ties by id."""
    ranked = sorted(risk.points.items(), key=lambda item: (-abs(item[1]), item[0]))
    return tuple(
        {"indicator": name, "value": _text(case.values[name]), "points": points, "direction": "+" if points > 0 else "-"}
        for name, points in ranked
    )


def _text(value: float | None) -> str | None:
    return None if value is None else decimal_text(value)


def _referral(case: Case, verdict: Verdict) -> Referral:
    marks = dict.fromkeys(cause.mark for cause in verdict.causes if cause.mark)
    return Referral(authority=authority_named(case, case.application.amount), marks=tuple(marks))


def _orders(judged: Judged) -> Iterator[dict[str, Any]]:
    """List every order in force, with its effect where it turned the answer."""
    for order in judged.orders:
        yield _finding(order.finding) | ({} if order.finding in judged.verdict.causes else {"effect": None})


def _fired(case: Case, verdict: Verdict, findings: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    """List every row that was used: the product, what was found, the grade, the grid and its levers, what the offer stands on."""
    if case.product is not None:
        yield _row("products", case.product_row, {"product": str(case.application.product)})
    for finding in findings:
        yield _finding(finding)
    if case.risk is not None:
        yield _row("grades", case.risk.grade, {"pd": case.risk.pd})
    if verdict.levers is not None and case.risk is not None:
        row, levers = verdict.levers
        yield _row("grid", case.risk.grade, {"grade": case.risk.grade, "tier": case.tier})
        yield _row("levers", row, {"set": levers.set}, effect=levers.outcome)
    for cause in verdict.causes:
        if cause not in findings and cause.rule not in STANDING:
            yield _finding(cause)
    if verdict.terms is not None:
        yield from _used(case, verdict.terms)
    if verdict.outcome is not Outcome.DECLINE:
        amount = case.application.amount if verdict.terms is None else verdict.terms.amount
        yield _row("authorities", authority_for(case.policy, amount)[0], {"amount": amount})


def _used(case: Case, terms: Terms) -> Iterator[dict[str, Any]]:
    """List the rows an offer was worked out with."""
    policy, product = case.policy, case.application.product
    yield _row("innovation", innovation_for(policy, case.tier)[0], {"tier": case.tier})
    yield _row("collaterals", terms.security.row, {"collateral": terms.security.form.collateral})
    if terms.security.combination is not None:
        yield _row("combinations", terms.security.combination[0], {"purpose": str(case.application.purpose)})
    for row, programme in enumerate(policy.programmes, start=1):
        if programme.programme == terms.sharing.programme:
            yield _row("programmes", row, {"programme": programme.programme})
    yield _row("repayments", repayment_for(policy, product, terms.term_months)[0], {"term_months": terms.term_months})


def _row(table: str, row: int | None, when: dict[str, str | int], effect: Outcome | None = None) -> dict[str, Any]:
    return {"table": table, "row": row, "rule": None, "when": when, "effect": effect}


def _finding(finding: Finding) -> dict[str, Any]:
    said = {"table": finding.table, "row": finding.row, "rule": finding.rule, "when": dict(finding.when)}
    return said | {"effect": finding.effect}


def _missing(gap: Gap) -> dict[str, Any]:
    return {
        "table": gap.table.name,
        "state": "stale" if gap.is_stale else "missing",
        "document": gap.table.document,
        "document_en": gap.table.document_en,
        "known_on": day_text(gap.known_on),
        "effect": "refer" if gap.refers else "coverage",
    }


def _warnings(case: Case, scheme: Scheme, reference: Reference | None) -> Iterator[str]:
    if scheme.status == "illustrative":
        yield "illustrative_weights"
    if case.policy.status == "illustrative":
        yield "illustrative_policy"
    if (case.risk is not None and case.risk.bundle.simulated) or (reference is not None and reference.simulated):
        yield "simulated_data"
