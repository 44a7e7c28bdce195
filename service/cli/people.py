"""`jifen user`: the people who sign in. A password is read from a prompt or standard input, never from an argument."""

from __future__ import annotations

import sys
from datetime import datetime

import click
from rich.table import Table as Grid

from service.cli.console import notes, out
from service.cli.options import acting, operator
from service.cli.serve import opened_store
from service.clock import system_clock
from service.config import settings_from
from service.passwords import make_password
from service.store import Store
from service.store.people import KeptPerson
from service.tokens import Role
from service.use_cases.people import create_user, people_on_file
from service.use_cases.people import disable as disable_user
from service.use_cases.people import enable as enable_user
from service.use_cases.people import set_password as give_password
from service.use_cases.people import set_role as give_role

__all__ = ["user"]

ROLES = click.Choice([role.value for role in Role])
authority_option = click.option("--authority", help="Row of the policy's `authorities`: for how much the person may sign.  [default: none]")
generate_option = click.option("--generate", is_flag=True, help="Make a password and print it once, instead of asking for one.")


@click.group()
def user() -> None:
    """Make, list, change and disable the people who sign in. Every change is an entry of the ledger."""


@user.command("create")
@click.argument("login")
@click.option("--name", required=True, help="The person's name, as colleagues know it.")
@click.option("--role", required=True, type=ROLES, help="What the person may do.")
@authority_option
@click.option("--oidc-subject", help="The person's `sub` claim at the identity provider; no password is then asked for.")
@generate_option
@operator
def create(login: str, name: str, role: str, authority: str | None, oidc_subject: str | None, operator: str, *, generate: bool) -> None:
    """Make a person with the login LOGIN. The password is asked for, or read from standard input where that is no terminal."""
    password = None if oidc_subject and not generate else _password(generate=generate)
    with opened_store() as store:
        create_user(
            store,
            login=login,
            name=name,
            role=role,
            authority=authority,
            authorities=_authorities(store),
            password=password,
            oidc_subject=oidc_subject,
            actor=acting(operator),
        )
    out.print(f"{login} may now sign in as {role}", markup=False)
    _show_once(password, generate=generate)


@user.command("list")
def list_people() -> None:
    """List all people, disabled ones too."""
    grid = Grid("login", "name", "role", "authority", "signs in by", "created", "state", box=None)
    now = system_clock()
    with opened_store() as store:
        for person in people_on_file(store):
            ways = [way for way, given in (("password", person.password_hash), ("OIDC", person.oidc_subject)) if given]
            made = person.created_at.isoformat(timespec="seconds")
            authority = person.authority or ""
            grid.add_row(person.login, person.name, person.role.value, authority, ", ".join(ways), made, _state(person, now))
    out.print(grid)


@user.command("disable")
@click.argument("login")
@operator
def disable(login: str, operator: str) -> None:
    """Keep a person out: sessions end now, tokens within JIFEN_TOKEN_SECONDS."""
    with opened_store() as store:
        disable_user(store, login, actor=acting(operator))
    out.print(f"{login} is disabled", markup=False)


@user.command("enable")
@click.argument("login")
@operator
def enable(login: str, operator: str) -> None:
    """Let a person in again who was disabled or locked out."""
    with opened_store() as store:
        enable_user(store, login, actor=acting(operator))
    out.print(f"{login} may sign in", markup=False)


@user.command("password")
@click.argument("login")
@generate_option
@operator
def password(login: str, operator: str, *, generate: bool) -> None:
    """Give a person another password, asked for or read from standard input; their sessions end."""
    chosen = _password(generate=generate)
    with opened_store() as store:
        give_password(store, login, chosen, actor=acting(operator))
    out.print(f"{login} has a new password", markup=False)
    _show_once(chosen, generate=generate)


@user.command("role")
@click.argument("login")
@click.argument("role", type=ROLES)
@authority_option
@operator
def role(login: str, role: str, authority: str | None, operator: str) -> None:
    """Give a person another role, and the authority that goes with it."""
    with opened_store() as store:
        give_role(store, login, role=role, authority=authority, authorities=_authorities(store), actor=acting(operator))
    out.print(f"{login} is {role} now, authority: {authority or 'none'}", markup=False)


def _authorities(store: Store) -> tuple[str, ...]:
    from service.in_force import policy_in_force  # noqa: PLC0415 it loads the model library, which no other command here needs

    return tuple(row.authority for row in policy_in_force(store, settings_from().home, system_clock).authorities)


def _password(*, generate: bool) -> str:
    if generate:
        return make_password()
    if sys.stdin.isatty():
        return str(click.prompt("password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _show_once(password: str | None, *, generate: bool) -> None:
    if generate and password:
        notes.print("this is the only time the password is shown")
        out.print(password, markup=False)


def _state(person: KeptPerson, now: datetime) -> str:
    if person.disabled_at is not None:
        return f"disabled {person.disabled_at.isoformat(timespec='seconds')}"
    return f"locked until {person.locked_until.isoformat(timespec='seconds')}" if person.locked_until and person.is_locked(now) else "ok"
