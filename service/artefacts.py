"""Artefacts by the hash that decisions pin: taken from files once, and loaded from the database ever after, each held to its hash."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from features.errors import FeaturesError
from features.points import SHIPPED, Reference, Scheme
from features.points import load_scheme as read_scheme
from service.active import Active
from service.config import settings_from
from service.domain import Policy, shipped_policies
from service.domain import load_policy as read_policy
from service.domain.errors import PolicyError
from service.domain.record.parts import Pins
from service.errors import ArtefactUnusable
from service.store.artefacts import Artefact, ArtefactKind, artefact_bytes
from service.store.engine import Store
from training.bundle import Bundle, archived, read_validation, restored
from training.errors import TrainingError

__all__ = [
    "Shelf",
    "Source",
    "artefacts_of",
    "cache_of",
    "load_model",
    "load_policy",
    "load_reference",
    "load_scheme",
    "model_artefact",
    "policy_artefact",
    "policy_text",
    "reference_artefact",
    "scheme_artefact",
    "scheme_text",
    "source_of",
    "validation_artefact",
]

Loaded = TypeVar("Loaded")
Source = Callable[[ArtefactKind, str], bytes | None]
"""Reads an artefact by kind and pin, None when it was never kept; changed bytes are a `ValueError`."""


def cache_of(home: Path) -> Path:
    """The folder that bundles are extracted to; it may be emptied at any time."""
    return home / "cache" / "bundles"


def model_artefact(folder: Path) -> Artefact:
    """Take a bundle folder; one that is not whole is a `BundleError`."""
    bundle = Bundle.load(folder)
    content = archived(folder)
    return Artefact(pin=bundle.hash, kind=ArtefactKind.MODEL, name=bundle.name, version=bundle.version, content=content)


def scheme_artefact(text: str, *, source: str = "scheme") -> Artefact:
    """Take a scheme's TOML text; faults are `SchemeFaults`."""
    scheme = read_scheme(text, file=source)
    return Artefact(pin=scheme.hash, kind=ArtefactKind.SCHEME, name=scheme.name, version=scheme.version, content=text.encode())


def reference_artefact(data: bytes) -> Artefact:
    """Take a reference base's bytes; others are a `SchemeError`."""
    peers = Reference.from_bytes(data)
    return Artefact(pin=peers.hash, kind=ArtefactKind.REFERENCE, name=peers.name, version=peers.as_of.isoformat(), content=peers.to_bytes())


def policy_artefact(text: str, *, source: str = "policy") -> Artefact:
    """Take a policy's TOML text; faults are a `PolicyError`."""
    policy = read_policy(text, source=source)
    version = policy.effective_from.isoformat()
    return Artefact(pin=policy.hash, kind=ArtefactKind.POLICY, name=policy.name, version=version, content=text.encode())


def validation_artefact(data: bytes) -> Artefact:
    """Take the record of a validation, filed under the hash of the bundle it is about; another record is a `BundleError`."""
    record = read_validation(data)
    content = record.to_bytes()
    made = record.made_at.astimezone(UTC).isoformat(timespec="microseconds")
    return Artefact(pin=record.sha256, kind=ArtefactKind.VALIDATION, name=record.bundle, version=made, content=content)


def scheme_text(name: str) -> str | None:
    """Give the TOML text of a scheme that ships with the package, None for another name."""
    return (files("features") / "schemes" / f"{name}.toml").read_text("utf-8") if name in SHIPPED else None


def policy_text(name: str) -> str | None:
    """Give the TOML text of a policy that ships with the package, None for another name."""
    return (files("service") / "policies" / f"{name}.toml").read_text("utf-8") if name in shipped_policies() else None


def load_scheme(source: Source, pin: str) -> Scheme:
    """Load a scheme; raises `ArtefactUnusable` when it is not on file, was changed, or reads otherwise with this program."""
    return _loaded(source, ArtefactKind.SCHEME, pin, lambda content: read_scheme(content.decode(), file=pin), lambda made: made.hash)


def load_reference(source: Source, pin: str) -> Reference:
    """Load a reference base; raises `ArtefactUnusable`."""
    return _loaded(source, ArtefactKind.REFERENCE, pin, Reference.from_bytes, lambda made: made.hash)


def load_policy(source: Source, pin: str) -> Policy:
    """Load a policy; raises `ArtefactUnusable`."""
    return _loaded(source, ArtefactKind.POLICY, pin, lambda content: read_policy(content.decode(), source=pin), lambda made: made.hash)


def load_model(source: Source, pin: str, *, cache: Path) -> Bundle:
    """Load a bundle from `cache`, else extract it there first; raises `ArtefactUnusable`.

    A folder of the cache that was damaged is extracted again: the database is the source, the cache only saves time.
    """
    folder = cache / pin.removeprefix("sha256:")
    if folder.is_dir():
        try:
            return _held(Bundle.load(folder), pin, lambda bundle: bundle.hash)
        except (TrainingError, ArtefactUnusable):
            shutil.rmtree(folder, ignore_errors=True)
    return _loaded(source, ArtefactKind.MODEL, pin, lambda content: _extracted(content, folder), lambda bundle: bundle.hash)


def _extracted(archive: bytes, folder: Path) -> Bundle:
    """Extract beside the folder and rename, so that a reader sees a whole bundle or none; another process may be faster."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    try:
        restored(archive, draft)
        Bundle.load(draft)
        try:
            os.rename(draft, folder)  # noqa: PTH104 - the atomic step, by its own name
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Bundle.load(folder)


def _loaded(source: Source, kind: ArtefactKind, pin: str, read: Callable[[bytes], Loaded], hash_of: Callable[[Loaded], str]) -> Loaded:
    try:
        content = source(kind, pin)
        if content is None:
            raise ArtefactUnusable(f"{kind} {pin} is not on file; propose a release with it, which keeps it")
        return _held(read(content), pin, hash_of)
    except (TrainingError, FeaturesError, PolicyError, OSError, ValueError) as error:
        raise ArtefactUnusable(f"{kind} {pin} cannot be used: {error}") from error


def _held(made: Loaded, pin: str, hash_of: Callable[[Loaded], str]) -> Loaded:
    found = hash_of(made)
    if found != pin:
        raise ArtefactUnusable(f"what is on file under {pin} has the hash {found}; it was changed, or this program reads it otherwise")
    return made


def source_of(store: Store) -> Source:
    """Read artefacts from the database."""

    def read(kind: ArtefactKind, pin: str) -> bytes | None:
        with store.reading() as unit:
            return artefact_bytes(unit, kind, pin)

    return read


class Shelf:
    """Loads artefacts and remembers them: one process needs each of them once, however many decisions pin it."""

    def __init__(self, store: Store | Source, home: Path) -> None:
        self.source = source_of(store) if isinstance(store, Store) else store
        self._cache = cache_of(home)
        self._made: dict[tuple[ArtefactKind, str], Any] = {}
        self._lock = Lock()

    def model(self, pin: str) -> Bundle:
        """Give a bundle; raises `ArtefactUnusable`."""
        bundle: Bundle = self._once(ArtefactKind.MODEL, pin, lambda source, one: load_model(source, one, cache=self._cache))
        return bundle

    def scheme(self, pin: str) -> Scheme:
        """Give a scheme; raises `ArtefactUnusable`."""
        scheme: Scheme = self._once(ArtefactKind.SCHEME, pin, load_scheme)
        return scheme

    def reference(self, pin: str) -> Reference:
        """Give a reference base; raises `ArtefactUnusable`."""
        reference: Reference = self._once(ArtefactKind.REFERENCE, pin, load_reference)
        return reference

    def policy(self, pin: str) -> Policy:
        """Give a policy; raises `ArtefactUnusable`."""
        policy: Policy = self._once(ArtefactKind.POLICY, pin, load_policy)
        return policy

    def of(self, pins: Pins) -> Active:
        """Give what a decision was made with, from its pins; a decision that no model answered has no bundle."""
        bundle = None if pins.bundle is None else self.model(pins.bundle)
        bundles: Mapping[str, Bundle] = {} if bundle is None else {bundle.segment: bundle}
        reference = None if pins.reference is None else self.reference(_hash_in(pins.reference))
        return Active(bundles, self.scheme(_hash_in(pins.scheme)), reference, self.policy(_hash_in(pins.policy)))

    def _once(self, kind: ArtefactKind, pin: str, load: Callable[[Source, str], Any]) -> Any:
        with self._lock:
            if (kind, pin) not in self._made:
                self._made[kind, pin] = load(self.source, pin)
            return self._made[kind, pin]


def artefacts_of(store: Store, pins: Pins, *, home: Path | None = None) -> Active:
    """Load what one decision was made with, from the database alone; for many decisions keep a `Shelf`.

    `home` (default `JIFEN_HOME`) only holds the cache of extracted bundles. Raises `ArtefactUnusable`.
    """
    return Shelf(store, home or settings_from().home).of(pins)


def _hash_in(pin: str) -> str:
    """Read the hash at the end of a pin such as `cn-core-18@1 sha256:...`."""
    return pin.rsplit(" ", 1)[-1]
