"""A validation on pages: gates in the table of models, every chapter on its own page, and pictures drawn from counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import builders_cases as cases
import pytest
from builders_browser import Browser
from builders_service import Clock
from builders_validation import CHAPTER, PICTURES, full_validation, validation_of

from service.artefacts import model_artefact, validation_artefact
from service.desk import Desk
from service.monitoring import MOVED, STABLE, Finding
from service.store import Store
from service.store.artefacts import keep_artefacts
from service.use_cases.validations import newest_told
from service.web.curves import pictures_of
from service.web.validation_words import chapters_of, gate_words, gates_shown
from training.bundle import Bundle

Signed = Callable[..., Browser]


@pytest.fixture
def pin(store: Store, desk: Desk, clock: Clock) -> str:
    """The start-up model in force; its newest validation has pictures, a gate that fails and warns, and one with too few data."""
    base = desk.office.base()
    assert base is not None
    bundle = desk.shelf.model(base.bundles["startup"].sha256)
    record = full_validation(bundle, clock.now)
    with store.writing() as unit:
        keep_artefacts(unit, [validation_artefact(record.to_bytes())], clock.now)
    return str(bundle.hash)


def test_gates_stand_in_the_table_of_models(signed_in: Signed, pin: str) -> None:
    """How many passed, what is not passed with what was found, and the way to the report."""
    page = signed_in("risk").get("/models").text
    assert f'href="/models/{pin}/validation">1/3</a>' in page
    assert "未通过的门槛" in page
    assert "0.7000" in page


def test_a_validation_is_a_page_to_sign_on(signed_in: Signed, pin: str) -> None:
    """Gates with condition, n and result, every chapter in the page's language, and lines for signatures."""
    validator = signed_in("validator")
    page = validator.get(f"/models/{pin}/validation")
    assert page.status_code == 200
    for said in (
        "验证报告",
        "校准",
        "0.9300 (0.8000 – 1.1000)",
        "0.7500 (0.7000 – 0.8000)",
        "1,234",
        "1.2e-05",
        "123.5",
        "数据不足",
        "附注",
        "签字",
        "示例门槛",
    ):
        assert said in page.text, said
    english = validator.get(f"/models/{pin}/validation?lang=en").text
    assert "level and slope" in english
    assert "Signatures" in english
    assert validator.get("/models/sha256:0/validation").status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_model_s_page_draws_what_the_record_carries(signed_in: Signed, pin: str, lang: str) -> None:
    """ROC, KS, calibration by grade and bin, swap sets in money and churn of reasons, each with its table behind."""
    page = signed_in("risk").get(f"/models/{pin}?lang={lang}").text
    titles = {
        "zh": ("ROC", "KS：", "校准：按等级", "可靠性", "换模型后谁会变（申请金额）", "原因变动"),
        "en": ("ROC", "KS: ", "Calibration by grade", "reliability", "Who is swapped (money asked for)", "Churn of reasons"),
    }[lang]
    for title in titles:
        assert title in page, title
    assert page.count("<svg") >= len(titles)
    assert page.count({"zh": "图中数字", "en": "The numbers"}[lang]) >= len(titles)


def test_a_record_without_pictures_has_its_reliability_only(folders: Path) -> None:
    """Records that were kept before pictures were."""
    bundle = Bundle.load(folders / "startup")
    old = validation_of(bundle, chapters=(CHAPTER,), format="validation/1")
    assert len(pictures_of(old, (), "zh")) == 1
    assert pictures_of(validation_of(bundle), (), "zh") == []
    assert chapters_of(old, "en")[0].grids[0].rows[4][1].said == "not enough data"
    assert gates_shown(old.outcomes, "en")[0].condition


def test_swaps_without_money_are_counted_in_rows(folders: Path) -> None:
    """Where a book has no amounts, rows are drawn; a PSI without value is left out, one that moved is marked."""
    bundle = Bundle.load(folders / "startup")
    swap = tuple(one.model_copy(update={"asked": None, "defaulted": None}) for one in PICTURES.swap)
    record = validation_of(bundle, pictures=PICTURES.model_copy(update={"swap": swap, "reasons": None, "champion_caught": ()}))
    said = {"measure": "PSI", "n": 400}
    found = (
        Finding(subject="score", value=0.3, threshold=0.1, verdict=MOVED, **said),
        Finding(subject="a_name_that_no_catalogue_knows_and_that_is_long", value=0.01, threshold=0.1, verdict=STABLE, **said),
        Finding(subject="revenue", value=None, threshold=None, verdict="not enough data", **said),
    )
    charts = {chart.title: chart for chart in pictures_of(record, found, "en")}
    assert "Who is swapped (rows)" in charts
    psi = charts["PSI: held-out rows against training"]
    assert [mark.look for mark in psi.bars] == ["down", "up"]
    assert psi.behind is not None
    assert len(psi.behind.rows) == 2


def test_the_newest_validation_is_the_one_on_file(store: Store, pin: str) -> None:
    """Read by the model's hash; a model without one has none."""
    with store.reading() as unit:
        told = newest_told(unit, pin)
        assert newest_told(unit, cases.HASH) is None
    assert told is not None
    assert told.record.pictures == PICTURES


def test_a_proposal_shows_validations_and_who_is_swapped(signed_in: Signed, store: Store, desk: Desk, clock: Clock, folders: Path) -> None:
    """Each model that changes with its validation, gates and pictures against the champion; one without a validation is called out."""
    kept = sorted(path.parent for path in folders.rglob("manifest.json"))
    other = next(one for one in map(Bundle.load, kept) if one.hash not in _in_force(desk) and one.segment == "startup")
    record = validation_of(other, "pass", "not-enough-data", pictures=PICTURES, made_at=clock.now)
    with store.writing() as unit:
        keep_artefacts(unit, [model_artefact(other.folder), validation_artefact(record.to_bytes())], clock.now)
    risk = signed_in("risk")
    sent = risk.send("/releases/new", reason="better ranking", model_startup=other.hash)
    assert sent.status_code == 303, sent.text
    page = risk.get(sent.headers["Location"]).text
    for said in ("模型验证", "验证通过", "数据不足", "换模型后谁会变", "原因变动", f'href="/models/{other.hash}/validation"'):
        assert said in page, said
    assert "其中有模型未通过验证" not in page


def _in_force(desk: Desk) -> set[str]:
    base = desk.office.base()
    assert base is not None
    return {pin.sha256 for pin in base.bundles.values()}


def test_gates_say_what_was_found_as_it_is_counted(folders: Path) -> None:
    """Whole numbers against a whole bound, four digits elsewhere, the interval where the chapters have one, names by id."""
    record = validation_of(Bundle.load(folders / "startup"), chapters=(CHAPTER,))
    red = record.outcomes[0].model_copy(update={"id": "red", "measure": "red_grades", "found": 3.0, "at_least": None, "at_most": 0.0})
    shown = gates_shown((*record.outcomes, red), "en", record.chapters)
    assert [(one.found, one.interval) for one in shown] == [("0.7000", "0.7500 (0.7000 – 0.8000)"), ("3", "")]
    assert gate_words(record.outcomes)["gate-1"].en == "ranks"
