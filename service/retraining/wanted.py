"""Putting the parts of a release together: registered models, folders, files, shipped names, and what is in force."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from service.artefacts import (
    model_artefact,
    policy_artefact,
    policy_text,
    reference_artefact,
    scheme_artefact,
    scheme_text,
    validation_artefact,
)
from service.domain import shipped_policies
from service.errors import BadRelease
from service.releases import Parts, Pin
from service.store.artefacts import Artefact
from service.use_cases.releases import Wanted
from training.bundle import VALIDATION_FILE, Bundle
from training.evidence import NAMES
from training.registry import CANDIDATE, Registry
from training.shelf import place

__all__ = ["FIRST_SCHEME", "model_folder", "wanted_from"]

FIRST_SCHEME = "cn-core-18"
"""The points scheme of a first release."""


def wanted_from(
    home: Path,
    base: Parts | None,
    *,
    models: Iterable[str] = (),
    challengers: Iterable[str] = (),
    without_challengers: bool = False,
    scheme: str | None = None,
    reference: Path | None = None,
    policy: str | None = None,
) -> Wanted:
    """Put a release together: what is named replaces what is in force (`base`), what is not named stays.

    Where nothing is in force, the newest trained models, the scheme cn-core-18 and the newest shipped policy stand in.
    """
    taken = [_model(home, word) for word in models]
    if base is None:
        absent = NAMES.keys() - {one.segment for one in taken}
        taken += [_taken(Registry(home).resolve(name, CANDIDATE)) for segment, name in NAMES.items() if segment in absent]
    bundles: dict[str, Artefact | Pin] = dict(base.bundles) if base is not None else {}
    kept = {} if base is None or without_challengers else dict(base.challengers)
    return Wanted(
        bundles={**bundles, **{one.segment: one.artefact for one in taken}},
        challengers={**kept, **{one.segment: one.artefact for one in map(partial(_model, home), challengers)}},
        validations=tuple(one.validation for one in taken if one.validation is not None),
        scheme=base.scheme if base is not None and scheme is None else _scheme(scheme or FIRST_SCHEME),
        reference=reference_artefact(reference.read_bytes()) if reference else base.reference if base is not None else None,
        policy=base.policy if base is not None and policy is None else _policy(policy or shipped_policies()[-1]),
    )


def model_folder(home: Path, word: str) -> Path:
    """Give the folder of NAME@VERSION, of NAME's newest trained version, or the path itself where it is a bundle's folder."""
    name, at, version = word.partition("@")
    if Path(word).is_dir():
        return Path(word)
    if not at:
        if name not in NAMES.values():
            raise BadRelease(f"model {word!r} is no folder and not NAME@VERSION; `jifen models list` shows the registered ones")
        return Registry(home).resolve(name, CANDIDATE)
    shelved = place(home, name, version)
    return shelved if shelved.is_dir() else Registry(home).fetch(name, version)


class _Model(NamedTuple):
    segment: str
    artefact: Artefact
    validation: Artefact | None


def _model(home: Path, word: str) -> _Model:
    return _taken(model_folder(home, word))


def _taken(folder: Path) -> _Model:
    """Take a bundle, and what its validation left beside it."""
    kept = folder / VALIDATION_FILE
    validation = validation_artefact(kept.read_bytes()) if kept.is_file() else None
    return _Model(Bundle.load(folder).segment, model_artefact(folder), validation)


def _text(word: str, shipped: str | None, what: str) -> str:
    if shipped is not None:
        return shipped
    if not Path(word).is_file():
        raise BadRelease(f"{what} {word!r} is no shipped name and no file; `docs/` lists the shipped ones")
    return Path(word).read_text("utf-8")


def _scheme(word: str) -> Artefact:
    return scheme_artefact(_text(word, scheme_text(word), "scheme"), source=word)


def _policy(word: str) -> Artefact:
    return policy_artefact(_text(word, policy_text(word), "policy"), source=word)
