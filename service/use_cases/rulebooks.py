"""The rules that decide, to be read: policies and points schemes on file, checked, and one held to another line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from typing import Literal

from features.errors import FeaturesError
from features.points import SHIPPED, load_scheme
from features.points.document import scheme_section
from service.artefacts import policy_text, scheme_text
from service.desk import Desk
from service.domain import load_policy, shipped_policies
from service.domain.policy import policy_page
from service.errors import ArtefactUnusable, ServiceError
from service.store.artefacts import ArtefactKind, artefact_bytes, artefacts_on_file

__all__ = ["Choice", "Line", "Rulebook", "choices", "differences", "show_rulebook"]

Kind = Literal[ArtefactKind.POLICY, ArtefactKind.SCHEME]
CONTEXT = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """A policy or scheme that may be read: by its hash where it is on file, by its name where it ships."""

    value: str
    label: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A policy or scheme: its document, or the faults that were found in it."""

    chosen: Choice
    document: str
    faults: str
    sha256: str
    status: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a comparison: `+` and `-` for what is only in the second or first, `@` between places, else the same in both."""

    mark: str
    text: str


def choices(desk: Desk, kind: Kind) -> list[Choice]:
    """List what may be read of a kind: what is in force first, then what is on file, the newest first, then what ships."""
    with desk.store.reading() as unit:
        kept = [one for one in artefacts_on_file(unit) if one.kind == kind.value]
    base = desk.office.base()
    number = desk.office.in_force()
    release = None if number is None else desk.office.show(number).release
    parts = release.parts if release else base
    current = None if parts is None else (parts.policy if kind is ArtefactKind.POLICY else parts.scheme).sha256
    on_file = [Choice(one.pin, f"{one.name}@{one.version}", one.pin == current) for one in reversed(kept)]
    shipped = [Choice(name, name, in_force=False) for name in _shipped(kind)]
    return sorted([*on_file, *shipped], key=lambda one: not one.in_force)


def show_rulebook(desk: Desk, kind: Kind, chosen: Choice) -> Rulebook:
    """Read one and check it; faults are told, not raised. `ArtefactUnusable` when it is neither on file nor shipped."""
    text = _text(desk, kind, chosen.value)
    try:
        if kind is ArtefactKind.POLICY:
            policy = load_policy(text, source=chosen.label)
            return Rulebook(chosen, policy_page(policy), "", policy.hash, policy.status)
        scheme = load_scheme(text, file=chosen.label)
        return Rulebook(chosen, scheme_section(scheme), "", scheme.hash, scheme.status)
    except (ServiceError, FeaturesError) as error:
        return Rulebook(chosen, "", str(error), "", "")


def differences(desk: Desk, kind: Kind, before: Choice, after: Choice) -> list[Line]:
    """Compare two as they were written, line by line; an empty list means that they are the same."""
    return list(_lines(_text(desk, kind, before.value), _text(desk, kind, after.value)))


def _lines(before: str, after: str) -> Iterator[Line]:
    for line in list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=CONTEXT))[2:]:
        yield Line(line[:1], "" if line.startswith("@") else line[1:])


def _shipped(kind: Kind) -> tuple[str, ...]:
    return tuple(shipped_policies()) if kind is ArtefactKind.POLICY else tuple(SHIPPED)


def _text(desk: Desk, kind: Kind, value: str) -> str:
    shipped = policy_text(value) if kind is ArtefactKind.POLICY else scheme_text(value)
    if shipped is not None:
        return shipped
    with desk.store.reading() as unit:
        content = artefact_bytes(unit, kind, value)
    if content is None:
        raise ArtefactUnusable(f"{kind.value} {value[:80]!r} is neither on file nor shipped; choose one that the page lists")
    return content.decode()
