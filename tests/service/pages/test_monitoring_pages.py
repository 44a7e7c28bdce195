"""Monitoring on pages and over the API: started by the risk role, told line by line, kept with every run."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from builders_browser import Browser
from builders_monitoring import BINS, FOUND, RISK, finding, keep, monitored
from builders_service import Clock
from flask import Flask
from flask.testing import FlaskClient

from service.desk import Desk
from service.errors import WrongState
from service.ledger import Kind
from service.monitoring import MOVED, STABLE
from service.monitoring_process import Monitor, command
from service.store import Store
from service.store.ledger import entries_of_kinds
from service.use_cases.monitoring_runs import LONGEST, ask_run, history, keep_found, look_up, noted_failure

Signed = Callable[..., Browser]


@pytest.fixture
def started(app: Flask, desk: Desk) -> list[str]:
    """The numbers of runs whose process the service would have started."""
    numbers: list[str] = []
    app.extensions["jifen"] = replace(desk, monitor=numbers.append)
    return numbers


def test_before_any_run_the_page_says_how_one_is_started(signed_in: Signed) -> None:
    """The risk role has the button; an officer reads only."""
    page = signed_in("risk").get("/monitoring").text
    assert "尚无监测记录" in page
    assert "现在监测" in page
    assert "<form" not in signed_in("officer").get("/monitoring").text.partition("<main")[2]


def test_risk_starts_a_run_and_sees_it_under_way(signed_in: Signed, store: Store, clock: Clock, started: list[str]) -> None:
    """The page loads itself again until it has ended; a second press starts nothing."""
    risk = signed_in("risk")
    assert risk.send("/monitoring").status_code == 303
    assert risk.send("/monitoring").status_code == 303
    assert len(started) == 1
    page = risk.get("/monitoring").text
    assert "监测正在进行" in page
    assert 'http-equiv="refresh"' in page
    assert "现在监测" not in page
    clock.now += LONGEST + timedelta(minutes=1)
    assert "未完成" in risk.get("/monitoring").text
    assert look_up(store, clock, started[0])[0].failure is not None


def test_what_a_run_found_stands_line_by_line(signed_in: Signed, store: Store, clock: Clock) -> None:
    """Verdict, value with interval, what it is compared with, threshold and n; verdicts of runs before; a retraining is proposed."""
    keep(store, clock, finding("score", "PSI", STABLE, value=0.01, bins=BINS), verdict=STABLE)
    clock.now += timedelta(days=30)
    run_id = keep(store, clock)
    page = signed_in("risk").get("/monitoring").text
    for said in ("评分分布", "已变动", "94.00% (92.00% – 96.00%)", "建议再训练", 'href="/retrainings"', "数据不足", "模拟数据", "●", "▲"):
        assert said in page, said
    assert f'href="/monitoring/{run_id}/startup/0"' in page
    assert "其余 1 项输入" in page
    english = signed_in("auditor").get("/monitoring?lang=en").text
    assert "A retraining is proposed; monitoring never changes a model" in english
    assert "1 more inputs" in english or "more inputs, none of which moved" in english


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (0, ("训练时（灰）与现在（蓝）", "评分分布：历次监测", "&gt; 600")),
        (2, ("数据完整度：历次监测",)),
        (3, ("样本太少",)),
        (4, ("按决定季度", "2026Q1", "0.20% – 15.00%")),
        (5, ("人工调整：更有利",)),
    ],
)
def test_behind_every_line_is_its_picture(signed_in: Signed, store: Store, clock: Clock, place: int, said: tuple[str, ...]) -> None:
    """Bins against training, the value run by run, quarters, or that there are too few rows to draw."""
    run_id = keep(store, clock)
    officer = signed_in("officer")
    page = officer.get(f"/monitoring/{run_id}/startup/{place}")
    assert page.status_code == 200
    for words in said:
        assert words in page.text, words
    assert officer.get(f"/monitoring/{run_id}/startup/{place}?lang=en").status_code == 200


@pytest.mark.parametrize("path", ["startup/99", "growth/0", "startup/x", "startup/-1"])
def test_what_was_not_found_is_not_shown(signed_in: Signed, store: Store, clock: Clock, path: str) -> None:
    """An unknown place, segment or run is answered 404."""
    officer = signed_in("officer")
    assert officer.get(f"/monitoring/{keep(store, clock)}/{path}").status_code == 404
    assert officer.get("/monitoring/NOTHING/startup/0").status_code == 404


def test_a_run_is_an_entry_with_everything_it_found(store: Store, clock: Clock) -> None:
    """Its content reads back as the same run, numbers and all; it ends once."""
    run_id = keep(store, clock)
    with store.reading() as unit:
        entry = orjson.loads(entries_of_kinds(unit, [Kind.MONITORING])[0])
    assert (entry["subject"], entry["actor"]["id"]) == (run_id, "the.risk")
    run = history(store, clock).kept[0]
    assert run.models[0].findings[0].bins[0].n == 260
    assert run.models[0].findings[2].low == pytest.approx(0.92)
    assert run.verdict == MOVED
    with pytest.raises(WrongState, match="ended already"):
        keep_found(store, clock, run_id, [], newest=1, rate=0.05)


def test_a_run_that_raises_is_noted_with_why(store: Store, clock: Clock, signed_in: Signed) -> None:
    """The next one may start, and the page says what happened."""
    run_id = ask_run(store, clock, RISK)
    with pytest.raises(ZeroDivisionError), noted_failure(store, clock, run_id):
        _ = 1 / 0
    assert "ZeroDivisionError" in signed_in("risk").get("/monitoring").text
    assert ask_run(store, clock, RISK) != run_id
    with pytest.raises(WrongState, match="is under way"):
        ask_run(store, clock, RISK)


def test_the_api_starts_lists_and_shows(client: FlaskClient, started: list[str], store: Store, clock: Clock, risk: dict[str, str]) -> None:
    """A run is 202 and under way, then done with every finding; what is not there is 404, a second one 409."""
    sent = client.post("/v1/monitoring", headers=risk)
    assert sent.status_code == 202
    run_id = started[0]
    assert sent.headers["Location"] == f"/v1/monitoring/{run_id}"
    assert client.post("/v1/monitoring", headers=risk).status_code == 409
    keep_found(store, clock, run_id, [monitored(*FOUND)], newest=500, rate=0.05)
    shown = client.get(f"/v1/monitoring/{run_id}", headers=risk).get_json()
    assert shown["found"]["models"][0]["findings"][0]["verdict"] == "moved"
    listed = client.get("/v1/monitoring?limit=5", headers=risk).get_json()["runs"]
    assert [one["run_id"] for one in listed] == [run_id]
    assert client.get("/v1/monitoring/NOTHING", headers=risk).status_code == 404


class Ended:
    """A process that has ended."""

    def __init__(self, code: int) -> None:
        self.returncode, self.stderr = code, b"no room"


def test_a_process_that_ends_without_a_word_fails_its_run(desk: Desk, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it ends badly or takes too long; a run that ended well stays as it is."""
    monitor = Monitor(store, desk.settings, clock)
    monkeypatch.setattr("subprocess.run", lambda *_, **__: Ended(3))
    first = ask_run(store, clock, RISK)
    monitor.start(first).join()
    assert "code 3: no room" in str(look_up(store, clock, first)[0].failure)

    def hangs(*_: Any, **__: Any) -> None:
        raise subprocess.TimeoutExpired("python", 900)

    monkeypatch.setattr("subprocess.run", hangs)
    second = ask_run(store, clock, RISK)
    monitor.start(second).join()
    assert "could not be run to its end" in str(look_up(store, clock, second)[0].failure)
    third = keep(store, clock)
    monitor.start(third).join()
    assert look_up(store, clock, third)[0].failure is None
    assert command("X")[1:] == ["-m", "service.cli.monitoring_job", "X"]
