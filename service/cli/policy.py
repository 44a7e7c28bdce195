"""`jifen policy`: check a policy file, and see who flips when one policy follows another."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click
from rich.table import Table as Grid

from service.cli.console import out, step
from service.cli.serve import opened_store
from service.clock import system_clock
from service.config import settings_from
from service.domain import Policy, load_policy, shipped_policies, shipped_policy
from service.domain.impact import GROUPS, Flow, Replayed, flips, flows
from service.in_force import load_in_force
from service.use_cases.impact import replay_under

__all__ = ["policy"]


@click.group()
def policy() -> None:
    """Check a policy file, or compare two on the applications on record."""


@policy.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """Check a policy FILE: gaps, overlaps, unreachable rows, unknown names, impossible values; each fault with its row and remedy."""
    found = load_policy(file.read_text("utf-8"), source=file.name)
    products = ", ".join(row.product for row in found.products)
    out.print(f"{file} is in order: {found.name}, {found.status}, in force from {found.effective_from}", markup=False)
    out.print(f"{products}; {len(found.grades)} grades x {len(found.tiers)} tiers -> {len(found.levers)} sets of levers\n{found.hash}")


@policy.command("diff")
@click.argument("before")
@click.argument("after")
@click.option("--newest", default=2_000, show_default=True, type=click.IntRange(1), help="Replay at most so many applications.")
@click.option("--out", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write every replayed application to this CSV file.")
def diff(before: str, after: str, newest: int, path: Path | None) -> None:
    r"""Replay the applications on record under policies BEFORE and AFTER: who flips, by product, stage, region and size, with money.

    A policy is the name of a shipped one or a TOML file. Nothing is recorded.

    \b
    jifen policy diff technology-2026-11 draft.toml --out flips.csv
    """
    first, second = _policy(before), _policy(after)
    settings = settings_from()
    with opened_store() as store, step("replay applications"):
        active = load_in_force(store, settings.home, system_clock)
        under = [replace(active, policy=one) for one in (first, second)]
        cases = list(replay_under(store, *under, now=system_clock(), newest=newest))
    if path is not None:
        _write(path, cases)
    _tell(first, second, cases)


def _policy(name: str) -> Policy:
    if name in shipped_policies():
        return shipped_policy(name)
    path = Path(name)
    if not path.is_file():
        raise click.BadParameter(f"there is no policy {name!r}; name {', '.join(shipped_policies())}, or a TOML file")
    return load_policy(path.read_text("utf-8"), source=path.name)


def _tell(first: Policy, second: Policy, cases: Sequence[Replayed]) -> None:
    if not cases:
        out.print("no application is on record yet; POST /v1/decisions makes one")
        return
    whole = flows(cases, lambda _: "all")[0]
    same = "the same content" if first.hash == second.hash else "different content"
    out.print(f"{first.name} -> {second.name} ({same}): {whole.cases} applications, {whole.better} end better, {whole.worse} worse")
    out.print(f"offered {whole.amount_before:,} -> {whole.amount_after:,} yuan ({whole.moved:+,})")
    for was, now, number in flips(cases):
        out.print(f"  {was} -> {now}: {number}")
    grid = Grid("by", "group", "applications", "better", "worse", "offered before (yuan)", "offered after", "moved", box=None)
    for name, by in GROUPS.items():
        for flow in flows(cases, by):
            grid.add_row(name, *_cells(flow))
    out.print(grid)


def _cells(flow: Flow) -> list[str]:
    money = (f"{flow.amount_before:,}", f"{flow.amount_after:,}", f"{flow.moved:+,}")
    return [flow.group, str(flow.cases), str(flow.better), str(flow.worse), *money]


def _write(path: Path, cases: Sequence[Replayed]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(Replayed.__dataclass_fields__))
        writer.writeheader()
        writer.writerows({name: str(value) if value is not None else "" for name, value in asdict(case).items()} for case in cases)
