"""Keys of sealed records on file: one a record, wrapped; to destroy it is to delete what it sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from service.sealing import MasterKeys, new_data_key, open_text, seal_text, unwrap, wrap
from service.store.correction_rows import NoteRow, OverrideRow, ReviewRow, SealedKeyRow

__all__ = ["add_fields", "decision_of", "open_fields", "rewrap", "seal_fields", "shred"]


def seal_fields(unit: Connection, masters: MasterKeys, record_id: str, fields: Mapping[str, str], at: datetime) -> dict[str, bytes]:
    """Seal a new record's fields under a key of its own, and keep that key wrapped."""
    key = new_data_key()
    kept = wrap(masters.current(), record_id, key)
    row = {"record_id": record_id, "master": kept.master, "wrapped": kept.wrapped, "made_at": at}
    unit.execute(insert(SealedKeyRow).values(row))
    return {field: seal_text(key, record_id, field, text) for field, text in fields.items()}


def add_fields(unit: Connection, masters: MasterKeys, record_id: str, fields: Mapping[str, str]) -> dict[str, bytes]:
    """Seal further fields of a record under the key it has; nothing where that was shredded."""
    key = _key(unit, masters, record_id)
    return {} if key is None else {field: seal_text(key, record_id, field, text) for field, text in fields.items()}


def open_fields(unit: Connection, masters: MasterKeys, record_id: str, sealed: Mapping[str, bytes | None]) -> dict[str, str | None]:
    """Open a record's fields; None for what was deleted, and for all once the key is shredded."""
    key = _key(unit, masters, record_id)
    return {
        field: None if key is None or content is None else open_text(key, record_id, field, content) for field, content in sealed.items()
    }


def _key(unit: Connection, masters: MasterKeys, record_id: str) -> bytes | None:
    query = select(SealedKeyRow.master, SealedKeyRow.wrapped).where(SealedKeyRow.record_id == record_id)
    found = unit.execute(query).one_or_none()
    if found is None or found.wrapped is None:
        return None
    return unwrap(masters.of(found.master), record_id, found.wrapped)


def shred(unit: Connection, record_id: str, at: datetime) -> bool:
    """Destroy a record's key for good; says whether there was one."""
    query = update(SealedKeyRow).where(SealedKeyRow.record_id == record_id, SealedKeyRow.wrapped.is_not(None))
    return unit.execute(query.values(wrapped=None, master=None, shredded_at=at)).rowcount > 0


def rewrap(unit: Connection, masters: MasterKeys) -> int:
    """Wrap every record's key under the master key in use and say how many there were; sealed texts stay as they are."""
    current = masters.current()
    query = select(SealedKeyRow.record_id, SealedKeyRow.master, SealedKeyRow.wrapped)
    older = unit.execute(query.where(SealedKeyRow.wrapped.is_not(None), SealedKeyRow.master != current.id)).all()
    for row in older:
        kept = wrap(current, row.record_id, unwrap(masters.of(row.master), row.record_id, row.wrapped))
        change = update(SealedKeyRow).where(SealedKeyRow.record_id == row.record_id)
        unit.execute(change.values(master=kept.master, wrapped=kept.wrapped))
    return len(older)


def decision_of(unit: Connection, record_id: str) -> tuple[str, str] | None:
    """Give decision and firm of the override, review or note with sealed texts, or None when there is none."""
    for model, number in ((OverrideRow, OverrideRow.override_id), (ReviewRow, ReviewRow.review_id), (NoteRow, NoteRow.note_id)):
        found = unit.execute(select(model.decision_id, model.firm_id).where(number == record_id)).one_or_none()
        if found is not None:
            return found.decision_id, found.firm_id
    return None
