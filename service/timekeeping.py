"""Holding the clock to what is on record, without asking the database each time."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.outages import ClockWrong
from service.store.engine import Store
from service.store.moments import newest_moment

__all__ = ["Timekeeper"]


class Timekeeper:
    """Refuses moments before the newest entries of the ledger by more than `tolerance`.

    What this process has seen is never newer than the ledger's truth, so the database is asked at the start and before a refusal only.
    """

    def __init__(self, store: Store, *, tolerance: timedelta) -> None:
        self._store, self._tolerance = store, tolerance
        self._newest: datetime | None = None

    def check(self, moment: datetime) -> None:
        """Raise `ClockWrong` when the clock is behind; several threads may ask at once."""
        known = self._newest
        if known is None or moment < known - self._tolerance:
            with self._store.reading() as unit:
                known = newest_moment(unit) or moment
            self._newest = known
            if moment < known - self._tolerance:
                raise self._refusal(moment, known)
        elif moment > known:
            self._newest = moment

    def _refusal(self, moment: datetime, newest: datetime) -> ClockWrong:
        behind = (newest - moment).total_seconds()
        return ClockWrong(
            f"the clock says {moment:%Y-%m-%d %H:%M:%S} UTC, {behind:,.0f} s before the newest entry of the ledger; set it right,"
            " or, if it is right and ran ahead before, run `jifen audit accept-clock`"
        )
