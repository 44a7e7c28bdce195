"""`jifen release`: propose what decides, approve or refuse it, look back, and compare a challenger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import click
from rich.table import Table as Grid

from service.cli.aliases import follow
from service.cli.console import notes, out, step
from service.cli.parts import Moment
from service.cli.serve import opened_store
from service.cli.telling import impact_lines, model_lines
from service.clock import system_clock
from service.config import settings_from
from service.errors import UnknownRelease
from service.ledger import Actor
from service.releases import Proposal, Release, slot_history
from service.retraining.wanted import wanted_from
from service.store import Store
from service.use_cases.releases import Office
from service.use_cases.shadow import Match, matches

__all__ = ["operator_option", "person", "reason_option", "release"]

operator_option = click.option("--operator", required=True, help="Your name: the person who does it.")
reason_option = click.option("--reason", required=True, help="Why; kept in the ledger.")
READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


def person(name: str) -> Actor:
    """The person at the command line, which has no sign-in: who may run it on this machine is trusted to give the own name."""
    if not 1 <= len(name.strip()) <= 64:
        raise click.BadParameter("a name has 1 to 64 characters", param_hint="--operator")
    return Actor(kind="person", id=name.strip())


class _Open(NamedTuple):
    store: Store
    office: Office
    home: Path


@contextmanager
def _office(newest: int | None = None) -> Iterator[_Open]:
    settings = settings_from()
    with opened_store() as store:
        yield _Open(store, Office(store, settings.home, system_clock, newest=newest or settings.impact_newest), settings.home)


@click.group()
def release() -> None:
    """Propose and approve what decides: models, points scheme, peers and policy, as one unit. Two people, always."""


@release.command("propose")
@click.option("--model", "models", multiple=True, help="NAME@VERSION or folder.  [default: as in force, else the newest trained]")
@click.option("--challenger", "challengers", multiple=True, help="A model asked in the shadow, NAME@VERSION or folder.")
@click.option("--no-challenger", is_flag=True, help="Leave out the challengers in force.")
@click.option("--scheme", help="Points scheme: a shipped name or a TOML file.  [default: as in force, else cn-core-18]")
@click.option("--reference", type=READABLE, help="Base of peers for points.  [default: as in force]")
@click.option("--policy", help="Policy: a shipped name or a TOML file.  [default: as in force, else the newest shipped]")
@click.option("--effective-from", type=Moment(), help="When it begins: a day or a moment with zone.  [default: once approved]")
@click.option("--newest", type=click.IntRange(1), help="Try it on so many decisions.  [default: JIFEN_IMPACT_NEWEST]")
@click.option("--without-validation", is_flag=True, help="Propose models that have not passed `jifen validate`; the record says so.")
@reason_option
@operator_option
def propose(
    *,
    models: tuple[str, ...],
    challengers: tuple[str, ...],
    no_challenger: bool,
    scheme: str | None,
    reference: Path | None,
    policy: str | None,
    effective_from: datetime | None,
    newest: int | None,
    without_validation: bool,
    reason: str,
    operator: str,
) -> None:
    r"""Propose a release; what is not named stays as it is in force. Nothing decides before another person approves.

    \b
    jifen release propose --policy draft.toml --reason "founder rule relaxed" --operator wang
    jifen release propose --model jifen-startup@2 --challenger jifen-growth@3 --reason retrained --operator wang
    """
    actor = person(operator)
    with _office(newest) as desk:
        wanted = wanted_from(
            desk.home,
            desk.office.base(),
            models=models,
            challengers=challengers,
            without_challengers=no_challenger,
            scheme=scheme,
            reference=reference,
            policy=policy,
        )
        with step("check the parts and try them on the applications on record"):
            made = desk.office.propose(
                wanted, reason=reason, actor=actor, effective_from=effective_from, without_validation=without_validation
            )
    _tell_proposal(made)
    notes.print(f"another person approves it: jifen release approve {made.proposal_id} --reason ... --operator ...", markup=False)


@release.command("rollback")
@click.argument("release_id", required=False)
@click.option("--newest", type=click.IntRange(1), help="Try it on so many decisions.  [default: JIFEN_IMPACT_NEWEST]")
@reason_option
@operator_option
def rollback(release_id: str | None, newest: int | None, reason: str, operator: str) -> None:
    """Propose an earlier release again, by default the one approved before the newest; another person approves it as any other."""
    actor = person(operator)
    with _office(newest) as desk:
        earlier = _earlier(desk.office.approved(), release_id)
        with step(f"check release {earlier.release_id} and try it on the applications on record"):
            made = desk.office.propose_again(earlier.parts, reason=reason, actor=actor)
    _tell_proposal(made)
    notes.print(f"another person approves it: jifen release approve {made.proposal_id} --reason ... --operator ...", markup=False)


def _earlier(approved: list[Release], release_id: str | None) -> Release:
    if release_id is not None:
        found = next((one for one in approved if one.release_id == release_id), None)
    else:
        found = approved[-2] if len(approved) > 1 else None
    if found is None:
        raise UnknownRelease(f"there is no approved release {release_id or 'before the newest'}; `jifen release list` shows them")
    return found


@release.command("approve")
@click.argument("release_id")
@reason_option
@operator_option
def approve(release_id: str, reason: str, operator: str) -> None:
    """Approve a release that somebody else proposed; running services take it up within JIFEN_RELEASE_SECONDS of its moment."""
    with _office() as desk:
        made = desk.office.approve(release_id, reason=reason, actor=person(operator))
        out.print(f"release {release_id} decides from {made.effective_from.isoformat(timespec='seconds')}", markup=False)
        if desk.office.in_force() == release_id:
            for said in follow(desk.home, made):
                notes.print(said, markup=False)
        else:
            notes.print("once it has begun, `jifen release aliases` lets the registry follow")


@release.command("refuse")
@click.argument("release_id")
@reason_option
@operator_option
def refuse(release_id: str, reason: str, operator: str) -> None:
    """Refuse a release that somebody else proposed."""
    with _office() as desk:
        desk.office.refuse(release_id, reason=reason, actor=person(operator))
    out.print(f"release {release_id} is refused; what was in force stays so")


@release.command("list")
@click.option("--newest", default=20, show_default=True, type=click.IntRange(1), help="Show so many.")
def list_releases(newest: int) -> None:
    """List proposals and what became of them, newest first."""
    grid = Grid("release", "state", "begins", "proposed by", "decided by", "changes", "reason", box=None)
    with _office() as desk:
        current = desk.office.in_force()
        for one in desk.office.newest(newest):
            proposal, verdict = one.proposal, one.verdict
            state = "in force" if proposal.proposal_id == current else one.state
            begins = (one.release or proposal).effective_from.isoformat(timespec="seconds")
            changed = ", ".join(change.slot for change in proposal.changes) or "none"
            decided = verdict.given_by.id if verdict else ""
            grid.add_row(proposal.proposal_id, state, begins, proposal.proposed_by.id, decided, changed, proposal.reason)
    out.print(grid if grid.row_count else "nothing was proposed yet; `jifen release propose` does")


@release.command("show")
@click.argument("release_id")
def show(release_id: str) -> None:
    """Show a proposal: its parts, what it changes, what it does to the applications on record, and its verdict."""
    with _office() as desk:
        one = desk.office.show(release_id)
    _tell_proposal(one.proposal)
    for slot, pin in one.proposal.parts.slots.items():
        out.print(f"  {slot}: {pin.label} {pin.sha256}", markup=False)
    if one.verdict is not None:
        said = one.verdict
        out.print(f"{one.state} by {said.given_by.id} at {said.given_at.isoformat(timespec='seconds')}: {said.reason}", markup=False)


@release.command("history")
@click.option("--slot", help="Only this one, such as `model startup` or `policy`.")
def history(slot: str | None) -> None:
    """Print what stood in every slot since when, who proposed it and who approved it, oldest first."""
    grid = Grid("slot", "from", "artefact", "release", "proposed by", "approved by", box=None)
    with _office() as desk:
        approved = desk.office.approved()
    for held in slot_history(approved):
        if slot in {None, held.slot}:
            one = held.release
            begins, label = one.effective_from.isoformat(timespec="seconds"), held.pin.label if held.pin else "none"
            grid.add_row(held.slot, begins, label, one.release_id, one.proposed_by.id, one.approved_by.id)
    out.print(grid if grid.row_count else "nothing was approved yet")


@release.command("aliases")
def aliases() -> None:
    """Let the registry's champion and challenger follow what is in force; run it where the registry is."""
    with _office() as desk:
        current = desk.office.in_force()
        if current is None:
            raise UnknownRelease("no release is in force; one person proposes it, another approves it")
        standing = desk.office.show(current)
    assert standing.release is not None  # only an approved one is in force
    for said in follow(settings_from().home, standing.release):
        out.print(said, markup=False)


@release.command("shadow")
@click.option("--newest", default=5_000, show_default=True, type=click.IntRange(1), help="Compare on at most so many decisions.")
def shadow(newest: int) -> None:
    """Compare challengers with the champions whose decisions they shadowed; PD differences are challenger minus champion."""
    with opened_store() as store:
        found = matches(store, newest)
    for one in found:
        out.print("\n".join(_compared(one)), markup=False)
    if not found:
        out.print("no challenger was asked yet; `jifen release propose --challenger` names one")


def _compared(match: Match) -> Iterator[str]:
    said = match.compared
    yield f"{match.segment}: challenger {match.challenger_hash[:19]} behind {match.champion} {match.champion_hash[:19]}"
    yield f"  {said.n} decisions, {said.agree} with the same outcome; mean PD difference {said.mean_pd_difference}"
    yield f"  only the champion lends: {said.swapped_out}, {said.swapped_out_amount:,} yuan"
    yield f"  only the challenger would: {said.swapped_in}, {said.swapped_in_amount:,} yuan"
    yield f"  both: {said.both}, {said.both_amount_champion:,} yuan against {said.both_amount_challenger:,}"


def _tell_proposal(made: Proposal) -> None:
    out.print(f"release {made.proposal_id}, proposed by {made.proposed_by.id}: {made.reason}", markup=False)
    out.print(f"begins {made.effective_from.isoformat(timespec='seconds')} or when it is approved, whichever is later")
    for change in made.changes:
        was, now = change.before.label if change.before else "none", change.after.label if change.after else "none"
        out.print(f"  {change.slot}: {was} -> {now}", markup=False)
    if not made.changes:
        out.print("  nothing changes")
    out.print("\n".join(model_lines(made)), markup=False)
    out.print("\n".join(impact_lines(made.impact)), markup=False)
