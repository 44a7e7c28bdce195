"""Notes on decisions on file: written once, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from service.store.correction_rows import NoteRow

__all__ = ["KeptNote", "keep_note", "notes_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptNote:
    """What somebody wrote about a decision; the text is sealed, and None once it was deleted by the rules."""

    note_id: str
    decision_id: str
    firm_id: str
    written_at: datetime
    written_by: str
    role: str
    text: bytes | None


_COLUMNS = tuple(getattr(NoteRow, name) for name in KeptNote.__slots__)


def keep_note(unit: Connection, one: KeptNote) -> None:
    """Write a note."""
    unit.execute(insert(NoteRow).values({name: getattr(one, name) for name in KeptNote.__slots__}))


def notes_of(unit: Connection, decision_id: str) -> list[KeptNote]:
    """List a decision's notes, oldest first."""
    query = select(*_COLUMNS).where(NoteRow.decision_id == decision_id).order_by(NoteRow.note_id)
    return [KeptNote(**row) for row in unit.execute(query).mappings()]
