"""Pages for people: their language, the frame around each, and how one is rendered. Each template's `page` is a dataclass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol, cast
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, redirect, render_template, request
from jinja2 import pass_context
from jinja2.runtime import Context
from pydantic import Field

from service.active import Active
from service.config import Settings
from service.requests import Strict
from service.sessions import Session
from service.tokens import Holder
from service.web.cookies import Cookie, cookie_of, set_cookie
from service.web.figures import serve_figures
from service.web.navigation import Link, links_for
from service.web.shown import show_values
from service.web.words import MARKS, ROLES, TONES, TROUBLES, Words
from service.web.words_audit import OVERRIDE_TONES, WORD_LISTS

__all__ = [
    "Frame",
    "PageQuery",
    "TroublePage",
    "frame_of",
    "go_to",
    "language",
    "local_path",
    "render",
    "serve_pages",
    "to_sign_in",
    "trouble",
]

LANGUAGES = ("zh", "en")
LANG_SECONDS = 365 * 24 * 3600
HTML = "text/html"


class PageQuery(Strict):
    """What every page takes."""

    lang: Literal["zh", "en"] | None = Field(default=None, description="Language of the page, remembered; default by Accept-Language, zh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around every page. `name` is None where nobody is signed in, `csrf` is empty where there is no session."""

    lang: str
    title: Words
    name: str | None
    role: Words | None
    csrf: str
    links: tuple[Link, ...] = ()
    marks: tuple[Words, ...] = ()
    """What is not real here: simulated firms, illustrative weights or policy; on every page of who is signed in."""
    refresh: int | None = None
    """Seconds after which the page loads itself again, without a script."""

    def in_language(self, lang: str) -> str:
        """Give the address of this page in another language; of the page it belongs to where this one only answers a form."""
        path = request.path if request.method == "GET" else _shown_at(request.path)
        return f"{path}?" + urlencode({**request.args.to_dict(), "lang": lang})


def _shown_at(path: str) -> str:
    """Give the nearest address at or above a path that can be asked for with GET: that of a form's page is above the form's own."""
    addresses = current_app.url_map.bind("")
    while path and not addresses.test(path, "GET"):
        path = path.rpartition("/")[0]
    return path or "/"


class HasFrame(Protocol):
    """A page's own content and its frame."""

    @property
    def frame(self) -> Frame:
        """What stands around it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TroublePage:
    """Something went wrong."""

    frame: Frame
    status: int
    code: str
    detail: str
    request_id: str


def language() -> str:
    """Choose the language of this request: asked for, chosen earlier, the browser's, or Chinese."""
    settings: Settings = current_app.extensions["jifen"].settings
    for choice in (request.args.get("lang"), cookie_of(settings, Cookie.LANG)):
        if choice in LANGUAGES:
            return str(choice)
    return request.accept_languages.best_match(LANGUAGES, default="zh") or "zh"


def frame_of(title: Words, session: Session | None = None, holder: Holder | None = None, *, refresh: int | None = None) -> Frame:
    """Make the frame of a page for whoever asks."""
    name = session.name if session else holder.person or holder.token_id if holder else None
    held = session.holder if session else holder
    return Frame(
        lang=language(),
        title=title,
        name=name,
        role=ROLES[held.role] if held else None,
        csrf=session.csrf if session else "",
        links=links_for(held) if held else (),
        marks=tuple(_marks()) if held else (),
        refresh=refresh,
    )


def _marks() -> Iterator[Words]:
    """Tell what of that which decides now is not real; nothing where nothing decides."""
    found = current_app.extensions["jifen"].found
    if not isinstance(found, Active):
        return
    if any(bundle.simulated for bundle in found.bundles.values()):
        yield MARKS["simulated_data"]
    if found.scheme.status == "illustrative":
        yield MARKS["illustrative_weights"]
    if found.policy.status == "illustrative":
        yield MARKS["illustrative_policy"]


def render(template: str, page: HasFrame, status: int = 200) -> Response:
    """Answer with a page; the language it was asked for in is remembered."""
    answer = Response(render_template(template, page=page), status, mimetype=HTML)
    if request.args.get("lang") in LANGUAGES:
        set_cookie(answer, current_app.extensions["jifen"].settings, Cookie.LANG, page.frame.lang, seconds=LANG_SECONDS)
    return answer


def go_to(path: str) -> Response:
    """Send the browser to another page of this service."""
    return cast("Response", redirect(path, 303, Response))


def to_sign_in() -> Response:
    """Send somebody who is not signed in to do so, and afterwards back to the page they asked for."""
    asked = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return go_to("/sign-in" if asked == "/" else "/sign-in?" + urlencode({"next": asked}))


def local_path(text: str | None) -> str:
    """Give a path of this service, and `/` for anything that a browser might take for another host's."""
    path = text or "/"
    is_local = path.startswith("/") and not path.startswith("//")
    return path if is_local and path.isprintable() and "\\" not in path else "/"


def trouble(code: str, status: int, title: str, detail: str) -> Response:
    """Answer a problem as a page, in the language of whoever asked."""
    told = TROUBLES.get(code, Words("请求无法处理", title))
    page = TroublePage(
        frame=frame_of(told, g.get("session"), g.get("holder")), status=status, code=code, detail=detail, request_id=g.get("request_id", "")
    )
    return render("trouble.html", page, status)


@pass_context
def _say(context: Context, said: str | Words, en: str = "") -> str:
    page: HasFrame = context["page"]
    return (said if isinstance(said, Words) else Words(said, en))[page.frame.lang]


def serve_pages(app: Flask) -> None:
    """Let templates say things in two languages: `say('中文', 'English')`, or words that are defined already: `say(words)`.

    They name values with the word lists, as in `value | named(OUTCOMES)`.
    """
    globals_: dict[str, Any] = app.jinja_env.globals
    globals_["say"] = _say
    globals_["say_words"] = Words
    globals_ |= {"ROLES": ROLES, "TONES": TONES, "OVERRIDE_TONES": OVERRIDE_TONES, **WORD_LISTS}
    serve_figures(app)
    show_values(app)
