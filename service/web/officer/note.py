"""Routes of the page by which somebody writes a note on a decision."""

from __future__ import annotations

from flask import Blueprint, Response
from pydantic import Field

from service.corrections import NoteRequest
from service.requests import Strict
from service.tokens import Permission
from service.use_cases.case_file import open_case
from service.use_cases.notes import add_note
from service.web.forms import Typed, checked
from service.web.officer.corrections_view import note_page
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, PageQuery, go_to, render
from service.web.refusals import Refusal, told_of, tried

__all__ = ["note"]

note = Blueprint("note", __name__)
CASE = ("unknown-decision", "gone", "keys-unusable", "not-ready")


class NoteForm(Strict):
    """A note, as typed."""

    text: str = Field(default="", max_length=4_000, description="What is to be remembered")


@operation(
    note,
    "GET",
    "/decisions/<decision_id>/note",
    summary="The form by which somebody writes a note on a decision",
    page=True,
    permission=Permission.NOTE,
    query=PageQuery,
    answers={200: Answer(meaning="The form", media=HTML)},
    problems=CASE,
)
def get_note_form(ask: Ask, decision_id: str, query: PageQuery) -> Response:
    """Show it."""
    del query
    return render("officer/note.html", note_page(ask, open_case(ask.desk, decision_id, ask.caller), Typed({})))


@operation(
    note,
    "POST",
    "/decisions/<decision_id>/note",
    summary="Write the note: it is on record when the decision's page comes, and nobody changes it",
    page=True,
    permission=Permission.NOTE,
    form=NoteForm,
    answers={
        303: Answer(meaning="On record; leads to the decision", headers=("Location",)),
        403: Answer(meaning="It is not for this person to do: the form again, with what was typed", media=HTML),
        422: Answer(meaning="Something is wrong: the form again, with what was typed", media=HTML),
    },
    problems=CASE,
)
def post_note_form(ask: Ask, decision_id: str, form: NoteForm) -> Response:
    """Write it."""
    asked, typed = checked(NoteRequest, {"text": form.text or None}, Typed(form.model_dump()))

    def again(refusal: Refusal | None = None) -> Response:
        page = note_page(ask, open_case(ask.desk, decision_id, ask.caller), told_of(typed, refusal), refusal)
        return render("officer/note.html", page, refusal.status if refusal else 422)

    def act(asked: NoteRequest) -> Response:
        add_note(ask.desk, decision_id, asked, ask.caller)
        return go_to(f"/decisions/{decision_id}#notes")

    return again() if asked is None else tried(lambda: act(asked), again)
