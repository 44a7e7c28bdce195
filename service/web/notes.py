"""Routes of notes on decisions: write one, list them."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from flask import Blueprint, Response
from pydantic import BaseModel, Field

from service.corrections import NoteRequest
from service.store.notes import KeptNote
from service.tokens import Permission
from service.use_cases.notes import add_note, notes_on, text_of
from service.web.answers import json_answer
from service.web.answers_overrides import SEALED, UTC_MOMENT
from service.web.operations import Answer, Ask, operation

__all__ = ["NoteAnswer", "NotesOf", "notes"]

notes = Blueprint("notes", __name__)


class NoteAnswer(BaseModel):
    """What somebody wrote about a decision."""

    note_id: str
    decision_id: str
    firm_id: str
    written_at: datetime = UTC_MOMENT
    written_by: str
    text: str | None = Field(description=f"Their words; {SEALED}")

    @classmethod
    def of(cls, one: KeptNote, text: str | None) -> Self:
        """Show a note."""
        return cls(**{name: getattr(one, name) for name in cls.model_fields if name != "text"}, text=text)


class NotesOf(BaseModel):
    """A decision's notes, oldest first."""

    decision_id: str
    notes: list[NoteAnswer]


@operation(
    notes,
    "POST",
    "/v1/decisions/<decision_id>/notes",
    summary="Write a note on a decision; nobody changes or removes it",
    permission=Permission.NOTE,
    body=NoteRequest,
    answers={201: Answer(meaning="The note", content=NoteAnswer, headers=("Location",))},
    problems=("person-required", "unknown-decision", "gone", "keys-unusable"),
)
def post_note(ask: Ask, decision_id: str, body: NoteRequest) -> Response:
    """Write it."""
    made = add_note(ask.desk, decision_id, body, ask.caller)
    shown = NoteAnswer.of(made, text_of(ask.desk, made, ask.caller))
    return json_answer(shown, 201, {"Location": f"/v1/decisions/{decision_id}/notes"})


@operation(
    notes,
    "GET",
    "/v1/decisions/<decision_id>/notes",
    summary="List a decision's notes, oldest first",
    permission=Permission.READ,
    answers={200: Answer(meaning="The notes", content=NotesOf)},
    problems=("unknown-decision", "keys-unusable"),
)
def get_notes(ask: Ask, decision_id: str) -> Response:
    """List them."""
    found = notes_on(ask.desk, decision_id, ask.caller)
    return json_answer(NotesOf(decision_id=decision_id, notes=[NoteAnswer.of(one, text) for one, text in found]))
