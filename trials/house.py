"""A bank to try things on: a database with a release in force, firms on file, and somebody for each role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from service.cli.province import prepare_province
from service.config import Settings
from service.passwords import make_password
from service.store import open_store
from service.tokens import Role
from service.use_cases.people import create_user, people_on_file
from service.use_cases.tokens import create_token

__all__ = ["PRODUCTS", "House", "province", "tokens_of"]

FIRMS, SEED, UNTIL = 6_000, 7, date(2026, 10, 31)
ASKED = 200
"""Firms that are asked about."""
PRODUCTS = ("startup-credit", "growth-relay", "loan-investment", "common-growth")
AUTHORITIES = ("city-branch", "head-office")


@dataclass(frozen=True, slots=True)
class House:
    """What a trial needs to know: the settings, the firms it asks about, and the day it asks for."""

    settings: Settings
    firms: tuple[str, ...]
    as_of: date


def province(settings: Settings) -> House:
    """Build a simulated province with trained models under `settings.home`, or find the one that is there already."""
    prepare_province(settings, firms=FIRMS, seed=SEED, until=UNTIL, fresh=False)
    firms = pl.read_parquet(settings.home / "evidence" / "firms.parquet")["firm_id"].head(ASKED).to_list()
    return House(settings, tuple(firms), UNTIL)


def tokens_of(settings: Settings) -> Mapping[str, tuple[str, str]]:
    """Make a person of each role, where there is none yet; give a fresh token of that person and one of a machine, by role."""
    store = open_store(settings.database, connections=1, lock_seconds=settings.lock_seconds)
    try:
        there = {person.login for person in people_on_file(store)}
        for role in Role:
            if (login := f"trial-{role.value}") not in there:
                signs = AUTHORITIES[-1] if role in {Role.OFFICER, Role.APPROVER} else None
                create_user(
                    store,
                    login=login,
                    name=f"Trial {role.value}",
                    role=role.value,
                    authority=signs,
                    authorities=AUTHORITIES,
                    password=make_password(),
                )
        return {
            role.value: (
                create_token(store, name="trial", user=f"trial-{role.value}").text,
                create_token(store, name="trial", role=role.value).text,
            )
            for role in Role
        }
    finally:
        store.close()
