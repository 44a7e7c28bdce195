"""The indicators of many firms as arrays: what a policy looks at, by columns."""

from __future__ import annotations

from collections.abc import Mapping
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

__all__ = ["Bases", "Flags", "Floats", "Sheet", "Whole"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]


class Sheet:
    """Rows of `build_features` with every measure of `BASES` kept, and the columns of `relay`; NaN stands for unknown."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        self.height = frame.height
        self._values: dict[str, Floats] = {}

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

    def records(self, places: Whole) -> list[dict[str, Any]]:
        """Give some rows one by one, None for unknown."""
        return self.frame[places].to_dicts()

    def _column(self, name: str) -> Floats:
        if name not in self._values:
            self._values[name] = self.frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        return self._values[name]


class Bases(dict[str, float | None]):
    """The measures of one row, each looked up in the row when it is asked for."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        super().__init__()
        self._record = record

    def __missing__(self, name: str) -> float | None:
        """Read a measure."""
        value: float | None = self._record[kept_name(name)]
        return value


def prior_in(record: Mapping[str, Any]) -> Prior | None:
    """Read what was looked up about one firm's earlier loan; None where its loans were not searched."""
    if not record[RELAY["searched"]]:
        return None
    if record[RELAY["loan_id"]] is None:
        return Prior(relay=None)
    return Prior(relay=TakenOver(**{name: record[column] for name, column in RELAY.items() if name != "searched"}))
