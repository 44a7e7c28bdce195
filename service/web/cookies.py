"""The cookies of people's browsers. Over TLS they carry the `__Host-` prefix: no other host or path can set or read them."""

from __future__ import annotations

from enum import StrEnum

from flask import Response, request

from service.config import Settings

__all__ = ["Cookie", "cookie_of", "drop_cookie", "set_cookie"]


class Cookie(StrEnum):
    """What a browser may keep."""

    SESSION = "jifen"
    FORM = "jifen-form"
    """Ties the sign-in form to the browser it was shown in, before there is a session."""
    OIDC = "jifen-oidc"
    """Ties the way to the identity provider to the way back."""
    LANG = "jifen-lang"


def cookie_of(settings: Settings, cookie: Cookie) -> str | None:
    """Read a cookie of this request."""
    return request.cookies.get(_name(settings, cookie))


def set_cookie(answer: Response, settings: Settings, cookie: Cookie, value: str, *, seconds: int | None = None) -> None:
    """Give the browser a cookie, until it closes or for so many seconds.

    SameSite is Lax, not Strict: the way back from the identity provider, and a link in a colleague's message, begin at another site, and
    with Strict they would end at the sign-in page. What changes anything is guarded by the CSRF token, not by SameSite.
    """
    secure = settings.is_https
    answer.set_cookie(_name(settings, cookie), value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="Lax")


def drop_cookie(answer: Response, settings: Settings, cookie: Cookie) -> None:
    """Take a cookie back."""
    answer.delete_cookie(_name(settings, cookie), path="/", secure=settings.is_https, httponly=True, samesite="Lax")


def _name(settings: Settings, cookie: Cookie) -> str:
    return f"__Host-{cookie.value}" if settings.is_https else cookie.value
