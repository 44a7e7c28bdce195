"""Looking up what a product asks about earlier days: the running loan a relay would pay off, and the firm on the day it was granted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from features.evidence.dossier import read_dossier
from features.points import Reference, Scheme, score_points
from features.points.reference import EVERY
from features.stages import stage_of
from features.vocabulary import GuaranteeProgramme, LoanDecision
from service.domain import Policy, Prior, TakenOver
from service.rows import build_row

__all__ = ["Priors", "prior_of"]

Loan = Mapping[str, Any]


def prior_of(
    product: str, as_of: int, dossier: Callable[[], bytes], *, policy: Policy, scheme: Scheme, reference: Reference | None
) -> Prior | None:
    """Look up what `product` asks for, from facts known by day number `as_of`; None where it asks for nothing or nothing was searched.

    The loan is the one drawn last (then the highest number) of those that run; the firm is measured on the day its application was
    judged, by the scheme and peers that decide now. The dossier is read only if it is needed.
    """
    rule = policy.relay
    if rule is None or product not in rule.products:
        return None
    evidence = dossier()
    columns = read_dossier(evidence).get("loans")
    if columns is None:
        return None
    loans = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    running = [loan for loan in loans if loan["product"] == rule.takes_over and _is_running(loan, as_of)]
    if not running:
        return Prior(relay=None)
    return Prior(relay=_taken_over(max(running, key=lambda loan: (loan["drawn_on"], loan["loan_id"])), evidence, as_of, scheme, reference))


class Priors:
    """Remembers what the firms asked for last were asked about earlier days: the same evidence, rules and day say the same.

    A relay needs the indicators of a day long past, which takes five times as long as all the rest of its decision.
    """

    def __init__(self, capacity: int = 10_000) -> None:
        self._capacity = capacity
        self._found: OrderedDict[tuple[str | int | None, ...], Prior | None] = OrderedDict()
        self._lock = Lock()

    def of(
        self,
        product: str,
        as_of: int,
        dossier: Callable[[], bytes],
        *,
        evidence_hash: str,
        policy: Policy,
        scheme: Scheme,
        reference: Reference | None,
    ) -> Prior | None:
        """Give what `prior_of` gives for the evidence of this hash."""
        key = (product, as_of, evidence_hash, policy.hash, scheme.hash, reference.hash if reference else None)
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        found = prior_of(product, as_of, dossier, policy=policy, scheme=scheme, reference=reference)
        with self._lock:
            self._found[key] = found
            if len(self._found) > self._capacity:
                self._found.popitem(last=False)
        return found


def _by(day: int | None, as_of: int) -> bool:
    return day is not None and day <= as_of


def _is_running(loan: Loan, as_of: int) -> bool:
    return loan["decision"] == LoanDecision.APPROVED and _by(loan["drawn_on"], as_of) and not _by(loan["closed_on"], as_of)


def _guaranteed(loan: Loan) -> int:
    """Give what stands behind a loan, yuan: nothing, the part on record, or the whole where no part is."""
    if loan["programme"] == GuaranteeProgramme.NONE:
        return 0
    part: int = loan["amount"] if loan["guaranteed"] is None else loan["guaranteed"]
    return part


def _taken_over(loan: Loan, evidence: bytes, as_of: int, scheme: Scheme, reference: Reference | None) -> TakenOver:
    then = build_row(evidence, loan["applied_on"])
    values = then.with_request(None, None)
    stage = stage_of(values["growth_stage"])
    points = score_points(scheme, reference, values, field=then.context.get("field", EVERY), known=then.known)
    return TakenOver(
        loan_id=loan["loan_id"],
        amount=loan["amount"],
        granted_on=loan["applied_on"],
        overdue_on=loan["overdue_on"] if _by(loan["overdue_on"], as_of) else None,
        stage=stage,
        points=None if stage is None else points.total,
        programme=loan["programme"],
        guaranteed=_guaranteed(loan),
    )
