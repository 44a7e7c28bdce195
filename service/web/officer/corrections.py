"""Routes by which people correct a machine: override a decision, file a client's request for review, sign or refuse, conclude."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, Response
from pydantic import Field

from service.corrections import ConcludeRequest, OverrideRequest, ReasonRequest, ReviewRequest
from service.domain import Outcome
from service.domain.override import OverrideReason
from service.requests import Strict
from service.tokens import Permission
from service.use_cases.case_file import open_case
from service.use_cases.overrides import propose_override, say_word
from service.use_cases.reviews import conclude_review, open_review
from service.web.forms import Typed, checked, number, whole
from service.web.officer.corrections_view import conclude_page, file_of_override, file_of_review, override_page, review_page, sign_page
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, PageQuery, go_to, render
from service.web.refusals import Refusal, told_of, tried

__all__ = ["corrections"]

corrections = Blueprint("corrections", __name__)
PAGE = {200: Answer(meaning="The form", media=HTML)}
DONE = {
    303: Answer(meaning="Done and on record; leads to the decision", headers=("Location",)),
    403: Answer(meaning="It is not for this person to do: the form again, with what was typed", media=HTML),
    409: Answer(meaning="It was done meanwhile: the form again, with what was typed", media=HTML),
    422: Answer(meaning="Something is wrong: the form again, with what was typed", media=HTML),
}
CASE = ("unknown-decision", "gone", "keys-unusable", "not-ready")
USUAL = timedelta(days=90)


def _typed(longest: int, meaning: str) -> str:
    return Field(default="", max_length=longest, description=meaning)


class OverrideForm(Strict):
    """Another answer to a decided application, as typed."""

    outcome: str = _typed(20, "approve, counter, refer or decline")
    amount: str = _typed(40, "Yuan, where it lends")
    term_months: str = _typed(20, "Months, where it lends")
    rate: str = _typed(20, "Per cent a year, where it lends")
    reason: str = _typed(60, "Coded reason")
    text: str = _typed(4_000, "The grounds")
    expires_on: str = _typed(20, "The last day it stands")


class ReviewForm(Strict):
    """A client's request that a person looks at a decision."""

    asked_by: str = _typed(200, "Who asked")
    channel: str = _typed(200, "How they asked")
    text: str = _typed(4_000, "What they said")


class WordForm(Strict):
    """The second person's word."""

    verdict: str = _typed(20, "signed or refused")
    reason: str = _typed(4_000, "Why")


class ConcludeForm(Strict):
    """A person's conclusion."""

    verdict: str = _typed(20, "uphold or override")
    override_id: str = _typed(40, "The override, where the verdict is override")
    reason: str = _typed(4_000, "Why; told to the client")


@operation(
    corrections,
    "GET",
    "/decisions/<decision_id>/override",
    summary="The form that sets a decision's answer aside, and what will happen",
    page=True,
    permission=Permission.OVERRIDE,
    query=PageQuery,
    answers=PAGE,
    problems=CASE,
)
def get_override_form(ask: Ask, decision_id: str, query: PageQuery) -> Response:
    """Show it, filled in with the machine's answer."""
    del query
    file = open_case(ask.desk, decision_id, ask.caller)
    terms, asked = file.standing.terms, file.decision.application
    typed = Typed(
        {
            "outcome": "",
            "amount": str(terms.amount or asked.amount),
            "term_months": str(terms.term_months or asked.term_months),
            "rate": f"{terms.rate_bp / 100:.2f}" if terms.rate_bp else "",
            "expires_on": (ask.desk.today() + USUAL).isoformat(),
        }
    )
    return render("officer/override.html", override_page(ask, file, typed))


@operation(
    corrections,
    "POST",
    "/decisions/<decision_id>/override",
    summary="Propose the override: it stands at once within one's authority, above it a second person signs",
    page=True,
    permission=Permission.OVERRIDE,
    form=OverrideForm,
    answers=DONE,
    problems=CASE,
)
def post_override_form(ask: Ask, decision_id: str, form: OverrideForm) -> Response:
    """Propose it."""
    lends = form.outcome in {"approve", "counter"}
    typed = Typed(form.model_dump()).must_be_one_of("outcome", tuple(Outcome)).must_be_one_of("reason", tuple(OverrideReason))
    values = {
        "outcome": Outcome(form.outcome) if form.outcome in set(Outcome) else form.outcome or None,
        "reason": OverrideReason(form.reason) if form.reason in set(OverrideReason) else form.reason or None,  # type: ignore[call-arg]
        "text": form.text,
        "amount": whole(form.amount) if lends else None,
        "term_months": whole(form.term_months) if lends else None,
        "rate_bp": _basis_points(form.rate) if lends else None,
        "expires_on": _day(form.expires_on),
    }
    asked, typed = checked(OverrideRequest, values, typed, context={"today": ask.desk.today()})

    def again(refusal: Refusal | None = None) -> Response:
        told = told_of(typed, refusal)
        told = Typed(told.texts, {"rate" if name == "rate_bp" else name: said for name, said in told.wrong.items()})
        page = override_page(ask, open_case(ask.desk, decision_id, ask.caller), told, refusal)
        return render("officer/override.html", page, refusal.status if refusal else 422)

    def act(asked: OverrideRequest) -> Response:
        propose_override(ask.desk, decision_id, asked, ask.caller)
        return go_to(f"/decisions/{decision_id}")

    return again() if asked is None or typed.wrong else tried(lambda: act(asked), again)


def _basis_points(text: str) -> int | str | None:
    """Read per cent a year: 3.85 is 385 basis points."""
    said = number(text)
    return text or None if said is None or isinstance(said, str) or (said * 100) % 1 else int(said * 100)


def _day(text: str) -> date | str | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text or None


@operation(
    corrections,
    "GET",
    "/decisions/<decision_id>/review",
    summary="The form that files a client's request for a person",
    page=True,
    permission=Permission.DECIDE,
    query=PageQuery,
    answers=PAGE,
    problems=CASE,
)
def get_review_form(ask: Ask, decision_id: str, query: PageQuery) -> Response:
    """Show it."""
    del query
    return render("officer/review.html", review_page(ask, open_case(ask.desk, decision_id, ask.caller), Typed({})))


@operation(
    corrections,
    "POST",
    "/decisions/<decision_id>/review",
    summary="File the request: until a person has concluded it, no decline is final",
    page=True,
    permission=Permission.DECIDE,
    form=ReviewForm,
    answers=DONE,
    problems=CASE,
)
def post_review_form(ask: Ask, decision_id: str, form: ReviewForm) -> Response:
    """File it."""
    typed = Typed(form.model_dump())
    asked, typed = checked(ReviewRequest, {name: value or None for name, value in typed.texts.items()}, typed)

    def again(refusal: Refusal | None = None) -> Response:
        page = review_page(ask, open_case(ask.desk, decision_id, ask.caller), told_of(typed, refusal), refusal)
        return render("officer/review.html", page, refusal.status if refusal else 422)

    def act(asked: ReviewRequest) -> Response:
        open_review(ask.desk, decision_id, asked, ask.caller)
        return go_to(f"/decisions/{decision_id}")

    return again() if asked is None else tried(lambda: act(asked), again)


@operation(
    corrections,
    "GET",
    "/overrides/<override_id>",
    summary="A pending override with both answers side by side, to be signed or refused by a second person",
    page=True,
    permission=Permission.SIGN,
    query=PageQuery,
    answers=PAGE,
    problems=("unknown-override", *CASE),
)
def get_override_page(ask: Ask, override_id: str, query: PageQuery) -> Response:
    """Show it."""
    del query
    file, override = file_of_override(ask, override_id)
    return render("officer/sign.html", sign_page(ask, file, override, Typed({})))


@operation(
    corrections,
    "POST",
    "/overrides/<override_id>",
    summary="Sign or refuse it",
    page=True,
    permission=Permission.SIGN,
    form=WordForm,
    answers=DONE,
    problems=("unknown-override", *CASE),
)
def post_word(ask: Ask, override_id: str, form: WordForm) -> Response:
    """Say the word."""
    file, override = file_of_override(ask, override_id)
    typed = Typed(form.model_dump())
    asked, typed = checked(ReasonRequest, {"reason": form.reason or None}, typed)
    typed = typed.must_be_one_of("verdict", ("signed", "refused"))

    def again(refusal: Refusal | None = None) -> Response:
        page = sign_page(ask, file, override, told_of(typed, refusal), refusal)
        return render("officer/sign.html", page, refusal.status if refusal else 422)

    def act(asked: ReasonRequest) -> Response:
        say_word(ask.desk, override_id, form.verdict, asked, ask.caller)
        return go_to(f"/decisions/{override.decision_id}")

    return again() if asked is None or typed.wrong else tried(lambda: act(asked), again)


@operation(
    corrections,
    "GET",
    "/reviews/<review_id>",
    summary="A client's request for review, to be concluded by a person",
    page=True,
    permission=Permission.SIGN,
    query=PageQuery,
    answers=PAGE,
    problems=("unknown-review", *CASE),
)
def get_review_page(ask: Ask, review_id: str, query: PageQuery) -> Response:
    """Show it."""
    del query
    file, review = file_of_review(ask, review_id)
    return render("officer/conclude.html", conclude_page(ask, file, review, Typed({})))


@operation(
    corrections,
    "POST",
    "/reviews/<review_id>",
    summary="Conclude it: uphold the decision, or let an override in force take its place",
    page=True,
    permission=Permission.SIGN,
    form=ConcludeForm,
    answers=DONE,
    problems=("unknown-review", *CASE),
)
def post_conclusion_page(ask: Ask, review_id: str, form: ConcludeForm) -> Response:
    """Conclude it."""
    file, review = file_of_review(ask, review_id)
    typed = Typed(form.model_dump())
    values = {"verdict": form.verdict or None, "reason": form.reason or None, "override_id": form.override_id or None}
    asked, typed = checked(ConcludeRequest, values, typed.must_be_one_of("verdict", ("uphold", "override")))

    def again(refusal: Refusal | None = None) -> Response:
        page = conclude_page(ask, file, review, told_of(typed, refusal), refusal)
        return render("officer/conclude.html", page, refusal.status if refusal else 422)

    def act(asked: ConcludeRequest) -> Response:
        conclude_review(ask.desk, review_id, asked, ask.caller)
        return go_to(f"/decisions/{review.decision_id}")

    return again() if asked is None or typed.wrong else tried(lambda: act(asked), again)
