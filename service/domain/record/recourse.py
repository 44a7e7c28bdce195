"""The part of a record that says what would change the answer."""

from __future__ import annotations

from typing import Literal

from service.domain.policy import Outcome
from service.domain.record.base import Recorded

__all__ = ["RecourseChange", "RecoursePlan", "Says"]


class Says(Recorded):
    """What the points say beside what the model says; `agree` is false where the policy calls it a contradiction."""

    points: str
    model: int
    agree: bool


class RecourseChange(Recorded):
    """One thing to change: a `request` field, a `document` to supply (by evidence table), or an `indicator` to move.

    `before` and `after` are yuan, months, a product, an indicator's value as text, or `missing`, `stale` and `supplied`.
    """

    kind: Literal["request", "document", "indicator"]
    field: str
    before: str | int
    after: str | int
    zh: str
    en: str


class RecoursePlan(Recorded):
    """Changes that were decided anew as a whole, and the outcome they led to.

    `cost` counts effort by the policy's `recourse` table, lower is easier. Amount, term and rate are of the offer, None without one.
    `assumes` names what the plan takes for granted: `other-facts-unchanged` always; `document-confirms` that a newer document
    shows what the old one did; `peer-median` that a missing one shows what comparable firms show; `nothing-on-record`.
    """

    changes: tuple[RecourseChange, ...]
    cost: int
    outcome: Outcome
    amount: int | None
    term_months: int | None
    rate_bp: int | None
    score: int | None
    grade: int | None
    tier: str | None
    assumes: tuple[str, ...]
    zh: str
    en: str
