"""A client may ask for a person: while a person has not concluded, no decline is final, and none is given by machine alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import builders_cases as cases
import orjson
import pytest
from builders_corrections import GROUNDS, declining, override, person
from flask.testing import FlaskClient
from sqlalchemy import event

from service.active import Active
from service.desk import Desk
from service.domain.override import Terms
from service.domain.policy import Outcome
from service.domain.standing import Review, Stands, standing_of

Headers = dict[str, str]
Decide = Callable[..., dict[str, Any]]
ASKED = {"asked_by": "李四", "channel": "电话 13900001111", "text": "请人工复核。"}
NOBODY = "01JDC0V9T7Q2M4X8K6Z3B5N1RA"
UPHELD = {"verdict": "uphold", "reason": "复核了全部材料,系统判断依据充分,予以维持。"}


@pytest.fixture
def declined(decide: Decide, active: Active) -> dict[str, Any]:
    """A decision by the grid to decline, by a model that goes on saying so."""
    active.bundles["startup"] = cases.FakeBundle(default=0.15)  # type: ignore[index]
    decision = decide()
    assert decision["outcome"] == "decline"
    return decision


def ask_review(client: FlaskClient, decision: dict[str, Any], who: Headers) -> Any:
    return client.post(f"/v1/decisions/{decision['decision_id']}/review", json=ASKED, headers=who)


def conclude(client: FlaskClient, review_id: str, who: Headers, **said: Any) -> Any:
    return client.post(f"/v1/reviews/{review_id}/conclude", json={**UPHELD, **said}, headers=who)


def standing(client: FlaskClient, decision: dict[str, Any]) -> dict[str, Any]:
    answer = client.get(f"/v1/decisions/{decision['decision_id']}/standing", headers=person("x", "auditor"))
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def test_r7_while_a_review_is_open_a_decline_is_not_final(client: FlaskClient, declined: dict[str, Any], officer: Headers) -> None:
    """The decision stays byte for byte; how it stands changes."""
    address = f"/v1/decisions/{declined['decision_id']}"
    before = client.get(address, headers=officer).data
    assert standing(client, declined)["is_final"] is True
    made = ask_review(client, declined, officer)
    assert (made.status_code, made.json["status"], made.json["asked_by"]) == (201, "open", "李四")
    shown = standing(client, declined)
    assert (shown["is_final"], shown["decided_by"], shown["terms"]["outcome"]) == (False, "machine", "decline")
    assert shown["review"]["verdict"] is None
    assert client.get(address, headers=officer).data == before


def test_r7_no_further_decline_is_given_by_machine_alone(
    client: FlaskClient, declined: dict[str, Any], officer: Headers, decide: Decide
) -> None:
    """The same firm and product is referred while a review is open, with the request named; afterwards the machine answers again."""
    review = ask_review(client, declined, officer).json["review_id"]
    turned = decide(amount=1_900_000)
    assert turned["outcome"] == "refer"
    assert "HUMAN_REVIEW_REQUESTED" in [reason["code"] for reason in turned["reasons"]]
    row = next(row for row in turned["fired"] if row["rule"] == "human-review-requested")
    assert row["when"] == {"given_by": review, "scope": "product", "value": "startup-credit"}
    conclude(client, review, person("head.wu"))
    assert decide(amount=1_800_000)["outcome"] == "decline"


def test_r7_what_is_no_decline_is_decided_as_ever(client: FlaskClient, decide: Decide, officer: Headers) -> None:
    """An open review holds up no approval, and no other product."""
    ask_review(client, decide(), officer)
    assert decide(amount=1_900_000)["outcome"] == "approve"
    other = decide(product="growth-relay")
    assert (other["outcome"], [row for row in other["fired"] if row["rule"] == "human-review-requested"]) == ("decline", [])


def test_r7_offers_side_by_side_know_of_it_too(client: FlaskClient, declined: dict[str, Any], officer: Headers) -> None:
    """The comparison does not show a decline that would not be given."""
    firm = declined["application"]["firm_id"]
    address = f"/v1/firms/{firm}/offers?amount=2000000&term_months=24"
    outcomes = lambda: {o["product"]: o["outcome"] for o in client.get(address, headers=officer).json["offers"]}  # noqa: E731
    assert outcomes()["startup-credit"] == "decline"
    ask_review(client, declined, officer)
    assert outcomes()["startup-credit"] == "refer"


def test_r7_a_person_upholds_with_a_reason(
    client: FlaskClient, declined: dict[str, Any], officer: Headers, entries: Callable[[str], Any]
) -> None:
    """Then the decline is final and a person answers for it; asking and concluding are in the ledger, sealed."""
    review = ask_review(client, declined, officer).json["review_id"]
    done = conclude(client, review, person("head.wu"))
    assert (done.status_code, done.json["status"], done.json["conclusion"]["reason"]) == (200, "concluded", UPHELD["reason"])
    shown = standing(client, declined)
    assert (shown["is_final"], shown["decided_by"], shown["who"]) == (True, "person", ["head.wu"])
    told = [(kind, orjson.loads(content)) for kind, _, content in entries(declined["decision_id"]) if kind == "review"]
    assert [said["act"] for _, said in told] == ["open", "uphold"]
    assert set(told[0][1]["sealed"]) == {"asked_by", "channel", "text"}
    assert "李四" not in str(told)


def test_r7_a_person_overrides_instead(client: FlaskClient, declined: dict[str, Any], officer: Headers) -> None:
    """The override is proposed (and signed where it must be) first; then the review is concluded by its number."""
    review = ask_review(client, declined, officer).json["review_id"]
    address = f"/v1/decisions/{declined['decision_id']}/overrides"
    pending = client.post(address, json=override(), headers=person("officer.li", "officer")).json["override_id"]
    early = conclude(client, review, person("head.wu"), verdict="override", override_id=pending)
    assert (early.status_code, early.json["errors"][0]["field"]) == (422, "/override_id")
    client.post(f"/v1/overrides/{pending}/sign", json={"reason": GROUNDS}, headers=person("branch.wang"))
    done = conclude(client, review, person("head.wu"), verdict="override", override_id=pending)
    assert (done.status_code, done.json["conclusion"]["override_id"]) == (200, pending)
    shown = standing(client, declined)
    assert (shown["terms"]["outcome"], shown["terms"]["amount"], shown["override_id"]) == ("counter", 1_000_000, pending)
    assert (shown["is_final"], shown["who"], shown["machine"]["outcome"]) == (True, ["officer.li", "branch.wang"], "decline")


def test_r7_when_that_override_expires_the_machines_decline_is_not_final_again(
    client: FlaskClient, declined: dict[str, Any], officer: Headers, later: Callable[[int], None]
) -> None:
    """Once asked, no decline is final by machine alone: a person has to decide anew."""
    review = ask_review(client, declined, officer).json["review_id"]
    address = f"/v1/decisions/{declined['decision_id']}/overrides"
    made = client.post(address, json=override(), headers=person("branch.wang")).json["override_id"]
    conclude(client, review, person("head.wu"), verdict="override", override_id=made)
    later(60)
    shown = standing(client, declined)
    assert (shown["terms"]["outcome"], shown["is_final"], shown["override_id"]) == ("decline", False, None)
    assert "expired" in shown["en"]


def test_r7_never_a_machine_and_never_who_filed_it(
    client: FlaskClient, declined: dict[str, Any], as_role: Callable[[str], Headers]
) -> None:
    """A token concludes nothing; neither does the person who filed the request, in whatever role."""
    review = ask_review(client, declined, person("head.zhou", "officer")).json["review_id"]
    assert conclude(client, review, as_role("approver")).json["code"] == "person-required"
    assert conclude(client, review, person("head.zhou")).json["code"] == "self-approval"
    assert conclude(client, review, person("head.wu")).status_code == 200
    assert conclude(client, review, person("head.wu")).json["code"] == "wrong-state"


def test_one_review_at_a_time_and_again_afterwards(client: FlaskClient, declined: dict[str, Any], officer: Headers) -> None:
    """A second request while one is open is refused by name; a new one may follow a conclusion."""
    first = ask_review(client, declined, officer).json["review_id"]
    second = ask_review(client, declined, officer)
    assert (second.status_code, first in second.json["detail"]) == (409, True)
    conclude(client, first, person("head.wu"))
    assert ask_review(client, declined, officer).status_code == 201
    assert standing(client, declined)["is_final"] is False


@pytest.mark.parametrize("said", [{"verdict": "override"}, {"override_id": NOBODY}, {"verdict": "override", "override_id": NOBODY}])
def test_a_conclusion_names_an_override_exactly_where_it_is_one(
    client: FlaskClient, declined: dict[str, Any], officer: Headers, said: dict[str, str]
) -> None:
    """Missing, out of place or unknown, it is a fault at its field."""
    review = ask_review(client, declined, officer).json["review_id"]
    answer = conclude(client, review, person("head.wu"), **said)
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "/override_id")


def test_reviews_are_listed_by_status_and_in_pages(client: FlaskClient, declined: dict[str, Any], officer: Headers, decide: Decide) -> None:
    """Open ones wait for a person; words are shown to those who need them."""
    first = ask_review(client, declined, officer).json["review_id"]
    second = ask_review(client, decide(amount=1_000_000), officer).json["review_id"]
    conclude(client, first, person("head.wu"))
    listed = lambda query, who: client.get(f"/v1/reviews{query}", headers=who).json  # noqa: E731
    assert [one["review_id"] for one in listed("?status=open", officer)["reviews"]] == [second]
    assert [one["review_id"] for one in listed("?status=concluded", officer)["reviews"]] == [first]
    assert listed("?limit=1", officer)["next"] == first
    assert listed(f"?after={first}", officer)["next"] is None
    assert {one["asked_by"] for one in listed("", person("x", "risk"))["reviews"]} == {None}


def test_what_is_not_there_has_no_review(client: FlaskClient, officer: Headers) -> None:
    """Unknown numbers are 404."""
    assert ask_review(client, {"decision_id": "x"}, officer).json["code"] == "unknown-decision"
    assert client.get("/v1/decisions/x/standing", headers=officer).json["code"] == "unknown-decision"
    assert conclude(client, "x", person("head.wu")).json["code"] == "unknown-review"


def test_asking_costs_a_decision_one_statement(client: FlaskClient, desk: Desk, decide: Decide) -> None:
    """One look-up of open reviews, by the index of firm and product."""
    decide()
    said: list[str] = []
    event.listen(desk.store.engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    decide(amount=1_700_000)
    asked = [statement for statement in said if "reviews" in statement]
    assert len(asked) == 1
    if desk.store.engine.dialect.name == "sqlite":
        with desk.store.reading() as unit:
            plan = unit.exec_driver_sql("EXPLAIN QUERY PLAN " + asked[0], ("x",)).all()
        assert any("ix_reviews_firm_id_product" in str(row) for row in plan), plan


DECLINE, LEND = Terms(outcome=Outcome.DECLINE), Terms(outcome=Outcome.COUNTER, amount=1, term_months=1, rate_bp=1)
SIGNED = Stands(override_id="A", terms=LEND, who=("a", "b"), status="in-force")
OPEN, KEPT = Review(review_id="R"), Review(review_id="R", verdict="uphold", who="w")


@pytest.mark.parametrize(
    ("machine", "overrides", "reviews", "is_final", "by"),
    [
        (DECLINE, [], [], True, "machine"),
        (DECLINE, [], [OPEN], False, "machine"),
        (DECLINE, [], [KEPT], True, "person"),
        (DECLINE, [], [Review(review_id="R", verdict="override", who="w")], False, "machine"),
        (DECLINE, [SIGNED], [OPEN], False, "person"),
        (DECLINE, [SIGNED], [], True, "person"),
        (LEND, [Stands(override_id="B", terms=DECLINE, who=("a",), status="pending")], [], False, "machine"),
        (Terms(outcome=Outcome.REFER), [], [], False, "machine"),
        (Terms(outcome=Outcome.REFER), [SIGNED], [KEPT], True, "person"),
    ],
)
def test_a_case_is_final_when_nobody_has_to_look_any_more(
    machine: Terms, overrides: list[Stands], reviews: list[Review], is_final: object, by: str
) -> None:
    """Every combination that occurs."""
    found = standing_of(machine, overrides, reviews)
    assert (found.is_final, found.decided_by) == (is_final, by)


def test_an_override_that_declines_is_a_persons_decline(client: FlaskClient, decide: Decide) -> None:
    """It stands in place of the machine's offer."""
    decision = decide()
    client.post(f"/v1/decisions/{decision['decision_id']}/overrides", json=declining(), headers=person("head.wu"))
    shown = standing(client, decision)
    assert (shown["terms"]["outcome"], shown["is_final"], shown["decided_by"]) == ("decline", True, "person")
