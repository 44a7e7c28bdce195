"""What a page says when what was asked for was refused: it stays where it is, keeps what was typed, and tells why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response

from features.errors import FeaturesError
from service.errors import Fault, InvalidRequest, ServiceError
from service.web.forms import Typed
from service.web.problems import PROBLEMS
from service.web.words import TROUBLES, Words

__all__ = ["Refusal", "told_of", "tried"]

SAID_IN_FULL = frozenset({"release-invalid", "policy-invalid", "scheme-invalid", "invalid-request", "artefact-unusable"})
"""Problems whose detail names rows and remedies, which no words can replace."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was refused: in words, and the detail where it says more.

    `status` is the answer's, `faults` are those of single fields.
    """

    words: Words
    detail: str
    status: int
    faults: tuple[Fault, ...] = ()


def told_of(typed: Typed, refusal: Refusal | None) -> Typed:
    """Put a refusal's faults beside their fields."""
    return typed if refusal is None else typed.with_faults(refusal.faults)


def tried(act: Callable[[], Response], again: Callable[[Refusal], Response]) -> Response:
    """Answer with what an act leads to, or, where it is refused, with the page again; what nobody can mend here is raised."""
    try:
        return act()
    except (ServiceError, FeaturesError) as error:
        code = getattr(error, "code", "internal-error")
        if code not in PROBLEMS or PROBLEMS[code].status not in {403, 409, 422}:
            raise
        kind = PROBLEMS[code]
        told = TROUBLES.get(code, Words("请求无法处理。", f"{kind.title}."))
        return again(Refusal(told, str(error) if code in SAID_IN_FULL else "", kind.status, _faults(error)))


def _faults(error: Exception) -> tuple[Fault, ...]:
    return tuple(error.faults) if isinstance(error, InvalidRequest) else ()
