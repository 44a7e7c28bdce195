"""Pages of what people corrected: overrides with what became of them, and requests that a person looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from flask import Blueprint, Response
from pydantic import Field

from service.corrections import OverrideStatus
from service.domain.override_outcomes import Became
from service.store.overrides import KeptOverride
from service.store.reviews import KeptReview
from service.tokens import Permission
from service.use_cases.override_outcomes import Outcomes, outcomes_of_overrides
from service.use_cases.overrides import OverrideTexts, overrides_page
from service.use_cases.reviews import ReviewTexts, reviews_page
from service.web.examiner import ON_A_PAGE, Maybe
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, render
from service.web.words import Words

__all__ = ["correction_pages"]

correction_pages = Blueprint("correction_pages", __name__, template_folder="templates")
OVERRIDES = Words("人工调整与结果", "Overrides and outcomes")
REVIEWS = Words("人工复核", "Reviews")
ReviewStatus = Annotated[Literal["open", "concluded"] | None, Maybe]


class OverridesShownQuery(PageQuery):
    """Which overrides to list, oldest first."""

    status: Annotated[OverrideStatus | None, Maybe] = Field(default=None, description="pending, in-force, refused or expired; default all")
    after: str = Field(default="", max_length=26, description="Only those after this number")


class ReviewsShownQuery(PageQuery):
    """Which requests for review to list, oldest first."""

    status: ReviewStatus = Field(default=None, description="open or concluded; default all")
    after: str = Field(default="", max_length=26, description="Only those after this number")


@dataclass(frozen=True, slots=True)
class OverrideLine:
    """An override with its grounds, where the reader may see them, its status today, and what became of the case."""

    kept: KeptOverride
    texts: OverrideTexts
    status: str
    became: Became | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverridesList:
    """A page of overrides, and the counts of what became of all."""

    frame: Frame
    status: str
    lines: list[OverrideLine]
    outcomes: Outcomes
    more: str | None
    may_examine: bool

    @property
    def fates(self) -> tuple[str, ...]:
        """What a case can come to, in the order of the columns."""
        return tuple(one.value for one in Became)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewsList:
    """A page of requests for review, with their texts where the reader may see them."""

    frame: Frame
    status: str
    lines: list[tuple[KeptReview, ReviewTexts]]
    more: str | None
    may_examine: bool


@operation(
    correction_pages,
    "GET",
    "/corrections",
    summary="Overrides, who signed them, and what became of the cases",
    page=True,
    permission=Permission.READ,
    query=OverridesShownQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
    problems=("keys-unusable",),
)
def overrides_on_page(ask: Ask, query: OverridesShownQuery) -> Response:
    """List them."""
    desk = ask.desk
    found = overrides_page(desk, ask.caller, status=query.status, after=query.after, limit=ON_A_PAGE + 1)
    outcomes = outcomes_of_overrides(desk.store, desk.clock())
    became: Mapping[str, Became] = {one.override_id: said for one, said in outcomes.cases}
    lines = [OverrideLine(kept, texts, kept.status(desk.today()), became.get(kept.override_id)) for kept, texts in found[:ON_A_PAGE]]
    page = OverridesList(
        frame=frame_of(OVERRIDES, ask.session, ask.caller),
        status=query.status or "",
        lines=lines,
        outcomes=outcomes,
        more=_more("/corrections", query.status, lines[-1].kept.override_id) if len(found) > ON_A_PAGE else None,
        may_examine=ask.caller.may(Permission.AUDIT),
    )
    return render("risk/overrides.html", page)


@operation(
    correction_pages,
    "GET",
    "/corrections/reviews",
    summary="Requests that a person looks, and what was concluded",
    page=True,
    permission=Permission.READ,
    query=ReviewsShownQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
    problems=("keys-unusable",),
)
def reviews_on_page(ask: Ask, query: ReviewsShownQuery) -> Response:
    """List them."""
    found = reviews_page(ask.desk, ask.caller, status=query.status, after=query.after, limit=ON_A_PAGE + 1)
    lines = found[:ON_A_PAGE]
    page = ReviewsList(
        frame=frame_of(REVIEWS, ask.session, ask.caller),
        status=query.status or "",
        lines=lines,
        more=_more("/corrections/reviews", query.status, lines[-1][0].review_id) if len(found) > ON_A_PAGE else None,
        may_examine=ask.caller.may(Permission.AUDIT),
    )
    return render("risk/reviews.html", page)


def _more(path: str, status: str | None, after: str) -> str:
    return f"{path}?{urlencode({'status': status, 'after': after} if status else {'after': after})}"
