"""Pages of one record: its trail from raw fact to signature, verified and replayed, with what an examiner takes away of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from flask import Blueprint, Response

from features.indicators import CATALOGUE
from features.indicators.wording import format_value
from features.tables import TABLES
from features.tables.columns import Column
from service.domain.lineage import ScoredValue
from service.ledger.audit import Finding
from service.requests import Strict
from service.tokens import Permission
from service.use_cases.lineage import DecisionLineage, lineage_of
from service.use_cases.proving import inclusion, place_of
from service.use_cases.replay import Certificate, Stage
from service.use_cases.searching import basket_size
from service.use_cases.trail import Act, Trail, trail_of
from service.use_cases.verify import Report, verify
from service.web.audit import replayed
from service.web.figures import percent
from service.web.officer.words import POLICY_TABLES
from service.web.operations import JSON, Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, render
from service.web.shown import DASH
from service.web.words import Words
from service.web.words_audit import ACTS, KINDS

__all__ = ["records"]

records = Blueprint("records", __name__, template_folder="templates")
RECORD = Words("决定的记录", "Record of a decision")
LINEAGE = Words("数据来源", "Where values came from")
USES = {"score": Words("评分", "score"), "points": Words("创新积分", "points")}
YES_NO = (Words("否", "no"), Words("是", "yes"))
GONE = ("unknown-decision", "unknown-entry", "gone")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """The trail of a decision, and what verifying or replaying it found where that was asked for."""

    frame: Frame
    trail: Trail
    basket: int
    facts: int
    sources: tuple[str, ...]
    report: Report | None = None
    certificate: Certificate | None = None

    @property
    def stages(self) -> Mapping[str, Stage]:
        """What the replay found, by stage."""
        return {} if self.certificate is None else {stage.id: stage for stage in self.certificate.stages}

    @property
    def differs_today(self) -> Stage | None:
        """The first stage in which today's program differs, where the one that decided was asked to replay."""
        said = self.certificate
        return None if said is None else next((stage for stage in said.stages if stage.id == said.today), None)

    @property
    def found_here(self) -> list[Finding]:
        """Findings about this decision's own entry."""
        return [] if self.report is None else [one for one in self.report.findings if one.seq == self.trail.place]

    def read(self, one: ScoredValue) -> str:
        """Write a scored value with its unit."""
        return _read(one, self.frame.lang)

    def name_of(self, indicator: str) -> Words:
        """Name an indicator; one that the catalogue has no more by its id."""
        known = CATALOGUE.get(indicator)
        return Words(known.zh, known.en) if known else Words(indicator, indicator)

    def did(self, act: Act) -> Words:
        """Say what somebody did."""
        kind = act.entry.kind.value
        detail = str(act.said.get("act") or act.said.get("operation") or "")
        return ACTS.get((kind, detail)) or ACTS.get((kind, "")) or KINDS[kind]


def _use(name: str) -> Words:
    """Name a use: `score`, `points:<item>` or `rule:<table>/<rule>`."""
    kind, _, rest = name.partition(":")
    if kind == "rule":
        table, _, rule = rest.partition("/")
        known = POLICY_TABLES.get(table, Words(table, table))
        return Words(f"{known.zh} {rule}".strip(), f"{known.en} {rule}".strip())
    return USES.get(kind, Words(name, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageShown:
    """Every scored value with its tables, every row of them, and the loadings they came with."""

    frame: Frame
    found: DecisionLineage
    basket: int

    def read(self, one: ScoredValue) -> str:
        """Write a scored value with its unit."""
        return _read(one, self.frame.lang)

    def uses(self, one: ScoredValue) -> Words:
        """Say in words what a value was used by: the score, the points, rows of the policy."""
        said = list(dict.fromkeys(_use(name) for name in one.used_by))
        return Words("、".join(words.zh for words in said), ", ".join(words.en for words in said))

    def table(self, name: str) -> Words:
        """Name an evidence table; one that there is no more by its id."""
        known = TABLES.get(name)
        return Words(known.zh, known.document_en) if known else Words(name, name)

    def columns(self, table: str) -> tuple[Column, ...]:
        """List what is shown of a table's rows: every column but the firm's code, which is the same in all."""
        return tuple(column for column in TABLES[table].columns if column.name != "firm_id")

    def cell(self, column: Column, value: Any) -> str:
        """Write a raw value for a reader of the page."""
        if value is None:
            return DASH
        if isinstance(value, bool):
            return YES_NO[value][self.frame.lang]
        if column.words and self.frame.lang == "zh":
            return next((word.zh for word in column.words if word == value), str(value))
        if column.unit == "basis points":
            return percent(value)
        return f"{value:,}" if column.unit == "yuan" else str(value)


@operation(
    records,
    "GET",
    "/audit/decisions/<decision_id>",
    summary="One record with its whole trail from raw fact to signature",
    page=True,
    permission=Permission.AUDIT,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
    problems=GONE,
)
def record_page(ask: Ask, decision_id: str, query: PageQuery) -> Response:
    """Show it."""
    del query
    return _record(ask, decision_id)


@operation(
    records,
    "POST",
    "/audit/decisions/<decision_id>/verify",
    summary="Verify the ledger, and show the record with what was found",
    long=True,
    page=True,
    permission=Permission.AUDIT,
    form=Strict,
    answers={200: Answer(meaning="The record and the result", media=HTML)},
    problems=(*GONE, "not-ready"),
)
def verify_record(ask: Ask, decision_id: str, form: Strict) -> Response:
    """Verify it."""
    del form
    report = verify(ask.desk.store, ask.desk.sealer.keys, ask.desk.sealer.witness)
    return _record(ask, decision_id, report=report)


@operation(
    records,
    "POST",
    "/audit/decisions/<decision_id>/replay",
    summary="Rebuild the decision bit for bit, and show the record with what was found",
    long=True,
    page=True,
    permission=Permission.AUDIT,
    form=Strict,
    answers={200: Answer(meaning="The record and the result", media=HTML)},
    problems=GONE,
)
def replay_record(ask: Ask, decision_id: str, form: Strict) -> Response:
    """Replay it."""
    del form
    return _record(ask, decision_id, certificate=replayed(ask.desk, decision_id))


@operation(
    records,
    "GET",
    "/audit/decisions/<decision_id>/certificate",
    summary="Rebuild the decision bit for bit, and take the certificate away",
    long=True,
    page=True,
    permission=Permission.AUDIT,
    answers={200: Answer(meaning="The certificate, as a file")},
    problems=GONE,
)
def get_certificate(ask: Ask, decision_id: str) -> Response:
    """Give it."""
    return _file(asdict(replayed(ask.desk, decision_id)), f"replay-{decision_id}.json")


@operation(
    records,
    "GET",
    "/audit/decisions/<decision_id>/proof",
    summary="Take away the proof that the record is under the newest checkpoint",
    page=True,
    permission=Permission.AUDIT,
    answers={200: Answer(meaning="The proof, as a file")},
    problems=GONE,
)
def get_proof(ask: Ask, decision_id: str) -> Response:
    """Give it."""
    store = ask.desk.store
    return _file(asdict(inclusion(store, place_of(store, decision_id))), f"proof-{decision_id}.json")


@operation(
    records,
    "GET",
    "/audit/decisions/<decision_id>/lineage",
    summary="Walk every scored value of the decision back to raw rows and loadings, as a page",
    page=True,
    permission=Permission.AUDIT,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
    problems=GONE,
)
def get_lineage_page(ask: Ask, decision_id: str, query: PageQuery) -> Response:
    """Walk it back."""
    del query
    found = lineage_of(ask.desk.store, decision_id)
    page = LineageShown(frame=frame_of(LINEAGE, ask.session, ask.caller), found=found, basket=basket_size(ask.desk, ask.caller))
    return render("examiner/lineage.html", page)


def _read(one: ScoredValue, lang: str) -> str:
    """Write a scored value with its unit; one of an indicator that is no more stands as it is."""
    known = CATALOGUE.get(one.indicator)
    if known is None:
        return one.value or DASH
    return format_value(known, None if one.value is None else float(one.value), lang)


def _record(ask: Ask, decision_id: str, *, report: Report | None = None, certificate: Certificate | None = None) -> Response:
    trail = trail_of(ask.desk, decision_id, ask.caller)
    lineage = trail.lineage
    page = RecordPage(
        frame=frame_of(RECORD, ask.session, ask.caller),
        trail=trail,
        basket=basket_size(ask.desk, ask.caller),
        facts=sum(len(rows) for rows in lineage.tables.values()),
        sources=tuple(sorted({loading.source for loading in lineage.loadings.values()})),
        report=report,
        certificate=certificate,
    )
    return render("examiner/record.html", page)


def _file(said: dict[str, Any], name: str) -> Response:
    answer = Response(orjson.dumps(said, option=orjson.OPT_INDENT_2), mimetype=JSON)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
