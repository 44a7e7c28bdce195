"""How a case stands: the machine's answer, what people put in its place, whether a person still has to look, and whether it is final."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from service.domain.override import Terms
from service.domain.policy import Outcome

__all__ = ["Review", "Standing", "Stands", "standing_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """An override: its terms, who answers for it, and whether it is in force or waits for a second person."""

    override_id: str
    terms: Terms
    who: tuple[str, ...]
    status: Literal["in-force", "pending"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A client's request for a person; open while `verdict` is None, else `uphold` or `override` by `who`."""

    review_id: str
    verdict: str | None = None
    who: str | None = None

    @property
    def is_open(self) -> bool:
        """Does a person still have to conclude it?"""
        return self.verdict is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a case stands. `who` answers for it beside the machine; `why` says in both languages what is awaited, or that nothing is."""

    machine: Terms
    terms: Terms
    decided_by: Literal["machine", "person"]
    who: tuple[str, ...]
    override_id: str | None
    pending: tuple[str, ...]
    review: Review | None
    is_final: bool
    zh: str
    en: str


def standing_of(machine: Terms, overrides: Sequence[Stands], reviews: Sequence[Review]) -> Standing:
    """Tell how a case stands, from its overrides and requests for review, oldest first.

    The newest override in force is the answer. While a review is open, or an override waits for its signature, nothing is final; and
    once a client asked for a person, no decline is final that rests on the machine alone.
    """
    in_force = [one for one in overrides if one.status == "in-force"]
    pending = tuple(one.override_id for one in overrides if one.status == "pending")
    standing, review = (in_force[-1] if in_force else None), (reviews[-1] if reviews else None)
    terms = standing.terms if standing else machine
    upheld = review is not None and review.verdict == "uphold" and review.who is not None
    who = standing.who if standing else (str(review.who),) if upheld and review else ()
    awaited = _awaited(terms, pending, review, has_person=bool(who))
    zh, en = awaited or ("结论为最终结论", "the answer is final")
    return Standing(
        machine=machine,
        terms=terms,
        decided_by="person" if who else "machine",
        who=who,
        override_id=standing.override_id if standing else None,
        pending=pending,
        review=review,
        is_final=awaited is None,
        zh=zh,
        en=en,
    )


def _awaited(terms: Terms, pending: Sequence[str], review: Review | None, *, has_person: bool) -> tuple[str, str] | None:
    """Say what the case waits for; None where it waits for nothing."""
    if review is not None and review.is_open:
        return "客户已申请人工复核,复核结论作出前不是最终结论", "the client asked for a person; not final before the review is concluded"
    if pending:
        return "人工调整待第二人签署", "an override waits for a second person"
    if terms.outcome is Outcome.REFER:
        return "待有权人作出决定", "a person has to decide"
    if review is not None and terms.outcome is Outcome.DECLINE and not has_person:
        return (
            "复核时作出的人工调整已失效,不得仅由系统拒绝,需重新人工决定",
            "the override that concluded the review has expired; no decline is final by machine alone, a person has to decide anew",
        )
    return None
