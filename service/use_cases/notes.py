"""Notes on a case: what somebody found out, agreed or promised, beside the record, which stays as it is."""

from __future__ import annotations

from sqlalchemy import Connection

from service.corrections import NoteRequest
from service.desk import Desk
from service.identifiers import new_decision_id
from service.ledger import Draft, Kind
from service.sealing import MasterKeys
from service.store.ledger import append
from service.store.notes import KeptNote, keep_note, notes_of
from service.store.records import find_line, read_decision
from service.store.sealed import open_fields, seal_fields
from service.tokens import Holder, Permission
from service.use_cases.overrides import sealed_content
from service.use_cases.persons import person_of

__all__ = ["Note", "add_note", "notes_on", "text_of"]

Note = tuple[KeptNote, str | None]
"""A note and its text; None once it was deleted, or where the reader may not see it."""
READERS = (Permission.NOTE, Permission.SIGN, Permission.AUDIT)


def add_note(desk: Desk, decision_id: str, asked: NoteRequest, holder: Holder) -> KeptNote:
    """Write a note on a decision: the ledger commits to its sealed text, and nobody changes or removes it.

    Raises `PersonRequired`, `UnknownDecision` and `Gone`.
    """
    person, now = person_of(holder, "write a note"), desk.clock()
    with desk.store.writing() as unit:
        receipt, line = read_decision(unit, decision_id), find_line(unit, decision_id)
        number = new_decision_id(now)
        sealed = seal_fields(unit, MasterKeys(desk.settings.key_folder), number, {"text": asked.text}, now)
        note = KeptNote(
            note_id=number,
            decision_id=decision_id,
            firm_id=line.firm_id,
            written_at=now,
            written_by=person,
            role=holder.role.value,
            text=sealed["text"],
        )
        keep_note(unit, note)
        said = {"format": "note/1", "note_id": number, "decision_id": decision_id, "decision": receipt.sha256}
        content = sealed_content(said, sealed)
        append(unit, [Draft(kind=Kind.NOTE, subject=decision_id, actor=holder.actor, at=now, content=content)])
    return note


def notes_on(desk: Desk, decision_id: str, holder: Holder) -> list[Note]:
    """List a decision's notes, oldest first. `UnknownDecision` when there is none such."""
    with desk.store.reading() as unit:
        find_line(unit, decision_id)
        return [(one, _opened(desk, unit, one, holder)) for one in notes_of(unit, decision_id)]


def text_of(desk: Desk, note: KeptNote, holder: Holder) -> str | None:
    """Open a note's text for a reader."""
    with desk.store.reading() as unit:
        return _opened(desk, unit, note, holder)


def _opened(desk: Desk, unit: Connection, note: KeptNote, holder: Holder) -> str | None:
    if not any(holder.may(permission) for permission in READERS):
        return None
    return open_fields(unit, MasterKeys(desk.settings.key_folder), note.note_id, {"text": note.text})["text"]
