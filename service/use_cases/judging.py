"""One firm judged by what decides now: any product, any request, and the firm as it would be after some change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import TypedDict

from features.firm_row import FirmRow
from features.points import Reference, Scheme
from service.active import Active
from service.domain import Application, Decision, ManualOrder, Policy, Prior, decide
from service.domain.record import NEWEST, Format
from service.domain.recourse import Redecide
from service.use_cases.prior import Priors, prior_of

__all__ = ["judge_of"]


class _Rules(TypedDict):
    policy: Policy
    scheme: Scheme
    reference: Reference | None


def judge_of(
    active: Active,
    *,
    dossier: Callable[[], bytes],
    evidence_hash: str,
    now: datetime,
    decision_id: str,
    features_hash: str | None = None,
    manual: Sequence[ManualOrder] = (),
    code: str | None = None,
    form: Format = NEWEST,
    priors: Priors | None = None,
) -> Redecide:
    """Make a judge of one firm; what a product asks about earlier days is looked up once, from the dossier on file.

    `code` is the version of the program that is written down, default this one's, and `form` the form of the record: a replay gives
    those of the record.
    A plan changes the firm of today, never what was true earlier, so every judgement of a product shares one look-up; `priors` shares it
    with later requests.
    """
    rules: _Rules = {"policy": active.policy, "scheme": active.scheme, "reference": active.reference}

    @cache
    def prior(product: str, as_of: int) -> Prior | None:
        if priors is None:
            return prior_of(product, as_of, dossier, **rules)
        return priors.of(product, as_of, dossier, evidence_hash=evidence_hash, **rules)

    def judge(application: Application, firm: FirmRow) -> Decision:
        return decide(
            application,
            firm,
            bundles=active.bundles,
            scheme=active.scheme,
            reference=active.reference,
            policy=active.policy,
            now=now,
            decision_id=decision_id,
            evidence_hash=evidence_hash,
            features_hash=features_hash,
            prior=prior(application.product, firm.as_of),
            manual=manual,
            code=code,
            form=form,
        )

    return judge
