"""The application form: one question at a time, nothing lost, decided once; and evidence of firms that are not on file."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import orjson
import pytest
from builders_evidence import FIRM, evidence_texts
from builders_officer import Person, seen
from builders_service import Clock
from sqlalchemy import select

from features.checks.faults import RULES
from features.tables import TABLES
from service.store import Store
from service.store.models import DecisionRow, EvidenceVersion
from service.web.fault_words import FILE_RULES

ONCE = re.compile(r'name="once" value="([^"]+)"')
CARRIED = re.compile(r'name="evidence" value="([^"]+)"')


def step_of(page: str) -> str:
    found = re.search(r'aria-current="step">(\d)', page)
    assert found
    return found[1]


def test_each_answer_leads_to_the_next_question(officer_at: Person, filed: str) -> None:
    """Firm, product, amount and term, check; the address keeps all of it, and one may go back."""
    said = f"firm_id={filed}"
    assert step_of(officer_at.get("/apply").text) == "1"
    assert step_of(officer_at.get(f"/apply?{said}").text) == "2"
    said += "&product=startup-credit"
    assert step_of(officer_at.get(f"/apply?{said}").text) == "3"
    said += "&amount=200万&term_months=24"
    assert step_of(officer_at.get(f"/apply?{said}").text) == "4"
    back = officer_at.get(f"/apply?{said}&step=terms").text
    assert step_of(back) == "3"
    assert 'value="200万"' in back


def test_the_products_limits_stand_beside_the_amount(officer_at: Person, filed: str) -> None:
    """They are the policy's own; asking for more is allowed and warned of."""
    page = officer_at.get(f"/apply?lang=en&firm_id={filed}&product=startup-credit").text
    row = next(one for one in officer_at.desk.active.policy.products if one.product == "startup-credit")
    assert f"{row.max_amount:,}" in page
    assert f"At most {row.max_term_months} months" in page
    above = officer_at.get(f"/apply?lang=en&firm_id={filed}&product=startup-credit&amount=9亿&term_months=24").text
    assert "above what the product gives" in above


@pytest.mark.parametrize(
    ("query", "said"),
    [("amount=abc&term_months=24", "请填写整数"), ("amount=5", "请填写本项"), ("amount=20亿&term_months=24", "不得大于 1,000,000,000")],
)
def test_what_is_wrong_is_told_beside_the_field_and_on_top(officer_at: Person, filed: str, query: str, said: str) -> None:
    """And what was typed is kept."""
    page = officer_at.get(f"/apply?lang=zh&firm_id={filed}&product=startup-credit&{query}").text
    assert step_of(page) == "3"
    assert page.count(said) == 2
    assert f'value="{query.split("&", maxsplit=1)[0].removeprefix("amount=")}"' in page


def test_a_firm_that_is_not_on_file_is_told(officer_at: Person) -> None:
    """With the way to bring its evidence."""
    page = officer_at.get("/apply?lang=zh&firm_id=123").text
    assert "库中没有该企业" in page
    assert "/apply/evidence" in page


def test_submitting_twice_decides_once(officer_at: Person, store: Store, filed: str) -> None:
    """The form's own number makes both the same request."""
    page = officer_at.get(f"/apply?firm_id={filed}&product=startup-credit&amount=200万&term_months=24").text
    once = ONCE.search(page)
    assert once
    fields = {"firm_id": filed, "product": "startup-credit", "amount": "200万", "term_months": "24", "purpose": "research", "once": once[1]}
    made = [officer_at.send("/apply", fields) for _ in range(2)]
    assert [one.status_code for one in made] == [303, 303]
    assert made[0].headers["Location"] == made[1].headers["Location"]
    with store.reading() as unit:
        (body,) = unit.scalars(select(DecisionRow.body))
    assert orjson.loads(body)["application"] == {
        "firm_id": filed,
        "product": "startup-credit",
        "amount": 2_000_000,
        "term_months": 24,
        "purpose": "research",
    }
    assert officer_at.get(made[0].headers["Location"]).status_code == 200


@pytest.mark.parametrize("wrong", [{"amount": "x"}, {"product": "other"}, {"product": ""}, {"firm_id": "91"}, {"purpose": "gift"}])
def test_a_wrong_submission_decides_nothing(officer_at: Person, store: Store, filed: str, wrong: dict[str, str]) -> None:
    """It comes back as a page with 422."""
    fields = {"firm_id": filed, "product": "startup-credit", "amount": "200万", "term_months": "24", "once": "12345678"} | wrong
    assert officer_at.send("/apply", fields).status_code == 422
    with store.reading() as unit:
        assert unit.scalars(select(DecisionRow.decision_id)).all() == []


def csv_files(**changes: str) -> list[tuple[io.BytesIO, str]]:
    tables = {name: frame.write_csv() for name, frame in evidence_texts(firms=[FIRM]).items()} | changes
    return [(io.BytesIO(text.encode()), f"{name}.csv") for name, text in tables.items()]


def upload(who: Person, files: list[tuple[io.BytesIO, str]]) -> Any:
    return who.send("/apply/evidence", {"files": files}, content_type="multipart/form-data")


def test_an_unknown_firm_is_decided_on_its_own_evidence(officer_at: Person, store: Store) -> None:
    """Files, then the request, then the decision; the evidence goes with the decision and not into the store of firms."""
    page = upload(officer_at, csv_files())
    assert page.status_code == 200, seen(page.text)
    carried, once = CARRIED.search(page.text), ONCE.search(page.text)
    assert carried
    assert once
    fields = {"evidence": carried[1], "once": once[1], "product": "startup-credit", "amount": "", "term_months": "24"}
    again = officer_at.send("/apply/evidence/decide", fields)
    assert again.status_code == 422
    assert CARRIED.search(again.text)
    made = officer_at.send("/apply/evidence/decide", fields | {"amount": "150万"})
    assert made.status_code == 303, seen(made.text)
    shown = officer_at.get(made.headers["Location"])
    assert shown.status_code == 200
    assert FIRM in shown.text
    with store.reading() as unit:
        assert unit.scalars(select(EvidenceVersion.firm_id)).all() == []


def test_a_zip_of_the_files_is_as_good(officer_at: Person) -> None:
    """Folders inside it do not matter."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as pack:
        for stream, name in csv_files():
            pack.writestr(f"folder/{name}", stream.read())
    content.seek(0)
    assert upload(officer_at, [(content, "all.zip")]).status_code == 200


@pytest.mark.parametrize("kind", ["encrypted", "unknown method", "damaged", "too much in all", "too much in one"])
def test_a_zip_that_cannot_or_must_not_be_unpacked_is_refused(officer_at: Person, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Encryption, other methods, damage, and contents that would fill the memory are told as a page; nothing fails."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("firms.csv", b"firm_id\n" + b"0" * 5_000)
        pack.writestr("patents.csv", b"firm_id\n" + b"0" * 5_000)
    made = bytearray(content.getvalue())
    local, central = made.index(b"PK\x03\x04"), made.index(b"PK\x01\x02")
    if kind == "encrypted":
        made[local + 6] = made[central + 8] = 1
    if kind == "unknown method":
        made[local + 8] = made[central + 10] = 97
    if kind == "damaged":
        made[local + 45] ^= 0xFF
    if kind.startswith("too much"):
        monkeypatch.setattr(f"service.web.officer.evidence_files.{'MOST_UNPACKED' if kind.endswith('all') else 'MOST_BYTES'}", 4_000)
    answer = upload(officer_at, [(io.BytesIO(bytes(made)), "all.zip")])
    assert answer.status_code == 422, answer.text


def test_a_zip_of_too_many_files_is_refused(officer_at: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's evidence has so many tables."""
    monkeypatch.setattr("service.web.officer.evidence_files.MOST_FILES", 1)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as pack:
        for stream, name in csv_files():
            pack.writestr(name, stream.read())
    content.seek(0)
    page = upload(officer_at, [(content, "all.zip")])
    assert page.status_code == 422
    assert "未作任何更改" in page.text


def test_faults_of_the_files_are_told_row_by_row(officer_at: Person) -> None:
    """Table, row, column, value, rule and what the column admits; in Chinese without a word of English but the values."""
    header, *_ = evidence_texts(firms=[FIRM])["talent"].write_csv().splitlines()
    broken = evidence_texts(firms=[FIRM])["talent"].write_csv().replace("2025", "2099")
    page = upload(officer_at, csv_files(talent=broken))
    assert page.status_code == 422
    assert "日期晚于今天" in page.text
    assert header.split(",")[0] == "firm_id"


@pytest.mark.parametrize(
    "files",
    [
        [],
        [(b"no zip", "all.zip")],
        [(b"firm_id\n", "strangers.csv")],
        [(b"\xff\xfe", "firms.csv")],
        [(b"firm_id,name\n", "firms.csv")],
    ],
)
def test_files_that_are_no_evidence_are_refused_as_a_page(officer_at: Person, files: list[tuple[bytes, str]]) -> None:
    """Nothing sent, no ZIP, an unknown table, another encoding, half a header."""
    page = upload(officer_at, [(io.BytesIO(content), name) for content, name in files])
    assert (page.status_code, page.mimetype) == (422, "text/html")
    assert "未作任何更改" in page.text


@pytest.mark.parametrize("carried", ["", "x", "eJwDAAAAAAE=", "!!!"])
def test_evidence_that_was_tampered_with_is_refused(officer_at: Person, carried: str) -> None:
    """Whatever the hidden field holds is checked like anything else that is sent."""
    fields = {"evidence": carried, "once": "12345678", "product": "startup-credit", "amount": "1000000", "term_months": "24"}
    assert officer_at.send("/apply/evidence/decide", fields).status_code == 422


def test_the_template_holds_every_table_with_its_header(officer_at: Person, clock: Clock) -> None:
    """And filled with nothing but its headers it is refused for what it lacks, not for its form."""
    del clock
    pack = zipfile.ZipFile(io.BytesIO(officer_at.get("/apply/evidence/template").data))
    for name, table in TABLES.items():
        assert pack.read(f"{name}.csv").decode("utf-8-sig").strip() == ",".join(column.name for column in table.columns)
    explained = pack.read("README.txt").decode("utf-8-sig")
    assert all(column.zh in explained for table in TABLES.values() for column in table.columns)


def test_every_rule_of_files_has_its_chinese() -> None:
    """A rule that is added is found here."""
    assert set(FILE_RULES) == set(RULES)
