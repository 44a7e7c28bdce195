"""Routes as data: what each takes, gives and requires. The checks here and the OpenAPI document read the same objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, g, request
from pydantic import BaseModel

from service.desk import Desk
from service.errors import Forbidden, InvalidRequest
from service.tokens import Holder, Permission, Role
from service.use_cases.proving import note_audit
from service.web.parsing import read_body, read_query

__all__ = ["Answer", "Ask", "Operation", "operation", "operations_of"]

JSON = "application/json"
UPLOAD = "multipart/form-data"
LONGEST_QUERY = 200
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
    """One method at one address."""

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
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def media(self) -> str | None:
        """The content type the operation takes, None when it takes no body."""
        return UPLOAD if self.upload else JSON if self.body else None


@dataclass(frozen=True, slots=True)
class Ask:
    """One request after its checks: the desk that serves it, who asks, and under which idempotency key."""

    desk: Desk
    holder: Holder | None

    @property
    def caller(self) -> Holder:
        """Who asks; only operations with a permission have one."""
        return cast("Holder", self.holder)


def operation(blueprint: Blueprint, method: str, path: str, **said: Any) -> Callable[[View], View]:
    """Serve a view at an address. It gets an `Ask`, the address's values, and `body` and `query` where the operation has them."""

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
    holder = _admitted(it.permission, desk) if it.permission else None
    read: dict[str, Any] = dict(values)
    query = read_query(it.query, request.args.to_dict(flat=False) if request.args else {})
    if it.query:
        read["query"] = query
    if it.media:
        _check_media(it.media)
    if it.body:
        request.max_content_length = desk.settings.request_bytes
        read["body"] = read_body(it.body, request.get_data(cache=False), today=desk.today(), shown=desk.settings.faults_shown)
    answer = view(Ask(desk, holder), **read)
    if holder is not None and holder.role is Role.AUDITOR:
        _note_read(it, values, desk, holder)
    return answer


def _note_read(it: Operation, values: Mapping[str, str], desk: Desk, holder: Holder) -> None:
    """Enter what an examiner looked at, before the answer leaves: who read what is itself on record."""
    subject = next(iter(values.values()), it.name)
    asked = request.query_string.decode(errors="replace")[:LONGEST_QUERY]
    more = {"operation": it.name, "query": asked}
    note_audit(desk.store, holder.actor, desk.clock(), action=f"{it.method} {it.path}", subject=subject[:64], more=more)


def _admitted(permission: Permission, desk: Desk) -> Holder:
    holder = desk.gate.admit(request.headers.get("Authorization"))
    g.token_id = holder.token_id
    if not holder.may(permission):
        raise Forbidden(f"the role {holder.role.value} may not {permission.value}; use a token whose role may")
    return holder


def _check_media(media: str) -> None:
    if request.mimetype != media:
        raise InvalidRequest(
            f"the body is {request.mimetype or 'of no stated type'}; send it as Content-Type: {media}", code="unsupported-media-type"
        )
