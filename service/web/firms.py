"""Routes of firms and their evidence."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, request

from service.lineage import Lineage, required
from service.requests import FirmQuery, FirmRequest, OffersQuery, PointsQuery, Upload
from service.tokens import Permission
from service.uploads import SentFile, read_sent
from service.use_cases.evidence import file_firm, firm_points, show_firm, show_loading
from service.use_cases.ingest import ingest
from service.use_cases.offers import offers_for
from service.web.answers import EvidenceVersion, FirmPage, IngestAnswer, OffersPage, PointsPage, ProductOffer, json_answer
from service.web.operations import CSRF_FIELD, Answer, Ask, operation
from service.web.parsing import read_form

__all__ = ["firms"]

firms = Blueprint("firms", __name__)


@operation(
    firms,
    "POST",
    "/v1/firms",
    summary="Put a firm's evidence on file, on top of what is there",
    permission=Permission.INGEST,
    body=FirmRequest,
    answers={
        201: Answer(meaning="A new version", content=EvidenceVersion, headers=("Location",)),
        200: Answer(meaning="Nothing new: the version that is there", content=EvidenceVersion, headers=("Location",)),
    },
    problems=("evidence-invalid",),
)
def post_firm(ask: Ask, body: FirmRequest) -> Response:
    """File evidence."""
    lineage = required(body.lineage, is_required=ask.desk.settings.require_lineage, field="/lineage/{}")
    version, is_new = file_firm(ask.desk, body, ask.caller, lineage)
    location = {"Location": f"/v1/firms/{version.firm_id}?version={version.version}"}
    return json_answer(EvidenceVersion(**asdict(version)), 201 if is_new else 200, location)


@operation(
    firms,
    "GET",
    "/v1/firms/<firm_id>",
    summary="Show what is on file of a firm",
    permission=Permission.READ,
    query=FirmQuery,
    answers={200: Answer(meaning="The evidence and its versions", content=FirmPage)},
    problems=("unknown-firm",),
)
def get_firm(ask: Ask, firm_id: str, query: FirmQuery) -> Response:
    """Show a firm."""
    file = show_firm(ask.desk, firm_id, query.version)
    versions = [EvidenceVersion(**asdict(version)) for version in file.versions]
    shown = {"firm_id": firm_id, "version": file.shown.version, "sha256": file.shown.sha256}
    return json_answer(FirmPage(**shown, evidence=file.evidence, versions=versions))


@operation(
    firms,
    "GET",
    "/v1/firms/<firm_id>/points",
    summary="Compute a firm's innovation points of today, item by item",
    permission=Permission.READ,
    query=PointsQuery,
    answers={200: Answer(meaning="The points", content=PointsPage)},
    problems=("unknown-firm", "unknown-scheme", "not-ready"),
)
def get_points(ask: Ask, firm_id: str, query: PointsQuery) -> Response:
    """Compute points."""
    sha256, points = firm_points(ask.desk, firm_id, query.scheme)
    return json_answer(PointsPage(firm_id=firm_id, evidence=sha256, **points.to_dict()))


@operation(
    firms,
    "GET",
    "/v1/firms/<firm_id>/offers",
    summary="Show what each product would offer a firm today, side by side, best first; nothing is decided or recorded",
    permission=Permission.READ,
    query=OffersQuery,
    answers={200: Answer(meaning="A line for each product", content=OffersPage)},
    problems=("unknown-firm", "not-ready", "decision-refused"),
)
def get_offers(ask: Ask, firm_id: str, query: OffersQuery) -> Response:
    """Compare products."""
    said = offers_for(ask.desk, firm_id, query.amount, query.term_months, query.purpose)
    lines = [ProductOffer.of(line.decision, line.better) for line in said.lines]
    asked = {"amount": query.amount, "term_months": query.term_months, "purpose": query.purpose}
    pins = {"as_of": said.as_of, "evidence": said.evidence_sha, "policy": said.policy}
    return json_answer(OffersPage(firm_id=firm_id, **asked, **pins, offers=lines))


@operation(
    firms,
    "POST",
    "/v1/ingests",
    summary="Load evidence files of many firms; all of it is put on file, or none",
    long=True,
    permission=Permission.INGEST,
    upload=Upload,
    answers={201: Answer(meaning="What was loaded", content=IngestAnswer)},
    problems=("evidence-faults", "invalid-request"),
)
def post_ingest(ask: Ask) -> Response:
    """Load files."""
    desk = ask.desk
    texts = {name: values for name, values in request.form.to_dict(flat=False).items() if name != CSRF_FIELD}
    said = read_form(Lineage, texts, today=desk.today())
    lineage = required(said, is_required=desk.settings.require_lineage, field="{}")
    files = [SentFile(name, file.filename or "", file.stream) for name, file in request.files.items(multi=True)]
    evidence = read_sent(files, desk.today())
    loading = ingest(desk.store, desk.clock, evidence, actor=ask.caller.actor, source="POST /v1/ingests", lineage=lineage)
    return json_answer(IngestAnswer.of(loading), 201)


@operation(
    firms,
    "GET",
    "/v1/ingests/<ingest_id>",
    summary="Show a loading of evidence: what came in, from where, on which basis, by whom",
    permission=Permission.READ,
    answers={200: Answer(meaning="The loading", content=IngestAnswer)},
    problems=("unknown-loading",),
)
def get_ingest(ask: Ask, ingest_id: str) -> Response:
    """Show a loading."""
    return json_answer(IngestAnswer.of(show_loading(ask.desk, ingest_id)))
