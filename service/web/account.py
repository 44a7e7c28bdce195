"""One's own account on pages: sessions, another password, and the end of every session."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request
from pydantic import Field

from service.errors import InvalidRequest, SignInRefused, TooManyRequests
from service.requests import Strict
from service.tokens import Permission
from service.use_cases.account import Account, change_own_password, end_own_sessions, show_account
from service.web.cookies import Cookie, cookie_of, drop_cookie
from service.web.fault_words import fault_words
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, go_to, render
from service.web.words import TROUBLES, Words

__all__ = ["account"]

account = Blueprint("account", __name__, template_folder="templates")
TITLE = Words("我的账户", "My account")
DIFFER = Words("两次输入的新密码不一致", "The new password was not typed the same twice")
WRONG = Words("当前密码不正确，或因多次尝试已暂时锁定", "The current password is not right, or too many tries have locked it for now")
STALE = Words("请先退出并重新登录，十分钟内再操作", "Sign out and in again, and do it within ten minutes of that")
LEAD_IN = {303: Answer(meaning="Done; every session has ended, so sign in again", headers=("Location",))}


class PasswordForm(Strict):
    """The password there is, and the one there shall be, twice."""

    current: str = Field(max_length=1024, description="The password until now")
    password: str = Field(max_length=1024, description="The new password")
    again: str = Field(max_length=1024, description="The new password once more")


class CurrentForm(Strict):
    """The password, asked once more."""

    current: str = Field(default="", max_length=1024, description="The person's password; empty where the identity provider keeps it")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """Where somebody is signed in, and the two forms. What was wrong stands on top; a password is never shown again."""

    frame: Frame
    login: str
    account: Account
    trouble: Words | None


@operation(
    account,
    "GET",
    "/account",
    summary="One's own account: where one is signed in, another password, the end of every session",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
)
def get_account(ask: Ask, query: PageQuery) -> Response:
    """Show it."""
    del query
    return _page(ask)


@operation(
    account,
    "POST",
    "/account/password",
    summary="Give oneself another password; every session ends",
    page=True,
    permission=Permission.READ,
    form=PasswordForm,
    answers={**LEAD_IN, 422: Answer(meaning="The form again, with what was wrong", media=HTML)},
    problems=("person-required",),
)
def post_password(ask: Ask, form: PasswordForm) -> Response:
    """Change it."""
    if len({form.password, form.again}) > 1:
        return _page(ask, DIFFER, 422)
    try:
        change_own_password(ask.desk, ask.caller, current=form.current, new=form.password, address=request.remote_addr or "")
    except InvalidRequest as error:
        return _page(ask, fault_words(error.faults[0].rule, error.faults[0].remedy), 422)
    except (SignInRefused, TooManyRequests) as refusal:
        return _refused(ask, refusal)
    return _out(ask)


@operation(
    account,
    "POST",
    "/account/sessions",
    summary="End all of one's sessions, on whatever machine",
    page=True,
    permission=Permission.READ,
    form=CurrentForm,
    answers={**LEAD_IN, 422: Answer(meaning="The form again: the password was not right", media=HTML)},
    problems=("person-required",),
)
def post_end_sessions(ask: Ask, form: CurrentForm) -> Response:
    """End them."""
    try:
        secret = cookie_of(ask.desk.settings, Cookie.SESSION)
        end_own_sessions(ask.desk, ask.caller, secret=secret, current=form.current, address=request.remote_addr or "")
    except (SignInRefused, TooManyRequests) as refusal:
        return _refused(ask, refusal)
    return _out(ask)


def _refused(ask: Ask, refusal: SignInRefused | TooManyRequests) -> Response:
    ask.desk.metrics.problems.labels(refusal.code).inc()
    if isinstance(refusal, TooManyRequests):
        return _page(ask, TROUBLES[refusal.code], 422)
    shown = show_account(ask.desk, ask.caller, None)
    return _page(ask, WRONG if shown.has_password else STALE, 422)


def _out(ask: Ask) -> Response:
    answer = go_to("/sign-in")
    drop_cookie(answer, ask.desk.settings, Cookie.SESSION)
    return answer


def _page(ask: Ask, trouble: Words | None = None, status: int = 200) -> Response:
    shown = show_account(ask.desk, ask.caller, cookie_of(ask.desk.settings, Cookie.SESSION))
    frame, login = frame_of(TITLE, ask.session, ask.caller), ask.caller.person or ask.caller.token_id
    return render("account.html", AccountPage(frame=frame, login=login, account=shown, trouble=trouble), status)
