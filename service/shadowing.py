"""Challengers in the shadow: asked about a decision after its answer has left, in a thread of their own.

One ledger entry stands for a batch, not for a decision: a shadow is evidence about a model, not an act towards an applicant, and the
batch's content names every line, so none can be changed unseen at a fraction of the entries.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from queue import Empty, Full, Queue
from threading import Lock, Thread
from time import sleep

from features.firm_row import FirmRow
from features.stages import segment_of
from service.active import Active
from service.clock import Clock
from service.domain import Application, ManualOrder
from service.domain.recourse import Redecide
from service.identifiers import new_decision_id
from service.releases import ShadowBatch, ShadowLine
from service.store.engine import Store
from service.store.shadows import keep_shadows
from service.use_cases.judging import judge_of
from service.use_cases.prior import Priors

__all__ = ["Seen", "Shadows"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A decision as it was made: everything the challenger is asked with."""

    active: Active
    application: Application
    firm: FirmRow
    dossier: Callable[[], bytes]
    evidence_hash: str
    decision_id: str
    now: datetime
    manual: tuple[ManualOrder, ...]
    priors: Priors | None = None

    def judge(self, active: Active) -> Redecide:
        """Make the judge of this case, by these models, scheme, peers and policy."""
        return judge_of(
            active,
            dossier=self.dossier,
            evidence_hash=self.evidence_hash,
            now=self.now,
            decision_id=self.decision_id,
            features_hash=self.firm.digest,
            manual=self.manual,
            priors=self.priors,
        )

    @property
    def segment(self) -> str | None:
        """The firm's segment, None where it is unknown."""
        return segment_of(self.firm.values["growth_stage"])

    @property
    def is_shadowed(self) -> bool:
        """Does the release name a challenger for it?"""
        return bool(self.active.challengers) and self.segment in self.active.challengers


class Shadows:
    """Scores decisions by the challenger, a batch at a time; whatever fails is counted and logged, and harms no decision.

    `linger` is how long decisions gather, in seconds; `waiting` bounds how many may wait, and more are dropped and counted. Those
    that wait when a process dies are lost, so the number of shadows may be smaller than that of decisions, never larger.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        counted: Callable[[str, int], None] = lambda _result, _number: None,
        linger: float = 0.5,
        batch: int = 64,
        waiting: int = 2_000,
    ) -> None:
        self._store, self._clock, self._counted, self._linger, self._batch = store, clock, counted, linger, batch
        self._most = waiting
        self._queue: Queue[Seen] = Queue(waiting)
        self._starting = Lock()
        self._process = 0

    def take_up(self, seen: Seen) -> None:
        """Ask the challenger later, where there is one; returns at once and never raises."""
        if not seen.is_shadowed:
            return
        if self._process != os.getpid():
            self._start()
        try:
            self._queue.put_nowait(seen)
        except Full:
            self._counted("dropped", 1)

    def _start(self) -> None:
        with self._starting:
            if self._process != os.getpid():
                self._queue = Queue(self._most)
                Thread(target=self._work, args=(self._queue,), name="shadows", daemon=True).start()
                self._process = os.getpid()

    def _work(self, queue: Queue[Seen]) -> None:
        while True:
            first = queue.get()
            sleep(self._linger)
            self._settle([first, *_gathered(queue, self._batch - 1)])

    def _settle(self, seen: Sequence[Seen]) -> None:
        lines = [line for one in seen if (line := self._line(one)) is not None]
        if not lines:
            return
        now = self._clock()
        try:
            batch = ShadowBatch(batch=new_decision_id(now), lines=tuple(lines), scored_at=now)
            with self._store.writing() as unit:
                keep_shadows(unit, batch)
        except Exception:
            log.exception("shadows were not recorded", extra={"records": len(lines)})
            self._counted("failed", len(lines))
        else:
            self._counted("scored", len(lines))

    def _line(self, seen: Seen) -> ShadowLine | None:
        try:
            return _asked(seen)
        except Exception:
            log.exception("a challenger did not answer", extra={"decision_id": seen.decision_id})
            self._counted("failed", 1)
            return None


def _gathered(queue: Queue[Seen], most: int) -> list[Seen]:
    found: list[Seen] = []
    try:
        while len(found) < most:
            found.append(queue.get_nowait())
    except Empty:
        pass
    return found


def _asked(seen: Seen) -> ShadowLine:
    """Decide the same case with the challenger in the champion's place."""
    segment = seen.segment or ""
    challenger = seen.active.challengers[segment]
    made = seen.judge(replace(seen.active, bundles={**seen.active.bundles, segment: challenger}))(seen.application, seen.firm)
    assert made.risk is not None  # the segment is known and has its model
    return ShadowLine(
        decision_id=seen.decision_id,
        bundle=challenger.hash,
        pd=made.risk.pd,
        score=made.risk.score,
        grade=made.risk.grade,
        outcome=made.outcome,
        amount=0 if made.offer is None else made.offer.amount,
    )
