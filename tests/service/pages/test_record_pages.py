"""One record on a page: the trail from raw fact to signature, verified, replayed, proved and taken away."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from builders_browser import Browser
from flask.testing import FlaskClient
from sqlalchemy import update

from service.desk import Desk
from service.ledger.proofs import is_included
from service.ledger.tree import leaf_hash
from service.store import Store
from service.store.baskets import basket_of
from service.store.models import DecisionRow

Signed = Callable[..., Browser]


@pytest.fixture
def examiner(signed_in: Signed) -> Browser:
    return signed_in("auditor")


def test_the_trail_goes_from_fact_to_ledger(examiner: Browser, decided: list[str]) -> None:
    """Every stage stands on one line, from evidence to the checkpoint, and who made the decision beside it."""
    page = examiner.get(f"/audit/decisions/{decided[0]}").text
    stages = ["原始证据", "时点指标", "创新积分", "模型评分", "政策", "报价", "理由", "改进路径", "签批与调整", "入账"]
    places = [page.index(f"<b>{stage}</b>") for stage in stages]
    assert places == sorted(places)
    assert "已签名" in page
    assert "作出决定" in page
    assert "From raw fact to signature" in examiner.get(f"/audit/decisions/{decided[0]}?lang=en").text


def test_a_replay_is_told_stage_by_stage(examiner: Browser, decided: list[str]) -> None:
    """Nine of nine identical, in both languages; the page stays that of the record when the language is changed."""
    page = examiner.send(f"/audit/decisions/{decided[0]}/replay")
    assert page.status_code == 200
    assert "重放逐位一致" in page.text
    assert "9 / 9" in page.text
    assert page.text.count("逐位一致</span>") == 9
    assert f'href="/audit/decisions/{decided[0]}?lang=en"' in page.text
    examiner.get("/audit?lang=en")
    english = examiner.send(f"/audit/decisions/{decided[0]}/replay").text
    assert "The record is the one that was decided" in english
    assert "9 of 9 stages identical" in english


def test_a_replay_that_differs_names_the_stage(examiner: Browser, decided: list[str], store: Store) -> None:
    """A record whose base score was changed: the first stage that differs is named, with what differs."""
    with store.writing() as unit:
        body = unit.execute(DecisionRow.__table__.select().where(DecisionRow.decision_id == decided[0])).one().body
        changed = re.sub(rb'"base_score":(\d+)', lambda found: b'"base_score":%d' % (int(found[1]) + 1), body)
        assert changed != body
        unit.execute(update(DecisionRow).where(DecisionRow.decision_id == decided[0]).values(body=changed))
    page = examiner.send(f"/audit/decisions/{decided[0]}/replay").text
    assert "重放结果与记录不一致" in page
    assert "第一个不同的环节：模型评分" in page
    assert "recorded" in page


def test_the_certificate_is_taken_away(examiner: Browser, decided: list[str]) -> None:
    """As a JSON file that says what the page says."""
    answer = examiner.get(f"/audit/decisions/{decided[0]}/certificate")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=replay-{decided[0]}.json"
    said = json.loads(answer.data)
    assert (said["decision_id"], said["identical"], len(said["stages"])) == (decided[0], True, 9)


def test_the_proof_is_taken_away_and_holds(examiner: Browser, decided: list[str]) -> None:
    """The file alone proves that the entry is under the signed root."""
    said = json.loads(examiner.get(f"/audit/decisions/{decided[0]}/proof").data)
    leaf = leaf_hash(said["entry"].encode())
    assert is_included(leaf, said["seq"], said["size"], [bytes.fromhex(step) for step in said["path"]], bytes.fromhex(said["root"]))


def test_a_record_of_this_second_is_not_signed_yet(
    examiner: Browser, client: FlaskClient, officer: dict[str, str], desk: Desk, evidence: dict[str, Any], decided: list[str]
) -> None:
    """The page says so; nothing is wrong with it."""
    asked = {"product": "startup-credit", "amount": 500_000, "term_months": 12, "firm_id": evidence["firm"]["firm_id"]}
    number = client.post("/v1/decisions", json=asked, headers=officer).json["decision_id"]  # type: ignore[index]
    page = examiner.get(f"/audit/decisions/{number}").text
    assert "即将签名" in page
    assert examiner.get(f"/audit/decisions/{number}/proof").status_code == 404


def test_who_read_it_stands_on_it(examiner: Browser, decided: list[str]) -> None:
    """A look is an entry, and the next look shows it; so is a replay."""
    here = f"/audit/decisions/{decided[0]}"
    examiner.get(here)
    examiner.send(f"{here}/replay")
    page = examiner.get(here).text
    acts = page[page.index("谁看过、谁改过") :]
    assert "the.auditor" in acts
    assert "<td>查看</td>" in acts
    assert "<td>重放</td>" in acts


def test_values_are_walked_back_on_a_page(examiner: Browser, decided: list[str]) -> None:
    """Values with their units, tables with their rows, loadings with who loaded them; each leads to the next."""
    page = examiner.get(f"/audit/decisions/{decided[0]}/lineage").text
    assert 'href="#financials"' in page
    assert 'id="financials"' in page
    loading = re.search(r'href="#([0-9A-Z]{26})"', page)
    assert loading
    assert f'id="{loading[1]}"' in page


def test_a_decision_nobody_made_is_told(examiner: Browser) -> None:
    """404 as a page on every address."""
    for path in ("", "/lineage", "/certificate", "/proof"):
        answer = examiner.get(f"/audit/decisions/01ARZ3NDEKTSV4RRFFQ69G5FAV{path}")
        assert (answer.status_code, answer.mimetype) == (404, "text/html")
        assert "没有此编号的决定" in answer.text or "账本中没有此记录" in answer.text


def test_the_basket_is_filled_emptied_and_taken_away(examiner: Browser, decided: list[str], store: Store) -> None:
    """It survives another sign-in, takes each decision once, and gives one zip that holds them all."""
    sent = examiner.send("/audit/basket", decisions=" ".join(decided), back="/audit?outcome=refer")
    assert (sent.status_code, sent.headers["Location"]) == (303, "/audit?outcome=refer")
    examiner.send("/audit/basket", decisions=decided[0])
    with store.reading() as unit:
        assert sorted(basket_of(unit, "the.auditor")) == sorted(decided)
    assert "已在导出篮" in examiner.get(f"/audit/decisions/{decided[0]}").text
    examiner.send("/audit/basket/remove", decisions=decided[1])
    pack = examiner.send("/audit/basket/export")
    assert pack.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(pack.data)) as archive:
        assert f"decisions/{decided[0]}/decision.json" in archive.namelist()
        assert f"decisions/{decided[1]}/decision.json" not in archive.namelist()
    pack.close()
    assert "导出带走" in examiner.get(f"/audit/decisions/{decided[0]}").text
    examiner.send("/audit/basket/empty")
    assert "导出篮是空的" in examiner.get("/audit/basket").text


def test_an_export_of_several_stands_on_each_of_them(examiner: Browser, decided: list[str]) -> None:
    """The entry of the export is about two decisions, and each record tells of it."""
    examiner.send("/audit/basket", decisions=" ".join(decided))
    examiner.send("/audit/basket/export").close()
    for number in decided:
        assert "导出带走" in examiner.get(f"/audit/decisions/{number}").text


@pytest.mark.parametrize("decisions", ["", "01ARZ3NDEKTSV4RRFFQ69G5FAV"])
def test_only_decisions_on_record_go_into_the_basket(examiner: Browser, decisions: str) -> None:
    """Nothing at all, and a number nobody gave."""
    assert examiner.send("/audit/basket", decisions=decisions).status_code in {404, 422}


def test_the_way_back_is_a_page_of_this_service(examiner: Browser, decided: list[str]) -> None:
    """A form cannot be made to lead to another host."""
    sent = examiner.send("/audit/basket", decisions=decided[0], back="https://evil.example/")
    assert sent.headers["Location"] == "/"


def test_an_empty_basket_gives_no_pack(examiner: Browser) -> None:
    """422, told as a page."""
    answer = examiner.send("/audit/basket/export")
    assert (answer.status_code, answer.mimetype) == (422, "text/html")


def test_a_basket_holds_only_so_many(examiner: Browser, decided: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is refused, and nothing of it is kept."""
    monkeypatch.setattr("service.use_cases.searching.MOST_IN_BASKET", 1)
    assert examiner.send("/audit/basket", decisions=" ".join(decided)).status_code == 422
    assert "导出篮是空的" in examiner.get("/audit/basket").text


def test_nothing_is_done_without_the_forms_token(examiner: Browser, decided: list[str]) -> None:
    """Every form of these pages is tied to its session."""
    for path in ("/audit/verify", f"/audit/decisions/{decided[0]}/replay", "/audit/basket", "/audit/basket/export"):
        assert examiner.post(path, {"decisions": decided[0]}).status_code == 403
