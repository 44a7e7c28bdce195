"""The validations on file: the newest of each model, what its gates say, and how its held-out rows differ from training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection

from service.errors import UnknownModel
from service.monitoring import Finding
from service.store.artefacts import ArtefactKind, artefact_bytes, newest_validation
from training.bundle import Bundle, GateOutcome, Validation, read_validation
from training.errors import BundleError

__all__ = ["GatesTold", "Told", "gates_of", "held_out_stability", "newest_told", "told_of", "validation_of"]

LEVEL: Final = 0.05
"""Chance that held-out rows of the training population make any PSI reach its threshold; half for the score, half for all inputs."""


@dataclass(frozen=True, slots=True)
class GatesTold:
    """How many gates passed, and which do not: blocking, warning, too few data."""

    validation: str
    verdict: str
    passed: int
    of: int
    blocked: tuple[str, ...]
    warned: tuple[str, ...]
    short: tuple[str, ...]
    failed: tuple[GateOutcome, ...] = ()
    """Those that fail, blocking or not."""


@dataclass(frozen=True, slots=True)
class Told:
    """The newest validation of a model: the hash it is filed under, and the record."""

    pin: str
    record: Validation


def newest_told(unit: Connection, bundle: str) -> Told | None:
    """Read it, None where none is on file; a record that was changed or cannot be read counts as none: a proposal with it is refused."""
    found = newest_validation(unit, bundle)
    if found is None:
        return None
    told = _told(*found)
    return told if told is not None and told.record.bundle == bundle else None


def told_of(unit: Connection, pin: str) -> Told | None:
    """Read one validation by the hash it is filed under, None where it is not on file or was changed."""
    content = artefact_bytes(unit, ArtefactKind.VALIDATION, pin)
    return None if content is None else _told(pin, content)


def _told(pin: str, content: bytes) -> Told | None:
    try:
        record = read_validation(content, source=pin)
    except BundleError:
        return None
    return Told(pin, record) if record.sha256 == pin else None


def validation_of(unit: Connection, bundle: str) -> Told:
    """Read the newest validation of a model; `UnknownModel` where it has none."""
    told = newest_told(unit, bundle)
    if told is None:
        raise UnknownModel(f"no validation of {bundle[:80]!r} is on file; run `jifen validate`, and propose a release with the model")
    return told


def gates_of(told: Told) -> GatesTold:
    """Count the gates of a validation."""
    record = told.record
    return GatesTold(
        validation=told.pin,
        verdict=record.verdict,
        passed=len(record.standing("pass")),
        of=len(record.outcomes),
        blocked=tuple(record.blocked),
        warned=tuple(record.warned),
        short=tuple(record.standing("not-enough-data")),
        failed=tuple(one for one in record.outcomes if one.standing == "fail"),
    )


def held_out_stability(record: Validation, bundle: Bundle) -> list[Finding]:
    """PSI of the held-out rows against training, score first, each with the threshold that its rows deserve; nothing without pictures."""
    pictures, profile = record.pictures, bundle.reference_profile
    if pictures is None:
        return []
    rows, found = int(profile.get("rows", 0)), []
    if pictures.score is not None:
        score = pictures.score
        said = {"edges": score.edges, "shares": score.trained, "missing": 0.0}
        found.append(_psi("score", score.counts, said, rows, LEVEL / 2))
    described: Mapping[str, Any] = profile.get("features", {})
    each = LEVEL / 2 / max(len(pictures.inputs), 1)
    found += [_psi(name, counts, described[name], rows, each) for name, counts in pictures.inputs.items() if name in described]
    return found


def _psi(subject: str, counts: tuple[int, ...], said: Mapping[str, Any], rows: int, level: float) -> Finding:
    from service.monitoring.psi import psi_finding  # noqa: PLC0415 - scipy, which what decides does without

    known = round(rows * (1 - said["missing"]))
    now, shares = np.array(counts, dtype=np.float64), np.array(said["shares"])
    return psi_finding(subject, counts=now, shares=shares, reference=known, level=level, edges=said["edges"])
