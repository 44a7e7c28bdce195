"""The page of retrainings: started with a reason, followed without a script, and told gate by gate what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from builders_browser import Browser
from builders_retraining import JOB, PLAN, REPORT, kept, model, outcome
from builders_service import Clock
from flask import Flask

from service.desk import Desk
from service.store import Store
from service.store.retrainings import open_retraining

Signed = Callable[..., Browser]


@pytest.fixture
def launched(app: Flask, desk: Desk) -> list[str]:
    """The numbers of jobs whose process the service would have started."""
    started: list[str] = []
    app.extensions["jifen"] = replace(desk, launch=started.append)
    return started


def test_risk_starts_one_and_lands_on_its_page(signed_in: Signed, store: Store, launched: list[str]) -> None:
    """With who, why and what was chosen; it refreshes itself and offers a plain link to do so."""
    risk = signed_in("risk")
    sent = risk.send("/retrainings", reason="季度再训练", segments="growth", seed="7", challengers="off", trials="1,00", rejects="fuzzy")
    assert sent.status_code == 303, sent.text
    number = sent.headers["Location"].rpartition("/")[2]
    assert launched == [number]
    with store.reading() as unit:
        job = open_retraining(unit)
    assert job is not None
    assert (job.actor.id, job.plan.segments, job.plan.seed, job.plan.trials) == ("the.risk", ("growth",), 7, 100)
    assert (job.plan.challengers, job.plan.rejects, job.plan.evidence) == (False, "fuzzy", "")
    page = risk.get(f"/retrainings/{number}").text
    for said in (
        "等待",
        "季度再训练",
        'http-equiv="refresh" content="5"',
        f'href="/retrainings/{number}">刷新',
        "模糊增广",
        "已完成 0 / 5 步",
    ):
        assert said in page


def test_what_is_wrong_stands_beside_its_field(signed_in: Signed, launched: list[str]) -> None:
    """What was typed stays, and nothing starts."""
    answer = signed_in("risk").send("/retrainings", seed="abc", trials="500", segments="none", evidence="on-file")
    assert answer.status_code == 422
    for said in ("请填写整数", "不得大于 200", "请从列出的选项中选择", "至少填写 1 个字", 'value="abc"'):
        assert said in answer.text
    assert launched == []


def test_a_folder_must_lie_below_home(signed_in: Signed, launched: list[str], desk: Desk) -> None:
    """One that does is offered and taken; any other place on the machine is not."""
    risk = signed_in("risk")
    answer = risk.send("/retrainings", reason="x", evidence="/etc")
    assert answer.status_code == 422
    assert "应为 JIFEN_HOME 下含 firms.csv" in answer.text
    folder = desk.settings.home / "evidence-2026"
    folder.mkdir()
    Path(folder, "firms.csv").write_text("firm_id\n", "utf-8")
    assert 'value="evidence-2026"' in risk.get("/retrainings").text
    assert risk.send("/retrainings", reason="x", evidence="evidence-2026").status_code == 303
    assert len(launched) == 1


def test_a_second_one_is_refused_on_the_page(signed_in: Signed, store: Store, clock: Clock, launched: list[str]) -> None:
    """While one waits or runs; the reason that was typed stays."""
    kept(store, clock.now)
    answer = signed_in("risk").send("/retrainings", reason="once more")
    assert answer.status_code == 409
    assert "已有一次再训练正在等待或进行" in answer.text
    assert "once more" in answer.text
    assert launched == []


def test_who_may_not_propose_may_look(signed_in: Signed, store: Store, clock: Clock) -> None:
    """No form for the validator, and none of the role's posts is taken."""
    kept(store, clock.now, state="done")
    validator = signed_in("validator")
    page = validator.get("/retrainings").text
    assert "发起再训练" not in page
    assert "未达门槛" in page
    assert validator.send("/retrainings", reason="x").status_code == 403


def test_a_gate_that_holds_it_back_is_told_with_bound_and_rows(signed_in: Signed, store: Store, clock: Clock) -> None:
    """First of all, in both languages; the comparison in money stands below, the log behind a fold."""
    kept(store, clock.now, state="done")
    risk = signed_in("risk")
    page = risk.get(f"/retrainings/{JOB}").text
    for said in (
        "未达门槛，未提议",
        "AUC 下限高于随机",
        "auc.low ≥ 0.55",
        "0.4649",
        "552",
        "换入（仅新模型通过）",
        "61,000,000",
        "仅提示的门槛：2 项",
    ):
        assert said in page
    assert "refresh" not in page.partition("<title>")[0]
    english = risk.get(f"/retrainings/{JOB}?lang=en").text
    for said in (
        "Held back by gates: nothing proposed",
        "AUC clearly better than chance",
        "Against jifen-startup@6",
        "score.value ≤ 10",
        "not done",
    ):
        assert said in english


def test_a_proposal_is_linked(signed_in: Signed, store: Store, clock: Clock) -> None:
    """Where every model passed; of one that had nobody to be compared with, and one that could not be, that is said."""
    versus = model().versus
    assert versus is not None
    alone = model("startup", verdict="passed", gates=(), versus=None, contest=())
    other = model("growth", verdict="passed", gates=(), versus=versus.model_copy(update={"why_not": "other features"}))
    kept(store, clock.now, state="done", result=outcome(alone, other, proposal_id="01M88GBBBBBBBBBBBBBBBBBBBB"))
    risk = signed_in("risk")
    page = risk.get(f"/retrainings/{JOB}?lang=en").text
    for said in (
        "A release is proposed",
        "/releases/01M88GBBBBBBBBBBBBBBBBBBBB",
        "No model of this kind was in force",
        "reads other features",
    ):
        assert said in page
    assert "BBBBBB" in risk.get("/retrainings").text


def test_a_failure_is_told_with_its_remedy(signed_in: Signed, store: Store, clock: Clock) -> None:
    """What was wrong, where it stopped, and the log as far as it went."""
    kept(store, clock.now, state="failed", plan=PLAN.model_copy(update={"evidence": "province"}))
    page = signed_in("risk").get(f"/retrainings/{JOB}").text
    for said in ("再训练失败", "there are no loans; add them", "evidence-invalid", "binning", "<code>province</code>", "<details open>"):
        assert said in page
    assert page.count('class="tag bad"') == 2


def test_one_under_way_shows_how_far_it_is(signed_in: Signed, store: Store, clock: Clock) -> None:
    """One of eight steps is behind; nobody works on it any more once its sign of life is late."""
    kept(store, clock.now, state="running")
    page = signed_in("risk").get(f"/retrainings/{JOB}?lang=en").text
    for said in ("1 of 8 steps are done", '<progress value="1" max="8"', "under way", "begins"):
        assert said in page


def test_documents_are_given_out_as_files(signed_in: Signed, store: Store, clock: Clock) -> None:
    """By the names the page lists; no other name, model or job has any, and one that is gone is told."""
    kept(store, clock.now, state="done")
    risk = signed_in("risk")
    answer = risk.get(f"/retrainings/{JOB}/startup/report.zh.html")
    assert answer.data == REPORT
    assert answer.headers["Content-Disposition"] == "attachment; filename=jifen-startup-7-report.zh.html"
    for path in (
        f"{JOB}/startup/other.html",
        f"{JOB}/growth/report.zh.html",
        "nothing/startup/report.zh.html",
        f"{JOB}/startup/report.en.html",
    ):
        assert risk.get(f"/retrainings/{path}").status_code == 404


def test_nothing_yet(signed_in: Signed) -> None:
    """The list says so, the models lead there, and a number that is none is told."""
    risk = signed_in("risk")
    assert "尚无再训练" in risk.get("/retrainings").text
    assert 'href="/retrainings"' in risk.get("/models").text
    assert risk.get("/retrainings/none").status_code == 404
