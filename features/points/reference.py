"""The reference base: frozen distributions of peers by technology field and stage, in canonical bytes with a hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from features.errors import SchemeError
from features.points.peers import Cell, Tails
from features.points.scheme import Scheme

__all__ = ["EVERY", "MIN_PEERS", "Distribution", "Found", "Reference", "check_pair"]

MIN_PEERS = 30
"""Fewer peers than this in a cell fall back to the stage, and fewer in the stage to the whole base."""

EVERY = "*"
"""Stands for every field or every stage in the key of a cell."""

FORMAT = "jifen-reference-1"

Found = tuple[Cell | None, tuple[str, str], str | None]
"""The cell that answers, its (field, stage), and the note "fallback-stage", "fallback-all", "no-peers" or None."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """One quantity's cells by (field, stage)."""

    cells: Mapping[tuple[str, str], Cell]

    def find(self, field: str, stage: str) -> Found:
        """Give the narrowest cell with enough peers; the whole base answers however small it is."""
        cell = self.cells.get((field, stage))
        if cell is not None and cell.peers >= MIN_PEERS:
            return cell, (field, stage), None
        cell = self.cells.get((EVERY, stage))
        if cell is not None and cell.peers >= MIN_PEERS:
            return cell, (EVERY, stage), "fallback-stage"
        cell = self.cells.get((EVERY, EVERY))
        return cell, (EVERY, EVERY), "no-peers" if cell is None else "fallback-all"


@dataclass(frozen=True)
class Reference:
    """A frozen base of peers, built for one scheme; `hash` is over its canonical bytes.

    `indicators` ranks values; `standings` ranks the points of groups and of the total ("total").
    `firms` counts the firms of each cell, keyed (field, stage).
    """

    name: str
    as_of: date
    scheme: str
    scheme_hash: str
    simulated: bool
    firms: Mapping[tuple[str, str], int]
    indicators: Mapping[str, Distribution]
    standings: Mapping[str, Distribution]
    error_ppm: int
    """The largest error of a percentile through thinning, in millionths of the whole."""
    hash: str
    data: bytes

    def to_bytes(self) -> bytes:
        """Give the canonical JSON bytes."""
        return self.data

    @classmethod
    def from_bytes(cls, data: bytes) -> Reference:
        """Read a reference base; bytes that are not one are a `SchemeError`."""
        try:
            kept = orjson.loads(data)
            return _reference(kept, data)
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, IndexError) as error:
            raise SchemeError(f"this is not a reference base ({error!r}); build it again from its evidence") from error


def _reference(kept: Mapping[str, Any], data: bytes) -> Reference:
    if kept["format"] != FORMAT:
        raise SchemeError(f"reference base has format {kept['format']!r}, this version reads {FORMAT!r}; build it again")
    return Reference(
        name=kept["name"],
        as_of=date.fromisoformat(kept["as_of"]),
        scheme=kept["scheme"],
        scheme_hash=kept["scheme_hash"],
        simulated=kept["simulated"],
        firms={_key(cell): firms for cell, firms in kept["firms"].items()},
        indicators=_distributions(kept["indicators"]),
        standings=_distributions(kept["standings"]),
        error_ppm=max((c["error_ppm"] for d in _all(kept) for c in d["cells"].values()), default=0),
        hash="sha256:" + hashlib.sha256(data).hexdigest(),
        data=data,
    )


def _all(kept: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*kept["indicators"].values(), *kept["standings"].values()]


def _key(text: str) -> tuple[str, str]:
    field, stage = text.rsplit("/", 1)
    return field, stage


def _distributions(kept: Mapping[str, Any]) -> dict[str, Distribution]:
    return {name: _distribution(said["cells"], said["tails"]) for name, said in kept.items()}


def _distribution(cells: Mapping[str, Mapping[str, Any]], tails: Tails) -> Distribution:
    return Distribution({_key(name): Cell.read(cell, tails) for name, cell in cells.items()})


def check_pair(scheme: Scheme, reference: Reference | None) -> None:
    """Refuse to score where the reference base is missing or was built for another scheme (`SchemeError`)."""
    if reference is None:
        if scheme.reference_needed:
            raise SchemeError(f"scheme {scheme.label} ranks firms among peers; give the reference base built for it")
    elif reference.scheme_hash != scheme.hash:
        raise SchemeError(
            f"reference base {reference.name} was built for {reference.scheme} {reference.scheme_hash[:15]}, "
            f"not for {scheme.label} {scheme.hash[:15]}; build one for this scheme"
        )
