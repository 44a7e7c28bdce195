"""Routes of the application form: one question at a time, all of it in the address, then one binding step."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response
from pydantic import Field

from service.errors import InvalidRequest, UnknownFirm
from service.requests import DecisionRequest, Strict
from service.tokens import Permission
from service.use_cases.decide import decide_application, key_of
from service.web.forms import Typed
from service.web.officer.apply_view import FIELDS, apply_page, asked_from
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, PageQuery, frame_of, go_to, render
from service.web.words import Words

__all__ = ["TITLE", "apply"]

apply = Blueprint("apply", __name__)
TITLE = Words("新申请", "New application")
DECIDES = ("unknown-firm", "idempotency-key-reused", "decision-refused", "gone", "not-ready", "not-recorded")


def _text(meaning: str, longest: int = 40) -> str:
    return Field(default="", max_length=longest, description=meaning)


class ApplyQuery(PageQuery):
    """What was answered so far, as typed."""

    q: str = _text("A part of the firm's name, or the beginning of its code", 60)
    firm_id: str = _text("The firm")
    product: str = _text("The product")
    amount: str = _text("Yuan, as typed")
    term_months: str = _text("Months, as typed")
    purpose: str = _text("What the loan pays for")
    step: str = _text("A question to go back to: firm, product or terms")


class ApplyForm(Strict):
    """The whole application; `once` is the form's own number, so that sending it twice decides once."""

    firm_id: str = Field(max_length=40, description="The firm")
    product: str = Field(max_length=40, description="The product")
    amount: str = Field(max_length=40, description="Yuan")
    term_months: str = Field(max_length=40, description="Months")
    purpose: str = _text("What the loan pays for")
    once: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$", description="The form's own number")


@operation(
    apply,
    "GET",
    "/apply",
    summary="The application form, one question at a time: firm, product, amount and term, check",
    page=True,
    permission=Permission.DECIDE,
    query=ApplyQuery,
    answers={200: Answer(meaning="The next question", media=HTML)},
)
def get_apply(ask: Ask, query: ApplyQuery) -> Response:
    """Ask it."""
    return _asked(ask, Typed({name: getattr(query, name) for name in FIELDS}), text=query.q.strip(), wanted=query.step)


@operation(
    apply,
    "POST",
    "/apply",
    summary="Decide the application that was checked; the decision is on record when its page comes",
    page=True,
    permission=Permission.DECIDE,
    form=ApplyForm,
    answers={
        303: Answer(meaning="Decided and on record", headers=("Location",)),
        422: Answer(meaning="Something is wrong: the question again, with what was typed", media=HTML),
    },
    problems=DECIDES,
)
def post_application(ask: Ask, form: ApplyForm) -> Response:
    """Decide."""
    typed = Typed({name: getattr(form, name) for name in FIELDS})
    asked, typed = asked_from(typed)
    if asked is None:
        return _asked(ask, typed, status=422)
    try:
        body = DecisionRequest(firm_id=form.firm_id, **asked.model_dump())
        receipt = decide_application(ask.desk, body, ask.caller, key_of(form.once, body, ask.caller))
    except (UnknownFirm, InvalidRequest, ValueError):
        return _asked(ask, typed, status=422)
    return go_to(f"/decisions/{receipt.decision_id}")


def _asked(ask: Ask, typed: Typed, *, text: str = "", wanted: str = "", status: int = 200) -> Response:
    frame = frame_of(TITLE, ask.session, ask.holder)
    once = secrets.token_urlsafe(16)
    return render("officer/apply.html", apply_page(frame, ask.desk, typed, text=text, wanted=wanted, once=once), status)
