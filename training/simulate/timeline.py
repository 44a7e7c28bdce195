"""The grid of years and months on which the province lives; days are numbers since 1970-01-01."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from training.simulate.arrays import Floats, Ints

__all__ = ["Timeline", "between", "day_number", "month_of", "month_start", "year_of", "year_start"]

EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days from 1970-01-01 to `day`."""
    return (day - EPOCH).days


def month_of(days: Ints) -> Ints:
    """Months from January 1970 to the month each day lies in."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def month_start(months: Ints) -> Ints:
    """Day number of the first day of each month."""
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def year_of(days: Ints) -> Ints:
    """Calendar year of each day."""
    return month_of(days) // 12 + 1970


def year_start(years: Ints) -> Ints:
    """Day number of 1 January of each calendar year."""
    return month_start((years - 1970) * 12)


@dataclass(frozen=True, slots=True)
class Timeline:
    """From the first simulated year (before the tables begin) to the year after `until`, whose outcomes only the truth knows."""

    until: int
    """Day number on which the tables were read off."""
    since: int
    """Day number at which loan and conduct history begins."""
    years: Ints
    """Calendar years of the yearly state, ascending."""
    months: Ints
    """Months (since January 1970) in which firms can fail, from `since` to a year after `until`."""

    @classmethod
    def of(cls, until: date, *, history_years: int, warm_up_years: int) -> Timeline:
        """Lay out `history_years` of tables before `until`, and `warm_up_years` of state before those."""
        start = date(until.year - history_years, until.month, 1)
        first, last = month_of(np.array([day_number(start), day_number(until)])).tolist()
        years = np.arange(start.year - warm_up_years, until.year + 2, dtype=np.int64)
        return cls(day_number(until), day_number(start), years, np.arange(first, last + 13, dtype=np.int64))

    def column(self, years: Ints) -> Ints:
        """Give the grid column of calendar years, held at the two ends."""
        column: Ints = np.clip(years - self.years[0], 0, self.years.size - 1)
        return column

    def position(self, days: Ints) -> Floats:
        """Give where days lie on the yearly grid, a year's own value standing at its middle."""
        years = year_of(days)
        part = (days - year_start(years)) / 365.25
        position: Floats = np.clip(years - self.years[0] + part - 0.5, 0.0, self.years.size - 1.001)
        return position


def between(yearly: Floats, rows: Ints, positions: Floats) -> Floats:
    """Interpolate a (firm, year) array at a firm and a grid position each."""
    left = positions.astype(np.int64)
    weight = positions - left
    return yearly[rows, left] * (1.0 - weight) + yearly[rows, left + 1] * weight
