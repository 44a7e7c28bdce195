"""`jifen audit`: verifying, proving and reading the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import orjson
from rich.table import Table as Grid

from service.artefacts import Shelf
from service.cli.console import out, step
from service.cli.lineage import lineage
from service.cli.options import Day
from service.cli.serve import opened_store
from service.clock import CHINA, system_clock
from service.config import Settings, settings_from
from service.errors import UnknownDecision
from service.ledger import Actor, Kind
from service.ledger.checkpoint import Checkpoint
from service.ledger.note import read_note
from service.past import Past
from service.programs import Programs
from service.sealer import open_ring, open_sealer, rotate_key
from service.store import Store, open_store
from service.store.moments import ACCEPTED
from service.use_cases.export import export
from service.use_cases.proving import consistency, head, inclusion, list_entries, note_audit, place_of
from service.use_cases.replay import Certificate, replay, to_replay
from service.use_cases.verify import Report, verify
from service.witness import Witness

__all__ = ["audit"]

TOUCHED = 1
OPERATOR = click.option("--operator", default="command line", show_default=True, help="Who does it; entered in the ledger.")


@contextmanager
def _looked_at() -> Iterator[Store]:
    """Open the database as it is: an examiner's command changes nothing but the list of who looked."""
    settings = settings_from()
    store = open_store(settings.database, connections=2, lock_seconds=settings.lock_seconds)
    try:
        yield store
    finally:
        store.close()


@click.group()
def audit() -> None:
    """Verify the ledger, prove what is in it, read who did what."""


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@OPERATOR
def verify_ledger(operator: str, *, as_json: bool) -> None:
    """Hold every record to what was signed. Exit code 1 when anything was changed, removed, inserted, reordered or cut off."""
    settings = settings_from()
    with _looked_at() as store:
        keys, witness = open_ring(store, settings), Witness(settings.witness_folders)
        with step("verify the ledger"):
            report = verify(store, keys, witness)
        if report.is_intact:  # a ledger that was touched is left as it was found
            _enter(store, operator, "verify", "ledger", {"intact": True, "entries": report.entries})
    if as_json:
        said = asdict(report) | {"intact": report.is_intact}
        out.print(orjson.dumps(said, option=orjson.OPT_INDENT_2).decode(), markup=False)
    else:
        _tell(report)
    if not report.is_intact:
        raise SystemExit(TOUCHED)


def _enter(store: Store, operator: str, action: str, subject: str, more: dict[str, Any]) -> None:
    """Enter that somebody looked, under a checkpoint of its own: no service need be running."""
    note_audit(store, Actor(kind="system", id=operator[:64]), system_clock(), action=action, subject=subject, more=more)
    open_sealer(store, settings_from(), system_clock).seal_now()


def _tell(report: Report) -> None:
    out.print(f"ledger    {report.origin}", markup=False)
    out.print(f"entries   {report.entries:,}, of them {report.unsealed:,} not under a checkpoint yet")
    out.print(
        f"contents  {report.contents:,} held to their hashes, {report.decisions:,} decisions; {report.deleted:,} deleted by the rules"
    )
    out.print(f"signed    {report.checkpoints:,} checkpoints in the database, {report.sightings:,} with the witness")
    if report.is_intact:
        out.print(f"[green]intact[/green] 账本完整,未发现改动 ({report.seconds:.2f} s)")
        return
    out.print(f"[red]TOUCHED[/red] 账本已被改动: {len(report.findings)} findings, the first is the first entry concerned")
    for finding in report.findings:
        out.print(f"  {finding.cause}: {finding.en} / {finding.zh}", markup=False)


@audit.command("replay")
@click.argument("numbers", nargs=-1)
@click.option("--sample", type=click.IntRange(1), help="Replay so many, spread evenly over all on record.")
@click.option("--since", type=Day(), help="Replay all that were decided on this day (in China) or later.")
@click.option(
    "--out", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write the certificates to this file, one JSON a line."
)
@OPERATOR
def replay_decisions(numbers: tuple[str, ...], sample: int | None, since: date | None, path: Path | None, operator: str) -> None:
    """Rebuild decisions from their evidence and artefacts and compare them bit for bit. Exit code 1 when any differs."""
    settings = settings_from()
    if not numbers and sample is None and since is None:
        raise click.UsageError("name decisions, or choose them with --sample or --since")
    with _looked_at() as store:
        chosen = list(numbers) or to_replay(store, sample=sample, since=_begin(since))
        certificates = list(_replayed(store, settings, chosen))
        wrong = [one for one in certificates if not one.identical]
        more = {"decisions": len(certificates), "identical": len(certificates) - len(wrong)}
        _enter(store, operator, "replay", chosen[0] if len(chosen) == 1 else "decisions", more)
    if path is not None:
        path.write_bytes(b"".join(orjson.dumps(asdict(one)) + b"\n" for one in certificates))
    _tell_replays(certificates)
    if wrong:
        raise SystemExit(TOUCHED)


def _begin(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, datetime.min.time(), CHINA)


def _replayed(store: Store, settings: Settings, numbers: Sequence[str]) -> Iterator[Certificate]:
    shelf = Shelf(store, settings.home)
    with step(f"replay {len(numbers):,} decisions") as report, Past(store, Programs(settings.program_folder)) as past:
        for place, number in enumerate(numbers, start=1):
            found = replay(store, shelf.of, number, system_clock, past)
            if found is None:
                raise UnknownDecision(f"no decision {number[:40]!r} is on record, or its content was deleted by the rules")
            yield found
            report("bit for bit", place / len(numbers))


def _tell_replays(certificates: Sequence[Certificate]) -> None:
    for one in certificates:
        if len(certificates) == 1 or not one.identical:
            for stage in one.stages:
                out.print(
                    f"{'identical' if stage.identical else 'DIFFERS  '}  {stage.en} {stage.zh}  {stage.detail}".rstrip(), markup=False
                )
    same = sum(one.identical for one in certificates)
    out.print(f"{same:,} of {len(certificates):,} decisions are identical, bit for bit 逐位一致", markup=False)
    by_past = sum(one.identical and one.today is not None for one in certificates)
    if by_past:
        out.print(f"{by_past:,} of them by the program that decided; this one differs 由当时的程序重放", markup=False)


@audit.command("export")
@click.argument("numbers", nargs=-1)
@click.option("--sample", type=click.IntRange(1), help="Export so many, spread evenly over all on record.")
@click.option("--since", type=Day(), help="Export all that were decided on this day (in China) or later.")
@click.option("--out", "path", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The zip to write.")
@click.option("--kept", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True, help="A checkpoint kept earlier.")
@OPERATOR
def export_decisions(
    numbers: tuple[str, ...], sample: int | None, since: date | None, path: Path, kept: tuple[Path, ...], operator: str
) -> None:
    """Write decisions with all they stand on into one zip, which anybody verifies with bare Python: `python3 verify.py`."""
    if not numbers and sample is None and since is None:
        raise click.UsageError("name decisions, or choose them with --sample or --since")
    settings = settings_from()
    sizes = [Checkpoint.parse(read_note(one.read_text("utf-8")).text).size for one in kept]
    with _looked_at() as store, step("gather, replay and prove"), path.open("wb") as sink:
        chosen = list(numbers) or to_replay(store, sample=sample, since=_begin(since))
        sealer, shelf = open_sealer(store, settings, system_clock), Shelf(store, settings.home)
        actor = Actor(kind="system", id=operator[:64])
        with Past(store, Programs(settings.program_folder)) as past:
            done = export(store, sealer, shelf, system_clock, sink, chosen=chosen, actor=actor, kept=sizes, past=past)
    out.print(f"{done.decisions:,} decisions in {path}, entered as {done.entry}; manifest {done.manifest}", markup=False)
    for number in done.missing:
        out.print(f"{number} was deleted by the rules; its tombstone is in the pack", markup=False)


@audit.command("checkpoint")
def checkpoint() -> None:
    """Print the newest signed checkpoint: keep it outside, and no earlier record can be changed unseen."""
    with _looked_at() as store:
        click.echo(head(store, open_ring(store, settings_from())).checkpoint or "nothing was signed yet\n", nl=False)


@audit.command("keys")
def keys() -> None:
    """Print the public keys of the ledger, oldest first; an examiner pins the first."""
    with _looked_at() as store:
        for key in head(store, open_ring(store, settings_from())).public_keys:
            out.print(key, markup=False)


@audit.command("accept-clock")
@click.option("--reason", required=True, help="Why the clock is right although it is behind earlier entries.")
@OPERATOR
def accept_clock(reason: str, operator: str) -> None:
    """Say that the machine's clock is right now: after it ran ahead, services decide again. Entered in the ledger with the reason."""
    with opened_store() as store:
        actor = Actor(kind="system", id=operator[:64])
        note_audit(store, actor, system_clock(), action="accept-clock", subject=ACCEPTED, more={"reason": reason[:500]})
    out.print(f"the clock is accepted as of {system_clock():%Y-%m-%d %H:%M:%S} UTC; running services ask again by themselves")


@audit.command("rotate-key")
@OPERATOR
def rotate(operator: str) -> None:
    """Sign with a new key from now on. Restart the services afterwards; the old public key stays valid for what it signed."""
    with opened_store() as store:
        made = rotate_key(store, settings_from(), system_clock, Actor(kind="system", id=operator[:64]))
    assert made is not None  # the entry of the new key was not under a checkpoint
    out.print(f"a new key signs from entry {made.size} on; the checkpoint over {made.size} entries bears both signatures")


@audit.command("prove")
@click.argument("what")
def prove(what: str) -> None:
    """Print a proof that WHAT (a decision's number, or an entry's place) is under the newest checkpoint, as JSON."""
    with _looked_at() as store:
        seq = int(what) if what.isdecimal() else place_of(store, what)
        out.print(orjson.dumps(asdict(inclusion(store, seq)), option=orjson.OPT_INDENT_2).decode(), markup=False)


@audit.command("consistency")
@click.argument("before", type=click.IntRange(1))
@click.argument("after", type=click.IntRange(1), required=False)
def prove_consistency(before: int, after: int | None) -> None:
    """Print a proof that the log of AFTER entries (default: now) begins with that of BEFORE, as JSON."""
    with _looked_at() as store:
        out.print(orjson.dumps(asdict(consistency(store, before, after)), option=orjson.OPT_INDENT_2).decode(), markup=False)


@audit.command("log")
@click.option("--after", default=-1, show_default=True, help="Only entries behind this place.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="Most entries shown.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="Only entries of this kind.")
@click.option("--subject", help="Only entries about this: a decision's, user's or release's number.")
@click.option("--actor", help="Only what this person or token did.")
def log(after: int, limit: int, kind: str | None, subject: str | None, actor: str | None) -> None:
    """Print entries of the ledger: who did what to what, and when."""
    grid = Grid("entry", "when", "what", "about", "by", "role", box=None)
    with _looked_at() as store:
        for entry in list_entries(store, after=after, limit=limit, kind=kind, subject=subject, actor=actor):
            when = entry.at.isoformat(timespec="seconds")
            grid.add_row(str(entry.seq), when, entry.kind.value, entry.subject, entry.actor.id, entry.actor.role or entry.actor.kind)
    out.print(grid)


audit.add_command(lineage)
