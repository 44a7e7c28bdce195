"""What a relay asks about earlier days is looked up from the evidence, as it was known then."""

from __future__ import annotations

from datetime import date
from typing import Any

import builders_cases as cases
import pytest
from builders_evidence import FIRM
from builders_evidence import request as evidence_request

from features.evidence import FirmEvidence, dossier_of
from features.points import score_points
from service.domain import Prior, shipped_policy
from service.rows import build_row, day_number
from service.use_cases.prior import Priors, prior_of

DAY = date(2026, 11, 23)
JUDGED = date(2025, 6, 2)
LOAN: dict[str, Any] = {
    "firm_id": FIRM,
    "loan_id": "L1",
    "product": "startup-credit",
    "applied_on": JUDGED.isoformat(),
    "amount": 3_000_000,
    "term_months": 24,
    "decision": "approved",
    "drawn_on": "2025-06-20",
}


def dossier(*loans: dict[str, Any], **firm: Any) -> bytes:
    said = evidence_request()
    said["firm"] |= firm
    return dossier_of(FirmEvidence.model_validate(said | {"loans": [LOAN | loan for loan in loans]}))


def looked_up(evidence: bytes, product: str = "growth-relay", day: date = DAY) -> Prior | None:
    return prior_of(product, day_number(day), lambda: evidence, policy=shipped_policy(), scheme=cases.two_items(), reference=None)


def test_the_running_startup_loan_is_found_with_the_firm_as_it_was():
    """Stage and points are those of the day the loan was judged, worked out from what was known then."""
    evidence = dossier({})
    loan = looked_up(evidence).relay
    then = build_row(evidence, day_number(JUDGED))
    values = then.with_request(None, None)
    points = score_points(cases.two_items(), None, values, field="electronics", known=then.known)
    assert (loan.loan_id, loan.amount, loan.granted_on, loan.overdue_on) == ("L1", 3_000_000, day_number(JUDGED), None)
    assert (loan.stage, loan.points) == ("growth", points.total)


def test_the_loan_drawn_last_is_taken_over():
    """Two run; a later one that is not drawn yet, was declined, or is closed does not count, nor does another product."""
    evidence = dossier(
        {"loan_id": "A"},
        {"loan_id": "B", "drawn_on": "2025-07-01"},
        {"loan_id": "C", "drawn_on": "2026-12-01"},
        {"loan_id": "D", "decision": "declined", "drawn_on": None},
        {"loan_id": "E", "drawn_on": "2025-09-01", "closed_on": "2026-09-01"},
        {"loan_id": "F", "drawn_on": "2025-10-01", "product": "other"},
    )
    assert looked_up(evidence).relay.loan_id == "B"


def test_a_loan_closed_later_still_runs():
    """On the as-of date nobody knows when it will be closed, nor that it will be past due."""
    evidence = dossier({"closed_on": "2026-12-24", "overdue_on": "2026-12-01"})
    loan = looked_up(evidence).relay
    assert (loan.loan_id, loan.overdue_on) == ("L1", None)
    assert looked_up(dossier({"overdue_on": "2026-01-05"})).relay.overdue_on == day_number(date(2026, 1, 5))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({}, (None, 3_000_000)),
        ({"programme": "none"}, ("none", 0)),
        ({"programme": "anhui-4321"}, ("anhui-4321", 3_000_000)),
        ({"programme": "anhui-4321", "guaranteed": 2_000_000}, ("anhui-4321", 2_000_000)),
    ],
)
def test_what_stands_behind_the_old_loan_is_told(said, found):
    """A programme with its part, the whole loan where no part is on record, nothing where there is none, and unknown stays unknown."""
    loan = looked_up(dossier(said)).relay
    assert (loan.programme, loan.guaranteed) == found


@pytest.mark.parametrize("firm", [{}, {"searched": "loans"}])
def test_no_such_loan_is_known_only_if_loans_were_searched(firm):
    """An empty list says that the register was searched; evidence without the table says nothing."""
    said = evidence_request()
    said.pop("loans", None)
    said["firm"] |= {"searched": None} | firm
    found = looked_up(dossier_of(FirmEvidence.model_validate(said)))
    assert found == (Prior(relay=None) if firm else None)


def test_other_products_look_nothing_up():
    """The dossier is not even read."""
    assert looked_up(b"not a dossier", "startup-credit") is None


def test_a_stage_that_cannot_be_told_has_no_points():
    """The firm was founded after the loan was judged, as the evidence has it: nothing is known of that day."""
    loan = looked_up(dossier({}, founded_on="2025-06-10")).relay
    assert (loan.stage, loan.points) == (None, None)


def test_a_relay_over_the_api_records_the_loan_it_would_pay_off(client, officer):
    """The use case looks it up: the decision names loan, day, stage and points."""
    said = evidence_request() | {"loans": [LOAN]}
    asked = {"product": "growth-relay", "amount": 4_000_000, "term_months": 24, "evidence": said}
    answer = client.post("/v1/decisions", json=asked, headers=officer)
    assert answer.status_code == 201, answer.text
    relay = answer.get_json()["relay"]
    assert (relay["loan_id"], relay["granted_on"], relay["stage"]) == ("L1", "2025-06-02", "growth")


def test_the_same_evidence_rules_and_day_are_looked_up_once() -> None:
    """Another day, product, evidence or policy is another question; the one asked longest ago is forgotten first."""
    evidence, read = dossier({}), list[bytes]()

    def dossier_of_firm() -> bytes:
        read.append(evidence)
        return evidence

    priors, policy = Priors(capacity=2), shipped_policy()

    def asked(product: str = "growth-relay", day: date = DAY, sha: str = "sha256:1", **changed: Any) -> Prior | None:
        rules: Any = {"policy": policy, "scheme": cases.two_items(), "reference": None} | changed
        return priors.of(product, day_number(day), dossier_of_firm, evidence_hash=sha, **rules)

    first = asked()
    assert first == looked_up(evidence)
    assert first is not None
    assert asked() is first
    assert len(read) == 1
    assert asked(day=date(2024, 1, 1)) == Prior(relay=None)
    assert asked() is first
    assert len(read) == 2
    asked(sha="sha256:2")
    assert asked() is first
    assert len(read) == 3
    other = policy.model_copy()
    other._hash = "sha256:other"
    asked(policy=other)
    assert asked(sha="sha256:2") == first
    assert len(read) == 5
