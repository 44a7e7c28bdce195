"""The models on file: what each is, what it decides now, and how it did on rows it had not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import Connection

from service.desk import Desk
from service.errors import ArtefactUnusable, UnknownModel
from service.monitoring import Finding
from service.releases import Parts, Pin
from service.store.artefacts import ArtefactKind, artefacts_on_file
from service.store.records import newest_bodies
from service.store.shadows import count_shadows
from service.use_cases.validations import GatesTold, Told, gates_of, held_out_stability, newest_told
from training.bundle import Bundle

__all__ = ["COUNTED", "Bin", "Measure", "ModelLine", "ModelShown", "Part", "Rival", "models_on_file", "show_model"]

COUNTED = 500
"""Of so many decisions, the newest, it is told which model made them."""
MEASURES = ("auc", "ks", "brier", "ece")
Role = Literal["champion", "challenger", "on-file"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure with its interval (95 %) and how that was found."""

    value: float
    low: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class Rival:
    """A challenger of the training run, on the same rows: its measures, and our AUC less its."""

    name: str
    n: int
    defaults: int
    measures: Mapping[str, Measure]
    ahead: Measure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLine:
    """A model in the table. `measures` are of the test rows, `problem` says why it cannot be loaded."""

    pin: Pin
    role: Role
    segment: str
    created_at: datetime | None
    n: int
    defaults: int
    measures: Mapping[str, Measure]
    decided: int
    shadowed: int
    simulated: bool
    gates: GatesTold | None = None
    """Of the newest validation on file; None where there is none."""
    rivals: tuple[Rival, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the test rows: how many, how many defaulted, the mean PD, and the AUC where there are enough."""

    kind: str
    name: str
    n: int
    defaults: int
    mean_pd: float
    auc: Measure | None


@dataclass(frozen=True, slots=True)
class Bin:
    """Scores above `above` up to `up_to` (None: no bound): their share in training and among the newest decisions."""

    above: float | None
    up_to: float | None
    trained: float
    decided: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelShown:
    """One model with its card and what its pictures are drawn from."""

    line: ModelLine
    card: str
    measures: Mapping[str, Measure]
    parts: tuple[Part, ...]
    scores: tuple[Bin, ...]
    compared: int
    """Decisions of this model among the newest, whose scores stand beside those of training."""
    told: Told | None
    """The newest validation on file, None where there is none."""
    stability: tuple[Finding, ...]
    """The held-out rows of that validation against training."""


def models_on_file(desk: Desk) -> list[ModelLine]:
    """List them: champions, then challengers, then the others, by segment and age."""
    with desk.store.reading() as unit:
        pins = _pins(unit)
        made = _made(unit)
        decided = Counter(pin for pin, _ in made)
        shadowed = count_shadows(unit)
        told = {pin.sha256: newest_told(unit, pin.sha256) for pin in pins}
    parts = _parts(desk)
    lines = [_line(desk, pin, parts, decided, shadowed, told[pin.sha256]) for pin in pins]
    return sorted(lines, key=lambda line: (line.segment, ("champion", "challenger", "on-file").index(line.role), line.pin.version))


def show_model(desk: Desk, sha256: str) -> ModelShown:
    """Show one. `UnknownModel` when it is not on file, `ArtefactUnusable` when it cannot be loaded."""
    with desk.store.reading() as unit:
        pins = {pin.sha256: pin for pin in _pins(unit)}
        made = _made(unit)
        shadowed = count_shadows(unit)
        told = newest_told(unit, sha256)
    if sha256 not in pins:
        raise UnknownModel(f"no model {sha256[:80]!r} is on file; GET /v1/models names those in force")
    bundle = desk.shelf.model(sha256)
    scores = [score for pin, score in made if pin == sha256]
    return ModelShown(
        line=_line(desk, pins[sha256], _parts(desk), Counter(pin for pin, _ in made), shadowed, told),
        card=(bundle.folder / "card.md").read_text("utf-8"),
        measures=_measures(_tested(bundle)["metrics"]),
        parts=tuple(_groups(bundle.manifest.metrics.get("by_group", {}))),
        scores=tuple(_bins(bundle.reference_profile.get("score", {}), scores)),
        compared=len(scores),
        told=told,
        stability=() if told is None else tuple(held_out_stability(told.record, bundle)),
    )


def _pins(unit: Connection) -> list[Pin]:
    found = artefacts_on_file(unit)
    return [Pin(name=one.name, version=one.version, sha256=one.pin) for one in found if one.kind == ArtefactKind.MODEL.value]


def _made(unit: Connection) -> list[tuple[str, int]]:
    """Tell of the newest decisions that a model answered which one it was, and the score."""
    bodies = map(orjson.loads, newest_bodies(unit, COUNTED))
    return [(body["pins"]["bundle"], body["risk"]["score"]) for body in bodies if body["risk"] is not None]


def _parts(desk: Desk) -> Parts | None:
    number = desk.office.in_force()
    release = None if number is None else desk.office.show(number).release
    return None if release is None else release.parts


def _role(parts: Parts | None, sha256: str) -> Role:
    if parts is not None and any(pin.sha256 == sha256 for pin in parts.bundles.values()):
        return "champion"
    return "challenger" if parts is not None and any(pin.sha256 == sha256 for pin in parts.challengers.values()) else "on-file"


def _line(
    desk: Desk, pin: Pin, parts: Parts | None, decided: Mapping[str, int], shadowed: Mapping[str, int], told: Told | None
) -> ModelLine:
    role = _role(parts, pin.sha256)
    by_it, behind = decided.get(pin.sha256, 0), shadowed.get(pin.sha256, 0)
    try:
        bundle: Bundle = desk.shelf.model(pin.sha256)
    except ArtefactUnusable as error:
        return ModelLine(
            pin=pin,
            role=role,
            segment="",
            created_at=None,
            n=0,
            defaults=0,
            measures={},
            decided=by_it,
            shadowed=behind,
            simulated=False,
            problem=str(error),
        )
    test = _tested(bundle)
    return ModelLine(
        pin=pin,
        role=role,
        segment=bundle.segment,
        created_at=bundle.created_at,
        n=test["n"],
        defaults=test["defaults"],
        measures=_measures(test["metrics"]),
        decided=by_it,
        shadowed=behind,
        simulated=bundle.simulated,
        gates=None if told is None else gates_of(told),
        rivals=tuple(_rivals(bundle.manifest.findings.get("challengers"))),
    )


def _rivals(found: Mapping[str, Any] | None) -> Iterator[Rival]:
    """Those that took part and had enough rows, the best first."""
    entered = [] if found is None else [(name, one) for name, one in found["challengers"].items() if one.get("test", {}).get("metrics")]
    for name, one in sorted(entered, key=lambda pair: -pair[1]["test"]["metrics"]["auc"]["value"]):
        assert found is not None  # else nobody entered
        ahead = one["test"]["difference"].get("auc")
        yield Rival(name, found["n"], found["defaults"], _measures(one["test"]["metrics"]), None if ahead is None else Measure(**ahead))


def _tested(bundle: Bundle) -> Mapping[str, Any]:
    """Give what the manifest says of the test rows; nothing where it was not tested."""
    found: Mapping[str, Any] = bundle.manifest.metrics.get("test", {"n": 0, "defaults": 0, "metrics": {}})
    return found


def _measures(found: Mapping[str, Any]) -> dict[str, Measure]:
    return {name: Measure(**found[name]) for name in MEASURES if name in found}


def _groups(found: Mapping[str, Mapping[str, Any]]) -> Iterator[Part]:
    for kind, groups in found.items():
        for name, said in groups.items():
            auc = said["metrics"].get("auc")
            yield Part(kind, name, said["n"], said["defaults"], said["mean_pd"], None if auc is None else Measure(**auc))


def _bins(profile: Mapping[str, Any], scores: Sequence[int]) -> Iterator[Bin]:
    edges: list[float] = list(profile.get("edges", ()))
    bounds = [None, *edges, None]
    for place, share in enumerate(profile.get("shares", ())):
        above, up_to = bounds[place], bounds[place + 1]
        inside = sum((above is None or score > above) and (up_to is None or score <= up_to) for score in scores)
        yield Bin(above, up_to, share, inside / len(scores) if scores else 0.0)
