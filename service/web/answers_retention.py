"""What the API answers about retention."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

__all__ = ["AppliedPage", "DuePage", "DueShown", "HoldShown", "HoldsPage", "Released"]

UTC_MOMENT = Field(description="UTC")


class DueShown(BaseModel):
    """Something that has served its time."""

    subject: str
    class_id: str = Field(description="decision, technical or access")
    due_on: date = Field(description="The first day it may be deleted")
    held: bool = Field(description="Does a legal hold keep it?")
    contents: int = Field(description="How many contents go with it")


class DuePage(BaseModel):
    """What has served its time on a day."""

    as_of: date
    schedule: str
    due: list[DueShown]


class DeletedShown(BaseModel):
    """What was deleted, with the place of its tombstone in the ledger."""

    subject: str
    class_id: str
    deleted: list[str] = Field(description="Hashes of the contents that are gone")
    shredded: list[str] = Field(description="Records whose sealed texts can be read no more")
    entry: int


class AppliedPage(BaseModel):
    """What one call deleted."""

    schedule: str
    deleted: list[DeletedShown]


class HoldShown(BaseModel):
    """A legal hold."""

    hold_id: str
    subject: str
    reason: str
    held_by: str
    held_at: datetime = UTC_MOMENT
    released_by: str | None
    released_at: datetime | None = UTC_MOMENT
    release_reason: str | None


class HoldsPage(BaseModel):
    """Every legal hold, released ones too, oldest first."""

    holds: list[HoldShown]


class Released(BaseModel):
    """How many holds a subject had."""

    subject: str
    released: int
