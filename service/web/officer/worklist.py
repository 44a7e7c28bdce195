"""The route of the work list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar
from urllib.parse import urlencode

from flask import Blueprint, Response
from pydantic import Field

from features.vocabulary import Product
from service.store.worklist import Queue
from service.tokens import Permission
from service.use_cases.worklist import QUEUES, WorkList, work_list
from service.web.figures import ago, word
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, render
from service.web.words import OUTCOMES, TONES, Words

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


class DeskQuery(PageQuery):
    """Which decisions to show, newest first."""

    queue: Queue = Field(default="new", description="new, referred, waiting, reviews or expiring")
    q: str = Field(default="", max_length=60, description="A part of the firm's name, or the beginning of its code")
    before: int | None = Field(default=None, ge=1, description="Only those recorded before this place: the next page")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage:
    """The work list."""

    frame: Frame
    found: WorkList
    text: str
    is_first: bool
    now: datetime
    may_apply: bool
    may_batch: bool

    queues: ClassVar[tuple[str, ...]] = QUEUES
    queue_words: ClassVar[Mapping[str, Words]] = QUEUE_WORDS
    empty: ClassVar[Mapping[str, Words]] = EMPTY
    outcomes: ClassVar[Mapping[str, Words]] = OUTCOMES
    tones: ClassVar[Mapping[str, str]] = TONES

    def address(self, queue: str, before: int | None = None) -> str:
        """Give the address of a queue with the search that is on, or of its next page."""
        asked = {"queue": queue, "q": self.text, "before": before}
        return "/desk?" + urlencode({name: value for name, value in asked.items() if value})

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
    text = query.q.strip()
    page = DeskPage(
        frame=frame_of(TITLE, ask.session, ask.holder),
        found=work_list(ask.desk, query.queue, text=text, before=query.before),
        text=text,
        is_first=query.before is None,
        now=ask.desk.clock(),
        may_apply=ask.caller.may(Permission.DECIDE),
        may_batch=ask.caller.may(Permission.DECIDE),
    )
    return render("officer/desk.html", page)
