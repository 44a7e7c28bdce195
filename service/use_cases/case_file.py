"""Everything on file about one decided case: the record, the firm it is of, what people made of it, and its place in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from features.evidence import dossier_json
from service.desk import Desk
from service.domain import Decision
from service.domain.standing import Standing
from service.ledger import Kind, read_entry
from service.store.blobs import read_blobs
from service.store.ledger import entry_of, size_sealing
from service.store.notes import notes_of
from service.store.overrides import KeptOverride, overrides_of
from service.store.people import names_of
from service.store.records import read_decision
from service.store.reviews import KeptReview, reviews_of
from service.tokens import Holder
from service.use_cases.notes import Note, text_of
from service.use_cases.overrides import OverrideTexts, texts_of
from service.use_cases.reviews import ReviewTexts, review_texts
from service.use_cases.standing import standing_on

__all__ = ["CaseFile", "open_case"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case as it is today. `firm` is its row of the pinned evidence, empty once that was deleted; texts are None who may not see them.

    `seq` is the record's place in the ledger and `checkpoint` the size of the first signed one that covers it; `names` of everybody who
    had a part, by login or token.
    """

    decision: Decision
    sha256: str
    firm: Mapping[str, Any]
    standing: Standing
    overrides: tuple[tuple[KeptOverride, OverrideTexts], ...]
    reviews: tuple[tuple[KeptReview, ReviewTexts], ...]
    notes: tuple[Note, ...]
    seq: int | None
    checkpoint: int | None
    actor: str
    names: Mapping[str, str]

    @property
    def pending(self) -> KeptOverride | None:
        """The newest override that waits for a second person, if one does."""
        return next((one for one, _ in reversed(self.overrides) if one.override_id in self.standing.pending), None)

    @property
    def open_review(self) -> KeptReview | None:
        """The client's request that nobody has concluded, if there is one."""
        return next((one for one, _ in self.reviews if one.conclusion is None), None)


def open_case(desk: Desk, decision_id: str, holder: Holder) -> CaseFile:
    """Open a case. Raises `UnknownDecision` and `Gone`."""
    with desk.store.reading() as unit:
        receipt = read_decision(unit, decision_id)
        decision = Decision.model_validate_json(receipt.body)
        overrides, reviews = overrides_of(unit, decision_id), reviews_of(unit, decision_id)
        notes = notes_of(unit, decision_id)
        entered = entry_of(unit, Kind.DECISION, decision_id)
        actor = read_entry(entered[1]).actor.id if entered else ""
        people = {
            actor,
            *(one.written_by for one in notes),
            *(who for one in overrides for who in _of_override(one)),
            *(who for one in reviews for who in _of_review(one)),
        }
        names, firm = names_of(unit, people), firm_of(unit, decision.pins.evidence)
        checkpoint = size_sealing(unit, entered[0]) if entered else None
    return CaseFile(
        decision=decision,
        sha256=receipt.sha256,
        firm=firm,
        standing=standing_on(decision, overrides, reviews, desk.today()),
        overrides=tuple((one, texts_of(desk, one, holder)) for one in overrides),
        reviews=tuple((one, review_texts(desk, one, holder)) for one in reviews),
        notes=tuple((one, text_of(desk, one, holder)) for one in notes),
        seq=entered[0] if entered else None,
        checkpoint=checkpoint,
        actor=actor,
        names=names,
    )


def firm_of(unit: Connection, evidence: str) -> Mapping[str, Any]:
    """Read the firm's own row of a dossier; empty once it was deleted."""
    for _, dossier in read_blobs(unit, [evidence]):
        row: Mapping[str, Any] = dossier_json(dossier)["firms"][0]
        return row
    return {}


def _of_override(one: KeptOverride) -> tuple[str, ...]:
    return (one.proposed_by, one.word.given_by) if one.word else (one.proposed_by,)


def _of_review(one: KeptReview) -> tuple[str, ...]:
    return (one.opened_by, one.conclusion.given_by) if one.conclusion else (one.opened_by,)
