"""The ways through the pages, defined once: each entry of the header, the permission it needs, and what else belongs to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app, request

from service.tokens import Holder, Permission
from service.web.words import Words

__all__ = ["ENTRIES", "Entry", "Link", "is_served", "links_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A page of the header; `beside` are beginnings of other addresses that belong to it."""

    path: str
    words: Words
    permission: Permission
    beside: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Does an address belong to this entry?"""
        return any(path == one or path.startswith(f"{one}/") for one in (self.path, *self.beside))


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entry as it is shown: `current` is `page` on the page itself, `true` on one that belongs to it, else empty."""

    path: str
    words: Words
    current: str


ENTRIES = (
    Entry(path="/desk", words=Words("工作台", "Desk"), permission=Permission.READ, beside=("/decisions", "/overrides", "/reviews")),
    Entry(path="/firms", words=Words("企业", "Firms"), permission=Permission.READ),
    Entry(path="/apply", words=Words("新申请", "New application"), permission=Permission.DECIDE),
    Entry(path="/batches", words=Words("批量联动", "Batches"), permission=Permission.DECIDE),
    Entry(path="/models", words=Words("模型", "Models"), permission=Permission.READ),
    Entry(path="/releases", words=Words("发布", "Releases"), permission=Permission.READ, beside=("/policy",)),
    Entry(path="/corrections", words=Words("调整与复核", "Overrides"), permission=Permission.READ),
    Entry(path="/monitoring", words=Words("监测", "Monitoring"), permission=Permission.READ),
    Entry(path="/audit", words=Words("审计", "Audit"), permission=Permission.AUDIT),
)


def links_for(holder: Holder) -> tuple[Link, ...]:
    """Give the entries a role may open, as far as their pages are served."""
    return tuple(_links(holder))


def is_served(path: str) -> bool:
    """Does this service have a page at an address?"""
    return current_app.url_map.bind("").test(path, "GET")


def _links(holder: Holder) -> Iterator[Link]:
    for entry in ENTRIES:
        if holder.may(entry.permission) and is_served(entry.path):
            current = "page" if request.path == entry.path else "true" if entry.holds(request.path) else ""
            yield Link(path=entry.path, words=entry.words, current=current)
