"""`jifen models`: what is registered, who promoted what and why, and letting a version decide."""

from __future__ import annotations

from pathlib import Path

import click
import orjson
from rich.table import Table as Grid

from service.active import activate as write_active
from service.cli.console import notes, out
from service.clock import system_clock
from service.config import settings_from
from service.domain import shipped_policies
from training.evidence import NAMES
from training.registry import ALIASES, CHAMPION, Registry

__all__ = ["models"]


@click.group()
def models() -> None:
    """List, inspect and promote registered models. Nothing is ever promoted by itself."""


@models.command("list")
def list_models() -> None:
    """List every version of every model, newest first."""
    registry = Registry(settings_from().home)
    grid = Grid("model", "version", "aliases", "trained by", "registered", "simulated", "bundle", box=None)
    for name in registry.names():
        for one in registry.versions(name):
            made = one.created_at.isoformat(timespec="seconds")
            grid.add_row(
                name, one.version, ", ".join(one.aliases), one.operator, made, "yes" if one.simulated else "no", one.bundle_hash[:19]
            )
    out.print(grid if grid.row_count else "no model is registered yet; `jifen train` makes one")


@models.command("show")
@click.argument("name")
@click.option("--alias", type=click.Choice(ALIASES), default=CHAMPION, show_default=True)
def show(name: str, alias: str) -> None:
    """Print the card of the version of model NAME that an alias names."""
    folder = Registry(settings_from().home).resolve(name, alias)
    out.print((folder / "card.md").read_text("utf-8"), markup=False)


@models.command("promote")
@click.argument("name")
@click.argument("version")
@click.option("--alias", type=click.Choice(ALIASES), default=CHAMPION, show_default=True)
@click.option("--reason", required=True, help="Why; kept with the promotion.")
@click.option("--operator", required=True, help="Who decides it.")
def promote(name: str, version: str, alias: str, reason: str, operator: str) -> None:
    """Let an alias name VERSION of model NAME, and keep who decided it, when and why."""
    done = Registry(settings_from().home).promote(name, version, reason=reason, operator=operator, now=system_clock(), alias=alias)
    out.print(f"{done.name}: {done.alias} is now version {done.version} (before: {done.previous or 'none'})")
    if alias == CHAMPION:
        notes.print("`jifen models activate` puts the champions to work")


@models.command("history")
@click.argument("name")
def history(name: str) -> None:
    """Print every promotion of model NAME, oldest first."""
    grid = Grid("when", "alias", "version", "before", "operator", "reason", box=None)
    for one in Registry(settings_from().home).history(name):
        grid.add_row(one.at, one.alias, one.version, one.previous or "", one.operator, one.reason)
    out.print(grid if grid.row_count else f"nothing of {name} was promoted yet")


@models.command("activate")
@click.option("--reference", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help="Base of peers for points.")
@click.option("--scheme", default="cn-core-18", show_default=True, help="Points scheme: a shipped name or a TOML file below JIFEN_HOME.")
@click.option("--policy", default=shipped_policies()[-1], show_default=True, help="Policy: a shipped name or a TOML file below JIFEN_HOME.")
def activate(reference: Path, scheme: str, policy: str) -> None:
    """Let the champions decide, with this scheme, these peers and this policy; running services take them on restart."""
    home = settings_from().home
    registry = Registry(home)
    bundles = {segment: registry.resolve(name) for segment, name in NAMES.items()}
    choice = write_active(home, bundles=bundles, scheme=scheme, reference=reference, policy=policy)
    out.print(orjson.dumps(choice.model_dump(), option=orjson.OPT_INDENT_2).decode(), markup=False)
