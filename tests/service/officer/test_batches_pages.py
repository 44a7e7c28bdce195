"""Batches as pages: uploaded lists, progress without a script, results, and the file for a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest
from builders_evidence import OTHER
from builders_officer import Person, seen, send_batch
from builders_service import wait_until

from service.background import Background


def test_a_batch_is_worked_on_and_told_firm_by_firm(officer_at: Person, filed: str) -> None:
    """What cannot be decided is told for its firm only; the file has a row for each."""
    made = send_batch(officer_at, f"firm_id,amount,term_months\n{filed},2000000,24\n{OTHER},3000000,12\n")
    assert made.status_code == 303, seen(made.text)
    address = made.headers["Location"]
    wait_until(lambda: 'http-equiv="refresh"' not in officer_at.get(address).text)
    page = officer_at.get(f"{address}?lang=en").text
    assert filed in page
    assert "no evidence of the firm is on file" in page
    rows = list(csv.DictReader(io.StringIO(officer_at.get(f"{address}/result.csv?lang=en").data.decode("utf-8-sig"))))
    assert [row["firm_id"] for row in rows] == [filed, OTHER]
    assert address in officer_at.get("/batches").text
    again = send_batch(officer_at, f"firm_id,amount,term_months\n{filed},2000000,24\n{OTHER},3000000,12\n")
    assert again.headers["Location"] == address


def test_a_running_batch_shows_how_far_it_is_and_loads_itself_again(
    officer_at: Person, filed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a script; when it is done it stops."""
    monkeypatch.setattr(Background, "take_up", lambda *_: None)
    page = officer_at.get(send_batch(officer_at, f"firm_id,amount,term_months\n{filed},2000000,24\n").headers["Location"]).text
    assert '<meta http-equiv="refresh" content="3">' in page
    assert '<progress value="0" max="1"' in page


@pytest.mark.parametrize(
    ("firms", "fields", "said"),
    [
        ("firm_id,amount,term_months\n{firm},x,24\n", {}, "请填写整数"),
        ("firm_id,amount,term_months\n{firm},1,24\n{firm},1,24\n", {}, "与第 1 行重复"),
        ("firm_id,amount\n{firm},1\n", {}, "缺少必需的列"),
        ("firm_id,amount,term_months\n{firm},1\n", {}, "有 2 个值，而表头有 3 列"),
        ("firm_id,amount,term_months\n91,1,24\n", {}, "统一社会信用代码"),
        ("firm_id,amount,term_months\n{firm},2000000,24\n", {"envelope": "many"}, "请填写整数"),
        ("firm_id,amount,term_months\n{firm},2000000,24\n", {"product": "gift"}, "请从列出的选项中选择"),
        ("firm_id,amount,term_months\n{firm},2000000,24\n", {"plan": "mine"}, "请从列出的选项中选择"),
    ],
)
def test_what_is_wrong_with_a_batch_is_told(officer_at: Person, filed: str, firms: str, fields: dict[str, str], said: str) -> None:
    """Row by row, or beside the field; nothing is taken up."""
    page = send_batch(officer_at, firms.format(firm=filed), **fields)
    assert page.status_code == 422
    assert said in page.text
    assert "还没有批次" in page.text


def test_the_template_is_what_the_upload_reads(officer_at: Person) -> None:
    """Its firms.csv alone is refused only because no firm is in it."""
    import zipfile  # noqa: PLC0415

    pack = zipfile.ZipFile(io.BytesIO(officer_at.get("/batches/template").data))
    assert pack.namelist() == ["firms.csv", "rounds.csv", "investors.csv"]
    page = send_batch(officer_at, pack.read("firms.csv").decode("utf-8-sig"))
    assert page.status_code == 422
    assert "缺少必需的列" not in page.text


def test_an_unknown_batch_is_told_as_a_page(officer_at: Person) -> None:
    """By its page and by its file."""
    for path in ("/batches/01JDC0V9T7Q2M4X8K6Z3B5N1RA", "/batches/01JDC0V9T7Q2M4X8K6Z3B5N1RA/result.csv"):
        page = officer_at.get(path)
        assert (page.status_code, page.mimetype) == (404, "text/html")
