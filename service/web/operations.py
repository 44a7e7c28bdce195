"""Routes as data: what each takes, gives and requires. The checks here and the OpenAPI document read the same objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, g, request
from pydantic import BaseModel
from werkzeug.exceptions import NotFound

from service.desk import Desk
from service.errors import CsrfMissing, Forbidden, InvalidRequest
from service.sessions import Session
from service.tokens import Holder, Permission, Role
from service.use_cases.proving import note_audit
from service.web.cookies import Cookie, cookie_of
from service.web.parsing import NUL, read_body, read_form, read_query

__all__ = ["CSRF_FIELD", "CSRF_HEADER", "Answer", "Ask", "Operation", "operation", "operations_of"]

JSON = "application/json"
UPLOAD = "multipart/form-data"
LONGEST_QUERY = 200
FORM = "application/x-www-form-urlencoded"
CSRF_HEADER, CSRF_FIELD = "X-CSRF-Token", "csrf"
View = Callable[..., Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One way an operation can succeed: what it means, its content, and the headers that come with it."""

    meaning: str
    content: type[BaseModel] | None = None
    media: str = JSON
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method at one address. A `page` is for people: who is not signed in is sent to do so, and problems are pages too."""

    name: str
    method: str
    path: str
    tag: str
    summary: str
    answers: Mapping[int, Answer]
    problems: tuple[str, ...] = ()
    permission: Permission | None = None
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    upload: type[BaseModel] | None = None
    form: type[BaseModel] | None = None
    page: bool = False
    long: bool = False
    """May take long: only a few at once, so that they never fill a worker."""
    always: bool = False
    """Is answered however many others wait, as health is."""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def media(self) -> str | None:
        """The content type the operation takes, None when it takes no body."""
        return UPLOAD if self.upload else JSON if self.body else FORM if self.form else None


@dataclass(frozen=True, slots=True)
class Ask:
    """One request after its checks: the desk that serves it, who asks, and the session of a person who asks by browser."""

    desk: Desk
    holder: Holder | None
    session: Session | None = None

    @property
    def caller(self) -> Holder:
        """Who asks; only operations with a permission have one."""
        return cast("Holder", self.holder)

    @property
    def csrf(self) -> str:
        """What a form of this session must send back as `csrf`, or a script as X-CSRF-Token; empty without a session."""
        return self.session.csrf if self.session else ""


def operation(blueprint: Blueprint, method: str, path: str, **said: Any) -> Callable[[View], View]:
    """Serve a view at an address. It gets an `Ask`, the address's values, and `body`, `form` and `query` where the operation has them."""

    def serve_at(view: View) -> View:
        it = Operation(name=view.__name__, method=method, path=path, tag=blueprint.name, **said)

        def serve(**values: str) -> Response:
            return _serve(it, view, values)

        serve.operation = it  # type: ignore[attr-defined]  # found again by `operations_of`
        blueprint.add_url_rule(path, it.name, serve, methods=[method], provide_automatic_options=False)
        return view

    return serve_at


def operations_of(app: Flask) -> list[Operation]:
    """Give every operation the app serves, by address."""
    views = (getattr(view, "operation", None) for view in app.view_functions.values())
    return sorted((one for one in views if one is not None), key=lambda one: (one.path, one.method))


def _serve(it: Operation, view: View, values: Mapping[str, str]) -> Response:
    desk: Desk = current_app.extensions["jifen"]
    g.is_page = it.page
    if any(NUL in value for value in values.values()):
        raise NotFound
    if not it.upload:
        request.max_content_length = desk.settings.request_bytes
    if it.always:
        return view(Ask(desk, None), **values, **_read(it, desk))
    with desk.crowd.admitted(takes_long=it.long):
        return _served(it, view, values, desk)


def _served(it: Operation, view: View, values: Mapping[str, str], desk: Desk) -> Response:
    holder, session = _admitted(it, desk) if it.permission else (None, None)
    if it.method != "GET" and it.permission is not Permission.STOP:  # a stop is tried whatever stands in the way
        desk.check_standing()
    answer = view(Ask(desk, holder, session), **values, **_read(it, desk))
    if holder is not None and holder.role is Role.AUDITOR:
        _note_read(it, values, desk, holder)
    return answer


def _note_read(it: Operation, values: Mapping[str, str], desk: Desk, holder: Holder) -> None:
    """Enter what an examiner looked at, before the answer leaves: who read what is itself on record."""
    subject = next(iter(values.values()), it.name)
    asked = request.query_string.decode(errors="replace")[:LONGEST_QUERY]
    more = {"operation": it.name, "query": asked}
    note_audit(desk.store, holder.actor, desk.clock(), action=f"{it.method} {it.path}", subject=subject[:64], more=more)


def _read(it: Operation, desk: Desk) -> dict[str, Any]:
    """Read what was sent, as far as the operation takes anything."""
    read: dict[str, Any] = {}
    query = read_query(it.query, request.args.to_dict(flat=False) if request.args else {})
    if it.query:
        read["query"] = query
    if it.media:
        _check_media(it.media)
    if it.body:
        read["body"] = read_body(it.body, request.get_data(cache=False), today=desk.today(), shown=desk.settings.faults_shown)
    if it.form:
        sent = {name: values for name, values in request.form.to_dict(flat=False).items() if name != CSRF_FIELD}
        read["form"] = read_form(it.form, sent)
    return read


def _admitted(it: Operation, desk: Desk) -> tuple[Holder, Session | None]:
    """Let in by bearer token or else by session, and count the request; what a session changes needs its CSRF token too."""
    permission = cast("Permission", it.permission)
    session = None if "Authorization" in request.headers else desk.sessions.admit(_cookie(desk))
    holder = session.holder if session else desk.gate.admit(request.headers.get("Authorization"))
    g.token_id, g.holder, g.session = holder.token_id, holder, session
    desk.rates.count_request(holder.token_id)
    if not holder.may(permission):
        raise Forbidden(f"the role {holder.role.value} may not {permission.value}; use a token whose role may")
    if session is not None and it.method != "GET":
        _check_csrf(session)
    return holder, session


def _cookie(desk: Desk) -> str | None:
    return cookie_of(desk.settings, Cookie.SESSION)


def _check_csrf(session: Session) -> None:
    """A header needs a script of our own pages, a field a form of them; no other site can send either."""
    sent = request.headers.get(CSRF_HEADER)
    if sent is None and request.mimetype in {FORM, UPLOAD}:
        sent = request.form.get(CSRF_FIELD)
    if not session.is_csrf(sent):
        raise CsrfMissing(
            f"the request comes with a session but not with its CSRF token; send it as {CSRF_HEADER} or as field {CSRF_FIELD}"
        )


def _check_media(media: str) -> None:
    if request.mimetype != media:
        raise InvalidRequest(
            f"the body is {request.mimetype or 'of no stated type'}; send it as Content-Type: {media}", code="unsupported-media-type"
        )
