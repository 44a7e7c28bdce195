"""One decision with its whole trail: what it stands on, who corrected it, where it lies in the ledger, and who looked at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection

from service.desk import Desk
from service.domain.override_outcomes import Became
from service.domain.standing import Standing
from service.errors import UnknownEntry
from service.ledger import Entry, Kind, read_entry
from service.store.baskets import basket_of
from service.store.blobs import read_blobs
from service.store.ledger import entries_found, entries_of_kinds
from service.store.overrides import KeptOverride
from service.store.people import names_of as names_of_people
from service.store.reviews import KeptReview, reviews_of
from service.store.searching import names_of
from service.tokens import Holder
from service.use_cases.lineage import DecisionLineage, lineage_of
from service.use_cases.notes import Note, notes_on
from service.use_cases.override_outcomes import outcomes_of_overrides
from service.use_cases.overrides import OverrideTexts, overrides_on
from service.use_cases.proving import Inclusion, inclusion, place_of
from service.use_cases.reviews import ReviewTexts, review_texts
from service.use_cases.standing import show_standing

__all__ = ["Act", "Overruled", "Reviewed", "Trail", "trail_of"]

MOST_ACTS = 200


@dataclass(frozen=True, slots=True)
class Act:
    """An entry about a decision, and what it commits to; `said` is empty where that is not kept any more or is the decision itself."""

    entry: Entry
    said: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Overruled:
    """An override with its grounds, where the reader may see them, how it stands today, and what became of the case."""

    kept: KeptOverride
    texts: OverrideTexts
    status: str
    became: Became | None


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A request for review with its texts, where the reader may see them."""

    kept: KeptReview
    texts: ReviewTexts


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """Everything about one decision. `proof` is None until its entry is under a checkpoint; `acts` are the oldest first."""

    lineage: DecisionLineage
    name: str | None
    place: int
    proof: Inclusion | None
    acts: tuple[Act, ...]
    overrides: tuple[Overruled, ...]
    reviews: tuple[Reviewed, ...]
    notes: tuple[Note, ...]
    standing: Standing
    in_basket: bool
    people: Mapping[str, str]
    """Names of everybody who acted, by login or number of the token."""


def trail_of(desk: Desk, decision_id: str, holder: Holder) -> Trail:
    """Gather it. Raises `UnknownDecision`, and `Gone` for one that was deleted by the rules."""
    lineage = lineage_of(desk.store, decision_id)
    place = place_of(desk.store, decision_id)
    firm = lineage.decision.application.firm_id
    with desk.store.reading() as unit:
        name = names_of(unit, [firm]).get(firm)
        acts = tuple(_acts(unit, decision_id))
        kept = reviews_of(unit, decision_id)
        people = names_of_people(unit, {act.entry.actor.id for act in acts})
        is_in_basket = decision_id in basket_of(unit, holder.actor.id)
    return Trail(
        lineage=lineage,
        name=name,
        place=place,
        proof=_proof(desk, place),
        acts=acts,
        overrides=tuple(_overruled(desk, decision_id, holder)),
        reviews=tuple(Reviewed(one, review_texts(desk, one, holder)) for one in kept),
        notes=tuple(notes_on(desk, decision_id, holder)),
        standing=show_standing(desk, decision_id),
        in_basket=is_in_basket,
        people=people,
    )


def _proof(desk: Desk, place: int) -> Inclusion | None:
    try:
        return inclusion(desk.store, place)
    except UnknownEntry:  # recorded within the last second
        return None


def _acts(unit: Connection, decision_id: str) -> Iterator[Act]:
    """Give the entries about a decision, and those of exports that took it away among others."""
    found = [read_entry(entry) for entry in entries_found(unit, after=-1, limit=MOST_ACTS, subject=decision_id)]
    exports = [read_entry(entry) for entry in entries_of_kinds(unit, [Kind.EXPORT.value])]
    exports = [one for one in exports if one.subject != decision_id]
    wanted = [one.content for one in (*found, *exports) if one.kind is not Kind.DECISION]
    said = {sha256: orjson.loads(content) for sha256, content in read_blobs(unit, wanted)}
    taken = [one for one in exports if decision_id in said.get(one.content, {}).get("decisions", ())]
    for one in sorted((*found, *taken), key=lambda entry: entry.seq):
        yield Act(one, said.get(one.content, {}))


def _overruled(desk: Desk, decision_id: str, holder: Holder) -> Iterator[Overruled]:
    found = overrides_on(desk, decision_id, holder)
    cases = outcomes_of_overrides(desk.store, desk.clock(), decision_id).cases if found else ()
    became = {one.override_id: said for one, said in cases}
    for kept, texts in found:
        yield Overruled(kept, texts, kept.status(desk.today()), became.get(kept.override_id))
