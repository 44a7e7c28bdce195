"""The state of the service in numbers, read from the database when they are asked for; a database that is gone leaves its numbers out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from service.desk import Desk
from service.metrics import Reading
from service.outages import Outage
from service.store.ledger import sealed_size, size_of
from service.store.models import AllocationResult, AllocationRow, CheckpointRow, LedgerEntry
from service.use_cases.readiness import OK, check_parts

__all__ = ["note_process", "readings"]


def note_process(desk: Desk) -> None:
    """Set the gauges of this process; each answer does, so those of other workers are as of their last one."""
    metrics = desk.metrics
    metrics.inside.set(desk.crowd.inside)
    metrics.at_door.set(desk.crowd.at_door)
    metrics.recording.set(desk.recorder.waiting)
    metrics.background.set(desk.background.waiting)
    metrics.unsealed_for.set(desk.sealer.failing_for)


def readings(desk: Desk) -> Iterator[Reading]:
    """Read everything that is true of the installation, not of one process."""
    note_process(desk)
    checks = check_parts(desk)
    ready = (((), float(set(checks.values()) == {OK})),)
    yield Reading("jifen_ready", "Whether this process may decide (1) or not (0)", ready)
    yield Reading(
        "jifen_check",
        "Whether a part of readiness is in order",
        tuple(((part,), float(said == OK)) for part, said in checks.items()),
        ("part",),
    )
    yield Reading("jifen_storage_free_bytes", "Free space where records are kept", tuple(_free(desk)), ("folder",))
    try:
        with desk.store.reading() as unit:
            yield from _ledger(unit, desk)
            yield from _jobs(unit)
    except (SQLAlchemyError, Outage):
        return


def _free(desk: Desk) -> Iterator[tuple[tuple[str, ...], float]]:
    for name, folder in (("home", desk.settings.home), *((f"witness-{n}", one) for n, one in enumerate(desk.settings.witness_folders))):
        try:
            yield (name,), float(shutil.disk_usage(folder).free)
        except OSError:
            yield (name,), 0.0


def _ledger(unit: Connection, desk: Desk) -> Iterator[Reading]:
    size, sealed, now = size_of(unit), sealed_size(unit), desk.clock()
    yield Reading("jifen_ledger_entries", "Entries of the ledger", (((), float(size)),))
    yield Reading("jifen_ledger_unsealed_entries", "Entries under no signed checkpoint yet", (((), float(size - sealed)),))
    oldest = unit.scalar(select(LedgerEntry.at).where(LedgerEntry.seq == sealed)) if size > sealed else None
    lag = 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
    yield Reading("jifen_sealing_lag_seconds", "Age of the oldest entry under no checkpoint", (((), lag),))
    signed = unit.scalar(select(func.max(CheckpointRow.at)))
    if signed is not None:
        age = max(0.0, (now - signed).total_seconds())
        yield Reading("jifen_checkpoint_age_seconds", "Age of the newest signed checkpoint", (((), age),))


def _jobs(unit: Connection) -> Iterator[Reading]:
    asked = unit.scalar(select(func.count()).select_from(AllocationRow)) or 0
    done = unit.scalar(select(func.count()).select_from(AllocationResult)) or 0
    samples = ((("running",), float(max(0, asked - done))), (("finished",), float(done)))
    yield Reading("jifen_jobs", "Allocations on record by state", samples, ("state",))
