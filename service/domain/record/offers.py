"""The offer in a recorded decision: every number with the parts it is the sum, the least or the share of."""

from __future__ import annotations

from datetime import date
from typing import Literal

from service.domain.record.base import Decimals, Recorded
from service.domain.record.specials import PathRecord, RightRecord

__all__ = [
    "InstalmentRecord",
    "LimitPart",
    "Named",
    "Offer",
    "RatePart",
    "Referral",
    "RefusalRecord",
    "RoomRecord",
    "ScheduleRecord",
    "ShareRecord",
    "SharingRecord",
    "SplitRecord",
    "TermStructureRecord",
]


class Named(Recorded):
    """A word of the policy, with its name in both languages."""

    id: str
    zh: str
    en: str


class LimitPart(Recorded):
    """A named amount in yuan. The largest `base` and the signed `addition`s, at least each `floor`, make the `capacity`; the smallest

    of capacity and every `bound`, less `rounding`, is the amount. Exactly one part is `binding`.
    """

    name: str
    zh: str
    en: str
    amount: int
    kind: Literal["base", "addition", "floor", "capacity", "bound", "rounding"]
    binding: bool


class RatePart(Recorded):
    """A named part of the rate, signed basis points a year; they sum to the rate."""

    name: str
    zh: str
    en: str
    bp: int


class ShareRecord(Recorded):
    """What a party carries of any loss of principal, basis points."""

    party: str
    zh: str
    en: str
    share_bp: int


class RefusalRecord(Recorded):
    """A programme that does not take the loan, and why."""

    programme: str
    why: str
    zh: str
    en: str


class RoomRecord(Recorded):
    """A programme's room for this firm, yuan: `left` is `firm_cap` less `used`, at least 0; both None where nobody searched the loans.

    `used` is what it guarantees of the loans running, and `undeclared` of it: loans of which nobody says who guarantees them.
    """

    programme: str
    firm_cap: int
    used: int | None
    undeclared: int | None
    left: int | None


class SplitRecord(Recorded):
    """Who finances which part of the amount, yuan; the parts sum to it."""

    instrument: Literal["loan", "lease"]
    zh: str
    en: str
    amount: int


class SharingRecord(Recorded):
    """Who carries a loss: shares that sum to 10,000. `covered` is what the programme guarantees, yuan; `fee_bp` what it costs a year."""

    programme: Named | None
    shares: tuple[ShareRecord, ...]
    covered: int
    fee_bp: int
    refusals: tuple[RefusalRecord, ...]
    rooms: tuple[RoomRecord, ...]


class InstalmentRecord(Recorded):
    """A payment: principal in whole yuan, interest in yuan with two decimals, what is still owed after it."""

    number: int
    due_on: date
    principal: int
    interest: Decimals
    balance: int


class ScheduleRecord(Recorded):
    """Every payment if the loan is drawn on the as-of date; `interest` is their sum, yuan."""

    interest: Decimals
    instalments: tuple[InstalmentRecord, ...]


class TermStructureRecord(Recorded):
    """How the one-year PD spreads over the term, as the loan was priced.

    `source`: the hazards are the model's (its bundle is pinned, the policy bounds them) or the policy's. `hazards_bp`: of each year of
    the term against the first, basis points. `marginal_pds`: probability of a default in each year of the loan, the last as far as the
    term goes; they sum to `cumulative_pd`. `yearly_pd`: the constant one-year PD with the same cumulative one.
    """

    source: Literal["model", "policy"]
    hazards_bp: tuple[int, ...]
    marginal_pds: tuple[Decimals, ...]
    cumulative_pd: Decimals
    yearly_pd: Decimals


class Offer(Recorded):
    """What the bank offers until `valid_until`, its end included; the rate is in basis points a year.

    `amount` is what the firm gets in all and `lent` what the bank lends of it; a combination with a lease has a `split`. Price,
    shared loss, payments and rights are those of the loan. Where there is a `rate_path`, its steps are what the firm pays and
    `rate_bp` is the risk-based rate of the same present value.
    """

    amount: int
    lent: int
    term_months: int
    rate_bp: int
    levers: str
    channel: Named
    collateral: Named
    allocation: Named
    monitoring: Named
    combination: Named | None
    instruments: tuple[str, ...]
    split: tuple[SplitRecord, ...]
    authority: Named
    valid_until: date
    limit_parts: tuple[LimitPart, ...]
    limit_missing: tuple[str, ...]
    rate_parts_bp: tuple[RatePart, ...]
    risk_sharing: SharingRecord
    repayment: Named
    schedule: ScheduleRecord
    rate_path: PathRecord | None
    rights: tuple[RightRecord, ...]
    term_structure: TermStructureRecord | None = None
    """None in records of the first format."""


class Referral(Recorded):
    """Who may decide a case that was referred; `marks` say what it must be treated as, such as `restructuring`."""

    authority: Named
    marks: tuple[str, ...]
