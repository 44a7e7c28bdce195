"""`jifen ingest`, `jifen materialise`, `jifen token`: what goes into the running service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click
from rich.table import Table as Grid

from service.cli.console import notes, out, step
from service.cli.options import Day, acting, operator, today
from service.clock import system_clock
from service.config import settings_from
from service.lineage import Lineage, required
from service.sealer import open_sealer
from service.store import Store, open_store, upgrade
from service.tokens import Role
from service.uploads import read_folder
from service.use_cases.ingest import ingest as put_on_file
from service.use_cases.materialise import materialise as compute_ahead
from service.use_cases.tokens import create_token, tokens_on_file
from service.use_cases.tokens import revoke as revoke_token
from service.web.parsing import read_form

__all__ = ["ingest", "materialise", "opened_store", "token"]


@contextmanager
def opened_store() -> Iterator[Store]:
    """Open the service's database, brought up to date; what the block recorded is sealed at its end."""
    settings = settings_from()
    settings.home.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.database, connections=2, lock_seconds=settings.lock_seconds)
    upgrade(store)
    try:
        yield store
        open_sealer(store, settings, system_clock).seal_now()
    finally:
        store.close()


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@operator
@click.option("--source", help="Where it was taken from, as in: patent register.  [default: the folder]")
@click.option("--authority", help="On which legal or contractual basis, or from which body, it was obtained.")
@click.option("--consent", help="Reference of the firms' consent, where one is needed.")
@click.option("--fetched-at", help="When it was fetched from its source, as in 2026-11-23T08:00:00+08:00.")
def ingest(folder: Path, operator: str, **said: str | None) -> None:
    """Load a FOLDER of evidence files into the service's database: all of it, or nothing."""
    lineage = _lineage(said)
    with step("check evidence"):
        evidence = read_folder(folder, today())
    with opened_store() as store, step("put evidence on file") as report:
        loading = put_on_file(store, system_clock, evidence, actor=acting(operator), source=str(folder), lineage=lineage, report=report)
    out.print(f"{loading.rows:,} rows read; {loading.firms:,} firms have a new version of their evidence (loading {loading.ingest_id})")


def _lineage(said: dict[str, str | None]) -> Lineage:
    """Read what the options say of the origin; `InvalidRequest` names the option that is wrong or missing."""
    given = {name: [value] for name, value in said.items() if value is not None}
    lineage = read_form(Lineage, given, today=today())
    return required(lineage, is_required=settings_from().require_lineage, field="--{}")


@click.command()
@click.option("--as-of", type=Day(), help="The day to compute for.  [default: today]")
def materialise(as_of: date | None) -> None:
    """Compute the indicators of every firm on file for a day, ahead of its first requests; meant for a nightly run."""
    with opened_store() as store, step("indicators of every firm on file") as report:
        done = compute_ahead(store, as_of or today(), report=report)
    out.print(f"{done:,} firms computed; those that were there already are kept")


@click.group()
def token() -> None:
    """Make, list and revoke bearer tokens; only their hashes are kept."""


@token.command("create")
@click.option("--name", required=True, help="Who or what will use it.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="What a machine's token may do.")
@click.option("--user", help="Login of the person it belongs to, whose role it has and with whom it dies.")
@operator
def create(name: str, role: str | None, user: str | None, operator: str) -> None:
    """Make a token and print it once; it cannot be shown again."""
    with opened_store() as store:
        made = create_token(store, name=name, role=role, user=user, actor=acting(operator))
    notes.print("this is the only time the token is shown; keep it like a password")
    out.print(made.text)


@token.command("list")
def list_tokens() -> None:
    """List all tokens, revoked ones too."""
    grid = Grid("id", "name", "role", "user", "created", "revoked", box=None)
    with opened_store() as store:
        for kept in tokens_on_file(store):
            revoked = kept.revoked_at.isoformat(timespec="seconds") if kept.revoked_at else ""
            made = kept.created_at.isoformat(timespec="seconds")
            grid.add_row(kept.token_id, kept.name, kept.role.value, kept.person or "", made, revoked)
    out.print(grid)


@token.command("revoke")
@click.argument("token_id")
@operator
def revoke(token_id: str, operator: str) -> None:
    """Revoke a token for good."""
    with opened_store() as store:
        revoke_token(store, token_id, actor=acting(operator))
    out.print(f"token {token_id} is revoked; running services refuse it within JIFEN_TOKEN_SECONDS")
