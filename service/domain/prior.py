"""What was true earlier and cannot be read off today's indicators: explicit inputs of the decision, so that it stays pure."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Prior", "TakenOver"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """The running loan that a relay loan would pay off, and how the firm stood when it was granted; days are day numbers.

    `amount` is the line in yuan, `granted_on` the day its application was judged. `stage` and `points` (hundredths) are those of
    that day, by the scheme and peers that decide now; None where the evidence of that day does not tell. `overdue_on` is the loan's
    first day past due, None when there is none. `programme` is the guarantee programme behind it ("none" for none, None where nobody
    says), `guaranteed` what it covers, yuan; the whole amount where that is not said.
    """

    loan_id: str
    amount: int
    granted_on: int
    overdue_on: int | None
    stage: str | None
    points: int | None
    programme: str | None = "none"
    guaranteed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What was looked up for this application; `relay` None: the firm's loans were searched and none can be taken over."""

    relay: TakenOver | None
