"""Pages of monitoring: one line a watched quantity with its verdicts over time, and the picture behind each."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response

from service.domain.override_outcomes import Tally
from service.errors import UnknownRun, WrongState
from service.monitoring import MOVED, MonitoringRun
from service.monitoring.run import FindingKept, MonitoredKept
from service.requests import Strict
from service.store.monitoring_runs import KeptRun
from service.tokens import Permission
from service.use_cases.monitoring_runs import History, ask_run, history, show_run
from service.use_cases.override_outcomes import outcomes_of_overrides
from service.web.bars import feature_name
from service.web.charts import Chart
from service.web.monitoring_charts import bins_chart, figure, runs_chart
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, go_to, render
from service.web.words import Words
from service.web.words_risk import WATCHED

__all__ = ["monitoring_pages"]

monitoring_pages = Blueprint("monitoring_pages", __name__, template_folder="templates")
log = logging.getLogger(__name__)
TITLE: Final = Words("监测", "Monitoring")
EVERY: Final = 5
PLACE: Final = re.compile(r"[0-9]{1,4}")
TESTED: Final = frozenset({"realised", "override outcomes"})
"""Measures whose threshold is a probability."""
INPUTS: Final = ("PSI", "missing")
"""Measures of the model's inputs; those that did not move are folded away."""


@dataclass(frozen=True, slots=True)
class Line:
    """A watched quantity: its finding in words, and the verdicts of the runs shown, oldest first (None: not looked at)."""

    path: str
    name: str
    finding: FindingKept
    value: str
    expected: str
    threshold: str
    past: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One model: what stands for itself or moved, and the quiet inputs."""

    model: MonitoredKept
    lines: tuple[Line, ...]
    quiet: tuple[Line, ...]

    @property
    def moved(self) -> list[str]:
        """Name what moved, each once."""
        return list(dict.fromkeys(line.name for line in self.lines if line.finding.verdict == MOVED))


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringPage:
    """The newest run, and how those before it ended."""

    frame: Frame
    tables: tuple[Table, ...]
    runs: tuple[MonitoringRun, ...]
    under_way: KeptRun | None
    failed: KeptRun | None
    may_start: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedPage:
    """One finding with its pictures; `became` counts what became of overrides, where it is about them."""

    frame: Frame
    run: MonitoringRun
    model: MonitoredKept
    finding: FindingKept
    name: str
    charts: tuple[Chart, ...]
    became: tuple[Tally, ...]


@operation(
    monitoring_pages,
    "GET",
    "/monitoring",
    summary="What the newest monitoring run found of the models in use, and verdicts over time",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
)
def monitoring_page(ask: Ask, query: PageQuery) -> Response:
    """Show it."""
    del query
    found = history(ask.desk.store, ask.desk.clock)
    frame = frame_of(TITLE, ask.session, ask.caller, refresh=EVERY if found.under_way else None)
    page = MonitoringPage(
        frame=frame,
        tables=tuple(_table(found, one, frame.lang) for one in (found.kept[0].models if found.kept else ())),
        runs=found.kept,
        under_way=found.under_way,
        failed=found.failed,
        may_start=ask.caller.may(Permission.PROPOSE),
    )
    return render("risk/monitoring.html", page)


@operation(
    monitoring_pages,
    "POST",
    "/monitoring",
    summary="Start a monitoring run on the page; it changes nothing but the record of what it found",
    page=True,
    permission=Permission.PROPOSE,
    form=Strict,
    answers={303: Answer(meaning="Started, or one is under way: the page, which tells when it has ended", headers=("Location",))},
)
def start_run_on_page(ask: Ask, form: Strict) -> Response:
    """Start it."""
    del form
    desk = ask.desk
    try:
        desk.monitor(ask_run(desk.store, desk.clock, ask.caller.actor))
    except WrongState:  # another is under way, and the page says whose
        log.info("a monitoring run was asked for while one is under way")
    return go_to("/monitoring")


@operation(
    monitoring_pages,
    "GET",
    "/monitoring/<run_id>/<segment>/<place>",
    summary="One watched quantity of a run, with the picture behind it",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
    problems=("unknown-run",),
)
def watched_page(ask: Ask, run_id: str, segment: str, place: str, query: PageQuery) -> Response:
    """Show it."""
    del query
    run = show_run(ask.desk.store, run_id)
    model = next((one for one in run.models if one.segment == segment), None)
    number = int(place) if PLACE.fullmatch(place) else -1
    if model is None or not 0 <= number < len(model.findings):
        raise UnknownRun(
            f"monitoring run {run_id[:40]!r} found nothing numbered {place} of {segment[:20]!r}; /monitoring lists what it found"
        )
    finding = model.findings[number]
    frame = frame_of(TITLE, ask.session, ask.caller)
    name = _name(finding, frame.lang)
    runs = [(past.at, one) for past in reversed(history(ask.desk.store, ask.desk.clock).kept) if (one := _same(past, model, finding))]
    charts = (bins_chart(finding, name, frame.lang), runs_chart(runs, name, frame.lang))
    is_about_people = finding.measure == "override outcomes"
    became = outcomes_of_overrides(ask.desk.store, ask.desk.clock()).tallies if is_about_people else ()
    page = WatchedPage(
        frame=frame,
        run=run,
        model=model,
        finding=finding,
        name=name,
        charts=tuple(one for one in charts if one is not None),
        became=tuple(became),
    )
    return render("risk/watched.html", page)


def _table(found: History, model: MonitoredKept, lang: str) -> Table:
    newest = found.kept[0]
    lines = [_line(found, newest, model, place, lang) for place in range(len(model.findings))]
    quiet = [line for line in lines if _is_quiet(line.finding)]
    shown = [line for line in lines if line not in quiet]
    ranked = sorted(shown, key=lambda line: line.finding.verdict != MOVED)
    return Table(model, tuple(ranked), tuple(quiet))


def _is_quiet(finding: FindingKept) -> bool:
    return finding.measure in INPUTS and finding.subject != "score" and finding.verdict != MOVED


def _line(found: History, run: MonitoringRun, model: MonitoredKept, place: int, lang: str) -> Line:
    finding = model.findings[place]
    said = [_same(past, model, finding) for past in reversed(found.kept)]
    interval = "" if finding.low is None or finding.high is None else f" ({figure(finding, finding.low)} – {figure(finding, finding.high)})"
    return Line(
        path=f"/monitoring/{run.run_id}/{model.segment}/{place}",
        name=_name(finding, lang),
        finding=finding,
        value=f"{figure(finding, finding.value)}{interval}",
        expected=figure(finding, finding.expected),
        threshold=_threshold(finding),
        past=tuple(None if one is None else one.verdict for one in said),
    )


def _threshold(finding: FindingKept) -> str:
    """Write what counts as moved: a value of the measure, or for tests the probability below which chance is not believed."""
    if finding.threshold is None:
        return "–"
    if finding.measure == "known share":
        return f"±{finding.threshold:.2%}"
    return f"p < {finding.threshold:.2g}" if finding.measure in TESTED else f"{finding.threshold:.3f}"


def _same(run: MonitoringRun, model: MonitoredKept, finding: FindingKept) -> FindingKept | None:
    """Find the same quantity of the model of the same segment in another run."""
    other = next((one for one in run.models if one.segment == model.segment), None)
    listed = () if other is None else other.findings
    return next((one for one in listed if (one.subject, one.measure) == (finding.subject, finding.measure)), None)


def _name(finding: FindingKept, lang: str) -> str:
    return WATCHED[finding.subject][lang] if finding.subject in WATCHED else feature_name(finding.subject, lang)
