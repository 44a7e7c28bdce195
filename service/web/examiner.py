"""Pages of the examiner: finding decisions and entries, verifying the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
from flask import Blueprint, Response, request
from pydantic import BeforeValidator, Field

from features.vocabulary import Product
from service.clock import CHINA
from service.days import LARGEST, Day
from service.domain import Outcome
from service.errors import UnknownEntry
from service.ledger import Entry, Kind
from service.requests import Strict
from service.store.ordering import NEWEST, Order
from service.store.records import Listed
from service.store.searching import MOST_COUNTED, Sought
from service.tokens import Permission
from service.use_cases.proving import LedgerHead, Told, head, show_entry
from service.use_cases.searching import Hits, basket_size, find_decisions, find_entries
from service.use_cases.verify import Report, verify
from service.web.audit import LONGEST_PLACE
from service.web.figures import moment
from service.web.listing import MOST_IN_FILE, Listing, csv_file, sorts
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, language, render
from service.web.words import OUTCOMES, Words
from service.web.words_audit import PRODUCTS

__all__ = ["examiner"]

examiner = Blueprint("examiner", __name__, template_folder="templates")
DECISIONS = Words("审计：查找决定", "Examiner: find decisions")
ENTRIES = Words("审计：账本记录", "Examiner: entries of the ledger")
ENTRY = Words("账本记录", "Entry of the ledger")
VERIFIED = Words("校验账本", "Ledger verified")
ON_A_PAGE = 50
DECISION_SORTS = ("time", "firm", "product", "outcome")
HEAD = (
    Words("决定时间", "Decided"),
    Words("统一社会信用代码", "Firm code"),
    Words("企业", "Firm"),
    Words("产品", "Product"),
    Words("结论", "Outcome"),
    Words("决定编号", "Number"),
    Words("记录哈希", "Hash of the record"),
)
MOST_LINES = 300
"""Of an entry's content on its page: that of a loading names every firm of it."""


def _said(value: Any) -> Any:
    """A field that was left empty says nothing."""
    return None if value == "" else value


Maybe = BeforeValidator(_said)
Text = Annotated[Annotated[str, Field(max_length=100)] | None, Maybe]
Place = Annotated[Annotated[int, Field(ge=0, le=LARGEST)] | None, Maybe]


class DecisionsSought(PageQuery):
    """Which decisions to find; each part that is given must hold."""

    text: Text = Field(default=None, description="A decision's number, a firm's code, or their beginning; or a part of a firm's name")
    product: Annotated[Product | None, Maybe] = Field(default=None, description="The product asked for")
    outcome: Annotated[Outcome | None, Maybe] = Field(default=None, description="How it ended")
    since: Annotated[Day | None, Maybe] = Field(default=None, description="Decided on this day in China or later")
    until: Annotated[Day | None, Maybe] = Field(default=None, description="Decided on this day in China or earlier")
    actor: Text = Field(default=None, description="Login of the person, or number of the token, that had it decided")
    sort: str = Field(default=NEWEST.text, pattern=sorts(*DECISION_SORTS), description="What to sort by; with a minus the largest first")
    before: Place = Field(default=None, description="Only those after the one at this place in the order")

    @property
    def listing(self) -> Listing:
        """Say how the list stands."""
        kept = {name: getattr(self, name) for name in ("text", "product", "outcome", "since", "until", "actor")}
        return Listing(path="/audit", kept=kept, order=Order.read(self.sort), usual=NEWEST.text)

    @property
    def sought(self) -> Sought:
        """Give it as the store reads it."""
        return Sought(
            text=self.text and self.text.strip(),
            product=self.product and self.product.value,
            outcome=self.outcome and self.outcome.value,
            since=None if self.since is None else _start(self.since),
            until=None if self.until is None else _start(self.until + timedelta(days=1)),
            actor=self.actor and self.actor.strip(),
        )


class EntriesSought(PageQuery):
    """Which entries to find; each part that is given must hold."""

    kind: Annotated[Kind | None, Maybe] = Field(default=None, description="What was done")
    subject: Text = Field(default=None, description="What it was done to: the number of a decision, user, release")
    actor: Text = Field(default=None, description="Who did it: a login or the number of a token")
    before: Place = Field(default=None, description="Only those before this place")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionsFound:
    """The search and what it found, beside the state of the ledger."""

    frame: Frame
    sought: DecisionsSought
    hits: Hits
    listing: Listing
    ledger: LedgerHead
    basket: int
    here: str
    older: str | None
    newest: str | None
    most: int = MOST_COUNTED


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesFound:
    """The filters and what they found."""

    frame: Frame
    sought: EntriesSought
    entries: list[Entry]
    ledger: LedgerHead
    basket: int
    older: str | None
    newest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryShown:
    """One entry with what it commits to; `content` is None where that is not kept any more, `cut` says how many lines of how many it is."""

    frame: Frame
    told: Told
    content: str | None
    cut: tuple[int, int] | None
    basket: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerVerified:
    """What a verification looked at and found."""

    frame: Frame
    report: Report
    basket: int


@operation(
    examiner,
    "GET",
    "/audit",
    summary="Find decisions by any field, and see the state of the ledger",
    page=True,
    permission=Permission.AUDIT,
    query=DecisionsSought,
    answers={200: Answer(meaning="The page", media=HTML)},
)
def search_page(ask: Ask, query: DecisionsSought) -> Response:
    """Find them."""
    hits = find_decisions(ask.desk, query.sought, before=query.before, limit=ON_A_PAGE, order=query.listing.order)
    page = DecisionsFound(
        frame=frame_of(DECISIONS, ask.session, ask.caller),
        sought=query,
        hits=hits,
        listing=query.listing,
        ledger=head(ask.desk.store, ask.desk.sealer.keys),
        basket=basket_size(ask.desk, ask.caller),
        here=request.full_path.rstrip("?"),
        older=None if hits.next is None else _paged(hits.next),
        newest=_paged(None) if query.before is not None else None,
    )
    return render("examiner/search.html", page)


@operation(
    examiner,
    "GET",
    "/audit/list.csv",
    summary="The decisions that were found, for a spreadsheet",
    page=True,
    permission=Permission.AUDIT,
    query=DecisionsSought,
    answers={200: Answer(meaning="The file", media="text/csv")},
)
def search_file(ask: Ask, query: DecisionsSought) -> Response:
    """Give them out."""
    hits = find_decisions(ask.desk, query.sought, before=query.before, limit=MOST_IN_FILE, order=query.listing.order)
    lang = language()
    rows = (
        (
            moment(one.decided_at),
            one.firm_id,
            hits.names.get(one.firm_id, ""),
            one.product,
            OUTCOMES[one.outcome][lang],
            one.decision_id,
            one.sha256,
        )
        for one in hits.lines
    )
    return csv_file("decisions", [words[lang] for words in HEAD], rows)


def _row(one: Listed, name: str, lang: str) -> tuple[str, ...]:
    named = PRODUCTS[one.product][lang], OUTCOMES[one.outcome][lang]
    return moment(one.decided_at), one.firm_id, name, *named, one.decision_id, one.sha256


@operation(
    examiner,
    "GET",
    "/audit/entries",
    summary="Find entries of the ledger: who did what to what, and when",
    page=True,
    permission=Permission.AUDIT,
    query=EntriesSought,
    answers={200: Answer(meaning="The page", media=HTML)},
)
def entries_page(ask: Ask, query: EntriesSought) -> Response:
    """Find them."""
    kind, subject, actor = query.kind and query.kind.value, query.subject, query.actor
    found, after = find_entries(ask.desk, kind=kind, subject=subject, actor=actor, before=query.before, limit=ON_A_PAGE)
    page = EntriesFound(
        frame=frame_of(ENTRIES, ask.session, ask.caller),
        sought=query,
        entries=found,
        ledger=head(ask.desk.store, ask.desk.sealer.keys),
        basket=basket_size(ask.desk, ask.caller),
        older=None if after is None else _paged(after),
        newest=_paged(None) if query.before is not None else None,
    )
    return render("examiner/entries.html", page)


@operation(
    examiner,
    "GET",
    "/audit/entries/<seq>",
    summary="Show an entry of the ledger with what it commits to, as a page",
    page=True,
    permission=Permission.AUDIT,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
    problems=("unknown-entry",),
)
def entry_page(ask: Ask, seq: str, query: PageQuery) -> Response:
    """Show one."""
    del query
    if not seq.isdecimal() or len(seq) > LONGEST_PLACE:
        raise UnknownEntry(f"{seq[:40]!r} is no place in the ledger; entries are counted 0, 1, 2 and so on")
    told = show_entry(ask.desk.store, int(seq))
    lines = [] if told.content is None else orjson.dumps(told.content, option=orjson.OPT_INDENT_2).decode().splitlines()
    page = EntryShown(
        frame=frame_of(ENTRY, ask.session, ask.caller),
        told=told,
        content="\n".join(lines[:MOST_LINES]) or None,
        cut=(MOST_LINES, len(lines)) if len(lines) > MOST_LINES else None,
        basket=basket_size(ask.desk, ask.caller),
    )
    return render("examiner/entry.html", page)


@operation(
    examiner,
    "POST",
    "/audit/verify",
    summary="Verify the whole ledger, and say in plain words what was found",
    long=True,
    page=True,
    permission=Permission.AUDIT,
    form=Strict,
    answers={200: Answer(meaning="What was looked at and what was found", media=HTML)},
    problems=("not-ready",),
)
def verify_page(ask: Ask, form: Strict) -> Response:
    """Verify it."""
    del form
    report = verify(ask.desk.store, ask.desk.sealer.keys, ask.desk.sealer.witness)
    page = LedgerVerified(frame=frame_of(VERIFIED, ask.session, ask.caller), report=report, basket=basket_size(ask.desk, ask.caller))
    return render("examiner/verified.html", page)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def _paged(before: int | None) -> str | None:
    """Give the address of this list from a place on (None: from the newest), with the same filters."""
    kept = {name: value for name, value in request.args.items() if name not in {"before", "lang"} and value}
    return f"{request.path}?{urlencode(kept if before is None else {**kept, 'before': before})}"
