"""`jifen models`: what is registered, what an alias names, and which releases let it."""

from __future__ import annotations

import click
from rich.table import Table as Grid

from service.cli.console import out
from service.config import settings_from
from training.registry import ALIASES, CHAMPION, Registry

__all__ = ["models"]


@click.group()
def models() -> None:
    """List and inspect registered models. What decides is a release: `jifen release` proposes and approves it."""


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


@models.command("history")
@click.argument("name")
def history(name: str) -> None:
    """Print every version that an alias of model NAME was given, with the release that gave it, oldest first."""
    grid = Grid("when", "alias", "version", "before", "operator", "reason", box=None)
    for one in Registry(settings_from().home).history(name):
        grid.add_row(one.at, one.alias, one.version, one.previous or "", one.operator, one.reason)
    out.print(grid if grid.row_count else f"no release with {name} was approved where this registry is")
