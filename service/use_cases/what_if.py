"""What another request, or a firm that has moved, would be answered: decided anew from a decision's own evidence, recorded nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.firm_row import FirmRow
from features.indicators import CATALOGUE
from features.what_if import is_reachable, reach
from service.desk import Desk
from service.domain import Application, Decision
from service.rows import Found
from service.store.evidence import latest_hash
from service.use_cases.judging import judge_of
from service.use_cases.offers import UNRECORDED
from service.use_cases.reviews import review_orders

__all__ = ["Scene", "movable", "scene_of", "try_out"]

MOST_MOVABLE = 4
"""Indicators offered to be moved: those that cost most score and that the firm can act on."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The firm as the decision saw it."""

    decision: Decision
    found: Found

    @property
    def row(self) -> FirmRow:
        """Its indicators."""
        return self.found.row


def scene_of(desk: Desk, decision: Decision) -> Scene:
    """Build the firm of a decision from the evidence it pins, as of its own date."""
    asked, pinned = decision.application, decision.pins.evidence
    with desk.store.reading() as unit:
        on_file = latest_hash(unit, asked.firm_id)
    found = desk.rows.of_firm(asked.firm_id, decision.as_of) if on_file == pinned else None
    return Scene(decision, found or desk.rows.of_dossier(desk.rows.dossier(pinned), pinned, decision.as_of))


def movable(scene: Scene) -> Sequence[str]:
    """Name the indicators that stand most against the firm and that it can act on, the strongest first."""
    worst = sorted((one for one in scene.decision.contributions if one.points < 0), key=lambda one: one.points)
    return [one.indicator for one in worst if one.indicator in CATALOGUE and is_reachable(scene.row, one.indicator)][:MOST_MOVABLE]


def try_out(desk: Desk, scene: Scene, asked: Application, targets: Mapping[str, float]) -> Decision | str:
    """Decide an application for the firm after it has moved these indicators; gives the name of the first that cannot be brought there.

    Raises `NotReady` when nothing may decide.
    """
    row = scene.row
    for indicator, target in targets.items():
        moved = reach(row, indicator, target)
        if moved is None:
            return indicator
        row = moved
    sha256 = scene.decision.pins.evidence
    with desk.store.reading() as unit:
        reviews = review_orders(unit, asked.firm_id, asked.product.value)
    judge = judge_of(
        desk.active,
        dossier=lambda: desk.rows.dossier(sha256),
        evidence_hash=sha256,
        now=desk.clock(),
        decision_id=UNRECORDED,
        manual=(*desk.switchboard.orders, *reviews),
        priors=desk.priors,
    )
    return judge(asked, row)
