"""The examiner's pages: decisions are found by any field, entries by theirs, and the ledger is verified in plain words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from builders_browser import Browser
from sqlalchemy import event, update

from service.desk import Desk
from service.store import Store
from service.store.models import DecisionRow, LedgerEntry
from service.store.searching import Sought, count_decisions, search_decisions

Signed = Callable[..., Browser]


@pytest.fixture
def examiner(signed_in: Signed) -> Browser:
    return signed_in("auditor")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2),
        ("text={number}", 1),
        ("text={beginning}", 2),
        ("text={firm}", 2),
        ("text={name}", 2),
        ("text=no-such-firm", 0),
        ("product=growth-relay", 1),
        ("product=growth-relay&text={firm}", 1),
        ("since=2026-11-23&until=2026-11-23", 2),
        ("until=2026-11-22", 0),
        ("since=2026-11-24", 0),
        ("actor={token}", 2),
        ("actor=somebody", 0),
        ("text=&product=&outcome=&since=&until=&actor=", 2),
        ("before=2", 1),
    ],
)
def test_decisions_are_found_by_any_field(examiner: Browser, decided: list[str], desk: Desk, query: str, found: int) -> None:
    """By number, code or name, product, day and who had it decided, alone and together; what is left empty does not count."""
    with desk.store.reading() as unit:
        row = unit.execute(DecisionRow.__table__.select()).first()
    assert row is not None
    told = {"number": decided[0], "beginning": decided[0][:6], "firm": row.firm_id, "name": "%E7%A7%91", "token": row.token_id}
    page = examiner.get(f"/audit?{query.format(**told)}&lang=en")
    assert page.status_code == 200
    assert page.text.count('href="/audit/decisions/') == found, query
    assert ("No decision matches" in page.text) == (found == 0)


def test_every_outcome_can_be_asked_for(store: Store, decided: list[str]) -> None:
    """The outcomes of the two decisions are found, each among its own."""
    with store.reading() as unit:
        outcomes = {line.outcome for line in search_decisions(unit, Sought(), before=None, limit=10)}
        for outcome in outcomes:
            listed = search_decisions(unit, Sought(outcome=outcome), before=None, limit=10)
            assert {line.outcome for line in listed} == {outcome}
            assert count_decisions(unit, Sought(outcome=outcome)) == len(listed)


def test_a_search_is_paged_and_keeps_its_filters(examiner: Browser, decided: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The next page goes on where this one ends, with the same filters, and leads back to the newest."""
    monkeypatch.setattr("service.web.examiner.ON_A_PAGE", 1)
    first = examiner.get("/audit?since=2026-11-01&actor=")
    assert decided[1] in first.text
    assert decided[0] not in first.text
    assert 'href="/audit?since=2026-11-01&amp;before=2"' in first.text
    second = examiner.get("/audit?since=2026-11-01&before=2")
    assert decided[0] in second.text
    assert 'href="/audit?since=2026-11-01"' in second.text


def test_a_search_that_cannot_be_read_is_told(examiner: Browser) -> None:
    """A day that is none, and a parameter nobody knows, are refused as a page."""
    for query in ("since=yesterday", "product=gold", "color=red"):
        answer = examiner.get(f"/audit?{query}")
        assert (answer.status_code, answer.mimetype) == (422, "text/html")


def test_the_ledger_shows_its_state(examiner: Browser, decided: list[str], desk: Desk) -> None:
    """Size, newest checkpoint and public keys stand beside the search."""
    page = examiner.get("/audit?lang=en").text
    assert desk.sealer.keys.known[0].text in page
    assert desk.sealer.keys.origin in page


def test_entries_are_found_by_kind_subject_and_actor(examiner: Browser, decided: list[str]) -> None:
    """Who did what to what and when, newest first; a decision's entry leads to its record."""
    everything = examiner.get("/audit/entries?lang=en").text
    assert everything.index(decided[1]) < everything.index(decided[0])
    assert f'href="/audit/decisions/{decided[0]}"' in everything
    only = examiner.get(f"/audit/entries?kind=decision&subject={decided[0]}&lang=en").text
    assert decided[1] not in only
    assert "No entry matches" in examiner.get("/audit/entries?actor=nobody&lang=en").text
    assert examiner.get("/audit/entries?kind=gossip").status_code == 422


def test_an_entry_shows_what_it_commits_to(examiner: Browser, decided: list[str]) -> None:
    """The content stands under the entry; a place that is none is told so."""
    page = examiner.get("/audit/entries/0").text
    assert "sha256:" in page
    assert "<pre>" in page
    for place in ("999999", "x", "9" * 30):
        assert examiner.get(f"/audit/entries/{place}").status_code == 404


def test_an_intact_ledger_is_told_in_plain_words(examiner: Browser, decided: list[str]) -> None:
    """One press, and the page says that nothing was changed, and what was looked at."""
    page = examiner.send("/audit/verify")
    assert page.status_code == 200
    assert "账本完整，未发现任何改动" in page.text
    assert 'href="/audit?lang=en"' in page.text


def test_a_touched_ledger_is_told_with_the_entry(examiner: Browser, decided: list[str], store: Store) -> None:
    """The finding names the entry and leads to it."""
    with store.writing() as unit:
        unit.execute(update(LedgerEntry).where(LedgerEntry.subject == decided[0]).values(actor="somebody else"))
    page = examiner.send("/audit/verify").text
    assert "账本被改动" in page
    assert 'href="/audit/entries/' in page
    record = examiner.send(f"/audit/decisions/{decided[0]}/verify").text
    assert "发现改动，见上。" in record


def test_nobody_but_an_examiner_sees_them(signed_in: Signed, decided: list[str]) -> None:
    """Other roles are told so, in words."""
    officer = signed_in("officer")
    for path in ("/audit", "/audit/entries", f"/audit/decisions/{decided[0]}", "/audit/basket"):
        answer = officer.get(path)
        assert answer.status_code == 403
        assert "您的角色不能使用此页面" in answer.text


@pytest.mark.parametrize(
    "sought",
    [
        Sought(),
        Sought(outcome="refer"),
        Sought(product="acquisition"),
        Sought(text="91340100MA2XXXXX0Q"),
        Sought(actor="zhang.wei"),
    ],
)
def test_no_search_reads_every_decision(store: Store, sought: Sought) -> None:
    """Each goes by an index in the order of the list, however many decisions there are."""
    if store.engine.dialect.name != "sqlite":
        return  # another planner, with statistics of its own
    with store.reading() as unit:
        said: list[tuple[str, Any]] = []
        event.listen(unit, "before_cursor_execute", lambda _c, _u, statement, values, *_: said.append((statement, values)))
        search_decisions(unit, sought, before=None, limit=51)
        statement, values = said[0]
        plan = " / ".join(row[3] for row in unit.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))
    assert "SCAN decisions USING" not in plan
    assert "TEMP B-TREE FOR ORDER BY" not in plan or "MULTI-INDEX OR" in plan, plan
