"""The model registry: register, promote, list, resolve. MLflow behind one module, a plain shelf of folders beside it.

Promotion is always an act of a person with a reason: registering sets the alias `candidate` and never anything else.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from training.bundle import Bundle, Validation
from training.errors import RegistryError
from training.shelf import place, point, resolve_local

if TYPE_CHECKING:
    from training.assembly import TrainResult  # it imports LightGBM's package, which the service leaves out

__all__ = ["ALIASES", "CANDIDATE", "CHALLENGER", "CHAMPION", "Promotion", "Registered", "Registry", "Version"]

CANDIDATE, CHALLENGER, CHAMPION = "candidate", "challenger", "champion"
ALIASES: Final = (CHAMPION, CHALLENGER, CANDIDATE)
PROMOTED: Final = "promotion."
"""Tags of the registered model that keep its history, numbered."""


@dataclass(frozen=True, slots=True)
class Registered:
    """Where a training run went."""

    name: str
    version: str
    run_id: str
    model_uri: str


@dataclass(frozen=True, slots=True)
class Version:
    """One registered version of a model."""

    name: str
    version: str
    """Of the bundle, as its folder is called."""
    registered: str
    """MLflow's own number."""
    aliases: tuple[str, ...]
    bundle_hash: str
    simulated: bool
    operator: str
    """Who trained it."""
    run_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Promotion:
    """Who let an alias name a version, when and why."""

    name: str
    alias: str
    version: str
    previous: str | None
    reason: str
    operator: str
    at: str


def _uri(home: Path, uri: str | None) -> str:
    return uri or os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{(home / 'mlflow.db').absolute()}"


class Registry:
    """MLflow's registry and the shelf under `home`; `uri` (else `MLFLOW_TRACKING_URI`) names a server, default SQLite in `home`."""

    def __init__(self, home: Path, *, uri: str | None = None) -> None:
        self.home = home
        self.uri = _uri(home, uri)

    def register(self, result: TrainResult, *, operator: str) -> Registered:
        """Log a training run, register its bundle, put it on the shelf and call it `candidate`."""
        from training.tracking import log_training  # noqa: PLC0415 - MLflow, shap and matplotlib

        bundle = result.bundle
        _shelve(self.home, bundle)
        local = self.home / "mlartifacts" if self.uri.startswith("sqlite:") else None
        run_id, number = log_training(result, uri=self.uri, artifacts=local, operator=operator)
        with self._client() as client:
            client.set_registered_model_alias(bundle.name, CANDIDATE, number)
        point(self.home, bundle.name, CANDIDATE, bundle.version)
        return Registered(bundle.name, bundle.version, run_id, f"models:/{bundle.name}/{number}")

    def log_validation(self, bundle: Bundle, documents: Sequence[Path], record: Validation) -> str | None:
        """Log the documents, measures and verdict of a validation to the run that made a bundle; None when it is not registered here."""
        from training.tracking import log_validation  # noqa: PLC0415 - MLflow

        if bundle.name not in self.names():
            return None
        run = next((one.run_id for one in self.versions(bundle.name) if one.bundle_hash == bundle.hash), None)
        if run is not None:
            log_validation(run, documents, record, uri=self.uri)
        return run

    def promote(self, name: str, version: str, *, reason: str, operator: str, now: datetime, alias: str = CHAMPION) -> Promotion:
        """Let `alias` name a registered version, and keep who did it, when and why.

        Raises `RegistryError` for an empty reason or operator, an unknown alias, model or version, or a shelf that holds another
        bundle under that version.
        """
        _refuse_anonymous(name, version, alias, reason, operator)
        versions = self.versions(name)
        chosen = _chosen(versions, name, version)
        previous = next((v.version for v in versions if alias in v.aliases), None)
        done = Promotion(name, alias, version, previous, reason.strip(), operator.strip(), now.isoformat(timespec="seconds"))
        number = len(self.history(name)) + 1
        self._fetch(chosen)
        with self._client() as client:
            client.set_registered_model_alias(name, alias, chosen.registered)
            client.set_registered_model_tag(name, f"{PROMOTED}{number:06}", json.dumps(asdict(done), ensure_ascii=False))
        point(self.home, name, alias, version)
        return done

    def fetch(self, name: str, version: str) -> Path:
        """Folder of a registered version, fetched from the registry where it is not on the shelf; others are a `RegistryError`."""
        return self._fetch(_chosen(self.versions(name), name, version))

    def names(self) -> list[str]:
        """Names of every registered model."""
        with self._client() as client:
            return sorted(model.name for model in client.search_registered_models())

    def versions(self, name: str) -> list[Version]:
        """Every version of a model, newest first; an unknown model is a `RegistryError`."""
        with self._client() as client:
            named = _model(client, name).aliases
            found = client.search_model_versions(f"name='{name}'")
        every = (_version(one, tuple(alias for alias, number in named.items() if str(number) == str(one.version))) for one in found)
        return sorted(every, key=lambda version: -int(version.registered))

    def history(self, name: str) -> list[Promotion]:
        """Every promotion of a model, oldest first."""
        with self._client() as client:
            tags = _model(client, name).tags
        return [Promotion(**json.loads(tags[key])) for key in sorted(tags) if key.startswith(PROMOTED)]

    def resolve(self, name: str, alias: str = CHAMPION, *, refresh: bool = False) -> Path:
        """Folder of the bundle an alias names: the shelf's answer, without MLflow, or the registry's.

        The registry is asked when the shelf has no such alias, or when `refresh` says that it may have moved elsewhere.
        """
        local = resolve_local(self.home, name, alias)
        if local is not None and local.is_dir() and not refresh:
            return local
        for version in self.versions(name):
            if alias in version.aliases:
                folder = self._fetch(version)
                point(self.home, name, alias, version.version)
                return folder
        raise RegistryError(f"{name} has no {alias}; promote a version, with a reason, first")

    def _fetch(self, version: Version) -> Path:
        """Put a registered version on the shelf, and make sure that what stands there is that version."""
        folder = place(self.home, version.name, version.version)
        if not folder.is_dir():
            from training.tracking import fetch_bundle  # noqa: PLC0415 - MLflow

            fetch_bundle(f"models:/{version.name}/{version.registered}", folder, uri=self.uri)
        if Bundle.load(folder).hash != version.bundle_hash:
            raise RegistryError(f"{folder} is not the bundle registered as {version.name} {version.version}; move it away and fetch again")
        return folder

    @contextmanager
    def _client(self) -> Iterator[Any]:
        from training.tracking import connected  # noqa: PLC0415 - MLflow

        self.home.mkdir(parents=True, exist_ok=True)
        with connected(self.uri) as mlflow:
            yield mlflow.MlflowClient()


def _shelve(home: Path, bundle: Bundle) -> None:
    """Copy a bundle to its place on the shelf, unless it was written there."""
    folder = place(home, bundle.name, bundle.version)
    if not folder.exists():
        shutil.copytree(bundle.folder, folder)
    elif Bundle.load(folder).hash != bundle.hash:
        raise RegistryError(f"{folder} already holds another bundle; train with a new version")


def _refuse_anonymous(name: str, version: str, alias: str, reason: str, operator: str) -> None:
    if alias not in ALIASES:
        raise RegistryError(f"there is no alias {alias!r}; the aliases are {', '.join(ALIASES)}")
    if not reason.strip() or not operator.strip():
        raise RegistryError(f"promoting {name} {version} needs a reason and an operator; say who decides it and why")


def _chosen(versions: list[Version], name: str, version: str) -> Version:
    for found in versions:
        if found.version == version:
            return found
    raise RegistryError(f"{name} has no version {version}; it has {', '.join(v.version for v in versions)}")


def _model(client: Any, name: str) -> Any:
    known = {model.name: model for model in client.search_registered_models()}
    if name not in known:
        raise RegistryError(f"there is no registered model {name!r}; there are {', '.join(sorted(known)) or 'none yet: train one'}")
    return known[name]


def _version(found: Any, aliases: tuple[str, ...]) -> Version:
    return Version(
        name=found.name,
        version=found.tags["bundle_version"],
        registered=str(found.version),
        aliases=tuple(alias for alias in ALIASES if alias in aliases),
        bundle_hash=found.tags["bundle_hash"],
        simulated=found.tags["simulated"] == "true",
        operator=found.tags["operator"],
        run_id=str(found.run_id),
        created_at=datetime.fromtimestamp(found.creation_timestamp / 1000, UTC),
    )
