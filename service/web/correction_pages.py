"""Pages of what people corrected: overrides with what became of them, and requests that a person looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from flask import Blueprint, Response
from pydantic import Field

from features.vocabulary import Product
from service.corrections import OverrideStatus
from service.domain.override import OverrideReason
from service.domain.override_outcomes import Became
from service.store.ordering import NEWEST, Order
from service.store.overrides import OVERRIDE_SORTS, KeptOverride
from service.store.reviews import REVIEW_SORTS, KeptReview
from service.tokens import Permission
from service.use_cases.override_outcomes import Outcomes, outcomes_of_overrides
from service.use_cases.overrides import OverrideTexts, overrides_page
from service.use_cases.reviews import ReviewTexts, reviews_page
from service.web.examiner import ON_A_PAGE, Maybe
from service.web.figures import moment
from service.web.listing import MOST_IN_FILE, Listing, csv_file, sorts
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, language, render
from service.web.words import OUTCOMES, Words
from service.web.words_audit import OVERRIDE_REASONS, OVERRIDE_STATUS, PRODUCTS

__all__ = ["correction_pages"]

correction_pages = Blueprint("correction_pages", __name__, template_folder="templates")
OVERRIDES = Words("人工调整与结果", "Overrides and outcomes")
REVIEWS = Words("人工复核", "Reviews")
OVERRIDE_HEAD = (
    Words("提出时间", "Proposed"),
    Words("提出人", "Proposed by"),
    Words("决定编号", "Decision"),
    Words("统一社会信用代码", "Firm code"),
    Words("产品", "Product"),
    Words("改为", "Instead"),
    Words("理由", "Reason"),
    Words("状态", "Status"),
    Words("金额（元）", "Amount (yuan)"),
    Words("期限（月）", "Term (months)"),
    Words("年利率（基点）", "Rate (basis points)"),
    Words("签署人", "Second person"),
    Words("有效期至", "Stands until"),
)
REVIEW_HEAD = (
    Words("登记时间", "Filed"),
    Words("登记人", "Filed by"),
    Words("决定编号", "Decision"),
    Words("统一社会信用代码", "Firm code"),
    Words("产品", "Product"),
    Words("结论", "Conclusion"),
    Words("复核人", "Concluded by"),
    Words("完成时间", "Concluded"),
)
OPEN = Words("进行中", "open")
CONCLUDED = {"uphold": Words("维持原结论", "upheld"), "override": Words("以人工调整为准", "replaced by an override")}
ReviewStatus = Annotated[Literal["open", "concluded"] | None, Maybe]


class OverridesShownQuery(PageQuery):
    """Which overrides to list."""

    status: Annotated[OverrideStatus | None, Maybe] = Field(default=None, description="pending, in-force, refused or expired; default all")
    product: Annotated[Product | None, Maybe] = Field(default=None, description="Only of this product")
    reason: Annotated[OverrideReason | None, Maybe] = Field(default=None, description="Only for this coded reason")
    sort: str = Field(default=NEWEST.text, pattern=sorts(*OVERRIDE_SORTS), description="What to sort by; with a minus the largest first")
    after: str = Field(default="", max_length=26, description="Only those after this number in the order")

    @property
    def listing(self) -> Listing:
        """Say how the list stands."""
        kept = {"status": self.status, "product": self.product, "reason": self.reason}
        return Listing(path="/corrections", kept=kept, order=Order.read(self.sort), usual=NEWEST.text)


class ReviewsShownQuery(PageQuery):
    """Which requests for review to list."""

    status: ReviewStatus = Field(default=None, description="open or concluded; default all")
    product: Annotated[Product | None, Maybe] = Field(default=None, description="Only of this product")
    sort: str = Field(default=NEWEST.text, pattern=sorts(*REVIEW_SORTS), description="What to sort by; with a minus the largest first")
    after: str = Field(default="", max_length=26, description="Only those after this number in the order")

    @property
    def listing(self) -> Listing:
        """Say how the list stands."""
        kept = {"status": self.status, "product": self.product}
        return Listing(path="/corrections/reviews", kept=kept, order=Order.read(self.sort), usual=NEWEST.text)


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
    sought: OverridesShownQuery
    listing: Listing
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
    sought: ReviewsShownQuery
    listing: Listing
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
    desk, listing = ask.desk, query.listing
    found = _overrides(ask, query, ON_A_PAGE + 1)
    outcomes = outcomes_of_overrides(desk.store, desk.clock())
    became: Mapping[str, Became] = {one.override_id: said for one, said in outcomes.cases}
    lines = [OverrideLine(kept, texts, kept.status(desk.today()), became.get(kept.override_id)) for kept, texts in found[:ON_A_PAGE]]
    page = OverridesList(
        frame=frame_of(OVERRIDES, ask.session, ask.caller),
        sought=query,
        listing=listing,
        lines=lines,
        outcomes=outcomes,
        more=listing.address(after=lines[-1].kept.override_id) if len(found) > ON_A_PAGE else None,
        may_examine=ask.caller.may(Permission.AUDIT),
    )
    return render("risk/overrides.html", page)


def _overrides(ask: Ask, query: OverridesShownQuery, limit: int) -> list[tuple[KeptOverride, OverrideTexts]]:
    return overrides_page(
        ask.desk,
        ask.caller,
        status=query.status,
        product=query.product,
        reason=query.reason.value if query.reason else None,
        order=query.listing.order,
        after=query.after,
        limit=limit,
    )


@operation(
    correction_pages,
    "GET",
    "/corrections/list.csv",
    summary="The overrides as listed, for a spreadsheet, without the sealed grounds",
    page=True,
    permission=Permission.READ,
    query=OverridesShownQuery,
    answers={200: Answer(meaning="The file", media="text/csv")},
    problems=("keys-unusable",),
)
def overrides_file(ask: Ask, query: OverridesShownQuery) -> Response:
    """Give them out."""
    lang, today = language(), ask.desk.today()
    rows = (_override_row(one, one.status(today), lang) for one, _ in _overrides(ask, query, MOST_IN_FILE))
    return csv_file("overrides", [words[lang] for words in OVERRIDE_HEAD], rows)


def _override_row(one: KeptOverride, status: str, lang: str) -> tuple[Any, ...]:
    named = OUTCOMES[one.outcome][lang], OVERRIDE_REASONS[one.reason][lang], OVERRIDE_STATUS[status][lang]
    word = one.word.given_by if one.word else ""
    terms = one.amount, one.term_months, one.rate_bp
    return (
        moment(one.proposed_at),
        one.proposed_by,
        one.decision_id,
        one.firm_id,
        PRODUCTS[one.product][lang],
        *named,
        *terms,
        word,
        one.expires_on,
    )


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
    found, listing = _reviews(ask, query, ON_A_PAGE + 1), query.listing
    lines = found[:ON_A_PAGE]
    page = ReviewsList(
        frame=frame_of(REVIEWS, ask.session, ask.caller),
        sought=query,
        listing=listing,
        lines=lines,
        more=listing.address(after=lines[-1][0].review_id) if len(found) > ON_A_PAGE else None,
        may_examine=ask.caller.may(Permission.AUDIT),
    )
    return render("risk/reviews.html", page)


def _reviews(ask: Ask, query: ReviewsShownQuery, limit: int) -> list[tuple[KeptReview, ReviewTexts]]:
    order = query.listing.order
    return reviews_page(ask.desk, ask.caller, status=query.status, product=query.product, order=order, after=query.after, limit=limit)


@operation(
    correction_pages,
    "GET",
    "/corrections/reviews/list.csv",
    summary="The requests for review as listed, for a spreadsheet, without the sealed words",
    page=True,
    permission=Permission.READ,
    query=ReviewsShownQuery,
    answers={200: Answer(meaning="The file", media="text/csv")},
    problems=("keys-unusable",),
)
def reviews_file(ask: Ask, query: ReviewsShownQuery) -> Response:
    """Give them out."""
    lang = language()
    rows = (_review_row(one, lang) for one, _ in _reviews(ask, query, MOST_IN_FILE))
    return csv_file("reviews", [words[lang] for words in REVIEW_HEAD], rows)


def _review_row(one: KeptReview, lang: str) -> tuple[Any, ...]:
    said = one.conclusion
    concluded = (CONCLUDED[said.verdict][lang], said.given_by, moment(said.given_at)) if said else (OPEN[lang], "", "")
    return moment(one.opened_at), one.opened_by, one.decision_id, one.firm_id, PRODUCTS[one.product][lang], *concluded
