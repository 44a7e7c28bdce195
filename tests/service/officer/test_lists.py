"""Lists are sorted by their heads, narrowed by forms and taken along as files, by addresses alone."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from builders_evidence import FIRM, evidence_texts
from builders_officer import Person, seen
from openpyxl import Workbook

from service.background import Background
from service.store.ordering import Order
from service.store.searching import Sought, search_decisions
from service.store.worklist import SORTS, rows_of
from service.use_cases.worklist import _bounds
from service.web.listing import Listing

Decide = Callable[..., dict[str, Any]]
ASKED = (900_000, 2_000_000, 300_000, 2_000_000, 50_000_000)


@pytest.fixture
def decided(decide: Decide) -> list[dict[str, Any]]:
    return [decide(amount=amount, term_months=12 + 12 * (place % 2)) for place, amount in enumerate(ASKED)]


def numbers(page: str) -> list[str]:
    return re.findall(r'<tr><td><a href="/decisions/([^"]+)"', page)


def test_a_head_sorts_and_sorts_back(officer_at: Person, decided: list[dict[str, Any]]) -> None:
    """The largest amount first, then the smallest; the head says which way, to those who do not see arrows too."""
    page = officer_at.get("/desk?lang=en").text
    assert numbers(page) == [one["decision_id"] for one in reversed(decided)]
    assert 'aria-sort="descending"><a class="sort" href="/desk?sort=time">' in page
    assert 'href="/desk?sort=-asked"' in page
    page = officer_at.get("/desk?sort=-asked").text
    assert [decided[place]["decision_id"] for place in (4, 3, 1, 0, 2)] == numbers(page)
    assert '<a class="sort" href="/desk?sort=asked">' in page
    assert numbers(officer_at.get("/desk?sort=asked").text) == [decided[place]["decision_id"] for place in (2, 0, 1, 3, 4)]


@pytest.mark.parametrize("down", [True, False])
@pytest.mark.parametrize("by", sorted(SORTS))
def test_pages_of_any_order_are_the_whole_list_once(officer_at: Person, decided: list[dict[str, Any]], by: str, *, down: bool) -> None:
    """Page by page nothing is left out and nothing comes twice, among equals too."""
    order, desk = Order(by, down), officer_at.desk
    with desk.store.reading() as unit:
        whole = [row.decision_id for row in rows_of(unit, "new", **_bounds(desk), order=order, limit=99)]
        paged, before = [], None
        while page := rows_of(unit, "new", **_bounds(desk), order=order, before=before, limit=2):
            paged += [row.decision_id for row in page]
            before = page[-1].seq
        found = [row.decision_id for row in search_decisions(unit, Sought(), before=None, limit=99, order=order)]
        last = search_decisions(unit, Sought(), before=None, limit=1, order=order)[0]
        rest = [row.decision_id for row in search_decisions(unit, Sought(), before=last.seq, limit=99, order=order)]
    assert paged == whole == found == [last.decision_id, *rest]
    assert sorted(whole) == sorted(one["decision_id"] for one in decided)


def test_the_list_is_narrowed_and_says_when_nothing_is_left(officer_at: Person, decided: list[dict[str, Any]]) -> None:
    """By product and verdict, with a way back."""
    ends = {one["outcome"] for one in decided}
    for outcome in ends:
        page = officer_at.get(f"/desk?outcome={outcome}&product=startup-credit").text
        assert numbers(page) == [one["decision_id"] for one in reversed(decided) if one["outcome"] == outcome]
    page = officer_at.get("/desk?product=acquisition").text
    assert "没有符合条件的决定" in page
    assert 'href="/desk">清除</a>' in page
    assert "list.csv" not in page
    assert officer_at.get("/desk?sort=mood").status_code == 422


def test_the_list_goes_into_a_file_as_it_stands(officer_at: Person, decided: list[dict[str, Any]]) -> None:
    """Sorted and narrowed alike; the heads are in the page's language."""
    page = officer_at.get("/desk?sort=asked&outcome=&q=").text
    address = html.unescape(re.findall(r'href="(/desk/list\.csv[^"]*)"', page)[0])
    answer = officer_at.get(f"{address}&lang=zh")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [int(row["申请（元）"]) for row in rows] == sorted(ASKED)
    assert {row["产品"] for row in rows} == {"初创信用贷"}


def test_firms_are_sorted_and_go_into_a_file(officer_at: Person, filed: str) -> None:
    """By name, code and when their evidence came."""
    for sort in ("code", "-name", "-time"):
        assert filed in officer_at.get(f"/firms?sort={sort}").text
    assert filed in officer_at.get("/firms/list.csv?lang=en").text
    for sort in ("code", "-name"):
        assert f"/firms/{filed}" not in officer_at.get(f"/firms?sort={sort}&after={filed}").text


def test_a_listing_leaves_out_what_is_usual() -> None:
    """Addresses stay short enough to be read."""
    listing = Listing(path="/x", kept={"q": "", "a": "1"}, order=Order("time", down=True), usual="-time")
    assert listing.address() == "/x?a=1"
    assert listing.sorted_by("time") == "/x?a=1&sort=time"
    assert listing.file == "/x/list.csv?a=1"
    assert Listing(path="/x", kept={}, order=Order("time", down=True), usual="-time").file == "/x/list.csv"


def test_a_workbook_brings_the_evidence_of_a_firm(officer_at: Person) -> None:
    """Its faults are told by the row and the letter that stand on the sheet."""

    def sent(**changes: str) -> Any:
        book = Workbook()
        book.remove(book.active)
        for name, frame in evidence_texts(firms=[FIRM]).items():
            sheet = book.create_sheet(name)
            sheet.append(frame.columns)
            sheet.append([])
            for row in frame.rows():
                sheet.append([changes.get(value, value) if name == "talent" else value for value in row])
        content = io.BytesIO()
        book.save(content)
        content.seek(0)
        return officer_at.send("/apply/evidence", {"files": [(content, "firm.xlsx")]}, content_type="multipart/form-data")

    assert sent().status_code == 200
    frame = evidence_texts(firms=[FIRM])["talent"]
    place, day = next((at, value) for at, value in enumerate(frame.rows()[0]) if value and re.fullmatch(r"20\d\d-\d\d-\d\d", value))
    page = sent(**{day: "2099-12-31"})
    assert page.status_code == 422
    said = seen(page.text)
    assert any(f"（{chr(ord('A') + place)} 列）" in text for text in said)
    assert "3" in said
    assert officer_at.get("/apply/evidence/workbook").data[:2] == b"PK"
    assert officer_at.get("/batches/workbook").data[:2] == b"PK"


def test_a_workbook_brings_a_batch(officer_at: Person, filed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet for each list; what is wrong is told by the sheet's own row."""
    monkeypatch.setattr(Background, "take_up", lambda *_: None)

    def sent(amount: object) -> Any:
        book = Workbook()
        book.active.title = "firms"
        for row in (["firm_id", "amount", "term_months"], [], [filed, amount, 24]):
            book.active.append(row)
        content = io.BytesIO()
        book.save(content)
        content.seek(0)
        fields = {"product": "loan-investment", "envelope": "2000万", "plan": "illustrative-2026-11", "once": "12345678"}
        return officer_at.send("/batches", {**fields, "files": [(content, "b.xlsx")]}, content_type="multipart/form-data")

    wrong = sent("many")
    assert wrong.status_code == 422
    assert "金额（元）（B 列）" in wrong.text
    assert '<td class="num">3</td>' in wrong.text
    assert sent(2_000_000).status_code == 303
