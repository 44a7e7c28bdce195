"""What became of overridden cases: each override beside the loans that were on file afterwards, counted with n."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

__all__ = ["Became", "Overridden", "Tally", "became_of", "tallies"]

Loan = Mapping[str, Any]
"""A row of the `loans` table, days as day numbers."""
EPOCH = date(1970, 1, 1)


class Became(StrEnum):
    """What became of a case, the worst that is known of its loan."""

    PERFORMING = "performing"
    OVERDUE = "overdue"
    DEFAULTED = "defaulted"
    NOT_DRAWN = "not-drawn"
    UNKNOWN = "not-known-yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden:
    """An override that came into force: what kind, for which product, and the days it stood."""

    override_id: str
    decision_id: str
    firm_id: str
    product: str
    reason: str
    direction: str
    effective_on: date
    expires_on: date


@dataclass(frozen=True, slots=True)
class Tally:
    """How many overrides of one reason and direction came to what; `n` is their sum."""

    reason: str
    direction: str
    n: int
    became: Mapping[Became, int]


def became_of(one: Overridden, loans: Sequence[Loan] | None, filed_on: date | None) -> Became:
    """Tell what became of a case from the firm's loans as filed on a day; `loans` None when that register was not searched.

    Its loan is the first of the same product that was drawn on or after the day the override came into force. No loan means that
    none was drawn only if the register was filed after the override had expired; before that it is not known yet.
    """
    if loans is None or filed_on is None or filed_on <= one.effective_on:
        return Became.UNKNOWN
    since = (one.effective_on - EPOCH).days
    drawn = [loan for loan in loans if loan["product"] == one.product and loan["drawn_on"] is not None and loan["drawn_on"] >= since]
    if not drawn:
        return Became.NOT_DRAWN if filed_on > one.expires_on else Became.UNKNOWN
    loan = min(drawn, key=lambda loan: (loan["drawn_on"], loan["loan_id"]))
    if loan["default_on"] is not None:
        return Became.DEFAULTED
    return Became.OVERDUE if loan["overdue_on"] is not None else Became.PERFORMING


def tallies(cases: Iterable[tuple[Overridden, Became]]) -> list[Tally]:
    """Count by reason and direction, in their alphabetical order."""
    counted: dict[tuple[str, str], Counter[Became]] = {}
    for one, became in cases:
        counted.setdefault((one.reason, one.direction), Counter())[became] += 1
    return [
        Tally(reason, direction, sum(found.values()), {became: found[became] for became in Became})
        for (reason, direction), found in sorted(counted.items())
    ]
