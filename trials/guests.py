"""Requests get a caller: mostly a role that may do what they ask for, sometimes one that may not, now and then nobody."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask

from service.tokens import GRANTS, Permission, Role
from service.web.operations import operations_of

__all__ = ["Guests"]

NOBODY, STRANGER, MACHINE = 0, 1, 2
OF = 12
"""One request in so many has no valid token, one is from somebody who may not, one from a machine; the others from a person who may."""


class Guests:
    """WSGI middleware around the application. Who asks depends on what is asked alone, so that a run can be repeated."""

    def __init__(self, app: Flask, tokens: Mapping[str, tuple[str, str]]) -> None:
        self._app, self._tokens = app, tokens
        self._needs = [(one.method, re.compile(re.sub(r"<\w+>", "[^/]+", one.path)), one.permission) for one in operations_of(app)]
        self.served = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve a request."""
        self.served += 1
        token = self._token(environ)
        if token:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return self._app(environ, start_response)

    def _token(self, environ: Mapping[str, Any]) -> str | None:
        asked = f"{self.served} {environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        dice = zlib.crc32(asked.encode(errors="replace"))
        fall, pick = dice % OF, dice // OF
        if fall == NOBODY:
            return None
        permission = self._permission(environ)
        may = [role for role in Role if permission is None or permission in GRANTS[role]]
        roles = [role for role in Role if role not in may] or may if fall == STRANGER else may
        person, machine = self._tokens[roles[pick % len(roles)].value]
        return machine if fall == MACHINE else person

    def _permission(self, environ: Mapping[str, Any]) -> Permission | None:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        return next((needed for verb, form, needed in self._needs if verb == method and form.fullmatch(path)), None)
