"""The kill switch as a worker sees it: which stops are in force, read every second, and refused where that cannot be read."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import cast

from sqlalchemy.exc import SQLAlchemyError

from service.domain import STOPPED, ManualOrder
from service.domain.manual import Scope
from service.outages import DatabaseUnavailable, Outage, outage_of
from service.store.engine import Store
from service.store.switches import stops_in_force
from service.watched import Watched

__all__ = ["Switchboard"]

log = logging.getLogger(__name__)


class Switchboard:
    """Gives the orders of the stops in force; a new one is seen within `seconds` (twice that while the database is slow)."""

    def __init__(self, store: Store, *, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._known = Watched(self._read, seconds=seconds, clock=clock)

    @property
    def orders(self) -> tuple[ManualOrder, ...]:
        """The orders a decision is made under; `NotReady` where the switch cannot be read: a person may have stopped it."""
        try:
            return self._known()
        except (SQLAlchemyError, Outage) as error:
            log.warning("the switch could not be read: %s", type(error).__name__)
            raise type(outage_of(error) or DatabaseUnavailable())(
                "the database does not say whether automatic decisions are stopped, so nothing may decide"
            ) from error

    def forget(self) -> None:
        """Read the switch anew at the next request: this process has just turned it."""
        self._known.forget()

    def _read(self) -> tuple[ManualOrder, ...]:
        with self._store.reading() as unit:
            stops = stops_in_force(unit)
        return tuple(replace(STOPPED, given_by=order, scope=cast("Scope", scope), value=value) for order, scope, value in stops)
