"""The export basket: decisions an examiner put aside, and the zip they are taken away in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from flask import Blueprint, Response
from pydantic import AfterValidator, BeforeValidator, Field

from service.requests import Strict
from service.tokens import Permission
from service.use_cases.searching import MOST_IN_BASKET, Basket, basket_size, empty_basket, put_aside, put_back, show_basket
from service.web.audit import send_pack
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, go_to, local_path, render
from service.web.words import Words

__all__ = ["baskets"]

baskets = Blueprint("baskets", __name__, template_folder="templates")
BASKET = Words("导出篮", "Export basket")
ZIP = "application/zip"


def _numbers(text: object) -> object:
    return text.split() if isinstance(text, str) else text


Numbers = Annotated[tuple[str, ...], BeforeValidator(_numbers), Field(min_length=1, max_length=MOST_IN_BASKET)]


class PutForm(Strict):
    """Decisions to put into the basket or take out of it, and where to go on."""

    decisions: Numbers = Field(description="Numbers of decisions, with blanks between them")
    back: Annotated[str, AfterValidator(local_path)] = Field(
        default="/audit/basket", max_length=2000, description="Path of this service to go to afterwards"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketPage:
    """What was put aside."""

    frame: Frame
    content: Basket
    basket: int
    most: int = MOST_IN_BASKET


@operation(
    baskets,
    "GET",
    "/audit/basket",
    summary="The decisions that were put aside to take away",
    page=True,
    permission=Permission.AUDIT,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
)
def basket_page(ask: Ask, query: PageQuery) -> Response:
    """Show them."""
    del query
    content = show_basket(ask.desk, ask.caller)
    page = BasketPage(frame=frame_of(BASKET, ask.session, ask.caller), content=content, basket=basket_size(ask.desk, ask.caller))
    return render("examiner/basket.html", page)


@operation(
    baskets,
    "POST",
    "/audit/basket",
    summary="Put decisions aside to take away",
    page=True,
    permission=Permission.AUDIT,
    form=PutForm,
    answers={303: Answer(meaning="They are in the basket", headers=("Location",))},
    problems=("unknown-decision",),
)
def put_in_basket(ask: Ask, form: PutForm) -> Response:
    """Put them in."""
    put_aside(ask.desk, ask.caller, form.decisions)
    return go_to(form.back)


@operation(
    baskets,
    "POST",
    "/audit/basket/remove",
    summary="Take decisions out of the basket again",
    page=True,
    permission=Permission.AUDIT,
    form=PutForm,
    answers={303: Answer(meaning="They are out of the basket", headers=("Location",))},
)
def take_out_of_basket(ask: Ask, form: PutForm) -> Response:
    """Take them out."""
    put_back(ask.desk, ask.caller, form.decisions)
    return go_to(form.back)


@operation(
    baskets,
    "POST",
    "/audit/basket/empty",
    summary="Take everything out of the basket",
    page=True,
    permission=Permission.AUDIT,
    form=Strict,
    answers={303: Answer(meaning="It is empty", headers=("Location",))},
)
def empty_the_basket(ask: Ask, form: Strict) -> Response:
    """Empty it."""
    del form
    empty_basket(ask.desk, ask.caller)
    return go_to("/audit/basket")


@operation(
    baskets,
    "POST",
    "/audit/basket/export",
    summary="Take the decisions in the basket away in one zip, which anybody verifies with bare Python",
    long=True,
    page=True,
    permission=Permission.AUDIT,
    form=Strict,
    answers={200: Answer(meaning="The pack: a zip with manifest, proofs and verify.py", media=ZIP)},
    problems=("unknown-decision", "not-ready"),
)
def export_basket(ask: Ask, form: Strict) -> Response:
    """Take them away; they stay in the basket until it is emptied, so that a download that breaks off is done again."""
    del form
    content = show_basket(ask.desk, ask.caller)
    return send_pack(ask, [line.decision_id for line in content.lines])
