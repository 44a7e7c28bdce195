"""Artefacts on file: models, validations, schemes, reference bases, policies under the hash that names them, bytes in `blobs`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, select

from service.store.blobs import get_blob, pack, put_blobs
from service.store.insertion import insert_new
from service.store.models import ArtefactRow

__all__ = ["Artefact", "ArtefactKind", "KeptArtefact", "artefact_bytes", "artefacts_on_file", "keep_artefacts", "newest_validation"]


class ArtefactKind(StrEnum):
    """What an artefact is."""

    MODEL = "model"
    SCHEME = "scheme"
    REFERENCE = "reference"
    POLICY = "policy"
    VALIDATION = "validation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """An artefact with its bytes: a bundle's archive, the TOML text of a scheme or policy, a reference base's canonical JSON."""

    pin: str
    """The hash by which decisions and releases name it; over its meaning, so not always the hash of these bytes."""
    kind: ArtefactKind
    name: str
    version: str
    content: bytes


class KeptArtefact(NamedTuple):
    """An artefact on file, without its bytes."""

    kind: str
    name: str
    version: str
    pin: str
    kept_at: datetime


def keep_artefacts(unit: Connection, artefacts: Iterable[Artefact], at: datetime) -> None:
    """Write those that are not on file yet; what was kept first stays as it is."""
    listed = list(artefacts)
    packed = [pack("artefact", one.content) for one in listed]
    put_blobs(unit, packed)
    rows = [
        {"pin": one.pin, "kind": one.kind.value, "name": one.name, "version": one.version, "sha256": blob["sha256"], "kept_at": at}
        for one, blob in zip(listed, packed, strict=True)
    ]
    insert_new(unit, ArtefactRow, rows)


def artefact_bytes(unit: Connection, kind: ArtefactKind, pin: str) -> bytes | None:
    """Read the bytes of an artefact, None when no such one was ever kept; changed bytes are a `ValueError`."""
    sha256 = unit.scalar(select(ArtefactRow.sha256).where(ArtefactRow.pin == pin, ArtefactRow.kind == kind.value))
    return None if sha256 is None else get_blob(unit, sha256)


def newest_validation(unit: Connection, bundle: str) -> tuple[str, bytes] | None:
    """Give the hash and the bytes of the newest validation of a bundle on file, None when there is none."""
    of_bundle = (ArtefactRow.kind == ArtefactKind.VALIDATION.value, ArtefactRow.name == bundle)
    found = unit.execute(
        select(ArtefactRow.pin, ArtefactRow.sha256).where(*of_bundle).order_by(ArtefactRow.version.desc()).limit(1)
    ).one_or_none()
    return None if found is None else (found.pin, get_blob(unit, found.sha256))


def artefacts_on_file(unit: Connection) -> list[KeptArtefact]:
    """List them by kind and age."""
    columns = (ArtefactRow.kind, ArtefactRow.name, ArtefactRow.version, ArtefactRow.pin, ArtefactRow.kept_at)
    return [KeptArtefact(*row) for row in unit.execute(select(*columns).order_by(ArtefactRow.kind, ArtefactRow.kept_at, ArtefactRow.pin))]
