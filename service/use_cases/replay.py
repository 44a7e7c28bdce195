"""Replaying decisions: everything is rebuilt from the evidence and the artefacts that a record pins, and compared bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol

import orjson

from features.firm_row import FirmRow
from features.indicators import catalogue_hash
from service.active import Active
from service.clock import Clock
from service.domain import Application, Decision, orders_of
from service.domain.program import code_version
from service.domain.record import content_hash
from service.domain.record.parts import Pins
from service.domain.recourse import with_recourse
from service.errors import ServiceError
from service.ledger.entry import moment_text
from service.rows import build_row, day_number
from service.store import Store
from service.store.blobs import get_blob
from service.store.records import decisions_since, find_decision
from service.use_cases.judging import judge_of

__all__ = ["STAGES", "Certificate", "Evidence", "Parts", "PastPrograms", "Stage", "evidence_of", "replay", "replay_body", "to_replay"]

Parts = Callable[[Pins], Active]
"""Loads what a decision was made with from its pins; raises a `ServiceError` when it cannot."""
Evidence = Callable[[str], bytes]
"""Reads a dossier by its hash; raises a `ValueError` when it is gone or was changed."""

STAGES: Final = (
    ("evidence", "原始证据", "evidence", ()),
    ("features", "时点特征", "indicators", ()),
    ("points", "创新积分", "points", ("points", "coverage", "missing")),
    ("score", "模型评分", "score", ("risk", "contributions", "says")),
    ("policy", "政策与结论", "policy and outcome", ("fired", "outcome", "referral")),
    ("offer", "报价", "offer", ("offer", "relay", "investors")),
    ("reasons", "理由", "reasons", ("reasons", "warnings")),
    ("recourse", "改进路径", "what would change it", ("recourse",)),
    ("record", "完整记录", "the whole record", ()),
)
"""The stages from raw fact to record: id, names, and the fields of a record that come about in each."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a replay; `detail` says what differs, or is empty."""

    id: str
    zh: str
    en: str
    identical: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a replay found; `first_difference` is the id of the first stage that differs, None when all are identical.

    `program` is the one that replayed: this one or, where this one finds a difference, the one that decided, if it is kept.
    """

    decision_id: str
    identical: bool
    first_difference: str | None
    stages: tuple[Stage, ...]
    recorded: str
    replayed: str | None
    pins: dict[str, Any]
    program: str
    replayed_at: str
    format: str = "replay/1"
    today: str | None = None
    """The first stage in which this program differs, where the one that decided replayed; None where this one did."""
    today_detail: str = ""


class PastPrograms(Protocol):
    """Programs of earlier days that can be asked again."""

    def replay(self, body: bytes) -> Certificate:
        """Have the program that made a decision replay it; raises a `ServiceError` when it cannot be asked."""


class _Differs(Exception):  # noqa: N818 it ends a replay, it is no error
    """A stage cannot be reproduced at all."""

    def __init__(self, stage: str, detail: str) -> None:
        super().__init__(detail)
        self.stage, self.detail = stage, detail


def replay(store: Store, parts: Parts, decision_id: str, clock: Clock, past: PastPrograms | None = None) -> Certificate | None:
    """Replay a decision on record; None when there is none, or its content was deleted by the rules.

    Where this program finds a difference and another one decided, that one is asked through `past`.
    """
    with store.reading() as unit:
        kept = find_decision(unit, decision_id)
    return replay_body(evidence_of(store), parts, kept.body, clock, past) if kept else None


def evidence_of(store: Store) -> Evidence:
    """Read dossiers from the database."""

    def read(pin: str) -> bytes:
        with store.reading() as unit:
            return get_blob(unit, pin)

    return read


def replay_body(evidence: Evidence, parts: Parts, body: bytes, clock: Clock, past: PastPrograms | None = None) -> Certificate:
    """Replay a recorded decision, byte for byte as it was answered; as `replay` does."""
    recorded = orjson.loads(body)
    found = _replayed(evidence, parts, body, recorded, clock)
    if found.identical or past is None or recorded["pins"]["code"] == code_version():
        return found
    differs = next(stage for stage in found.stages if not stage.identical)
    try:
        return replace(past.replay(body), today=differs.id, today_detail=differs.detail)
    except ServiceError as error:
        told = replace(differs, detail=f"{differs.detail}; {error}")
        return replace(found, stages=tuple(told if stage is differs else stage for stage in found.stages))


def _replayed(evidence: Evidence, parts: Parts, body: bytes, recorded: dict[str, Any], clock: Clock) -> Certificate:
    try:
        stages, made = _compared(evidence, parts, body, recorded)
    except _Differs as difference:
        stages, made = list(_until(difference)), None
    first = next((stage.id for stage in stages if not stage.identical), None)
    return Certificate(
        decision_id=recorded["decision_id"],
        identical=first is None,
        first_difference=first,
        stages=tuple(stages),
        recorded=content_hash(body),
        replayed=None if made is None else content_hash(made),
        pins=recorded["pins"],
        program=code_version(),
        replayed_at=moment_text(clock()),
    )


def _until(difference: _Differs) -> Iterator[Stage]:
    """List the stages up to the one that cannot be reproduced; those behind it were not reached."""
    reached = True
    for name, zh, en, _ in STAGES:
        if name == difference.stage:
            reached = False
            yield Stage(name, zh, en, identical=False, detail=difference.detail)
        else:
            yield Stage(name, zh, en, identical=reached, detail="" if reached else "not reached / 未到达")


def _compared(read: Evidence, parts: Parts, body: bytes, recorded: dict[str, Any]) -> tuple[list[Stage], bytes]:
    decision = Decision.model_validate_json(body)
    dossier = _evidence(read, decision)
    firm = _features(dossier, decision)
    made = _decided(_parts(parts, decision), dossier, firm, decision).canonical()
    again = orjson.loads(made)
    stages = [Stage(name, zh, en, identical=True) for name, zh, en, _ in STAGES[:2]]
    for name, zh, en, fields in STAGES[2:-1]:
        detail = next(iter(_differences({f: recorded.get(f) for f in fields}, {f: again.get(f) for f in fields})), "")
        stages.append(Stage(name, zh, en, identical=not detail, detail=detail))
    name, zh, en, _ = STAGES[-1]
    detail = "" if made == body else next(iter(_differences(recorded, again)), "the bytes differ")
    return [*stages, Stage(name, zh, en, identical=made == body, detail=detail)], made


def _evidence(read: Evidence, decision: Decision) -> bytes:
    try:
        return read(decision.pins.evidence)
    except ValueError as error:
        raise _Differs("evidence", str(error)) from error


def _features(dossier: bytes, decision: Decision) -> FirmRow:
    pins = decision.pins
    if pins.catalogue != catalogue_hash():
        said = f"it was made with the indicator definitions {pins.catalogue} (jifen {pins.code}), this program has {catalogue_hash()}"
        raise _Differs("features", f"{said}; only the program of that time replays it")
    firm = build_row(dossier, day_number(decision.as_of))
    if pins.features is not None and pins.features != firm.digest:
        raise _Differs("features", f"the indicators have the hash {firm.digest}, the record says {pins.features}")
    return firm


def _parts(parts: Parts, decision: Decision) -> Active:
    try:
        return parts(decision.pins)
    except ServiceError as error:
        raise _Differs("points", f"what the decision was made with cannot be loaded: {error}") from error


def _decided(active: Active, dossier: bytes, firm: FirmRow, decision: Decision) -> Decision:
    """Decide again, with the record's own moment, number, orders and program version."""
    application = Application(**decision.application.model_dump(), as_of=decision.as_of)
    judge = judge_of(
        active,
        dossier=lambda: dossier,
        evidence_hash=decision.pins.evidence,
        features_hash=decision.pins.features,
        now=decision.decided_at,
        decision_id=decision.decision_id,
        manual=orders_of(decision.fired),
        code=decision.pins.code,
        form=decision.format,
    )
    made = judge(application, firm)
    if decision.recourse is None:
        return made
    return with_recourse(made, application, firm, decide=judge, bundles=active.bundles, policy=active.policy)


def _differences(recorded: Any, again: Any, place: str = "") -> Iterator[str]:
    """Say where two values differ, the first place first."""
    if isinstance(recorded, dict) and isinstance(again, dict):
        for key in dict.fromkeys([*recorded, *again]):
            yield from _differences(recorded.get(key), again.get(key), f"{place}/{key}")
    elif _are_lists(recorded, again):
        for number in range(max(len(recorded), len(again))):
            yield from _differences(_at(recorded, number), _at(again, number), f"{place}/{number}")
    elif recorded != again:
        yield f"{place}: recorded {_short(recorded)}, replayed {_short(again)}"


def _are_lists(recorded: Any, again: Any) -> bool:
    return isinstance(recorded, list) and isinstance(again, list)


def _at(values: Sequence[Any], number: int) -> Any:
    return values[number] if number < len(values) else None


def _short(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 80 else f"{text[:77]}..."


def to_replay(store: Store, *, sample: int | None = None, since: datetime | None = None) -> list[str]:
    """Choose decisions on record: all since a moment, or an even sample of so many; those whose content was deleted are left out."""
    with store.reading() as unit:
        found = decisions_since(unit, since)
    if sample is None or sample >= len(found):
        return found
    return [found[place * len(found) // sample] for place in range(sample)]
