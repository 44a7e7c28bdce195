"""The registry's aliases follow what was approved, on a machine that has the registry; the ledger stays the truth."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from service.clock import system_clock
from service.releases import Pin, Release
from training.registry import CHALLENGER, CHAMPION, Registry

__all__ = ["follow", "has_registry"]


def has_registry(home: Path) -> bool:
    """Is there a registry to write to? Making an empty one would help nobody."""
    return bool(os.environ.get("MLFLOW_TRACKING_URI")) or (home / "mlflow.db").exists()


def follow(home: Path, release: Release, *, registry: Registry | None = None) -> Iterator[str]:
    """Let `champion` and `challenger` name the release's models, and say for each what was done or why not."""
    if registry is None and not has_registry(home):
        yield "no registry on this machine: its aliases stay as they are; `jifen release aliases` on the machine that has it sets them"
        return
    book = registry or Registry(home)
    named = [(CHAMPION, pin) for pin in release.parts.bundles.values()] + [(CHALLENGER, pin) for pin in release.parts.challengers.values()]
    for alias, pin in named:
        yield _pointed(book, alias, pin, release)


def _pointed(book: Registry, alias: str, pin: Pin, release: Release) -> str:
    try:
        found = next((one for one in book.versions(pin.name) if one.bundle_hash == pin.sha256), None)
        if found is None:
            return f"{pin.label} is not registered here, so no alias names it"
        if alias in found.aliases:
            return f"{pin.name}: {alias} is version {found.version} already"
        operator = f"{release.approved_by.id} (proposed by {release.proposed_by.id})"
        book.promote(pin.name, found.version, reason=f"release {release.release_id}", operator=operator, now=system_clock(), alias=alias)
    except Exception as error:  # noqa: BLE001 - whatever the tracking server does, the approval stands
        return f"{pin.name}: {alias} was not set ({error}); the release decides all the same, `jifen release aliases` tries again"
    return f"{pin.name}: {alias} is now version {found.version}"
