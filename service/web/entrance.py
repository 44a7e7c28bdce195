"""Pages by which people come in and go out, and the one they land on."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from pydantic import Field

from service.active import Active
from service.desk import Desk
from service.errors import SignInRefused, TooManyRequests
from service.requests import Strict
from service.sessions import derived, is_derived, new_secret
from service.store.people import authority_of
from service.tokens import GRANTS, Permission
from service.use_cases.sign_in import sign_in, sign_out
from service.web.cookies import Cookie, cookie_of, drop_cookie, set_cookie
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, go_to, local_path, render
from service.web.words import PERMISSIONS, TROUBLES, Words

__all__ = ["entrance", "let_in"]

entrance = Blueprint("people", __name__, template_folder="templates")
SIGN_IN = Words("登录", "Sign in")
HOME = Words("首页", "Start")
CHINA = ZoneInfo("Asia/Shanghai")


class SignInQuery(PageQuery):
    """Where to go after signing in."""

    next: str | None = Field(default=None, max_length=2000, description="Path of this service to go to afterwards")


class SignInForm(Strict):
    """Who somebody is, and how they show it."""

    login: str = Field(max_length=64, description="The person's login")
    password: str = Field(max_length=1024, description="The person's password")
    next: str = Field(default="/", max_length=2000, description="Path of this service to go to afterwards")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage:
    """The form, with what was typed and what was wrong. `csrf` ties it to this browser, which has no session yet."""

    frame: Frame
    csrf: str
    login: str
    next: str
    trouble: Words | None
    has_oidc: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingPage:
    """Who somebody is here and what they may do. `ends` is None for a token, which has no session."""

    frame: Frame
    name: str
    login: str
    may: tuple[Words, ...]
    authority: Words | None
    ends: str | None
    idle_minutes: int


@operation(
    entrance,
    "GET",
    "/sign-in",
    summary="The form by which people sign in",
    page=True,
    query=SignInQuery,
    answers={200: Answer(meaning="The form", media=HTML)},
)
def get_sign_in(ask: Ask, query: SignInQuery) -> Response:
    """Show it."""
    return _form(ask.desk, to=local_path(query.next))


@operation(
    entrance,
    "POST",
    "/sign-in",
    summary="Sign in with login and password",
    page=True,
    form=SignInForm,
    answers={
        303: Answer(meaning="Signed in: the browser gets a session's cookie", headers=("Location",)),
        401: Answer(meaning="Not signed in: the form again, saying nothing of what was wrong", media=HTML),
    },
    problems=("csrf-missing", "too-many-requests"),
)
def post_sign_in(ask: Ask, form: SignInForm) -> Response:
    """Check, and let in."""
    to = local_path(form.next)
    secret = cookie_of(ask.desk.settings, Cookie.FORM)
    if not secret or not is_derived(request.form.get("csrf"), secret, "form"):
        return _form(ask.desk, to=to, login=form.login, trouble=TROUBLES["csrf-missing"], status=403)
    try:
        cookie = sign_in(
            ask.desk,
            login=form.login,
            password=form.password,
            address=request.remote_addr or "",
            replacing=cookie_of(ask.desk.settings, Cookie.SESSION),
        )
    except SignInRefused as refusal:
        ask.desk.metrics.problems.labels(refusal.code).inc()
        return _form(ask.desk, to=to, login=form.login, trouble=TROUBLES[refusal.code], status=401)
    except TooManyRequests as refusal:
        ask.desk.metrics.problems.labels(refusal.code).inc()
        answer = _form(ask.desk, to=to, login=form.login, trouble=TROUBLES[refusal.code], status=429)
        answer.headers["Retry-After"] = str(refusal.retry_after)
        return answer
    return let_in(ask.desk, cookie, to)


@operation(
    entrance,
    "POST",
    "/sign-out",
    summary="End the session",
    page=True,
    permission=Permission.READ,
    form=Strict,
    answers={303: Answer(meaning="Signed out", headers=("Location",))},
)
def post_sign_out(ask: Ask, form: Strict) -> Response:
    """End it, wherever the cookie may have been copied to."""
    del form
    secret = cookie_of(ask.desk.settings, Cookie.SESSION)
    if ask.session is not None and secret is not None:
        sign_out(ask.desk, ask.session, secret)
    answer = go_to("/sign-in")
    drop_cookie(answer, ask.desk.settings, Cookie.SESSION)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'  # the cookie of the language stays
    return answer


@operation(
    entrance,
    "GET",
    "/",
    summary="Where people land: who they are here and what they may do",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
)
def get_landing(ask: Ask, query: PageQuery) -> Response:
    """Show it."""
    del query
    holder, session = ask.caller, ask.session
    page = LandingPage(
        frame=frame_of(HOME, session, holder),
        name=session.name if session else holder.person or holder.token_id,
        login=holder.person or holder.token_id,
        may=tuple(PERMISSIONS[one] for one in Permission if one in GRANTS[holder.role]),
        authority=_authority(ask.desk, holder.person),
        ends=f"{session.expires_at.astimezone(CHINA):%Y-%m-%d %H:%M} (UTC+8)" if session else None,
        idle_minutes=ask.desk.settings.session_idle_minutes,
    )
    return render("landing.html", page)


def let_in(desk: Desk, secret: str, to: str) -> Response:
    """Give the browser the session's cookie and send it on."""
    answer = go_to(to)
    set_cookie(answer, desk.settings, Cookie.SESSION, secret)
    drop_cookie(answer, desk.settings, Cookie.FORM)
    return answer


def _form(desk: Desk, *, to: str, login: str = "", trouble: Words | None = None, status: int = 200) -> Response:
    secret = cookie_of(desk.settings, Cookie.FORM) or new_secret()
    page = SignInPage(
        frame=frame_of(SIGN_IN),
        csrf=derived(secret, "form"),
        login=login,
        next=to,
        trouble=trouble,
        has_oidc=bool(desk.settings.oidc_issuer),
    )
    answer = render("sign_in.html", page, status)
    set_cookie(answer, desk.settings, Cookie.FORM, secret)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="jifen"'
    return answer


def _authority(desk: Desk, login: str | None) -> Words | None:
    """Give a person's authority in the words of the policy in force, or its bare id where that has no such row."""
    if login is None:
        return None
    with desk.store.reading() as unit:
        found = authority_of(unit, login)
    rows = desk.found.policy.authorities if isinstance(desk.found, Active) else ()
    return next((Words(row.zh, row.en) for row in rows if row.authority == found), (found and Words(found, found)) or None)
