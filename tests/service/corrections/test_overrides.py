"""A person's answer beside the machine's: reasons, bounds, authority, a second person, and what became of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import builders_cases as cases
import orjson
import pytest
from builders_browser import Browser, give_session
from builders_corrections import GROUNDS, declining, override, person
from builders_people import person as somebody
from flask import Flask
from flask.testing import FlaskClient

from service.active import Active
from service.cli import main
from service.desk import Desk
from service.domain import shipped_policy
from service.domain.override import OverrideReason, Terms, authority_needed, covers, direction_of, faults_of, is_barred
from service.domain.policy import Outcome
from service.store import Store
from service.store.people import authority_of

Headers = dict[str, str]
Decide = Callable[..., dict[str, Any]]
Entries = Callable[[str], list[tuple[str, str, bytes]]]
SIGNING = {"reason": "与客户经理核对现场记录后同意该调整,金额与期限均属合理。"}


def propose(client: FlaskClient, decision: dict[str, Any], who: Headers, **changes: Any) -> Any:
    """Send an override of a decision."""
    return client.post(f"/v1/decisions/{decision['decision_id']}/overrides", json=override(**changes), headers=who)


def test_r8_an_override_within_ones_authority_stands_at_once(client: FlaskClient, decide: Decide, entries: Entries) -> None:
    """A branch manager changes 1 m yuan alone; before and after, reason, expiry and authority are in the ledger."""
    decision = decide()
    made = propose(client, decision, person("branch.wang"))
    assert made.status_code == 201, made.text
    assert (made.json["status"], made.json["direction"], made.json["needs"], made.json["has"]) == ("in-force", "down", "branch", "branch")
    kind, actor, content = entries(decision["decision_id"])[-1]
    said = orjson.loads(content)
    assert (kind, actor, said["act"], said["status"]) == ("override", "branch.wang", "propose", "in-force")
    assert said["before"] == {"outcome": "approve", "amount": 2_000_000, "term_months": 24, "rate_bp": decision["offer"]["rate_bp"]}
    assert said["after"] == {"outcome": "counter", "amount": 1_000_000, "term_months": 24, "rate_bp": 400}
    assert (said["reason"], said["expires_on"]) == ("evidence-verified-on-site", "2026-12-23")


def test_r8_the_models_record_stays_untouched(client: FlaskClient, decide: Decide, officer: Headers) -> None:
    """The decision is the same bytes after it was overridden."""
    decision = decide()
    address = f"/v1/decisions/{decision['decision_id']}"
    before = client.get(address, headers=officer).data
    propose(client, decision, person("branch.wang"))
    assert client.get(address, headers=officer).data == before


def test_r8_above_ones_authority_a_second_person_signs(client: FlaskClient, decide: Decide, entries: Entries) -> None:
    """4 m yuan are beyond a branch: the override waits until somebody whose authority covers it signs."""
    decision = decide(amount=5_000_000)
    made = propose(client, decision, person("branch.wang"), amount=4_000_000)
    assert (made.json["status"], made.json["needs"]) == ("pending", "city-branch")
    address = f"/v1/overrides/{made.json['override_id']}/sign"
    too_small = client.post(address, json=SIGNING, headers=person("branch.zhao"))
    assert (too_small.status_code, too_small.json["code"]) == (403, "forbidden")
    signed = client.post(address, json=SIGNING, headers=person("city.chen"))
    assert (signed.status_code, signed.json["status"], signed.json["word"]["given_by"]) == (200, "in-force", "city.chen")
    assert [(kind, actor) for kind, actor, _ in entries(decision["decision_id"])[1:]] == [
        ("override", "branch.wang"),
        ("override", "city.chen"),
    ]
    again = client.post(address, json=SIGNING, headers=person("head.zhou"))
    assert (again.status_code, again.json["code"]) == (409, "wrong-state")


def test_r8_a_signed_in_persons_own_authority_counts(
    app: Flask, client: FlaskClient, desk: Desk, decide: Decide, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through a session, with the authority that is on file: enough for 1 m yuan, and no more once the person is disabled."""
    for module in ("overrides", "persons"):
        monkeypatch.setattr(f"service.use_cases.{module}.authority_of", authority_of)
    somebody(store, "zhang.wei", "approver", authority="branch")
    decision, browser = decide(), Browser(app)
    headers = {"X-CSRF-Token": give_session(desk, browser, "zhang.wei")}
    address = f"/v1/decisions/{decision['decision_id']}/overrides"
    made = browser.client.post(address, json=override(), headers=headers)
    assert (made.status_code, made.json["status"], made.json["proposed_by"], made.json["has"]) == (201, "in-force", "zhang.wei", "branch")
    with store.reading() as unit:
        assert authority_of(unit, "nobody") is None


def test_r8_a_refused_override_never_stands(client: FlaskClient, decide: Decide) -> None:
    """The second person may refuse; then nothing changes."""
    made = propose(client, decide(), person("officer.li", "officer"))
    assert (made.json["status"], made.json["has"]) == ("pending", None)
    refused = client.post(f"/v1/overrides/{made.json['override_id']}/refuse", json=SIGNING, headers=person("branch.wang"))
    assert (refused.json["status"], refused.json["word"]["reason"]) == ("refused", SIGNING["reason"])


def test_r10_nobody_signs_their_own_override(client: FlaskClient, decide: Decide, people: dict[str, str | None]) -> None:
    """Not even after being given a larger authority."""
    made = propose(client, decide(amount=5_000_000), person("branch.wang"), amount=4_000_000)
    people["branch.wang"] = "head-office"
    for act in ("sign", "refuse"):
        answer = client.post(f"/v1/overrides/{made.json['override_id']}/{act}", json=SIGNING, headers=person("branch.wang"))
        assert (answer.status_code, answer.json["code"]) == (403, "self-approval")


def test_r10_a_machine_overrides_and_signs_nothing(client: FlaskClient, decide: Decide, as_role: Callable[[str], Headers]) -> None:
    """A token's role may allow it; that there is no person behind it forbids it, in so many words."""
    decision, machine = decide(), as_role("approver")
    made = propose(client, decision, person("officer.li", "officer"))
    sign = f"/v1/overrides/{made.json['override_id']}/sign"
    for answer in (propose(client, decision, machine), client.post(sign, json=SIGNING, headers=machine)):
        assert (answer.status_code, answer.json["code"]) == (403, "person-required")
        assert "only a person may" in answer.json["detail"]


def test_r8_an_override_expires(client: FlaskClient, decide: Decide, later: Callable[[int], None], officer: Headers) -> None:
    """On its last day it stands, on the next it does not, and what was pending cannot be signed any more."""
    decision = decide(amount=5_000_000)
    standing = propose(client, decision, person("city.chen"), amount=4_000_000)
    waiting = propose(client, decision, person("branch.wang"), amount=4_500_000)
    listed = lambda: {o["override_id"]: o["status"] for o in client.get("/v1/overrides", headers=officer).json["overrides"]}  # noqa: E731
    later(30)
    assert listed() == {standing.json["override_id"]: "in-force", waiting.json["override_id"]: "pending"}
    later(1)
    assert set(listed().values()) == {"expired"}
    late = client.post(f"/v1/overrides/{waiting.json['override_id']}/sign", json=SIGNING, headers=person("head.wu"))
    assert (late.status_code, late.json["code"]) == (409, "wrong-state")


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"reason": "because"}, "/reason", "must be one of"),
        ({"text": "trust me"}, "/text", "at least 20"),
        ({"outcome": "maybe"}, "/outcome", "must be one of"),
        ({"expires_on": "2026-11-23"}, "/expires_on", "after today"),
        ({"expires_on": "2028-11-23"}, "/expires_on", "366 days"),
        ({"amount": None}, "/amount", "is required"),
        ({"amount": 2_500_000}, "/amount", "100,000 to 2,000,000"),
        ({"amount": 99_999}, "/amount", "100,000 to"),
        ({"term_months": 37}, "/term_months", "1 to 36"),
        ({"rate_bp": 150}, "/rate_bp", "floor and cap"),
        ({"rate_bp": 1500}, "/rate_bp", "floor and cap"),
        ({"outcome": "approve"}, "/outcome", "must be counter"),
        ({"outcome": "counter", "amount": 2_000_000}, "/outcome", "must be approve"),
        ({"outcome": "decline", "term_months": None, "rate_bp": None}, "/amount", "has no place"),
        ({"interest": 1}, "/interest", "not a known field"),
    ],
)
def test_an_override_beyond_its_bounds_is_refused(
    client: FlaskClient, decide: Decide, changes: dict[str, Any], field: str, said: str
) -> None:
    """Each bound is named with field, value, rule and remedy."""
    answer = propose(client, decide(), person("head.zhou"), **changes)
    assert answer.status_code == 422, answer.text
    faults = {fault["field"]: fault for fault in answer.json["errors"]}
    assert said in faults[field]["rule"] + faults[field]["remedy"]
    assert faults[field]["remedy"]


def test_the_machines_own_answer_is_no_override(client: FlaskClient, decide: Decide) -> None:
    """An override changes something."""
    decision = decide()
    terms = {"amount": 2_000_000, "term_months": 24, "rate_bp": decision["offer"]["rate_bp"]}
    answer = propose(client, decision, person("head.zhou"), outcome="approve", **terms)
    assert "own answer" in answer.json["errors"][0]["rule"]


def test_what_is_not_there_cannot_be_overridden_or_signed(client: FlaskClient) -> None:
    """Unknown numbers are 404."""
    nobody = {"decision_id": "01JDC0V9T7Q2M4X8K6Z3B5N1RA"}
    assert propose(client, nobody, person("head.zhou")).json["code"] == "unknown-decision"
    assert client.get("/v1/decisions/x/overrides", headers=person("head.zhou")).json["code"] == "unknown-decision"
    assert client.post("/v1/overrides/x/sign", json=SIGNING, headers=person("head.zhou")).json["code"] == "unknown-override"


def test_r8_a_decline_by_the_grid_may_be_turned(client: FlaskClient, decide: Decide, active: Active) -> None:
    """What the grid judged, a person may judge otherwise, with any reason."""
    active.bundles["startup"] = cases.FakeBundle(default=0.15)  # type: ignore[index]
    decision = decide()
    assert decision["outcome"] == "decline"
    made = propose(client, decision, person("branch.wang"))
    assert (made.status_code, made.json["status"], made.json["direction"]) == (201, "in-force", "up")


def test_r8_a_knock_out_is_lifted_only_by_an_exception_that_head_office_signs(
    client: FlaskClient, decide: Decide, evidence: dict[str, Any], risk: Headers
) -> None:
    """A firm on the dishonesty list stays declined for every other reason, and however small the amount."""
    listed = {"firm_id": evidence["firm"]["firm_id"], "record_id": "X-1", "kind": "dishonesty-list", "amount": 1}
    listed |= {"happened_on": "2026-09-01", "known_on": "2026-09-02"}
    decide()
    client.post("/v1/firms", json={"firm": evidence["firm"], "conduct": [listed]}, headers=risk)
    decision = decide()
    assert decision["outcome"] == "decline"
    refused = propose(client, decision, person("head.zhou"))
    assert refused.json["errors"][0]["field"] == "/reason"
    made = propose(client, decision, person("city.chen"), reason="policy-exception")
    assert (made.json["status"], made.json["needs"]) == ("pending", "head-office")
    sign = f"/v1/overrides/{made.json['override_id']}/sign"
    assert client.post(sign, json=SIGNING, headers=person("branch.wang")).status_code == 403
    assert client.post(sign, json=SIGNING, headers=person("head.zhou")).json["status"] == "in-force"
    alone = propose(client, decision, person("head.zhou"), reason="policy-exception", amount=900_000)
    assert (alone.json["status"], alone.json["has"]) == ("pending", "head-office")


def test_grounds_are_shown_to_those_who_correct_and_audit_only(client: FlaskClient, decide: Decide) -> None:
    """An auditor reads the grounds; a risk analyst sees that there is an override, not whom it speaks of."""
    decision = decide()
    propose(client, decision, person("branch.wang"))
    address = f"/v1/decisions/{decision['decision_id']}/overrides"
    shown = {role: client.get(address, headers=person("x", role)).json["overrides"][0]["text"] for role in ("auditor", "risk", "officer")}
    assert shown == {"auditor": GROUNDS, "risk": None, "officer": GROUNDS}


def test_overrides_are_listed_by_status_and_in_pages(client: FlaskClient, decide: Decide) -> None:
    """Each status finds its own, and `next` leads on."""
    decision = decide()
    first = propose(client, decision, person("branch.wang")).json["override_id"]
    second = propose(client, decision, person("officer.li", "officer")).json["override_id"]
    who = person("x", "auditor")
    found = {
        s: client.get(f"/v1/overrides?status={s}", headers=who).json["overrides"] for s in ("pending", "in-force", "refused", "expired")
    }
    assert {s: [one["override_id"] for one in listed] for s, listed in found.items()} == {
        "pending": [second],
        "in-force": [first],
        "refused": [],
        "expired": [],
    }
    page = client.get("/v1/overrides?limit=1", headers=who).json
    assert ([one["override_id"] for one in page["overrides"]], page["next"]) == ([first], first)
    assert client.get(f"/v1/overrides?after={first}", headers=who).json["next"] is None
    assert client.get("/v1/overrides?status=odd", headers=who).status_code == 422


def loan(evidence: dict[str, Any], number: str, **said: Any) -> dict[str, Any]:
    """A loan of the firm as a later register tells it."""
    usual = {"firm_id": evidence["firm"]["firm_id"], "loan_id": number, "product": "startup-credit", "applied_on": "2026-11-23"}
    return {**usual, "amount": 1_000_000, "term_months": 24, "decision": "approved", "drawn_on": "2026-12-01", **said}


def test_r8_outcomes_join_the_loans_that_were_filed_afterwards(
    client: FlaskClient, decide: Decide, evidence: dict[str, Any], risk: Headers, later: Callable[[int], None]
) -> None:
    """Not known while nothing was filed since; then performing, overdue, defaulted as the register says, with n by reason and direction."""
    decision = decide()
    propose(client, decision, person("branch.wang"))
    propose(client, decision, person("officer.li", "officer"))  # pending: never counted
    client.post(f"/v1/decisions/{decision['decision_id']}/overrides", json=declining(), headers=person("head.zhou"))

    def became(*loans: dict[str, Any]) -> list[str]:
        if loans:
            client.post("/v1/firms", json={"firm": evidence["firm"], "loans": list(loans)}, headers=risk)
        page = client.get("/v1/overrides/outcomes", headers=risk).json
        assert page["n"] == sum(tally["n"] for tally in page["tallies"]) == 2
        assert {(t["reason"], t["direction"]) for t in page["tallies"]} == {
            ("evidence-verified-on-site", "down"),
            ("adverse-information", "down"),
        }
        return [case["became"] for case in page["cases"]]

    assert became() == ["not-known-yet"] * 2
    later(20)
    assert became(loan(evidence, "OLD", drawn_on="2026-11-20", applied_on="2026-11-01")) == ["not-known-yet"] * 2
    assert became(loan(evidence, "N")) == ["performing"] * 2
    later(200)
    assert became(loan(evidence, "N", overdue_on="2027-03-01")) == ["overdue"] * 2
    assert became(loan(evidence, "N", overdue_on="2027-03-01", default_on="2027-06-01", observed_until="2027-06-02")) == ["defaulted"] * 2


def test_r8_no_loan_after_the_override_expired_means_not_drawn(
    client: FlaskClient, decide: Decide, evidence: dict[str, Any], risk: Headers, later: Callable[[int], None]
) -> None:
    """A register filed after expiry that holds no such loan settles it."""
    propose(client, decide(), person("branch.wang"))
    later(60)
    other = loan(evidence, "Z", product="common-growth")
    client.post("/v1/firms", json={"firm": evidence["firm"], "loans": [other]}, headers=risk)
    assert client.get("/v1/overrides/outcomes", headers=risk).json["tallies"][0]["became"]["not-drawn"] == 1


def test_the_command_counts_outcomes_too(
    client: FlaskClient, decide: Decide, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], database: str, tmp_path: Any
) -> None:
    """`jifen overrides outcomes` reads the same database."""
    monkeypatch.setenv("JIFEN_HOME", str(tmp_path))
    monkeypatch.setenv("JIFEN_DATABASE_URL", database)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["jifen", "overrides", "outcomes", *words])
        main()
        return capsys.readouterr().out

    assert "no override" in run()
    propose(client, decide(), person("branch.wang"))
    assert "evidence-verified-on-site" in run()
    assert orjson.loads(run("--json"))["n"] == 1


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        (("decline",), ("counter", 1, 12, 400), "up"),
        (("approve", 2, 12, 400), ("counter", 1, 12, 400), "down"),
        (("counter", 2, 12, 400), ("counter", 3, 12, 500), "up"),
        (("counter", 2, 12, 400), ("counter", 2, 12, 500), "down"),
        (("counter", 2, 12, 400), ("counter", 2, 24, 400), "up"),
        (("refer",), ("refer",), "level"),
    ],
)
def test_the_direction_is_that_of_the_first_difference(before: tuple[Any, ...], after: tuple[Any, ...], direction: str) -> None:
    """Outcome before amount, amount before rate, rate before term."""
    first, second = (
        Terms(outcome=Outcome(said[0]), **dict(zip(("amount", "term_months", "rate_bp"), said[1:], strict=False)))
        for said in (before, after)
    )
    assert direction_of(first, second) == direction


def test_authority_goes_by_the_amount_lent_or_asked() -> None:
    """Bounds are inclusive; a decline is worth the amount that was asked."""
    policy, decision = shipped_policy(), cases.decided(cases.application(amount=5_000_000))
    terms = {"term_months": 24, "rate_bp": 400}
    for amount, needs in ((3_000_000, "branch"), (3_000_001, "city-branch"), (10_000_001, "head-office")):
        assert authority_needed(policy, decision, Terms(outcome=Outcome.COUNTER, amount=amount, **terms)) == needs
    assert authority_needed(policy, decision, Terms(outcome=Outcome.DECLINE)) == "city-branch"
    assert covers(policy, "head-office", "branch")
    assert not covers(policy, "branch", "city-branch")
    assert not covers(policy, "king", "branch")


def test_no_amount_beyond_every_authority_is_proposed() -> None:
    """Where the highest authority ends, an override ends too."""
    policy = shipped_policy()
    low = policy.model_copy(update={"authorities": policy.authorities[:1]})
    decision = cases.decided(cases.application(amount=5_000_000))
    after = Terms(outcome=Outcome.COUNTER, amount=4_000_000, term_months=24, rate_bp=400)
    assert [fault.field for fault in faults_of(low, decision, after, OverrideReason.VERIFIED)] == ["/amount"]
    assert not is_barred(decision)


def test_a_product_that_is_offered_no_more_is_not_lent() -> None:
    """The policy in force bounds an override, not the one that decided."""
    policy, decision = shipped_policy(), cases.decided()
    without = policy.model_copy(update={"products": policy.products[1:]})
    after = Terms(outcome=Outcome.COUNTER, amount=1_000_000, term_months=24, rate_bp=400)
    assert [f.rule for f in faults_of(without, decision, after, OverrideReason.VERIFIED)] == ["is not offered by the policy in force"]
