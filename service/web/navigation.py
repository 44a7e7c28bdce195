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
    hint: Words
    beside: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Does an address belong to this entry?"""
        return any(path == one or path.startswith(f"{one}/") for one in (self.path, *self.beside))


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entry as it is shown: `current` is `page` on the page itself, `true` on one that belongs to it, else empty."""

    path: str
    words: Words
    hint: Words
    current: str


ENTRIES = (
    Entry(
        path="/desk",
        words=Words("工作台", "Desk"),
        hint=Words("待办、转人工、待签署与即将到期的授信", "What waits: referred cases, second signatures, offers that run out"),
        permission=Permission.READ,
        beside=("/decisions", "/overrides", "/reviews"),
    ),
    Entry(
        path="/firms",
        words=Words("企业", "Firms"),
        hint=Words("按名称或代码查找，看证据、积分与各产品试算", "By name or code: evidence, points, and what every product would offer"),
        permission=Permission.READ,
    ),
    Entry(
        path="/apply",
        words=Words("新申请", "New application"),
        hint=Words("选企业、产品、金额与期限，立即得到决定", "Firm, product, amount and term; decided at once"),
        permission=Permission.DECIDE,
    ),
    Entry(
        path="/batches",
        words=Words("批量联动", "Batches"),
        hint=Words("上传一批企业，逐户决定并分配总额度", "Upload a list; every firm is decided and the envelope is spread"),
        permission=Permission.DECIDE,
    ),
    Entry(
        path="/models",
        words=Words("模型", "Models"),
        hint=Words("冠军与挑战者、指标区间、模型卡", "Champions and challengers, measures with intervals, model cards"),
        permission=Permission.READ,
        beside=("/retrainings",),
    ),
    Entry(
        path="/releases",
        words=Words("发布", "Releases"),
        hint=Words("在用的模型、方案与政策，提议与双人审批", "What decides now; proposals and the four eyes they take"),
        permission=Permission.READ,
        beside=("/policy",),
    ),
    Entry(
        path="/corrections",
        words=Words("调整与复核", "Overrides"),
        hint=Words("人工调整及其后果，客户的复核申请", "Overrides and what became of them; requests for review"),
        permission=Permission.READ,
    ),
    Entry(
        path="/monitoring",
        words=Words("监测", "Monitoring"),
        hint=Words("在用模型是否稳定", "Whether models in use are stable"),
        permission=Permission.READ,
    ),
    Entry(
        path="/audit",
        words=Words("审计", "Audit"),
        hint=Words("查找任何决定，校验、重放、导出", "Find any decision; verify, replay, export"),
        permission=Permission.AUDIT,
    ),
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
            yield Link(path=entry.path, words=entry.words, hint=entry.hint, current=current)
