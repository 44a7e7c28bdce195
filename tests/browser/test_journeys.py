"""What an examiner and the risk team do, in a real Chromium without JavaScript, from sign-in to paper, in both languages."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders_chromium import is_inside, to_have_address
from builders_monitoring import keep
from builders_releases import MILDER
from builders_retraining import JOB, kept
from builders_validation import full_validation
from playwright.sync_api import expect

from service.artefacts import validation_artefact
from service.clock import system_clock
from service.desk import Desk
from service.store.artefacts import keep_artefacts
from service.store.retrainings import find_retraining
from service.use_cases.monitoring_runs import history

Sit = Callable[..., Any]
DRAFT = MILDER.replace('name = "technology', 'name = "draft', 1)
# A browser that goes on to the next page drops files half-way; the development server of these tests then leaves them to the collector.
DROPPED = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
pytestmark = DROPPED

EXAMINER = {
    "zh": {
        "search": "查找",
        "outcome": "结论",
        "basket": "放入导出篮",
        "verify": "校验账本",
        "whole": "账本完整，未发现任何改动",
        "replay": "重放",
        "same": "重放逐位一致",
        "in": "已在导出篮",
        "export": "导出压缩包",
    },
    "en": {
        "search": "Search",
        "outcome": "Outcome",
        "basket": "To the export basket",
        "verify": "Verify the ledger",
        "whole": "The ledger is whole: nothing was changed",
        "replay": "Replay",
        "same": "9 of 9 stages identical",
        "in": "In the export basket",
        "export": "Export the zip",
    },
}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_examiner_finds_verifies_replays_and_takes_away(sit: Sit, served: tuple[str, Desk], tmp_path: Path, lang: str) -> None:
    """From the sign-in page to a zip on disk; the page they asked for first is the one they come to."""
    words = EXAMINER[lang]
    page = sit("auditor", lang=lang, to="/audit")
    to_have_address(page, r"/audit")
    page.locator("#product").select_option("startup-credit")
    page.get_by_role("button", name=words["search"], exact=True).click()
    row = page.locator("tbody tr")
    expect(row).to_have_count(1)
    row.locator("a.code").click()
    number = to_have_address(page, r"/audit/decisions/([0-9A-Z]{26})")
    page.get_by_role("button", name=words["verify"], exact=True).click()
    expect(page.get_by_role("status").get_by_text(words["whole"])).to_be_visible()
    page.get_by_role("button", name=words["replay"], exact=True).click()
    expect(page.get_by_role("status").get_by_text(words["same"])).to_be_visible()
    expect(page.locator(".chain .tag.good")).to_have_count(9)
    with page.expect_download() as certificate:
        page.locator(f'a[href$="/{number}/certificate"]').click()
    assert certificate.value.suggested_filename == f"replay-{number}.json"
    put, kept = page.get_by_role("button", name=words["basket"], exact=True), page.get_by_role("link", name=words["in"])
    expect(put.or_(kept)).to_be_visible()
    if put.count():  # the basket is the person's, whatever the language
        put.click()
    kept.click()
    with page.expect_download() as pack:
        page.get_by_role("button", name=words["export"], exact=True).click()
    pack.value.save_as(tmp_path / "pack.zip")
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        assert f"decisions/{number}/decision.json" in archive.namelist()
        assert "verify.py" in archive.namelist()


def test_a_validator_approves_what_risk_proposed(sit: Sit, served: tuple[str, Desk]) -> None:
    """Risk pastes a policy, a fault comes back with the text, the next try is a proposal; the proposer cannot decide, another does."""
    risk = sit("risk", to="/releases")
    risk.get_by_role("link", name="提议变更").click()
    risk.locator("summary").click()
    risk.get_by_label("政策文件").fill(DRAFT.replace('">="', '"=>"', 1))
    risk.get_by_label("理由（记入账本）").fill("一次违约不再一票否决")
    risk.get_by_role("button", name="提议（须另一人批准）").click()
    expect(risk.get_by_role("alert").get_by_text("政策文件有误")).to_be_visible()
    expect(risk.get_by_label("理由（记入账本）")).to_have_value("一次违约不再一票否决")
    risk.get_by_label("政策文件").fill(DRAFT)
    risk.get_by_role("button", name="提议（须另一人批准）").click()
    expect(risk.get_by_text("您自己的提议")).to_be_visible()
    expect(risk.get_by_role("button", name="批准，使其生效")).to_have_count(0)
    number = to_have_address(risk, r"/releases/([0-9A-Z]+)")
    validator = sit("validator", lang="en", to=f"/releases/{number}")
    expect(validator.get_by_text("applications decided anew")).to_be_visible()
    validator.get_by_label("Reason (kept in the ledger)").fill("looked at who flips")
    validator.get_by_role("button", name="Approve: it will decide").click()
    expect(validator.get_by_text("Approved by")).to_be_visible()
    assert served[1].office.in_force() == number


def test_a_stop_takes_one_person_and_its_end_two(sit: Sit, served: tuple[str, Desk]) -> None:
    """A validator stops and proposes to go on, is not offered to approve that, and another does; in English."""
    first = sit("validator", lang="en", to="/releases/switch")
    first.get_by_label("Reason (kept in the ledger)").fill("a drill")
    first.get_by_role("button", name="Stop automatic decisions at once").click()
    expect(first.get_by_text("Automatic decisions are stopped")).to_be_visible()
    first.locator("summary").click()
    first.locator("#resume-1").fill("the drill is over")
    first.get_by_role("button", name="Propose; another person approves it").click()
    expect(first.get_by_text("You proposed this")).to_be_visible()
    expect(first.get_by_role("button", name="Approve: go on")).to_have_count(0)
    waiting = served[1].lever.state().waiting[0]
    from service.ledger import Actor  # noqa: PLC0415

    served[1].lever.approve_end(waiting.proposal_id, reason="agreed", actor=Actor(kind="person", id="another.validator"))
    first.reload()
    expect(first.get_by_text("Automatic decisions go on")).to_be_visible()


RETRAINING = {
    "zh": ("再训练", "理由（记入账本）", "开始", "刷新", "再训练失败"),
    "en": ("Retraining", "Reason (kept in the ledger)", "Start", "Load again", "The retraining failed"),
}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_risk_starts_a_retraining_and_sees_how_it_ends(sit: Sit, lang: str) -> None:
    """From the models to the job's page, which a real process works on; evidence of one firm cannot train, and the page says what to do."""
    models, reason, start, again, failed = RETRAINING[lang]
    page = sit("risk", lang=lang, to="/models")
    page.get_by_role("link", name=models).click()
    page.get_by_label(reason).fill("a quarter has passed")
    page.get_by_role("button", name=start, exact=True).click()
    to_have_address(page, r"/retrainings/[0-9A-Z]{26}")
    expect(page.get_by_role("link", name=again)).to_have_count(0, timeout=300_000)  # the page loads itself again until the job ends
    expect(page.get_by_role("alert").get_by_text(failed)).to_be_visible()
    expect(page.get_by_role("alert").locator("pre")).not_to_be_empty()


BARRIERS = {"moderate", "serious", "critical"}
PAGES = (
    ("auditor", "/account"),
    ("auditor", "/audit"),
    ("auditor", "/audit/entries"),
    ("auditor", "/audit/entries/3"),
    ("auditor", "/audit/basket"),
    ("auditor", "/audit/decisions/{number}"),
    ("auditor", "/audit/decisions/{number}/lineage"),
    ("auditor", "/corrections"),
    ("auditor", "/corrections/reviews"),
    ("risk", "/releases"),
    ("risk", "/releases/new"),
    ("risk", "/releases/switch"),
    ("risk", "/releases/shadow"),
    ("risk", "/models"),
    ("risk", "/models/{model}"),
    ("risk", "/retrainings"),
    ("risk", "/retrainings/{job}"),
    ("risk", "/models/{model}/validation"),
    ("risk", "/monitoring"),
    ("risk", "/monitoring/{run}/startup/0"),
    ("risk", "/monitoring/{run}/startup/4"),
    ("risk", "/policy"),
    ("risk", "/policy/schemes"),
    ("risk", "/policy/difference?before=cn-core-18&after=local-1000"),
)
DARK = {
    "/account",
    "/audit/decisions/{number}",
    "/audit/decisions/{number}/lineage",
    "/releases/new",
    "/models/{model}/validation",
    "/monitoring",
    "/monitoring/{run}/startup/0",
    "/policy/difference?before=cn-core-18&after=local-1000",
    "/retrainings/{job}",
}
"""Pages of different kinds: words are the same in every theme, contrast is not."""


@pytest.mark.parametrize(("lang", "scheme"), [("zh", "light"), ("en", "light"), ("zh", "dark")])
def test_every_page_is_accessible_and_fits(chromium: Any, served: tuple[str, Desk], lang: str, scheme: Any) -> None:
    """Axe finds no barrier; nothing is wider than a laptop's screen; the console stays silent."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 only where there is a browser
    from builders_people import PASSWORD  # noqa: PLC0415

    address, desk = served
    said: list[str] = []
    faults: list[str] = []
    for role in ("auditor", "risk"):
        context = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 800}, bypass_csp=True, color_scheme=scheme)
        page = context.new_page()
        page.goto(f"/sign-in?lang={lang}")
        page.fill("#login", f"the.{role}")
        page.fill("#password", PASSWORD)
        page.click("main button.primary")
        page.wait_for_url(is_inside)
        page.on("console", lambda message: said.append(message.text))
        for path in (path for who, path in PAGES if who == role and (scheme == "light" or path in DARK)):
            faults += _faults(page, path.format(**_named(desk)), lang, Axe)
        context.close()
    assert faults == []
    assert [text for text in said if "favicon" not in text and "404" not in text] == []


def _named(desk: Desk) -> dict[str, str]:
    from service.use_cases.decide import decisions_after  # noqa: PLC0415

    base = desk.office.base()
    assert base is not None
    with desk.store.reading() as unit:
        is_there = find_retraining(unit, JOB) is not None
    if not is_there:
        kept(desk.store, system_clock(), state="done")
    runs = history(desk.store, desk.clock).kept
    if not runs:
        record = full_validation(desk.shelf.model(base.bundles["startup"].sha256), desk.clock())
        with desk.store.writing() as unit:
            keep_artefacts(unit, [validation_artefact(record.to_bytes())], desk.clock())
    return {
        "job": JOB,
        "run": runs[0].run_id if runs else keep(desk.store, desk.clock),
        "number": decisions_after(desk, firm_id=None, after=0, limit=1)[0].decision_id,
        "model": base.bundles["startup"].sha256,
    }


def _faults(page: Any, path: str, lang: str, axe: Any) -> list[str]:
    answer = page.goto(path)
    assert (answer.status, is_inside(page.url)) == (200, True), path
    assert page.locator("html").get_attribute("lang") == ("zh-CN" if lang == "zh" else "en")
    found = [
        f"{path}: {one['id']}: {one['nodes'][0]['html'][:160]}"
        for one in axe().run(page).response["violations"]
        if one["impact"] in BARRIERS
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append(f"{path}: wider than the screen")
    return found
