"""Group commit: request threads hand in records, one thread makes them durable together, and only then are the requests answered."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import sleep

from sqlalchemy.exc import DataError, IntegrityError

from service.errors import Gone, KeyReused, NotRecorded, ServiceError
from service.outages import outage_of
from service.store.records import Entry, Receipt, Record

__all__ = ["Recorder"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Slip:
    """A record on its way to the database, and the promise its request waits for."""

    record: Record
    entry: Future[Entry] = field(default_factory=Future)


class Recorder:
    """Makes records durable, those that arrive during one commit together in the next.

    `commit` writes a batch in one transaction and gives an entry for each record. `committed` is told the size of each batch.
    While other requests are `expected`, a batch lingers for them: a transaction costs as much as a third of a decision, and
    shared by eight it costs each of them little. A request that is alone never waits for company.
    The thread starts with the first record of a process, so a fork before that is harmless and one after it gets its own.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Record]], Sequence[Entry]],
        *,
        batch: int = 128,
        seconds: float = 30,
        linger: float = 0.004,
        committed: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._commit, self._batch, self._seconds, self._linger, self._committed = commit, batch, seconds, linger, committed
        self._expected = 0
        self._starting = Lock()
        self._waiting: SimpleQueue[_Slip] = SimpleQueue()
        self._process = 0

    @contextmanager
    def expected(self) -> Iterator[None]:
        """Tell, for a block, that a record will come of it; the record is handed in inside the block."""
        with self._starting:
            self._expected += 1
        try:
            yield
        finally:
            with self._starting:
                self._expected -= 1

    @property
    def waiting(self) -> int:
        """How many records wait."""
        return self._waiting.qsize()

    def record(self, record: Record) -> Receipt:
        """Give the receipt once the record is durable.

        `KeyReused` when the record's key belongs to another request, `Gone` when the decision it led to was deleted. `NotRecorded`
        when the database refuses or takes longer than `seconds`; the record may then still become durable, which a retry with the
        same key finds out. An `Outage` where the reason is one: a full disk, a database that is gone, tables of another version.
        """
        if self._process != os.getpid():
            self._start()
        slip = _Slip(record)
        self._waiting.put(slip)
        try:
            entry = slip.entry.result(self._seconds)
        except TimeoutError as error:
            raise NotRecorded(f"the record was not durable within {self._seconds} s; send the request again with its key") from error
        if isinstance(entry, KeyReused | Gone):
            raise entry
        return entry

    def _start(self) -> None:
        with self._starting:
            if self._process != os.getpid():
                self._waiting = SimpleQueue()
                Thread(target=self._work, args=(self._waiting,), name="recorder", daemon=True).start()
                self._process = os.getpid()

    def _work(self, waiting: SimpleQueue[_Slip]) -> None:
        while True:
            self._settle(self._take(waiting))

    def _take(self, waiting: SimpleQueue[_Slip]) -> list[_Slip]:
        """Wait for one slip, linger while more are expected than have come, then take what is there."""
        slips = [waiting.get()]
        if self._expected > waiting.qsize() + 1:
            sleep(self._linger)
        try:
            while len(slips) < self._batch:
                slips.append(waiting.get_nowait())
        except Empty:
            pass
        return slips

    def _settle(self, slips: Sequence[_Slip]) -> None:
        """Commit a batch and answer it; where a record's own content is refused, each is tried alone, so the others pass."""
        try:
            entries = self._commit([slip.record for slip in slips])
        except Exception as error:  # noqa: BLE001 whatever it is, each waiting request is told
            self._tell(slips, error)
            self._refuse(slips, error)
            return
        self._committed(len(slips))
        for slip, entry in zip(slips, entries, strict=True):
            slip.entry.set_result(entry)

    def _refuse(self, slips: Sequence[_Slip], error: Exception) -> None:
        if len(slips) > 1 and isinstance(error, IntegrityError | DataError):
            for slip in slips:
                self._settle([slip])
            return
        for slip in slips:
            refusal = _refusal(error)
            refusal.__cause__ = error
            slip.entry.set_exception(refusal)

    def _tell(self, slips: Sequence[_Slip], error: Exception) -> None:
        """Log a known outage in a line and its first one with the trace: a log must not fill the disk that is full."""
        known = outage_of(error)
        if known is None:
            log.error("a batch of records was not committed", exc_info=error, extra={"records": len(slips)})
        else:
            log.error("a batch of records was not committed: %s", known, extra={"records": len(slips), "code": known.code})


def _refusal(error: Exception) -> ServiceError:
    known = outage_of(error)
    if known is not None:
        return type(known)(f"no decision was given, nothing was recorded; {known}")
    return NotRecorded("the database did not take the record, so no decision was given; send the request again with its key")
