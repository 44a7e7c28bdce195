"""The work list: its queues, its search, its pages, and that it stays quick."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from builders_officer import GROUNDS, Person
from builders_service import Clock
from sqlalchemy import insert, text

from service.store import Store
from service.store.models import DecisionRow

Decide = Callable[..., dict[str, Any]]
ROW = re.compile(r'<a href="/decisions/([0-9A-Z]{26})"')


def listed(who: Person, query: str = "") -> list[str]:
    page = who.get(f"/desk?{query}")
    assert page.status_code == 200, page.text
    return ROW.findall(page.text)


def test_the_newest_decision_comes_first(officer_at: Person, decide: Decide) -> None:
    """Every decision is on the list, in the order of recording, newest first."""
    made = [decide(amount=amount)["decision_id"] for amount in (1_000_000, 2_000_000, 3_000_000)]
    assert listed(officer_at) == made[::-1]


def test_referred_cases_leave_the_queue_once_a_person_has_decided(officer_at: Person, decide: Decide, clock: Clock) -> None:
    """What the machine refers waits for a person until an override in force answers it."""
    decide()
    clock.now += timedelta(days=400)  # the statements are stale by then
    officer_at.come_back()
    referred = decide()
    assert referred["outcome"] == "refer"
    assert listed(officer_at, "queue=referred") == [referred["decision_id"]]
    fields = {"outcome": "decline", "reason": "adverse-information", "text": GROUNDS, "expires_on": "2028-01-31"}
    assert officer_at.send(f"/decisions/{referred['decision_id']}/override", fields).status_code == 303
    assert listed(officer_at, "queue=referred") == []


def test_offers_that_run_out_within_a_week_are_told(officer_at: Person, decide: Decide, clock: Clock) -> None:
    """An offer is valid for 30 days: from the 23rd day on it is about to expire, after the 30th it is not any more."""
    decision = decide()["decision_id"]
    found = []
    for days in (0, 22, 23, 30, 31):
        later = clock.now
        clock.now += timedelta(days=days)
        officer_at.come_back()
        found.append(listed(officer_at, "queue=expiring") == [decision])
        clock.now = later
    assert found == [False, False, True, True, False]


def test_a_firm_is_found_by_a_part_of_its_name_or_the_beginning_of_its_code(
    officer_at: Person, decide: Decide, evidence: dict[str, Any]
) -> None:
    """What matches neither gives an empty list with a way on."""
    decision, name, code = decide()["decision_id"], evidence["firm"]["name"], evidence["firm"]["firm_id"]
    for asked in (name[1:4], code, code[:8], code[:8].lower()):
        assert listed(officer_at, f"q={asked}") == [decision], asked
    assert listed(officer_at, "q=没有这家") == []
    assert listed(officer_at, "q=%25") == []
    assert "/firms?q=" in officer_at.get("/desk?q=xyz").text


@pytest.mark.parametrize("query", ["queue=other", "before=0", "before=x", "lines=5", f"q={'长' * 61}"])
def test_a_wrong_question_is_a_page_that_says_so(officer_at: Person, query: str) -> None:
    """Unknown queues and parameters are refused."""
    page = officer_at.get(f"/desk?{query}")
    assert (page.status_code, page.mimetype) == (422, "text/html")


@pytest.fixture
def many(store: Store, decide: Decide) -> int:
    """100,000 decisions of a thousand firms on record, each a quarter referred."""
    body, now = orjson.dumps(decide()), datetime(2026, 11, 1, tzinfo=UTC)
    outcomes, product = ("approve", "counter", "refer", "decline"), "startup-credit"
    with store.writing() as unit:
        for start in range(0, 100_000, 20_000):
            rows = [
                {
                    "decision_id": f"{place:026d}",
                    "firm_id": f"91{place % 1000:016d}",
                    "decided_at": now + timedelta(seconds=place),
                    "outcome": outcomes[place % 4],
                    "product": product,
                    "token_id": "0" * 12,
                    "sha256": "sha256:" + "0" * 64,
                    "body": body if place % 1000 > 900 else None,
                }
                for place in range(start, start + 20_000)
            ]
            unit.execute(insert(DecisionRow), rows)
        unit.execute(text("ANALYZE"))
    return 100_000


def test_a_page_with_100_000_decisions_stays_quick(officer_at: Person, many: int) -> None:
    """Pages, queues and a search take well under a fifth of a second, and the next page begins where the last one ended."""
    for query in ("", "queue=referred", "queue=expiring", "q=910000000000000123", "before=5000"):
        took = []
        for _ in range(5):
            began = time.perf_counter()
            assert officer_at.get(f"/desk?{query}").status_code == 200
            took.append(time.perf_counter() - began)
        assert min(took) < 0.2, (query, took)
    first = listed(officer_at)
    older = re.search(r"before=(\d+)", officer_at.get("/desk").text)
    assert older
    assert listed(officer_at, f"before={older[1]}")[0] == f"{int(first[-1]) - 1:026d}"
