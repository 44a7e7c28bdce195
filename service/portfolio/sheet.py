"""The indicators of many firms as arrays: what a policy looks at, by columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from features.build import kept_name
from features.indicators import CATALOGUE
from features.stages import STAGES, segment_of
from service.domain.investors import INVESTOR_FACTS, SUMS
from service.domain.prior import Prior, TakenOver
from service.portfolio.relay import RELAY

__all__ = ["Flags", "Floats", "Part", "Sheet", "Whole", "prior_in"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]


class Sheet:
    """Rows of `build_features` with every measure of `BASES` kept, and the columns of `relay`; NaN stands for unknown."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        self.height = frame.height
        self._values: dict[str, Floats] = {}
        self._lists: dict[str, list[Any]] = {}

    def value(self, name: str) -> Floats:
        """Give an indicator."""
        return self._column(name)

    def base(self, name: str) -> Floats:
        """Give a measure."""
        return self._column(kept_name(name))

    def known(self, table: str) -> Floats:
        """Give the day number of a table's newest visible fact."""
        return self._column(f"known_{table}")

    @cached_property
    def names(self) -> frozenset[str]:
        """Every column there is."""
        return frozenset(self.frame.columns)

    @cached_property
    def stage(self) -> Whole:
        """The growth stage's place in `STAGES`, -1 where unknown."""
        return np.nan_to_num(self.value("growth_stage"), nan=-1).astype(np.int64)

    @cached_property
    def segments(self) -> Mapping[str, Whole]:
        """The rows of each model segment; a firm of unknown stage is in none."""
        of_stage = [segment_of(float(stage)) for stage in range(len(STAGES))]
        return {
            str(name): np.flatnonzero(np.isin(self.stage, [i for i, one in enumerate(of_stage) if one == name]))
            for name in dict.fromkeys(of_stage)
        }

    @cached_property
    def invested(self) -> Whole:
        """The rows with something known that says there are investors, as `investor_facts` tells it."""
        there = np.zeros(self.height, dtype=np.bool_)
        for name in INVESTOR_FACTS:
            there |= np.nan_to_num(self.value(name)) != 0
        return np.flatnonzero(there)

    def rows(self, places: Whole) -> Sheet:
        """Give some of the rows."""
        return Sheet(self.frame[places])

    def without_investors(self) -> Sheet:
        """Give the firms as `without_investors` shows one."""
        bare = [
            pl.when(pl.col(name).is_not_null()).then(pl.lit(0.0 if CATALOGUE[name].unit in SUMS else None, pl.Float64)).alias(name)
            for name in INVESTOR_FACTS
        ]
        return Sheet(self.frame.with_columns(*bare, pl.lit(None, pl.Int64).alias("known_funding")))

    def record(self, row: int, named: Callable[[str], str] = str) -> Part:
        """Give one row, or the part of it whose names are formed by `named`; None for unknown."""
        return Part(self, row, named)

    def listed(self, name: str) -> list[Any]:
        """Give a column as Python values; made once, for whoever asks row by row."""
        if name not in self._lists:
            self._lists[name] = self.frame[name].to_list()
        return self._lists[name]

    def _column(self, name: str) -> Floats:
        if name not in self._values:
            self._values[name] = self.frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        return self._values[name]


class Part(dict[str, Any]):
    """The columns of one row whose names are formed alike, such as its measures, by what distinguishes them; read when asked for.

    A dict to whoever takes one, and never listed whole: of hundreds of columns a settled case reads a few dozen.
    """

    def __init__(self, sheet: Sheet, row: int, named: Callable[[str], str] = str) -> None:
        super().__init__()
        self._sheet, self._row, self._named = sheet, row, named

    def __missing__(self, name: str) -> Any:
        """Read a column."""
        return self._sheet.listed(self._named(name))[self._row]

    def __contains__(self, name: object) -> bool:
        """Is there such a column?"""
        return self._named(str(name)) in self._sheet.names

    def get(self, name: str, default: Any = None) -> Any:
        """Read a column, or give `default` where it is unknown or there is none."""
        if name not in self:
            return default
        value = self[name]
        return default if value is None else value


def prior_in(record: Mapping[str, Any]) -> Prior | None:
    """Read what was looked up about one firm's earlier loan; None where its loans were not searched."""
    if not record[RELAY["searched"]]:
        return None
    if record[RELAY["loan_id"]] is None:
        return Prior(relay=None)
    return Prior(relay=TakenOver(**{name: record[column] for name, column in RELAY.items() if name != "searched"}))
