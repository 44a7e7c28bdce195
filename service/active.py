"""What decides now: the models, points scheme, peers and policy that `active.json` names, verified before the first decision.

Only this module reaches `training`. It loads plain folders, so the serving process needs no tracking server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from features.errors import FeaturesError
from features.indicators import CATALOGUE, catalogue_hash
from features.points import SHIPPED, Reference, Scheme, load_scheme, shipped_scheme
from features.points.reference import check_pair
from service.domain import BundleLike, Policy, load_policy, misfits, shipped_policies, shipped_policy
from service.errors import NotReady, ServiceError
from training.bundle import Bundle
from training.errors import TrainingError

__all__ = ["ACTIVE", "Active", "Choice", "Pin", "activate", "load_active", "policy_in_force"]

ACTIVE = "active.json"
SEGMENTS = ("startup", "growth")
RESTART = "then restart the service, or send its first process SIGHUP"


class Pin(BaseModel):
    """A file or folder, relative to `JIFEN_HOME`, and the hash its content must have."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    path: str
    sha256: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")


class Choice(BaseModel):
    """The content of `active.json`: a bundle for each segment, a scheme and a policy (shipped name or TOML file), its peers."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    bundles: dict[str, Pin]
    scheme: str
    reference: Pin | None = None
    policy: str


@dataclass(frozen=True, slots=True)
class Active:
    """Loaded and verified artefacts; `bundles` by segment."""

    bundles: Mapping[str, BundleLike]
    scheme: Scheme
    reference: Reference | None
    policy: Policy


def load_active(home: Path) -> Active:
    """Load what `home/active.json` names; `NotReady` says what is missing or changed, and what to do."""
    return _loaded(home, _read(home))


def policy_in_force(home: Path) -> Policy:
    """Give the policy that `home/active.json` names, or the one that ships where nothing is active yet."""
    try:
        return _policy(home, _read(home).policy)
    except NotReady:
        return shipped_policy()


def _loaded(home: Path, choice: Choice) -> Active:
    missing = [segment for segment in SEGMENTS if segment not in choice.bundles]
    if missing:
        raise NotReady(f"{ACTIVE} names no model for {', '.join(missing)}; train and activate it, {RESTART}")
    try:
        active = Active(
            {segment: _bundle(home, pin) for segment, pin in choice.bundles.items()},
            _scheme(home, choice.scheme),
            _reference(home, choice.reference) if choice.reference else None,
            _policy(home, choice.policy),
        )
    except (TrainingError, FeaturesError, ServiceError, OSError) as error:
        raise NotReady(f"{error} (named in {home / ACTIVE}); restore or activate it again, {RESTART}") from error
    problems = _mismatches(active)
    if problems:
        raise NotReady(f"{'; '.join(problems)} (named in {home / ACTIVE}); activate parts that belong together, {RESTART}")
    return active


def _mismatches(active: Active) -> list[str]:
    """Say which of the parts do not belong together."""
    problems = misfits(active.policy, active.scheme)
    problems += [f"model {b.name} was trained for {b.segment}, not {s}" for s, b in active.bundles.items() if b.segment != s]
    try:
        check_pair(active.scheme, active.reference)
    except FeaturesError as error:
        problems.append(str(error))
    return problems


def activate(home: Path, *, bundles: Mapping[str, Path], scheme: str, reference: Path | None, policy: str) -> Choice:
    """Write `home/active.json` with the hashes of these artefacts.

    They are loaded first: parts that do not belong together are `NotReady`, a broken bundle is a `BundleError`, and what was
    active stays so. Running services go on with what they loaded until they are restarted.
    """
    peers = Reference.from_bytes(reference.read_bytes()) if reference else None
    choice = Choice(
        bundles={segment: Pin(path=_below(home, folder), sha256=Bundle.load(folder).hash) for segment, folder in bundles.items()},
        scheme=scheme,
        reference=Pin(path=_below(home, reference), sha256=peers.hash) if reference and peers else None,
        policy=policy,
    )
    _loaded(home, choice)
    draft = home / f"{ACTIVE}.new"
    draft.write_text(choice.model_dump_json(indent=2) + "\n", encoding="utf-8")
    draft.replace(home / ACTIVE)
    return choice


def _below(home: Path, path: Path) -> str:
    """Give a path relative to `home`, or absolute where it lies elsewhere."""
    whole, root = path.absolute(), home.absolute()
    return str(whole.relative_to(root)) if whole.is_relative_to(root) else str(whole)


def _read(home: Path) -> Choice:
    path = home / ACTIVE
    try:
        return Choice.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise NotReady(f"{path} does not exist; train both models and activate them, {RESTART}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise NotReady(f"{path} cannot be used: {place or 'it'}: {first['msg']}; activate the models again, {RESTART}") from error


def _bundle(home: Path, pin: Pin) -> Bundle:
    bundle = Bundle.load(home / pin.path)
    _hold_to(pin, bundle.hash)
    trained_on = bundle.manifest.hashes.catalogue
    if trained_on not in {None, catalogue_hash()}:
        raise NotReady(f"model {bundle.name} {bundle.version} was trained on other definitions of the indicators; train it again")
    unknown = sorted(set(bundle.features) - set(CATALOGUE))
    if unknown:
        raise NotReady(f"model {bundle.name} {bundle.version} reads {', '.join(unknown)}, which are no indicators; train it on indicators")
    return bundle


def _reference(home: Path, pin: Pin) -> Reference:
    reference = Reference.from_bytes((home / pin.path).read_bytes())
    _hold_to(pin, reference.hash)
    return reference


def _hold_to(pin: Pin, found: str) -> None:
    if found != pin.sha256:
        raise NotReady(f"{pin.path} has the hash {found} where {pin.sha256} was activated")


def _scheme(home: Path, name: str) -> Scheme:
    if name in SHIPPED:
        return shipped_scheme(name)
    return load_scheme((home / name).read_text(encoding="utf-8"), file=name)


def _policy(home: Path, name: str) -> Policy:
    if name in shipped_policies():
        return shipped_policy(name)
    return load_policy((home / name).read_text(encoding="utf-8"), source=name)
