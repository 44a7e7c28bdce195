"""Bundles on a plain shelf: `<home>/bundles/<name>/<version>/`, and which version each alias names.

The service reads the shelf and needs no tracking server. `aliases.json` beside the versions maps an alias to a version; it is
replaced in one step, so a reader sees the old or the new file, never half of one.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from training.bundle.files import json_bytes
from training.errors import RegistryError

__all__ = ["aliases", "bundles_of", "place", "point", "resolve_local"]

ALIASES = "aliases.json"


def bundles_of(home: Path) -> Path:
    """The folder that holds every bundle."""
    return home / "bundles"


def place(home: Path, name: str, version: str) -> Path:
    """Folder of one version, whether it exists or not."""
    return bundles_of(home) / name / version


def aliases(home: Path, name: str) -> dict[str, str]:
    """Alias -> version of one model; empty before the first promotion."""
    path = bundles_of(home) / name / ALIASES
    if not path.exists():
        return {}
    try:
        return {str(alias): str(version) for alias, version in json.loads(path.read_bytes()).items()}
    except (ValueError, AttributeError) as error:
        raise RegistryError(f"{path} is not a map of aliases ({error}); promote the model again") from error


def point(home: Path, name: str, alias: str, version: str) -> None:
    """Let an alias name a version that stands on the shelf; a version that does not is a `RegistryError`."""
    if not place(home, name, version).is_dir():
        raise RegistryError(f"{place(home, name, version)} does not exist; train or fetch {name} version {version} first")
    path = bundles_of(home) / name / ALIASES
    fresh = path.with_suffix(".new")
    fresh.write_bytes(json_bytes({**aliases(home, name), alias: version}))
    os.replace(fresh, path)  # noqa: PTH105 - the atomic step, by its own name


def resolve_local(home: Path, name: str, alias: str) -> Path | None:
    """Folder that an alias names, or None when nothing on the shelf carries it."""
    version = aliases(home, name).get(alias)
    return place(home, name, version) if version else None
