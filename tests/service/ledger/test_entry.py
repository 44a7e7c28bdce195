"""Entries: one canonical form, which an independent library writes too."""

from __future__ import annotations

import json
from datetime import timedelta, timezone

import pytest
import rfc8785
from builders_ledger import AT, OFFICER, draft

from service.ledger import Draft, Entry, Kind, entry_bytes, read_entry


def test_an_entry_is_what_rfc_8785_asks_for() -> None:
    """The bytes that are hashed are those of an independent implementation of the canonical form, Chinese text included."""
    entry = entry_bytes(17, draft(subject="合肥某某量子科技"))
    assert entry == rfc8785.dumps(json.loads(entry))


def test_an_entry_says_who_did_what_to_what_and_when() -> None:
    """It holds kind, subject, actor, moment, place and the content's hash, and nothing of the content itself."""
    assert json.loads(entry_bytes(3, draft(5))) == {
        "format": "entry/1",
        "seq": 3,
        "kind": "audit",
        "subject": "subject-5",
        "actor": {"kind": "person", "id": "li.wei", "role": "officer"},
        "at": "2026-11-23T02:02:11.482Z",
        "content": "sha256:ef2d127de37b942baad06145e54b0c619a1f22327b2ebbcfbec78f5564afe39d",
    }


def test_both_writers_of_an_entry_agree() -> None:
    """An entry that is read back writes itself as it was written."""
    entry = entry_bytes(0, draft())
    assert read_entry(entry).canonical() == entry


def test_a_moment_is_entered_in_utc() -> None:
    """The same moment in another zone is the same entry."""
    there = draft(at=AT.astimezone(timezone(timedelta(hours=8))))
    assert entry_bytes(0, there) == entry_bytes(0, draft())


def test_an_entry_in_another_form_is_refused() -> None:
    """Spaces, another order of keys or an unknown field are a changed entry."""
    entry = entry_bytes(0, draft())
    for changed in (entry.replace(b":", b": ", 1), entry.replace(b'"seq":0', b'"seq":0,"more":1'), b"{}", b"\xff"):
        with pytest.raises(ValueError):  # noqa: PT011 pydantic's message is its own
            read_entry(changed)


def test_a_draft_commits_to_something() -> None:
    """A draft needs its content, or the hash of one that is kept elsewhere."""
    with pytest.raises(ValueError, match="content or the hash"):
        Draft(kind=Kind.AUDIT, subject="x", actor=OFFICER, at=AT, content=None)


def test_the_schema_of_an_entry_is_closed() -> None:
    """An entry has these fields and no others."""
    assert set(Entry.model_fields) == {"format", "seq", "kind", "subject", "actor", "at", "content"}
