"""Who carries a loss: guarantee programmes, and the compensation pool on what they leave to the bank."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from service.domain.finance.exact import WHOLE, apportion, refuse
from service.domain.finance.schedule import add_months

__all__ = [
    "BANK",
    "Pool",
    "Programme",
    "Refusal",
    "RiskSharing",
    "Room",
    "Share",
    "ShareClass",
    "SharingCase",
    "Title",
    "TitleRule",
    "share_risk",
    "split_loss",
]

BANK = "bank"
POOL = "compensation-pool"


@dataclass(frozen=True, slots=True)
class Title:
    """A title the firm holds on the as-of date, and since when; kinds are those of the policy file, such as `little-giant`."""

    kind: str
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleRule:
    """A title that opens a class; `within_years` of its certificate, the anniversary included, None for as long as it is held."""

    kind: str
    within_years: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareClass:
    """Shares of the loss by party, in basis points that sum to 10,000, for firms with one of `titles`; no titles: for all."""

    shares_bp: Mapping[str, int]
    titles: tuple[TitleRule, ...] = ()

    def __post_init__(self) -> None:
        """Refuse shares that are not a whole, or that leave the bank out."""
        said = dict(self.shares_bp)
        refuse(sum(said.values()) != WHOLE or min(said.values()) < 0, "shares_bp", said, "must sum to 10000", "give each party its share")
        refuse(BANK not in said, "shares_bp", said, f"does not name {BANK!r}", "say what the bank carries")


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A guarantee programme: the first class that takes the firm counts.

    `firm_cap` is the most it covers for one firm, yuan; `fee_bp` a year. `compensation_ceiling_bp`: at or above this rate of
    compensation paid in its portfolio it takes no new loan; None where it has none.
    """

    id: str
    classes: tuple[ShareClass, ...]
    firm_cap: int
    fee_bp: int
    covers_part: bool = True
    compensation_ceiling_bp: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """The fiscal compensation pool: shares of the principal the bank itself has lost, basis points.

    `extra_bp` is added once if the loan is a first loan, pure credit or secured by intellectual property. `public_cap_bp`
    bounds all fiscal compensation of the bank's loss together.
    """

    direct_bp: int
    guaranteed_bp: int
    extra_bp: int
    public_cap_bp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingCase:
    """What eligibility reads. `cap_used` is what each programme already covers for the firm, yuan, by programme id; a programme that

    is absent or None covers nobody knows what. `undeclared` of it are loans of which nobody says who covers them.
    `compensation_bp` is the rate of compensation paid in each programme's portfolio so far; a programme with a ceiling and no
    known rate is open. `other_public_bp` is what other fiscal money already pays of the bank's own loss.
    """

    amount: int
    as_of: date
    titles: tuple[Title, ...] = ()
    is_first_loan: bool = False
    is_pure_credit: bool = False
    has_ip_pledge: bool = False
    cap_used: Mapping[str, int | None]
    undeclared: int = 0
    compensation_bp: Mapping[str, int]
    other_public_bp: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """What a party carries of any loss of principal, basis points."""

    party: str
    bp: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a programme does not take the loan: `no-title`, `room-unknown`, `cap-used`, `above-cap` or `compensation-ceiling`."""

    programme: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a programme may still cover for the firm before this loan, yuan; None where nobody knows what it covers already."""

    programme: str
    firm_cap: int
    used: int | None
    undeclared: int | None

    @property
    def left(self) -> int | None:
        """The cap less what is used, at least 0."""
        return None if self.used is None else max(self.firm_cap - self.used, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskSharing:
    """Shares in basis points that sum to 10,000; `programme` is None without a guarantee. `covered` is its part of the loan, yuan."""

    programme: str | None
    shares: tuple[Share, ...]
    covered: int
    fee_bp: int
    refusals: tuple[Refusal, ...]
    rooms: tuple[Room, ...]

    @property
    def bank_bp(self) -> int:
        """What the bank keeps."""
        return next(share.bp for share in self.shares if share.party == BANK)


def share_risk(programmes: Sequence[Programme], pool: Pool | None, case: SharingCase) -> RiskSharing:
    """Share the risk of a loan: the first programme that takes it, then the pool on what is left to the bank.

    Where a programme's room for the firm is smaller than the loan, it covers that part and the bank the rest alone; the shares
    are those of the whole loan, split by largest remainder. The pool pays its rate x the bank's share, rounded down, bounded so
    that all fiscal compensation is at most `public_cap_bp` of the bank's loss.
    """
    refuse(case.amount <= 0, "amount", case.amount, "must be positive", "lend at least one yuan")
    refusals: list[Refusal] = []
    for programme in programmes:
        why = _refusal(programme, case)
        if why is None:
            return _shared(programme, pool, case, refusals=tuple(refusals), rooms=_rooms(programmes, case))
        refusals.append(Refusal(programme.id, why))
    shares = _with_pool({BANK: WHOLE}, pool, case, is_guaranteed=False)
    return RiskSharing(programme=None, shares=shares, covered=0, fee_bp=0, refusals=tuple(refusals), rooms=_rooms(programmes, case))


def split_loss(shares: Sequence[Share], loss: int) -> dict[str, int]:
    """Split a loss of principal in whole yuan by the shares; the parts sum to it (largest remainder, the first named at ties)."""
    return apportion(loss, {share.party: share.bp for share in shares})


def _rooms(programmes: Sequence[Programme], case: SharingCase) -> tuple[Room, ...]:
    return tuple(_room(programme, case) for programme in programmes)


def _shared(
    programme: Programme, pool: Pool | None, case: SharingCase, *, refusals: tuple[Refusal, ...], rooms: tuple[Room, ...]
) -> RiskSharing:
    covered = min(case.amount, _room(programme, case).left or 0)
    shared = _class_of(programme, case)
    assert shared is not None  # a programme without a class for the firm has refused it
    weights = {party: bp * covered for party, bp in shared.shares_bp.items()}
    weights[BANK] += WHOLE * (case.amount - covered)
    shares = _with_pool(apportion(WHOLE, weights), pool, case, is_guaranteed=True)
    return RiskSharing(programme=programme.id, shares=shares, covered=covered, fee_bp=programme.fee_bp, refusals=refusals, rooms=rooms)


def _with_pool(shares: dict[str, int], pool: Pool | None, case: SharingCase, *, is_guaranteed: bool) -> tuple[Share, ...]:
    if pool is not None:
        rate = pool.guaranteed_bp if is_guaranteed else pool.direct_bp
        rate += pool.extra_bp if case.is_first_loan or case.is_pure_credit or case.has_ip_pledge else 0
        rate = max(min(rate, pool.public_cap_bp - case.other_public_bp), 0)
        paid = shares[BANK] * rate // WHOLE
        shares = {**shares, BANK: shares[BANK] - paid, POOL: paid}
    return tuple(Share(party, bp) for party, bp in shares.items())


def _refusal(programme: Programme, case: SharingCase) -> str | None:
    ceiling, room = programme.compensation_ceiling_bp, _room(programme, case).left
    if ceiling is not None and case.compensation_bp.get(programme.id, 0) >= ceiling:
        return "compensation-ceiling"
    if _class_of(programme, case) is None:
        return "no-title"
    if room is None:
        return "room-unknown"
    if room == 0:
        return "cap-used"
    return "above-cap" if case.amount > room and not programme.covers_part else None


def _room(programme: Programme, case: SharingCase) -> Room:
    used = case.cap_used.get(programme.id)
    return Room(
        programme=programme.id, firm_cap=programme.firm_cap, used=used, undeclared=None if used is None else min(case.undeclared, used)
    )


def _class_of(programme: Programme, case: SharingCase) -> ShareClass | None:
    return next((entry for entry in programme.classes if not entry.titles or any(_opening(entry, case))), None)


def _opening(entry: ShareClass, case: SharingCase) -> Iterator[bool]:
    for rule in entry.titles:
        for title in case.titles:
            if title.kind == rule.kind:
                yield rule.within_years is None or case.as_of <= add_months(title.since, 12 * rule.within_years)
