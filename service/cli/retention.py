"""`jifen retention`: what has served its time, deleting it, and holding what must stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import click
from click.decorators import FC
from rich.table import Table as Grid

from service.cli.console import out
from service.cli.options import Day, today
from service.cli.serve import opened_store
from service.clock import system_clock
from service.config import settings_from
from service.domain.retention import Schedule
from service.ledger import Actor
from service.use_cases.due import schedule_of
from service.use_cases.retention import apply_retention, due_list, hold, holds_on_file, release
from service.use_cases.shredding import shred_texts

__all__ = ["retention"]


def _answerable(why: str) -> Callable[[FC], FC]:
    """The two options of every act: who does it, and why."""

    def both(command: FC) -> FC:
        reason = click.option("--reason", required=True, help=why)
        return reason(click.option("--operator", required=True, help="Who does it; entered in the ledger.")(command))

    return both


def _schedule() -> Schedule:
    settings = settings_from()
    return schedule_of(settings.retention, settings.home)


def _actor(operator: str) -> Actor:
    return Actor(kind="system", id=operator[:64])


@click.group()
def retention() -> None:
    """Delete what has served its time, and hold what must stay. The ledger keeps every entry and verifies afterwards."""


@retention.command("due")
@click.option("--as-of", type=Day(), help="The day to look at.  [default: today]")
def due(as_of: date | None) -> None:
    """List what has served its time on a day; nothing is deleted."""
    grid = Grid("subject", "class", "due", "contents", "held", box=None)
    with opened_store() as store:
        listed = due_list(store, _schedule(), as_of or today())
    for one in listed:
        grid.add_row(one.subject, one.class_id, one.due_on.isoformat(), str(len(one.contents)), "yes" if one.held else "no")
    out.print(grid if listed else "nothing has served its time")


@retention.command("apply")
@_answerable("Why now; kept with each tombstone.")
def apply(operator: str, reason: str) -> None:
    """Delete what has served its time today and is not held; what is deleted is gone, its tombstone stays."""
    with opened_store() as store:
        gone = apply_retention(store, _schedule(), system_clock(), actor=_actor(operator), reason=reason)
    for one in gone:
        gone_too = f"{len(one.deleted)} contents deleted, {len(one.shredded)} keys shredded"
        out.print(f"{one.subject} ({one.class_id}): {gone_too}, entry {one.entry}")
    out.print(f"{len(gone):,} subjects deleted")


@retention.command("hold")
@click.argument("subject")
@_answerable("The proceedings or order.")
def put_hold(subject: str, operator: str, reason: str) -> None:
    """Hold SUBJECT (a decision, a loading, a firm, or a class): nothing of it is deleted."""
    with opened_store() as store:
        made = hold(store, subject, system_clock(), actor=_actor(operator), reason=reason)
    out.print(f"{subject} is held (hold {made.hold_id})")


@retention.command("release")
@click.argument("subject")
@_answerable("Why it may be deleted again.")
def release_hold(subject: str, operator: str, reason: str) -> None:
    """Release every hold on SUBJECT."""
    with opened_store() as store:
        count = release(store, subject, system_clock(), actor=_actor(operator), reason=reason)
    out.print(f"{count} hold{'s' if count > 1 else ''} on {subject} released")


@retention.command("holds")
def list_holds() -> None:
    """List legal holds, released ones too."""
    grid = Grid("subject", "since", "by", "reason", "released", box=None)
    with opened_store() as store:
        for one in holds_on_file(store):
            released = one.released_at.isoformat(timespec="seconds") if one.released_at else ""
            grid.add_row(one.subject, one.held_at.isoformat(timespec="seconds"), one.held_by, one.reason, released)
    out.print(grid)


@retention.command("shred")
@click.argument("record_id")
@_answerable("Why before its time, as in a person's request.")
def shred(record_id: str, operator: str, reason: str) -> None:
    """Make the sealed texts of an override or a request for review unreadable for good, in the database and in every copy of it."""
    with opened_store() as store:
        entry = shred_texts(store, record_id, system_clock(), actor=_actor(operator), reason=reason)
    out.print(f"the key of {record_id} is destroyed (entry {entry})")
