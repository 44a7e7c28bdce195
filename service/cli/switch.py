"""`jifen switch`: stop automatic decisions at once; two people let them go on."""

from __future__ import annotations

import click

from service.cli.console import notes, out
from service.cli.release import operator_option, person, reason_option
from service.cli.serve import opened_store
from service.clock import system_clock
from service.domain.manual import Scope
from service.releases import SwitchAct
from service.use_cases.switch import Lever

__all__ = ["switch"]


@click.group()
def switch() -> None:
    """Stop automatic decisions: applications are still taken, and every one is referred to a person."""


@switch.command("stop")
@click.option("--product", help="Only this product.")
@click.option("--segment", help="Only firms of this segment, startup or growth: those that one model answers for.")
@reason_option
@operator_option
def stop(product: str | None, segment: str | None, reason: str, operator: str) -> None:
    """Stop now; running services see it within JIFEN_SWITCH_SECONDS."""
    if product and segment:
        raise click.UsageError("give --product or --segment, not both; or neither, to stop everything")
    scope: Scope = "product" if product else "segment" if segment else "all"
    with opened_store() as store:
        act = Lever(store, system_clock).stop(scope=scope, value=product or segment or "", reason=reason, actor=person(operator))
    out.print(f"stopped: {_told(act)}", markup=False)


@switch.command("resume")
@click.argument("stop_id")
@reason_option
@operator_option
def resume(stop_id: str, reason: str, operator: str) -> None:
    """Propose to end a stop; it goes on until another person approves."""
    with opened_store() as store:
        made = Lever(store, system_clock).propose_end(stop_id, reason=reason, actor=person(operator))
    out.print(f"proposal {made.proposal_id} to end stop {stop_id}")
    notes.print(f"another person approves it: jifen switch approve {made.proposal_id} --reason ... --operator ...", markup=False)


@switch.command("approve")
@click.argument("proposal_id")
@reason_option
@operator_option
def approve(proposal_id: str, reason: str, operator: str) -> None:
    """Approve the end of a stop that somebody else proposed; automatic decisions go on."""
    with opened_store() as store:
        act = Lever(store, system_clock).approve_end(proposal_id, reason=reason, actor=person(operator))
    out.print(f"stop {act.lifts} has ended", markup=False)


@switch.command("refuse")
@click.argument("proposal_id")
@reason_option
@operator_option
def refuse(proposal_id: str, reason: str, operator: str) -> None:
    """Refuse to end a stop."""
    with opened_store() as store:
        Lever(store, system_clock).refuse_end(proposal_id, reason=reason, actor=person(operator))
    out.print("refused; the stop goes on")


@switch.command("show")
def show() -> None:
    """Show the stops in force and the newest acts."""
    with opened_store() as store:
        state = Lever(store, system_clock).state()
    out.print("automatic decisions are stopped" if state.stops else "automatic decisions are on")
    for act in state.stops:
        out.print(f"  {_told(act)}", markup=False)
    for one in state.waiting:
        out.print(f"  {one.proposed_by.id} proposes to end {one.lifts}: {one.reason} ({one.proposal_id})", markup=False)
    for act in state.acts:
        out.print(f"{act.at.isoformat(timespec='seconds')} {act.act} {_scope(act)} by {act.by.id}: {act.reason}", markup=False)


def _told(act: SwitchAct) -> str:
    return f"{_scope(act)}, {act.order_id}, by {act.by.id}: {act.reason}"


def _scope(act: SwitchAct) -> str:
    return "everything" if act.scope == "all" else f"{act.scope} {act.value}"
