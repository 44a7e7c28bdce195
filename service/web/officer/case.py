"""Routes of a decided case: the decision's page, the client's notice, the full sheet for the file."""

from __future__ import annotations

from flask import Blueprint, Response

from service.tokens import Permission
from service.use_cases.case_file import CaseFile, open_case
from service.web.navigation import is_served
from service.web.officer.case_view import CasePage, acts_of, case_page
from service.web.officer.notice import notice_of
from service.web.officer.what_if_form import CaseQuery, WhatIf, asked_of, what_if_of
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, PageQuery, frame_of, language, render
from service.web.words import Words

__all__ = ["case"]

case = Blueprint("case", __name__)
PROBLEMS = ("unknown-decision", "gone", "keys-unusable")
PAGE = {200: Answer(meaning="The page", media=HTML)}


@operation(
    case,
    "GET",
    "/decisions/<decision_id>",
    summary="The decision on a page, with a panel that tries other values; nothing of it is recorded",
    page=True,
    permission=Permission.READ,
    query=CaseQuery,
    answers=PAGE,
    problems=(*PROBLEMS, "not-ready"),
)
def get_case(ask: Ask, decision_id: str, query: PageQuery) -> Response:
    """Show it."""
    file = open_case(ask.desk, decision_id, ask.caller)
    tries = what_if_of(ask.desk, file.decision, asked_of(query), language()) if file.firm else None
    return render("officer/case.html", _page(ask, file, what_if=tries))


@operation(
    case,
    "GET",
    "/decisions/<decision_id>/sheet",
    summary="The whole decision as a sheet for the file, to be printed",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers=PAGE,
    problems=PROBLEMS,
)
def get_sheet(ask: Ask, decision_id: str, query: PageQuery) -> Response:
    """Show it."""
    del query
    return render("officer/case.html", _page(ask, open_case(ask.desk, decision_id, ask.caller), is_sheet=True))


@operation(
    case,
    "GET",
    "/decisions/<decision_id>/notice",
    summary="The notice for the client, to be printed: the answer, its reasons, and the client's rights in plain words",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers=PAGE,
    problems=PROBLEMS,
)
def get_notice(ask: Ask, decision_id: str, query: PageQuery) -> Response:
    """Show it."""
    del query
    file = open_case(ask.desk, decision_id, ask.caller)
    frame = frame_of(Words("审批结果通知书", "Notice of decision"), ask.session, ask.holder)
    return render("officer/notice.html", notice_of(frame, file, ask.desk.today()))


def _page(ask: Ask, file: CaseFile, *, what_if: WhatIf | None = None, is_sheet: bool = False) -> CasePage:
    name, number = file.firm.get("name") or file.decision.application.firm_id, file.decision.decision_id
    frame = frame_of(Words(f"{name} · 授信决定", f"Decision {number}"), ask.session, ask.holder)
    audit = f"/audit/decisions/{number}"
    return case_page(
        frame,
        file,
        acts_of(file, ask.caller, ask.session),
        ask.desk.found,
        today=ask.desk.today(),
        audit_path=audit if ask.caller.may(Permission.AUDIT) and is_served(audit) else None,
        what_if=what_if,
        is_sheet=is_sheet,
    )
