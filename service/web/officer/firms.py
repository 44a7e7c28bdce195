"""Routes of firms: finding one, and the page of one."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response
from pydantic import Field

from service.domain.application import MAX_AMOUNT, MAX_TERM
from service.errors import NotReady
from service.store.ordering import Order
from service.store.worklist import BY_CODE, FIRM_SORTS, MOST_FOUND, FirmFound
from service.tokens import Permission
from service.use_cases.firm_sheet import firm_sheet
from service.use_cases.offers import SideBySide, offers_for
from service.use_cases.worklist import firms_found
from service.web.figures import moment
from service.web.forms import Typed, checked, whole
from service.web.listing import MOST_IN_FILE, Listing, csv_file, sorts
from service.web.officer.firm_view import DEFAULT_AMOUNT, DEFAULT_TERM, OffersAsked, firm_page
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, language, render
from service.web.words import Words

__all__ = ["firms_pages"]

firms_pages = Blueprint("firm_pages", __name__)
TITLE = Words("企业", "Firms")
HEAD = (Words("统一社会信用代码", "Code"), Words("企业", "Firm"), Words("证据更新于", "Evidence of"))


class SearchQuery(PageQuery):
    """Which firms to find."""

    q: str = Field(default="", max_length=60, description="A part of the name, or the beginning of the code")
    sort: str = Field(default=BY_CODE.text, pattern=sorts(*FIRM_SORTS), description="What to sort by; with a minus the largest first")
    after: str | None = Field(default=None, max_length=18, description="Only those after this firm in the order: the next page")

    @property
    def listing(self) -> Listing:
        """Say how the list stands."""
        return Listing(path="/firms", kept={"q": self.q.strip()}, order=Order.read(self.sort), usual=BY_CODE.text)


class FirmPageQuery(PageQuery):
    """What the firm would ask of every product."""

    amount: str | None = Field(default=None, max_length=40, description=f"Amount in yuan, as typed; at most {MAX_AMOUNT:,}")
    term_months: str | None = Field(default=None, max_length=10, description=f"Term in months, as typed; at most {MAX_TERM}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """Firms that were found."""

    frame: Frame
    text: str
    listing: Listing
    found: tuple[FirmFound, ...]
    is_first: bool
    is_full: bool
    may_apply: bool


@operation(
    firms_pages,
    "GET",
    "/firms",
    summary="Find a firm on file by name or code",
    page=True,
    permission=Permission.READ,
    query=SearchQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
)
def get_firms(ask: Ask, query: SearchQuery) -> Response:
    """Find firms."""
    text = query.q.strip()
    found = tuple(firms_found(ask.desk, text, order=query.listing.order, after=query.after))
    page = SearchPage(
        frame=frame_of(TITLE, ask.session, ask.holder),
        text=text,
        listing=query.listing,
        found=found,
        is_first=query.after is None,
        is_full=len(found) == MOST_FOUND,
        may_apply=ask.caller.may(Permission.DECIDE),
    )
    return render("officer/firms.html", page)


@operation(
    firms_pages,
    "GET",
    "/firms/list.csv",
    summary="The firms that were found, for a spreadsheet",
    page=True,
    permission=Permission.READ,
    query=SearchQuery,
    answers={200: Answer(meaning="The file", media="text/csv")},
)
def get_firms_file(ask: Ask, query: SearchQuery) -> Response:
    """Give them out."""
    found = firms_found(ask.desk, query.q.strip(), order=query.listing.order, after=query.after, limit=MOST_IN_FILE)
    return csv_file("firms", [words[language()] for words in HEAD], ((one.firm_id, one.name, moment(one.recorded_at)) for one in found))


@operation(
    firms_pages,
    "GET",
    "/firms/<firm_id>",
    summary="A firm on a page: evidence with sources, points, loans, and what every product would offer; nothing of it is recorded",
    page=True,
    permission=Permission.READ,
    query=FirmPageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
    problems=("unknown-firm", "decision-refused"),
)
def get_firm_page(ask: Ask, firm_id: str, query: FirmPageQuery) -> Response:
    """Show a firm."""
    sheet = firm_sheet(ask.desk, firm_id)
    typed, offers = _offers(ask, firm_id, query)
    frame = frame_of(Words(sheet.newest.name, sheet.newest.name), ask.session, ask.holder)
    page = firm_page(frame, sheet, typed, offers, today=ask.desk.today(), may_apply=ask.caller.may(Permission.DECIDE))
    return render("officer/firm.html", page)


def _offers(ask: Ask, firm_id: str, query: FirmPageQuery) -> tuple[Typed, SideBySide | None]:
    """Compare products for what was typed; the nearest better answers are looked for only when somebody asks."""
    typed = Typed({"amount": query.amount or str(DEFAULT_AMOUNT), "term_months": query.term_months or str(DEFAULT_TERM)})
    asked, typed = checked(OffersAsked, {"amount": whole(typed["amount"]), "term_months": whole(typed["term_months"])}, typed)
    if asked is None:
        return typed, None
    try:
        return typed, offers_for(ask.desk, firm_id, asked.amount, asked.term_months, with_plans=query.amount is not None)
    except NotReady:
        return typed, None
