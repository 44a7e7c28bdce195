"""What decides is loaded by name and held to its hash."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from builders_cases import SCHEME, TIERS
from builders_models import small_bundle

from features.indicators import CATALOGUE
from features.points import build_reference, shipped_scheme
from service.active import Active, activate, load_active
from service.domain import shipped_policies
from service.errors import NotReady


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one small bundle for each segment."""
    folder = tmp_path_factory.mktemp("bundles")
    for segment in ("startup", "growth"):
        small_bundle(folder / segment, segment)
    return folder


@pytest.fixture
def home(tmp_path: Path, bundles: Path) -> Path:
    """A home with two bundles and a scheme of its own, activated."""
    shutil.copytree(bundles, tmp_path / "bundles")
    (tmp_path / "two.toml").write_text(SCHEME.format(tiers=TIERS), encoding="utf-8")
    activated(tmp_path)
    return tmp_path


def activated(home: Path, **said: Any) -> Any:
    usual = {"scheme": "two.toml", "reference": None, "policy": shipped_policies()[-1]}
    folders = {segment: home / "bundles" / segment for segment in ("startup", "growth")}
    return activate(home, **({"bundles": folders} | usual | said))


def test_what_was_activated_is_loaded(home: Path) -> None:
    """The loaded artefacts are those that were activated, by hash."""
    active = load_active(home)
    assert isinstance(active, Active)
    chosen = json.loads((home / "active.json").read_text("utf-8"))
    assert {s: b.hash for s, b in active.bundles.items()} == {s: pin["sha256"] for s, pin in chosen["bundles"].items()}
    assert chosen["bundles"]["startup"]["path"] == "bundles/startup"
    assert (active.scheme.name, active.policy.name) == ("two-items", shipped_policies()[-1])


def rewritten(home: Path, change: Callable[[dict[str, Any]], object]) -> None:
    chosen = json.loads((home / "active.json").read_text("utf-8"))
    change(chosen)
    (home / "active.json").write_text(json.dumps(chosen), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c["bundles"].pop("growth"), "names no model for growth"),
        (lambda c: c["bundles"]["growth"].update(sha256="sha256:" + "0" * 64), "was activated"),
        (lambda c: c["bundles"]["growth"].update(path="bundles/none"), "none"),
        (lambda c: c["bundles"].update(growth=c["bundles"]["startup"]), "was trained for startup, not growth"),
        (lambda c: c.update(scheme="none.toml"), "none.toml"),
        (lambda c: c.update(scheme="cn-core-18"), "give the reference base"),
        (lambda c: c.update(scheme="tech-sme-rubric"), "use a scheme with these tiers"),
        (lambda c: c.update(policy="none.toml"), "none.toml"),
        (lambda c: c.update(reference={"path": "two.toml", "sha256": "sha256:" + "0" * 64}), "not a reference base"),
        (lambda c: c.update(colour="red"), "colour"),
        (lambda c: c.pop("policy"), "policy"),
    ],
)
def test_what_is_missing_or_changed_is_named(home: Path, change: Callable[[dict[str, Any]], object], said: str) -> None:
    """Each way in which the artefacts can be wrong is `NotReady`, with the reason and what to do."""
    rewritten(home, change)
    with pytest.raises(NotReady, match=said) as caught:
        load_active(home)
    assert "activate" in str(caught.value)
    assert "restart the service" in str(caught.value)


def test_a_changed_model_may_not_decide(home: Path) -> None:
    """One changed byte in a bundle is found when the service starts."""
    model = home / "bundles" / "startup" / "model.txt"
    model.write_bytes(model.read_bytes().replace(b"leaf_value=", b"leaf_value=0", 1))
    with pytest.raises(NotReady):
        load_active(home)


@pytest.mark.parametrize(
    ("trained", "said"),
    [({"catalogue": "sha256:" + "0" * 64}, "other definitions"), ({"features": ("rd_intensity", "charm", "luck")}, "charm, luck")],
)
def test_a_model_of_other_indicators_may_not_decide(home: Path, trained: dict[str, Any], said: str) -> None:
    """A model trained on other definitions, or on what is no indicator, is refused when the service starts."""
    other = small_bundle(home / "bundles" / "other", "growth", **trained)
    rewritten(home, lambda c: c["bundles"]["growth"].update(path="bundles/other", sha256=other.hash))
    with pytest.raises(NotReady, match=said):
        load_active(home)


def test_nothing_that_cannot_decide_is_activated(home: Path) -> None:
    """Artefacts that do not belong together are refused, and what was active stays so."""
    before = (home / "active.json").read_bytes()
    with pytest.raises(NotReady):
        activated(home, scheme="tech-sme-rubric")
    assert (home / "active.json").read_bytes() == before
    load_active(home)


def test_a_reference_base_is_pinned_too(home: Path) -> None:
    """A scheme that ranks among peers is activated with its base, held to its hash."""
    scheme = shipped_scheme("cn-core-18")
    frame = pl.DataFrame({name: [1.0, 2.0, 3.0] for name in CATALOGUE} | {"field": ["electronics"] * 3})
    reference = build_reference(frame, scheme, name="peers", as_of=date(2026, 1, 1))
    (home / "peers.json").write_bytes(reference.to_bytes())
    activated(home, scheme="cn-core-18", reference=home / "peers.json")
    assert load_active(home).reference == reference
    (home / "peers.json").write_bytes(reference.to_bytes().replace(b'"peers"', b'"fears"', 1))
    with pytest.raises(NotReady, match="was activated"):
        load_active(home)


def test_without_a_choice_nothing_decides(tmp_path: Path) -> None:
    """A home without `active.json`, or with one that is no JSON, is not ready."""
    with pytest.raises(NotReady, match="does not exist"):
        load_active(tmp_path)
    (tmp_path / "active.json").write_text("{")
    with pytest.raises(NotReady, match="cannot be used"):
        load_active(tmp_path)


def test_artefacts_elsewhere_are_named_by_their_whole_path(tmp_path: Path, bundles: Path) -> None:
    """A bundle outside the home is found again from any working directory."""
    (tmp_path / "two.toml").write_text(SCHEME.format(tiers=TIERS), encoding="utf-8")
    choice = activated(tmp_path, bundles={segment: bundles / segment for segment in ("startup", "growth")})
    assert choice.bundles["startup"].path == str(bundles / "startup")
    load_active(tmp_path)
