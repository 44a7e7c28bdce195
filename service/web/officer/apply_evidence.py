"""Routes of an application by a firm that is not on file: its evidence as files, then what it asks for."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from flask import Blueprint, Response, request
from pydantic import Field

from features.checks import EvidenceFaults, Fault
from features.evidence import dossier_json
from service.errors import InvalidRequest
from service.requests import DecisionRequest, Strict
from service.tokens import Permission
from service.uploads import SentFile
from service.use_cases.carried import carried, read_carried, read_one_firm
from service.use_cases.decide import decide_application, key_of
from service.web.fault_words import column_words, fault_words, limits_of
from service.web.forms import Choice, Typed
from service.web.officer.apply import DECIDES, TITLE
from service.web.officer.apply_view import ApplyPage, asked_from
from service.web.officer.choices import product_choices, purpose_choices
from service.web.officer.evidence_files import evidence_template, evidence_workbook, places_of, sent_files
from service.web.officer.words import evidence_name
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, go_to, render
from service.web.words import Words
from service.workbooks import Place

__all__ = ["NOWHERE", "XLSX", "FaultLine", "apply_evidence", "at_cell", "fault_lines"]

apply_evidence = Blueprint("apply_evidence", __name__)
REQUEST = ("product", "amount", "term_months", "purpose")
SHOWN = 100
NOWHERE: Mapping[str, Place] = MappingProxyType({})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class EvidenceFiles(Strict):
    """Files of one firm's evidence: a workbook with a sheet for each table; or CSV or Parquet, each named after its table, or a ZIP."""

    files: bytes = Field(description="One or more files")


class AskedForm(Strict):
    """What is asked for, with the evidence that the form carries."""

    evidence: str = Field(max_length=400_000, description="The evidence as the page before wrote it")
    product: str = Field(default="", max_length=40, description="The product")
    amount: str = Field(default="", max_length=40, description="Yuan, as typed")
    term_months: str = Field(default="", max_length=40, description="Months, as typed")
    purpose: str = Field(default="", max_length=40, description="What the loan pays for")
    once: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$", description="The form's own number")


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultLine:
    """One wrong value of a file; `limits` is what its column admits."""

    table: Words
    row: int
    column: Words
    value: str
    said: Words
    limits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPage:
    """The upload, with what was wrong in the files before."""

    frame: Frame
    faults: tuple[FaultLine, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage:
    """What the files hold, and the form that asks the rest."""

    frame: Frame
    typed: Typed
    firm: Mapping[str, Any]
    tables: tuple[tuple[Words, int], ...]
    products: tuple[Choice, ...]
    purposes: tuple[Choice, ...]
    evidence: str
    once: str

    labels: ClassVar[Mapping[str, Words]] = ApplyPage.labels


def at_cell(one: Fault, column: Words, places: Mapping[str, Place]) -> tuple[int, Words]:
    """Give row and column of a fault: of a sheet those that a reader sees there, of a file those of its lines."""
    place = places.get(one.table)
    if place is None:
        return one.row, column
    row = place.rows[one.row - 1] if 0 < one.row <= len(place.rows) else one.row
    letter = place.columns.get(one.column)
    return row, Words(f"{column.zh}（{letter} 列）", f"{column.en} (column {letter})") if letter else column


def fault_lines(faults: tuple[Fault, ...], places: Mapping[str, Place]) -> tuple[FaultLine, ...]:
    """Put faults of files in words."""
    cells = (at_cell(one, column_words(one.table, one.column), places) for one in faults[:SHOWN])
    return tuple(
        FaultLine(
            table=evidence_name(one.table),
            row=row,
            column=column,
            value=one.value,
            said=fault_words(one.rule, one.remedy),
            limits=limits_of(one.table, one.column),
        )
        for one, (row, column) in zip(faults, cells, strict=False)
    )


@operation(
    apply_evidence,
    "GET",
    "/apply/evidence",
    summary="The form by which a firm that is not on file brings its evidence",
    page=True,
    permission=Permission.DECIDE,
    query=PageQuery,
    answers={200: Answer(meaning="The form", media=HTML)},
)
def get_evidence_form(ask: Ask, query: PageQuery) -> Response:
    """Show it."""
    del query
    return _upload(ask)


@operation(
    apply_evidence,
    "GET",
    "/apply/evidence/template",
    summary="Empty evidence files with their headers, and what every column holds",
    page=True,
    permission=Permission.DECIDE,
    answers={200: Answer(meaning="A ZIP file", media="application/zip")},
)
def get_evidence_template(ask: Ask) -> Response:
    """Give it out."""
    del ask
    return Response(evidence_template(), mimetype="application/zip", headers={"Content-Disposition": "attachment; filename=evidence.zip"})


@operation(
    apply_evidence,
    "GET",
    "/apply/evidence/workbook",
    summary="An empty workbook with a sheet for each evidence table, and notes on what every column holds",
    page=True,
    permission=Permission.DECIDE,
    answers={200: Answer(meaning="An XLSX file", media=XLSX)},
)
def get_evidence_workbook(ask: Ask) -> Response:
    """Give it out."""
    del ask
    return Response(evidence_workbook(), mimetype=XLSX, headers={"Content-Disposition": "attachment; filename=evidence.xlsx"})


@operation(
    apply_evidence,
    "POST",
    "/apply/evidence",
    summary="Read one firm's evidence and ask what it applies for; nothing is kept until it is decided",
    page=True,
    permission=Permission.DECIDE,
    upload=EvidenceFiles,
    answers={
        200: Answer(meaning="The files are well: the form that asks the rest", media=HTML),
        422: Answer(meaning="Something is wrong with the files, row by row", media=HTML),
    },
)
def post_evidence(ask: Ask) -> Response:
    """Read the files."""
    files: list[SentFile] = []
    try:
        files = sent_files(request.files.getlist("files"))
        dossier = read_one_firm(files, ask.desk.today())
    except EvidenceFaults as error:
        return _upload(ask, error.faults, places_of(files))
    return _rest(ask, dossier, Typed({}))


@operation(
    apply_evidence,
    "POST",
    "/apply/evidence/decide",
    summary="Decide the application of a firm that brought its evidence",
    page=True,
    permission=Permission.DECIDE,
    form=AskedForm,
    answers={
        303: Answer(meaning="Decided and on record", headers=("Location",)),
        422: Answer(meaning="Something is wrong: the form again, with what was typed", media=HTML),
    },
    problems=(*DECIDES, "invalid-request"),
)
def post_evidence_decide(ask: Ask, form: AskedForm) -> Response:
    """Decide."""
    dossier, evidence = read_carried(form.evidence, ask.desk.today())
    asked, typed = asked_from(Typed({name: getattr(form, name) for name in REQUEST}))
    if asked is None:
        return _rest(ask, dossier, typed, 422)
    try:
        body = DecisionRequest(evidence=evidence, **asked.model_dump())
    except ValueError as error:
        raise InvalidRequest("the application breaks a rule; go back and correct it") from error
    receipt = decide_application(ask.desk, body, ask.caller, key_of(form.once, body, ask.caller))
    return go_to(f"/decisions/{receipt.decision_id}")


def _upload(ask: Ask, faults: tuple[Fault, ...] = (), places: Mapping[str, Place] = NOWHERE) -> Response:
    page = UploadPage(frame=frame_of(TITLE, ask.session, ask.holder), faults=fault_lines(faults, places), count=len(faults))
    return render("officer/evidence_upload.html", page, 422 if faults else 200)


def _rest(ask: Ask, dossier: bytes, typed: Typed, status: int = 200) -> Response:
    tables = dossier_json(dossier)
    page = EvidencePage(
        frame=frame_of(TITLE, ask.session, ask.holder),
        typed=typed,
        firm=tables["firms"][0],
        tables=tuple((evidence_name(name), len(rows)) for name, rows in tables.items() if name != "firms"),
        products=product_choices(ask.desk),
        purposes=purpose_choices(),
        evidence=carried(dossier),
        once=secrets.token_urlsafe(16),
    )
    return render("officer/evidence_rest.html", page, status)
