"""The route of the work list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from flask import Blueprint, Response
from pydantic import Field

from features.vocabulary import Product
from service.days import LARGEST
from service.domain import Outcome
from service.store.ordering import NEWEST, Order
from service.store.worklist import SORTS, Narrow, Queue
from service.tokens import Permission
from service.use_cases.worklist import QUEUES, WorkLine, WorkList, work_list
from service.web.examiner import Maybe
from service.web.figures import ago, moment, word
from service.web.listing import MOST_IN_FILE, Listing, csv_file, sorts
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, language, render
from service.web.words import OUTCOMES, TONES, Words
from service.web.words_audit import PRODUCTS

__all__ = ["worklist"]

worklist = Blueprint("desk", __name__)
TITLE = Words("工作台", "Desk")
QUEUE_WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "new": Words("全部（最新在前）", "All, newest first"),
        "referred": Words("转人工", "Referred"),
        "waiting": Words("待第二人签署", "Waiting for a second signature"),
        "reviews": Words("客户申请复核", "Client asks for review"),
        "expiring": Words("即将到期", "Expiring within a week"),
    }
)
EMPTY: Mapping[str, Words] = MappingProxyType(
    {
        "new": Words("还没有决定。从“新申请”开始。", "Nothing was decided yet. Begin with a new application."),
        "referred": Words("没有需要人工决定的申请。", "No case waits for a person to decide."),
        "waiting": Words("没有待签署的人工调整。", "No override waits for a second signature."),
        "reviews": Words("没有客户申请复核。", "No client has asked for a review."),
        "expiring": Words("一周内没有到期的授信。", "No offer runs out within a week."),
    }
)


HEAD = (
    Words("企业", "Firm"),
    Words("统一社会信用代码", "Code"),
    Words("产品", "Product"),
    Words("申请（元）", "Asked (yuan)"),
    Words("结论", "Verdict"),
    Words("可贷（元）", "Offered (yuan)"),
    Words("信用等级", "Grade"),
    Words("创新等级", "Tier"),
    Words("有效期至", "Valid until"),
    Words("决定时间", "Decided"),
    Words("经办", "Who"),
    Words("决定编号", "Number"),
)
SORT = sorts(*SORTS)


class DeskQuery(PageQuery):
    """Which decisions to show, newest first."""

    queue: Queue = Field(default="new", description="new, referred, waiting, reviews or expiring")
    q: str = Field(default="", max_length=60, description="A part of the firm's name, or the beginning of its code")
    product: Annotated[Product | None, Maybe] = Field(default=None, description="Only of this product")
    outcome: Annotated[Outcome | None, Maybe] = Field(default=None, description="Only those that ended so")
    sort: str = Field(default=NEWEST.text, pattern=SORT, description="What to sort by; with a minus the largest first")
    before: int | None = Field(
        default=None, ge=1, le=LARGEST, description="Only those after the one at this place in the order: the next page"
    )

    @property
    def narrow(self) -> Narrow:
        """Give the filters as the store reads them."""
        return Narrow(text=self.q.strip(), product=self.product.value if self.product else "", outcome=self.outcome or "")

    @property
    def listing(self) -> Listing:
        """Say how the list stands."""
        kept = {"queue": "" if self.queue == "new" else self.queue, "q": self.q.strip(), "product": self.product, "outcome": self.outcome}
        largest = frozenset({"time", "asked", "offered", "grade"})
        return Listing(path="/desk", kept=kept, order=Order.read(self.sort), usual=NEWEST.text, largest_first=largest)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage:
    """The work list."""

    frame: Frame
    found: WorkList
    listing: Listing
    narrow: Narrow
    is_first: bool
    now: datetime
    may_apply: bool
    may_batch: bool

    queues: ClassVar[tuple[str, ...]] = QUEUES
    queue_words: ClassVar[Mapping[str, Words]] = QUEUE_WORDS
    empty: ClassVar[Mapping[str, Words]] = EMPTY
    outcomes: ClassVar[Mapping[str, Words]] = OUTCOMES
    tones: ClassVar[Mapping[str, str]] = TONES
    products: ClassVar[Mapping[str, Words]] = {name: words for name, words in PRODUCTS.items() if name != Product.OTHER.value}

    def product(self, value: str) -> str:
        """Name a product."""
        return word(Product(value), self.frame.lang)  # type: ignore[call-arg]

    def age(self, at: datetime) -> str:
        """Say how long ago it was."""
        return ago(at, self.now, self.frame.lang)


@operation(
    worklist,
    "GET",
    "/desk",
    summary="The work list: every decision, or those that wait for a person, newest first",
    page=True,
    permission=Permission.READ,
    query=DeskQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
)
def get_desk(ask: Ask, query: DeskQuery) -> Response:
    """Show it."""
    listing, narrow = query.listing, query.narrow
    page = DeskPage(
        frame=frame_of(TITLE, ask.session, ask.holder),
        found=work_list(ask.desk, query.queue, narrow=narrow, order=listing.order, before=query.before),
        listing=listing,
        narrow=narrow,
        is_first=query.before is None,
        now=ask.desk.clock(),
        may_apply=ask.caller.may(Permission.DECIDE),
        may_batch=ask.caller.may(Permission.DECIDE),
    )
    return render("officer/desk.html", page)


@operation(
    worklist,
    "GET",
    "/desk/list.csv",
    summary="The work list as it stands, for a spreadsheet",
    page=True,
    permission=Permission.READ,
    query=DeskQuery,
    answers={200: Answer(meaning="The file", media="text/csv")},
)
def get_desk_file(ask: Ask, query: DeskQuery) -> Response:
    """Give it out."""
    found = work_list(ask.desk, query.queue, narrow=query.narrow, order=query.listing.order, before=query.before, limit=MOST_IN_FILE)
    lang = language()
    return csv_file("decisions", [words[lang] for words in HEAD], (_row(line, lang) for line in found.lines))


def _row(line: WorkLine, lang: str) -> tuple[Any, ...]:
    row = line.row
    product, verdict = PRODUCTS.get(row.product), OUTCOMES[row.outcome]
    figures = line.asked, verdict[lang], line.offered, line.grade, line.tier, line.valid_until
    return line.name, row.firm_id, product[lang] if product else row.product, *figures, moment(row.decided_at), line.who, row.decision_id
