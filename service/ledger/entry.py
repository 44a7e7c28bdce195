"""An entry of the ledger: who did what to which thing and when, and the hash of everything else about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_serializer

from service.domain.record.canonical import canonical_bytes, content_hash

__all__ = ["Actor", "Draft", "Entry", "Kind", "entry_bytes", "moment_text", "read_entry"]


class Kind(StrEnum):
    """What was done. An entry's content is of a fixed shape for each kind."""

    DECISION = "decision"
    INGEST = "ingest"
    KEY = "key"
    TOKEN = "token"  # noqa: S105 the name of a kind
    USER = "user"
    SIGN_IN = "sign-in"
    PROPOSAL = "proposal"
    VERDICT = "verdict"
    RELEASE = "release"
    SWITCH = "switch"
    OVERRIDE = "override"
    REVIEW = "review"
    NOTE = "note"
    SHADOW = "shadow"
    HOLD = "hold"
    TOMBSTONE = "tombstone"
    AUDIT = "audit"
    EXPORT = "export"
    MONITORING = "monitoring"
    RETRAINING = "retraining"
    LEADS = "leads"


class Actor(BaseModel):
    """Who did it: a person, a machine's token, or the system itself (started by nobody in particular)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["person", "token", "system"]
    id: Annotated[str, Field(min_length=1, max_length=64)]
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An act that is to be entered. `subject` is the number of the thing it was done to: a decision, a user, a release.

    `content` is everything about it, in canonical bytes, kept beside the ledger under its hash; None where it is kept elsewhere and
    only its hash is given (a decision's body).
    """

    kind: Kind
    subject: str
    actor: Actor
    at: datetime
    content: bytes | None
    content_hash: str = ""

    def __post_init__(self) -> None:
        """Hash the content."""
        if self.content is not None:
            object.__setattr__(self, "content_hash", content_hash(self.content))
        elif not self.content_hash:
            raise ValueError("a draft has a content or the hash of one that is kept elsewhere")


class Entry(BaseModel):
    """An entry as it stands in the ledger; `seq` is its place, counted from 0, and its leaf in the tree."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["entry/1"] = "entry/1"
    seq: Annotated[int, Field(ge=0, lt=2**53)]
    kind: Kind
    subject: str
    actor: Actor
    at: AwareDatetime
    content: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]

    @field_serializer("at")
    def _milliseconds(self, moment: datetime) -> str:
        return moment_text(moment)

    def canonical(self) -> bytes:
        """Give the bytes (RFC 8785) whose hash is the leaf."""
        return canonical_bytes(self.model_dump(mode="json"))


def moment_text(moment: datetime) -> str:
    """Write a moment in UTC with milliseconds, as every record does."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def entry_bytes(seq: int, draft: Draft) -> bytes:
    """Give the canonical bytes of a draft's entry at place `seq`: those of `Entry.canonical`, without building one."""
    return canonical_bytes(
        {
            "format": "entry/1",
            "seq": seq,
            "kind": draft.kind.value,
            "subject": draft.subject,
            "actor": {"kind": draft.actor.kind, "id": draft.actor.id, "role": draft.actor.role},
            "at": moment_text(draft.at),
            "content": draft.content_hash,
        }
    )


def read_entry(entry: bytes) -> Entry:
    """Read an entry back; bytes that are not one, or not in canonical form, raise `ValueError`."""
    read = Entry.model_validate_json(entry)
    if read.canonical() != entry:
        raise ValueError("the entry is not in canonical form")
    return read
