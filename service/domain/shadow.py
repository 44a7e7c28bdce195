"""Champion against challenger on the same applications: where they agree, whom each would lend to instead, and for how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

__all__ = ["Answered", "Compared", "Pair", "compare"]

LENDS = frozenset({"approve", "counter"})
PLACES = Decimal("0.00001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One model's answer: PD, score, outcome, and the yuan offered (0 where nothing is)."""

    pd: Decimal
    score: int
    outcome: str
    amount: int

    @property
    def lends(self) -> bool:
        """Is there an offer?"""
        return self.outcome in LENDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One application answered by both."""

    champion: Answered
    challenger: Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What n pairs say. `swapped_out` are those only the champion lends to, `swapped_in` those only the challenger would; yuan beside.

    Differences are challenger minus champion; None without pairs.
    """

    n: int
    agree: int
    swapped_out: int
    swapped_out_amount: int
    swapped_in: int
    swapped_in_amount: int
    both: int
    both_amount_champion: int
    both_amount_challenger: int
    mean_pd_difference: Decimal | None
    mean_score_difference: Decimal | None


def compare(pairs: Sequence[Pair]) -> Compared:
    """Sum pairs up; to agree is to have the same outcome."""
    gone = [pair.champion.amount for pair in pairs if pair.champion.lends and not pair.challenger.lends]
    come = [pair.challenger.amount for pair in pairs if pair.challenger.lends and not pair.champion.lends]
    both = [pair for pair in pairs if pair.champion.lends and pair.challenger.lends]
    return Compared(
        n=len(pairs),
        agree=sum(pair.champion.outcome == pair.challenger.outcome for pair in pairs),
        swapped_out=len(gone),
        swapped_out_amount=sum(gone),
        swapped_in=len(come),
        swapped_in_amount=sum(come),
        both=len(both),
        both_amount_champion=sum(pair.champion.amount for pair in both),
        both_amount_challenger=sum(pair.challenger.amount for pair in both),
        mean_pd_difference=_mean([pair.challenger.pd - pair.champion.pd for pair in pairs]),
        mean_score_difference=_mean([Decimal(pair.challenger.score - pair.champion.score) for pair in pairs]),
    )


def _mean(values: Sequence[Decimal]) -> Decimal | None:
    return (sum(values, Decimal(0)) / len(values)).quantize(PLACES, ROUND_HALF_EVEN) if values else None
