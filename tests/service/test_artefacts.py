"""Artefacts in the database: kept under the hash that decisions pin, and loaded from there with the same hash, or not at all."""

from __future__ import annotations

import io
import tarfile
import zlib
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import builders_cases as cases
import polars as pl
import pytest
from builders_models import small_bundle
from builders_releases import SHIPPED_POLICY, TWO_ITEMS
from sqlalchemy import update

from features.indicators import CATALOGUE
from features.points import build_reference, load_scheme, shipped_scheme
from service.artefacts import (
    Shelf,
    artefacts_of,
    cache_of,
    load_model,
    load_policy,
    load_reference,
    model_artefact,
    policy_artefact,
    reference_artefact,
    scheme_artefact,
    source_of,
)
from service.artefacts import (
    load_scheme as scheme_on_file,
)
from service.domain import load_policy as read_policy
from service.errors import ArtefactUnusable
from service.store import Store
from service.store.artefacts import artefacts_on_file, keep_artefacts
from service.store.models import Blob
from training.bundle import Bundle, archived, restored
from training.errors import BundleError


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return small_bundle(tmp_path_factory.mktemp("bundle") / "startup", "startup")


@pytest.fixture(scope="session")
def peers() -> Any:
    frame = pl.DataFrame({name: [1.0, 2.0, 3.0] for name in CATALOGUE} | {"field": ["electronics"] * 3})
    return build_reference(frame, shipped_scheme("cn-core-18"), name="peers", as_of=date(2026, 1, 1))


@pytest.fixture
def on_file(store: Store, bundle: Bundle, peers: Any) -> Store:
    """A database that holds one artefact of each kind."""
    with store.writing() as unit:
        parts = [model_artefact(bundle.folder), scheme_artefact(TWO_ITEMS), policy_artefact(SHIPPED_POLICY), reference_artefact(peers.data)]
        keep_artefacts(unit, parts, cases.NOW)
        keep_artefacts(unit, parts, cases.NOW)
    return store


def test_a_bundle_archived_twice_is_the_same_bytes(bundle: Bundle, tmp_path: Path) -> None:
    """Nothing in an archive tells when or where it was made; what comes out of it is the bundle."""
    first = archived(bundle.folder)
    restored(first, tmp_path / "again")
    assert archived(tmp_path / "again") == first
    assert Bundle.load(tmp_path / "again").hash == bundle.hash


def tar_of(names: dict[str, bytes], *, link: str | None = None) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in names.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        if link:
            member = tarfile.TarInfo(link)
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(member)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("archive", "said"),
    [
        (tar_of({"../model.txt": b"x"}), "which is no file of a bundle"),
        (tar_of({"/tmp/model.txt": b"x"}), "which is no file of a bundle"),
        (tar_of({}, link="model.txt"), "which is no file of a bundle"),
        (tar_of({"model.txt": b"x", "extra.txt": b"y"}), "'extra.txt'"),
        (tar_of({"model.txt": b"x"}), "lacks card.html"),
        (b"no tar at all", "no archive of a bundle"),
    ],
)
def test_an_archive_that_is_no_bundle_writes_nothing(archive: bytes, said: str, tmp_path: Path) -> None:
    """A path, a link, another name or a missing file: refused before the first byte is written."""
    with pytest.raises(BundleError, match=said):
        restored(archive, tmp_path / "out")
    assert list(tmp_path.rglob("*")) == []


def test_every_kind_comes_back_with_its_hash(on_file: Store, bundle: Bundle, peers: Any, tmp_path: Path) -> None:
    """What is loaded from the database alone is what was kept; the second time a bundle comes from the cache."""
    cache = cache_of(tmp_path / "elsewhere")
    source = source_of(on_file)
    for _ in range(2):
        loaded = load_model(source, bundle.hash, cache=cache)
        assert (loaded.hash, loaded.version, loaded.segment) == (bundle.hash, bundle.version, "startup")
    assert scheme_on_file(source, load_scheme(TWO_ITEMS).hash).name == "two-items"
    assert load_policy(source, read_policy(SHIPPED_POLICY).hash) == read_policy(SHIPPED_POLICY)
    assert load_reference(source, peers.hash) == peers
    with on_file.reading() as unit:
        assert [row[0] for row in artefacts_on_file(unit)] == ["model", "policy", "reference", "scheme"]
    assert [path.name for path in cache.iterdir()] == [bundle.hash.removeprefix("sha256:")]


def test_a_damaged_cache_is_made_anew(on_file: Store, bundle: Bundle, tmp_path: Path) -> None:
    """The database is the source: a changed or half-written folder of the cache is replaced, never believed."""
    cache = cache_of(tmp_path)
    source = source_of(on_file)
    load_model(source, bundle.hash, cache=cache)
    model = cache / bundle.hash.removeprefix("sha256:") / "model.txt"
    model.write_bytes(model.read_bytes().replace(b"leaf_value=", b"leaf_value=0", 1))
    assert load_model(source, bundle.hash, cache=cache).hash == bundle.hash
    assert b"leaf_value=00" not in model.read_bytes()


def test_what_is_not_on_file_is_told(store: Store, tmp_path: Path) -> None:
    """A hash that was never kept is an error with its remedy."""
    with pytest.raises(ArtefactUnusable, match="is not on file; propose a release with it"):
        load_model(source_of(store), cases.HASH, cache=tmp_path)


def test_changed_bytes_are_never_used(on_file: Store, bundle: Bundle, tmp_path: Path) -> None:
    """Bytes that were changed in the database, even to another whole artefact, are refused."""
    with on_file.writing() as unit:
        unit.execute(update(Blob).values(packed=zlib.compress(SHIPPED_POLICY.replace("0.15", "0.16").encode())))
    shelf = Shelf(on_file, tmp_path)
    for load, pin in (
        (shelf.model, bundle.hash),
        (shelf.scheme, load_scheme(TWO_ITEMS).hash),
        (shelf.policy, read_policy(SHIPPED_POLICY).hash),
    ):
        with pytest.raises(ArtefactUnusable, match="changed from outside"):
            load(pin)


def test_a_decision_s_pins_lead_to_what_made_it(on_file: Store, bundle: Bundle, tmp_path: Path) -> None:
    """The pins as a record writes them are enough to load everything, in any process with the database."""
    scheme, policy = load_scheme(TWO_ITEMS), read_policy(SHIPPED_POLICY)
    pins: Any = SimpleNamespace(
        bundle=bundle.hash, scheme=f"{scheme.label} {scheme.hash}", reference=None, policy=f"{policy.name} {policy.hash}"
    )
    active = artefacts_of(on_file, pins, home=tmp_path)
    assert (active.bundles["startup"].hash, active.scheme.hash, active.reference, active.policy.hash) == (
        bundle.hash,
        scheme.hash,
        None,
        policy.hash,
    )
    pins.bundle = None
    assert Shelf(on_file, tmp_path).of(pins).bundles == {}


def test_a_shelf_loads_each_artefact_once(on_file: Store, bundle: Bundle, tmp_path: Path) -> None:
    """However many decisions pin it."""
    shelf = Shelf(on_file, tmp_path)
    assert shelf.model(bundle.hash) is shelf.model(bundle.hash)
