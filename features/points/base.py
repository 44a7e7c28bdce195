"""Building a reference base: the distributions of a frame of firms, frozen under one scheme."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from features.errors import SchemeError
from features.points.frame import Firms, firms_of, points_frame
from features.points.peers import Tails, freeze
from features.points.reference import EVERY, FORMAT, MIN_PEERS, Reference
from features.points.scheme import Scheme
from features.points.shares import Floats, Integers

__all__ = ["build_reference"]

EPOCH = date(1970, 1, 1)


def build_reference(frame: pl.DataFrame, scheme: Scheme, *, name: str, as_of: date | int, simulated: bool = False) -> Reference:
    """Freeze the peers in `frame` (one row a firm: the scheme's indicators and `field`, all at `as_of`) for a scheme.

    Equal rows in any order give equal bytes. `as_of` is a date or a day number; `simulated` marks a base of invented firms.
    An empty frame, an absent column or an infinite value is a `SchemeError`.
    """
    firms = firms_of(scheme, frame)
    cells = _cells(scheme, firms)
    kept: dict[str, Any] = {
        "format": FORMAT,
        "name": name,
        "as_of": (as_of if isinstance(as_of, date) else EPOCH + timedelta(days=as_of)).isoformat(),
        "scheme": scheme.label,
        "scheme_hash": scheme.hash,
        "simulated": simulated,
        "firms": {key: len(rows) for key, rows in cells.items()},
        "indicators": {name: _distribution(firms.values[name], cells, tails, name) for name, tails in _ranked(scheme).items()},
        "standings": {},
    }
    points = points_frame(scheme, Reference.from_bytes(_canonical(kept)), frame)
    for column in ("total", *(group.id for group in scheme.groups)):
        kept["standings"][column] = _distribution(points[column].to_numpy().astype(np.float64), cells, "none", column)
    return Reference.from_bytes(_canonical(kept))


def _canonical(kept: dict[str, Any]) -> bytes:
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _ranked(scheme: Scheme) -> dict[str, Tails]:
    """Name the indicators that are ranked among peers, and which of their sides are winsorised."""
    branches = [branch for item in scheme.items for branch in item.branches if branch.share is None]
    return {branch.indicator: "upper" if branch.zero_inflated else "both" for branch in branches}


def _cells(scheme: Scheme, firms: Firms) -> dict[str, Integers]:
    """Give the rows of each field and stage, each stage, and the whole base; keyed "field/stage"."""
    if not len(firms.stages):
        raise SchemeError("a reference base needs firms; the frame has no rows")
    rows = {f"{field}/{scheme.stages[stage].id}": part for field, stage, part in firms.cells if field}
    for index, stage in enumerate(scheme.stages):
        rows[f"{EVERY}/{stage.id}"] = np.flatnonzero(firms.stages == index)
    return rows | {f"{EVERY}/{EVERY}": np.arange(len(firms.stages))}


def _distribution(values: Floats, cells: dict[str, Integers], tails: Tails, name: str) -> dict[str, Any]:
    """Freeze one quantity's cells; a cell with too few peers to be asked is left out, except the whole base."""
    if np.isinf(values).any():
        raise SchemeError(f"{name} has an infinite value; a reference base takes finite values, null where unknown")
    kept = {}
    for key, rows in cells.items():
        known = values[rows][~np.isnan(values[rows])]
        if len(known) >= (1 if key == f"{EVERY}/{EVERY}" else MIN_PEERS):
            kept[key] = freeze(known, tails)
    return {"tails": tails, "cells": kept}
