"""The notice for the client: the answer in plain words, specific reasons, what would help, and the client's rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import ClassVar

from service.domain import Decision
from service.domain.record.parts import Reason
from service.domain.record.recourse import RecoursePlan
from service.domain.standing import Standing
from service.use_cases.case_file import CaseFile
from service.web.officer.case_view import Heading, heading_of
from service.web.pages import Frame
from service.web.words import MARKS, OUTCOMES, Words

__all__ = ["NoticePage", "notice_of"]

MOST_REASONS, MOST_PLANS = 4, 3
ANSWERS: Mapping[str, Words] = MappingProxyType(
    {
        "approve": Words("我行同意您的申请。", "We approve your application."),
        "counter": Words(
            "我行可以向您提供贷款，但条件与申请不同，具体如下。",
            "We can lend to you, on terms other than those you asked for:",
        ),
        "refer": Words(
            "您的申请需要由我行审批人员作出决定，目前尚无结论。",
            "Your application has to be decided by a person at the bank. There is no answer yet.",
        ),
        "decline": Words("我行暂不能同意您的申请。", "We cannot approve your application at present."),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePage:
    """The letter. `reasons` are those against the firm, the strongest first; none are given where it was approved as asked."""

    frame: Frame
    heading: Heading
    decision: Decision
    standing: Standing
    answer: Words
    reasons: tuple[Reason, ...]
    plans: tuple[RecoursePlan, ...]
    marks: tuple[Words, ...]
    today: date

    outcomes: ClassVar[Mapping[str, Words]] = OUTCOMES


def notice_of(frame: Frame, file: CaseFile, today: date) -> NoticePage:
    """Write the letter of a case as it stands today."""
    decision, outcome = file.decision, file.standing.terms.outcome
    against = tuple(reason for reason in decision.reasons if reason.direction == "-")
    return NoticePage(
        frame=frame,
        heading=heading_of(file, frame.lang),
        decision=decision,
        standing=file.standing,
        answer=ANSWERS[outcome],
        reasons=() if outcome == "approve" else against[:MOST_REASONS],
        plans=() if outcome == "approve" else (decision.recourse or ())[:MOST_PLANS],
        marks=tuple(MARKS.get(mark, Words(mark, mark)) for mark in decision.warnings),
        today=today,
    )
