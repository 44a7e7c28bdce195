"""Routes of the examiner: the ledger's checkpoint and entries, proofs, verification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from tempfile import TemporaryFile
from typing import Any

from flask import Blueprint, Response, send_file
from pydantic import BaseModel, Field

from service.artefacts import Shelf
from service.desk import Desk
from service.errors import UnknownDecision, UnknownEntry
from service.ledger import Entry
from service.past import Past
from service.programs import Programs
from service.requests import ConsistencyQuery, EntriesQuery, ExportRequest, InclusionQuery
from service.tokens import Permission
from service.use_cases.export import export
from service.use_cases.proving import consistency, head, inclusion, list_entries, place_of, show_entry
from service.use_cases.replay import Certificate, replay
from service.use_cases.verify import verify
from service.web.answers import json_answer
from service.web.operations import Answer, Ask, operation

__all__ = ["LONGEST_PLACE", "audit", "replayed", "send_pack"]

LONGEST_PLACE = 15
audit = Blueprint("audit", __name__)


class HeadPage(BaseModel):
    """The ledger as it was signed last."""

    origin: str = Field(description="What the log is called in every checkpoint")
    size: int = Field(description="Entries under the newest checkpoint")
    unsealed: int = Field(description="Entries recorded since; under a checkpoint within a second or so")
    checkpoint: str | None = Field(description="The newest signed note (C2SP tlog-checkpoint); null when nothing was signed yet")
    public_keys: list[str] = Field(description="Keys that sign or signed the log (C2SP vkey), oldest first; pin the first outside")


class EntriesPage(BaseModel):
    """A page of entries, oldest first."""

    entries: list[Entry]
    next: int | None = Field(description="Send it as `after` for the next page; null when this is the last")


class EntryPage(BaseModel):
    """An entry with what it commits to."""

    entry: Entry
    content: dict[str, Any] | None = Field(description="What the content hash stands for; null when it was deleted by the rules")


class InclusionPage(BaseModel):
    """A proof that an entry is under a signed checkpoint (RFC 9162, 2.1.3)."""

    seq: int
    size: int
    entry: str = Field(description="The entry's canonical bytes; SHA-256 of 0x00 and them is the leaf")
    leaf: str
    path: list[str] = Field(description="Hashes in hexadecimal, the lowest first")
    root: str
    checkpoint: str


class ConsistencyPage(BaseModel):
    """A proof that a later tree begins with an earlier one (RFC 9162, 2.1.4)."""

    before: int
    after: int
    root_before: str
    root_after: str
    path: list[str]
    checkpoint_before: str | None
    checkpoint_after: str | None


class FindingShown(BaseModel):
    """Something that is not as it was signed."""

    cause: str
    seq: int | None
    zh: str
    en: str


class VerifyPage(BaseModel):
    """What a verification looked at and found."""

    intact: bool
    origin: str
    entries: int
    unsealed: int = Field(description="Entries behind the newest checkpoint: whole, but not signed yet")
    decisions: int
    contents: int
    deleted: int = Field(description="Contents deleted by the rules, each with a tombstone")
    checkpoints: int
    sightings: int = Field(description="Checkpoints the witness keeps outside the database")
    seconds: float
    findings: list[FindingShown] = Field(description="The first is the first entry that was touched")


@operation(
    audit,
    "GET",
    "/v1/audit/checkpoint",
    summary="The ledger's newest signed checkpoint and its public keys",
    permission=Permission.READ,
    answers={200: Answer(meaning="The checkpoint", content=HeadPage)},
    problems=("not-ready",),
)
def get_checkpoint(ask: Ask) -> Response:
    """Show it."""
    return json_answer(asdict(head(ask.desk.store, ask.desk.sealer.keys)))


@operation(
    audit,
    "GET",
    "/v1/audit/entries",
    summary="List entries of the ledger: who did what to what, and when",
    permission=Permission.AUDIT,
    query=EntriesQuery,
    answers={200: Answer(meaning="A page of entries", content=EntriesPage)},
)
def get_entries(ask: Ask, query: EntriesQuery) -> Response:
    """List them."""
    limit = min(query.limit, ask.desk.settings.page_limit)
    kind = query.kind.value if query.kind else None
    found = list_entries(ask.desk.store, after=query.after, limit=limit + 1, kind=kind, subject=query.subject, actor=query.actor)
    return json_answer(EntriesPage(entries=found[:limit], next=found[limit - 1].seq if len(found) > limit else None))


@operation(
    audit,
    "GET",
    "/v1/audit/entries/<seq>",
    summary="Show an entry of the ledger with what it commits to",
    permission=Permission.AUDIT,
    answers={200: Answer(meaning="The entry", content=EntryPage)},
    problems=("unknown-entry",),
)
def get_entry(ask: Ask, seq: str) -> Response:
    """Show one."""
    if not seq.isdecimal() or len(seq) > LONGEST_PLACE:
        raise UnknownEntry(f"{seq[:40]!r} is no place in the ledger; entries are counted 0, 1, 2 and so on")
    told = show_entry(ask.desk.store, int(seq))
    return json_answer(EntryPage(entry=told.entry, content=told.content))


@operation(
    audit,
    "GET",
    "/v1/audit/inclusion",
    summary="Prove that an entry or a decision is under the newest checkpoint",
    permission=Permission.READ,
    query=InclusionQuery,
    answers={200: Answer(meaning="The proof", content=InclusionPage)},
    problems=("unknown-entry",),
)
def get_inclusion(ask: Ask, query: InclusionQuery) -> Response:
    """Prove it."""
    store = ask.desk.store
    seq = place_of(store, query.decision_id) if query.decision_id else query.seq
    assert seq is not None  # the query names one of the two
    return json_answer(asdict(inclusion(store, seq)))


@operation(
    audit,
    "GET",
    "/v1/audit/consistency",
    summary="Prove that the ledger of today begins with the ledger of an earlier checkpoint",
    permission=Permission.READ,
    query=ConsistencyQuery,
    answers={200: Answer(meaning="The proof", content=ConsistencyPage)},
    problems=("unknown-entry",),
)
def get_consistency(ask: Ask, query: ConsistencyQuery) -> Response:
    """Prove it."""
    return json_answer(asdict(consistency(ask.desk.store, query.before, query.after)))


@operation(
    audit,
    "POST",
    "/v1/audit/verify",
    summary="Verify the whole ledger: entries, contents, checkpoints, witness",
    long=True,
    permission=Permission.AUDIT,
    answers={200: Answer(meaning="What was looked at and what was found", content=VerifyPage)},
    problems=("not-ready",),
)
def post_verify(ask: Ask) -> Response:
    """Verify it."""
    report = verify(ask.desk.store, ask.desk.sealer.keys, ask.desk.sealer.witness)
    page = VerifyPage(
        intact=report.is_intact,
        findings=[FindingShown(**asdict(one)) for one in report.findings],
        **{name: getattr(report, name) for name in VerifyPage.model_fields if name not in {"intact", "findings"}},
    )
    return json_answer(page)


class StageShown(BaseModel):
    """One stage of a replay."""

    id: str
    zh: str
    en: str
    identical: bool
    detail: str = Field(description="What differs; empty where nothing does")


class CertificatePage(BaseModel):
    """What a replay found: the decision was rebuilt from its evidence and artefacts and compared bit for bit."""

    format: str
    decision_id: str
    identical: bool
    first_difference: str | None = Field(description="Id of the first stage that differs")
    stages: list[StageShown]
    recorded: str = Field(description="Hash of the record")
    replayed: str | None = Field(description="Hash of what was rebuilt; null when it could not be rebuilt to the end")
    pins: dict[str, Any]
    program: str = Field(description="The program that replayed: this one or, where this one finds a difference, the one that decided")
    replayed_at: str
    today: str | None = Field(description="Id of the first stage in which this program differs, where the one that decided replayed")
    today_detail: str


@operation(
    audit,
    "POST",
    "/v1/audit/replays/<decision_id>",
    summary="Rebuild a decision from its evidence and artefacts, and compare it bit for bit",
    long=True,
    permission=Permission.AUDIT,
    answers={200: Answer(meaning="The certificate", content=CertificatePage)},
    problems=("unknown-decision",),
)
def post_replay(ask: Ask, decision_id: str) -> Response:
    """Replay it."""
    desk = ask.desk
    return json_answer(asdict(replayed(desk, decision_id)))


def replayed(desk: Desk, decision_id: str) -> Certificate:
    """Replay a decision from what is on file now; `UnknownDecision` when there is none."""
    shelf = Shelf(desk.store, desk.settings.home)
    with Past(desk.store, Programs(desk.settings.program_folder)) as past:
        certificate = replay(desk.store, shelf.of, decision_id, desk.clock, past)
    if certificate is None:
        raise UnknownDecision(f"no decision {decision_id[:40]!r} is on record; GET /v1/decisions lists those that are")
    return certificate


@operation(
    audit,
    "POST",
    "/v1/audit/exports",
    summary="Take decisions away in one zip, which anybody verifies with bare Python",
    long=True,
    permission=Permission.AUDIT,
    body=ExportRequest,
    answers={200: Answer(meaning="The pack: a zip with manifest, proofs and verify.py", media="application/zip")},
    problems=("unknown-decision", "not-ready"),
)
def post_export(ask: Ask, body: ExportRequest) -> Response:
    """Take them away."""
    return send_pack(ask, body.decisions, kept=body.checkpoints)


def send_pack(ask: Ask, chosen: Sequence[str], *, kept: Sequence[int] = ()) -> Response:
    """Write the pack to a temporary file, so that a large one does not fill the memory, and send it from there."""
    desk = ask.desk
    sink = TemporaryFile()  # noqa: SIM115 closed with the answer
    shelf, actor = Shelf(desk.store, desk.settings.home), ask.caller.actor
    try:
        with Past(desk.store, Programs(desk.settings.program_folder)) as past:
            done = export(desk.store, desk.sealer, shelf, desk.clock, sink, chosen=chosen, actor=actor, kept=kept, past=past)
    except BaseException:
        sink.close()
        raise
    sink.seek(0)
    answer = send_file(sink, mimetype="application/zip", as_attachment=True, download_name=f"jifen-export-{done.entry}.zip")
    answer.headers["ETag"] = f'"{done.manifest}"'
    return answer
