"""Routes of batches: three lists are uploaded, worked on in the background, shown as they stand, downloaded."""

from __future__ import annotations

import io
import secrets
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, Response, request
from pydantic import BaseModel, Field

from features.checks import EvidenceFaults
from features.checks import Fault as FileFault
from service.batches import MOST_FIRMS, AllocationRequest, Batch, read_batch
from service.domain.allocation.errors import BatchFaults
from service.domain.allocation.plan_file import DEFAULT, shipped_plans
from service.domain.application import ASKABLE, MAX_AMOUNT
from service.errors import Fault, InvalidRequest
from service.requests import Strict
from service.store.people import names_of
from service.tokens import Permission
from service.uploads import SentFile
from service.use_cases.allocations import ask_allocation, newest_allocations, show_allocation
from service.use_cases.decide import key_of
from service.web.forms import Choice, Typed, checked, whole
from service.web.listing import csv_file
from service.web.officer.apply_evidence import NOWHERE, XLSX
from service.web.officer.batch_view import (
    EVERY,
    RESULT_COLUMNS,
    BatchesPage,
    BatchLine,
    batch_faults,
    batch_page,
    batch_template,
    batch_workbook,
    result_rows,
)
from service.web.officer.choices import product_choices
from service.web.officer.evidence_files import places_of, sent_files
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, PageQuery, frame_of, go_to, render
from service.web.words import Words
from service.workbooks import Place

__all__ = ["batches"]

batches = Blueprint("batches", __name__)
TITLE = Words("贷投批量联动", "Batches")
LISTED = 20
LISTS = ("firms", "rounds", "investors")


class BatchFiles(Strict):
    """The lists of a batch, and what is to be spread over it."""

    files: bytes = Field(description="A workbook with sheets firms, rounds and investors; or the same as CSV files; or a ZIP of those")
    product: str = Field(default="loan-investment", description="The product all firms ask for")
    envelope: str = Field(default="", description="The most that may be lent in all, in yuan, as typed")
    plan: str = Field(default=DEFAULT, description="Name of the allocation plan")
    once: str = Field(default="", description="The form's own number")


class _Rest(BaseModel):
    envelope: int = Field(ge=1, le=1_000 * MAX_AMOUNT)


@operation(
    batches,
    "GET",
    "/batches",
    summary="The upload of a batch, and the batches on record",
    page=True,
    permission=Permission.DECIDE,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
)
def get_batches(ask: Ask, query: PageQuery) -> Response:
    """Show it."""
    del query
    return _form(ask, Typed({"product": "loan-investment", "plan": DEFAULT}))


@operation(
    batches,
    "GET",
    "/batches/template",
    summary="Empty lists with their headers",
    page=True,
    permission=Permission.DECIDE,
    answers={200: Answer(meaning="A ZIP file", media="application/zip")},
)
def get_batch_template(ask: Ask) -> Response:
    """Give it out."""
    del ask
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, text in batch_template().items():
            pack.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    headers = {"Content-Disposition": "attachment; filename=batch.zip"}
    return Response(content.getvalue(), mimetype="application/zip", headers=headers)


@operation(
    batches,
    "GET",
    "/batches/workbook",
    summary="An empty workbook with the three lists",
    page=True,
    permission=Permission.DECIDE,
    answers={200: Answer(meaning="An XLSX file", media=XLSX)},
)
def get_batch_workbook(ask: Ask) -> Response:
    """Give it out."""
    del ask
    return Response(batch_workbook(), mimetype=XLSX, headers={"Content-Disposition": "attachment; filename=batch.xlsx"})


@operation(
    batches,
    "POST",
    "/batches",
    summary="Upload a batch; it is worked on in the background",
    page=True,
    permission=Permission.DECIDE,
    upload=BatchFiles,
    answers={
        303: Answer(meaning="Taken up; leads to its page", headers=("Location",)),
        422: Answer(meaning="Something is wrong, row by row; nothing was decided", media=HTML),
    },
    problems=("plan-invalid", "not-ready", "idempotency-key-reused"),
)
def post_batch(ask: Ask) -> Response:
    """Take it up."""
    typed = Typed({name: request.form.get(name, "") for name in ("product", "envelope", "plan", "once")})
    rest, typed = checked(_Rest, {"envelope": whole(typed["envelope"])}, typed)
    typed = typed.must_be_one_of("product", ASKABLE).must_be_one_of("plan", shipped_plans())
    files: list[SentFile] = []
    try:
        files = sent_files(request.files.getlist("files"))
        batch = _read(files, ask)
    except (BatchFaults, EvidenceFaults) as error:
        return _form(ask, typed, tuple(error.faults), places_of(files))
    if rest is None or typed.wrong:
        return _form(ask, typed)
    values = {**dict(batch), "product": typed["product"], "envelope": rest.envelope, "plan": typed["plan"]}
    try:
        asked = AllocationRequest.model_validate(values, strict=False)
        file = ask_allocation(ask.desk, asked, ask.caller, key_of(typed["once"] or None, asked, ask.caller))
    except InvalidRequest as error:
        return _form(ask, typed.with_faults(error.faults))
    return go_to(f"/batches/{file.asked.allocation_id}")


def _read(files: list[SentFile], ask: Ask) -> Batch:
    with TemporaryDirectory(prefix="jifen-batch-") as folder:
        for file in files:
            if file.table not in LISTS or not file.name.lower().endswith(".csv"):
                rule, remedy = "unknown-file", "name the files firms.csv, rounds.csv and investors.csv"
                raise BatchFaults([FileFault(file.table[:64], 0, "", file.name[:80], rule, remedy)])
            Path(folder, f"{file.table}.csv").write_bytes(file.content.read())
        return read_batch(Path(folder), ask.desk.today())


@operation(
    batches,
    "GET",
    "/batches/<allocation_id>",
    summary="A batch as it stands: how far it is, what came of each firm, and how the envelope is spread",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
    problems=("unknown-allocation",),
)
def get_batch(ask: Ask, allocation_id: str, query: PageQuery) -> Response:
    """Show it."""
    del query
    file = show_allocation(ask.desk, allocation_id)
    frame = frame_of(TITLE, ask.session, ask.holder, refresh=None if file.result else EVERY)
    return render("officer/batch.html", batch_page(frame, ask.desk, file))


@operation(
    batches,
    "GET",
    "/batches/<allocation_id>/result.csv",
    summary="What came of each firm of a batch, for a spreadsheet",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers={200: Answer(meaning="The file", media="text/csv")},
    problems=("unknown-allocation",),
)
def get_batch_csv(ask: Ask, allocation_id: str, query: PageQuery) -> Response:
    """Give it out."""
    del query
    page = batch_page(frame_of(TITLE, ask.session, ask.holder), ask.desk, show_allocation(ask.desk, allocation_id), shown=MOST_FIRMS)
    return csv_file(page.asked.allocation_id, RESULT_COLUMNS, result_rows(page))


def _form(ask: Ask, typed: Typed, faults: tuple[FileFault | Fault, ...] = (), places: Mapping[str, Place] = NOWHERE) -> Response:
    shown = tuple(one for one in faults if isinstance(one, FileFault))
    page = BatchesPage(
        frame=frame_of(TITLE, ask.session, ask.holder),
        typed=typed,
        faults=batch_faults(shown, places),
        count=len(shown),
        products=product_choices(ask.desk),
        plans=tuple(Choice(name, Words(name, name)) for name in shipped_plans()),
        lines=tuple(_lines(ask)),
        once=secrets.token_urlsafe(16),
    )
    return render("officer/batches.html", page, 422 if faults or typed.wrong else 200)


def _lines(ask: Ask) -> list[BatchLine]:
    listed = newest_allocations(ask.desk, LISTED)
    with ask.desk.store.reading() as unit:
        names = names_of(unit, [one.person or one.token_id for one, _ in listed])
    return [
        BatchLine(
            asked=one,
            request=AllocationRequest.model_validate_json(one.request),
            done=done,
            who=names.get(one.person or one.token_id, one.person or one.token_id),
        )
        for one, done in listed
    ]
