"""`jifen personal`: the key that seals what is personal."""

from __future__ import annotations

import click
from rich.table import Table as Grid

from service.cli.console import out
from service.cli.serve import opened_store
from service.config import settings_from
from service.personal import PERSONAL
from service.use_cases.shredding import rotate_master_key

__all__ = ["personal"]


@click.group()
def personal() -> None:
    """See which fields are personal, and rotate the key that seals them."""


@personal.command("fields")
def fields() -> None:
    """List the fields that are sealed."""
    grid = Grid("table", "fields", box=None)
    for table, columns in PERSONAL.items():
        grid.add_row(table, ", ".join(columns))
    out.print(grid)


@personal.command("rotate-key")
def rotate_key() -> None:
    """Make a new master key and wrap every record's key under it; sealed texts stay as they are. Keep a backup of the new file."""
    settings = settings_from()
    with opened_store() as store:
        count = rotate_master_key(store, settings.key_folder)
    out.print(f"the keys of {count:,} record{'' if count == 1 else 's'} are wrapped under a new master key in {settings.key_folder}")
