"""What single products add to a record: the loan a relay pays off, the answer with and without investors, a dated rate path."""

from __future__ import annotations

from datetime import date

from service.domain.policy import Outcome
from service.domain.record.base import Decimals, Recorded

__all__ = ["InvestorsRecord", "PathRecord", "PathStepRecord", "Recomputed", "RelayRecord", "RightRecord", "TriggerRecord"]


class RelayRecord(Recorded):
    """The running loan that this one pays off; `new_money` is what the offer adds to it, yuan, None without an offer.

    Stage and points (hundredths) are those of the day it was granted, None where the evidence of that day does not tell.
    """

    loan_id: str
    amount: int
    granted_on: str
    overdue_on: str | None
    stage: str | None
    points: int | None
    new_money: int | None


class Recomputed(Recorded):
    """The same application decided on other facts; `points` in hundredths, amount in yuan where something is offered."""

    outcome: Outcome
    pd: str | None
    score: int | None
    grade: int | None
    points: int
    tier: str | None
    amount: int | None
    rate_bp: int | None


class InvestorsRecord(Recorded):
    """The answer without any investor and with them in full, beside the decision: judged without, its limit raised by them.

    `facts` are the investor indicators that were left out; `raised` is what they added to the amount, yuan.
    """

    facts: dict[str, Decimals]
    alone: Recomputed
    backed: Recomputed
    raised: int


class PathStepRecord(Recorded):
    """From month `from_month`, which begins on `from_on`, the yearly rate is `rate_bp`."""

    from_month: int
    from_on: date
    rate_bp: int


class TriggerRecord(Recorded):
    """An event of the agreement, and each step's rate once it has happened, basis points."""

    id: str
    zh: str
    en: str
    rates_bp: tuple[int, ...]


class PathRecord(Recorded):
    """A disclosed rate path worth as much as the risk-based rate; `settlement` is due with the last instalment, whole yuan.

    Present values are those of all interest in yuan, discounted at `discount_rate_bp`; they differ by less than a yuan.
    """

    steps: tuple[PathStepRecord, ...]
    floor_bp: int
    cap_bp: int
    discount_rate_bp: int
    settlement: int
    present_value: Decimals
    risk_present_value: Decimals
    triggers: tuple[TriggerRecord, ...]


class RightRecord(Recorded):
    """A right the agreement grants the bank, until the end of `expires_on`, at its configured price in yuan; never in a score."""

    id: str
    zh: str
    en: str
    expires_on: date
    price: int
