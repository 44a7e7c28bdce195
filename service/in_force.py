"""What decides now: the newest approved release that has begun, loaded from the database and watched for a newer one."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from sqlalchemy.exc import SQLAlchemyError

from service.active import Active, mismatches
from service.artefacts import Shelf
from service.clock import Clock
from service.domain import Policy, shipped_policy
from service.errors import ArtefactUnusable, NotReady, PersonRequired, SelfApproval
from service.outages import DatabaseUnavailable, Outage, outage_of
from service.releases import Parts, check_other_person
from service.store.engine import Store
from service.store.releases import find_release, id_in_force, is_entered
from service.watched import Watched

__all__ = ["InForce", "active_of", "load_in_force", "policy_in_force"]

log = logging.getLogger(__name__)

NOTHING = "no approved release is in force; one person proposes it with `jifen release propose`, another approves it"
UNKNOWN = "the database does not say what is in force, so nothing may decide"


def active_of(parts: Parts, shelf: Shelf, *, release_id: str | None = None) -> Active:
    """Load the parts of a release; raises `ArtefactUnusable` when one is not as its hash says."""
    return Active(
        bundles={segment: shelf.model(pin.sha256) for segment, pin in parts.bundles.items()},
        scheme=shelf.scheme(parts.scheme.sha256),
        reference=None if parts.reference is None else shelf.reference(parts.reference.sha256),
        policy=shelf.policy(parts.policy.sha256),
        challengers={segment: shelf.model(pin.sha256) for segment, pin in parts.challengers.items()},
        release_id=release_id,
    )


@dataclass(frozen=True, slots=True)
class _Tried:
    """A release that was loaded, or why it could not be, and when that was."""

    release_id: str
    found: Active | NotReady
    at: float


class InForce:
    """Gives what decides; a new release is noticed within `seconds`, and requests under way end on the one they began with.

    While one request loads a new release the others go on with the old one. A release that cannot be loaded or that the ledger does
    not know as approved by two people, or a database that does not say which one it is, means that nothing decides; it is tried
    again after `seconds`.
    """

    def __init__(self, store: Store, home: Path, *, now: Clock, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._now, self._seconds, self._clock = store, now, seconds, clock
        self._shelf = Shelf(store, home)
        self._named = Watched(self._read, seconds=seconds, clock=clock)
        self._loading = Lock()
        self._tried: _Tried | None = None

    def forget(self) -> None:
        """Ask the database anew at the next request: this process has just approved something."""
        self._named.forget()

    @property
    def found(self) -> Active | NotReady:
        """What decides, or why nothing may."""
        try:
            release_id = self._named()
        except (SQLAlchemyError, Outage) as error:
            log.warning("what is in force could not be read: %s", type(error).__name__)
            return type(outage_of(error) or DatabaseUnavailable())(UNKNOWN)
        if release_id is None:
            return NotReady(NOTHING)
        tried = self._tried
        if tried is not None and self._stands(tried, release_id):
            return tried.found
        if not self._loading.acquire(blocking=tried is None or isinstance(tried.found, NotReady)):
            assert tried is not None  # it was loaded, and decides until the new one is
            return tried.found
        try:
            return self._loaded(release_id)
        finally:
            self._loading.release()

    def _read(self) -> str | None:
        with self._store.reading() as unit:
            return id_in_force(unit, self._now())

    def _stands(self, tried: _Tried, release_id: str) -> bool:
        if tried.release_id != release_id:
            return False
        return isinstance(tried.found, Active) or self._clock() - tried.at < self._seconds

    def _loaded(self, release_id: str) -> Active | NotReady:
        if self._tried is None or not self._stands(self._tried, release_id):
            self._tried = _Tried(release_id, self._load(release_id), self._clock())
        return self._tried.found

    def _load(self, release_id: str) -> Active | NotReady:
        try:
            with self._store.reading() as unit:
                release = find_release(unit, release_id)
                is_approved = release is not None and is_entered(unit, release)
            if release is None or not is_approved:
                return self._refused(release_id, "the ledger has no entry of its approval as it stands")
            check_other_person(release.proposed_by, release.approved_by, f"release {release_id}")
            active = active_of(release.parts, self._shelf, release_id=release_id)
        except (ArtefactUnusable, Outage, PersonRequired, SelfApproval, SQLAlchemyError, ValueError) as error:
            return self._refused(release_id, str(error))
        problems = mismatches(active)
        return self._refused(release_id, "; ".join(problems)) if problems else active

    def _refused(self, release_id: str, why: str) -> NotReady:
        log.error("release %s cannot decide: %s", release_id, why)
        return NotReady(f"release {release_id} cannot decide: {why}; restore what is missing, or propose and approve another release")


def load_in_force(store: Store, home: Path, now: Clock) -> Active:
    """Load what decides now, once, for a command; raises `NotReady`."""
    found = InForce(store, home, now=now, seconds=0).found
    if isinstance(found, NotReady):
        raise found
    return found


def policy_in_force(store: Store, home: Path, now: Clock) -> Policy:
    """Give the policy that decides now, or the one that ships where nothing is in force yet; raises `ArtefactUnusable`."""
    with store.reading() as unit:
        release_id = id_in_force(unit, now())
        release = None if release_id is None else find_release(unit, release_id)
    return shipped_policy() if release is None else Shelf(store, home).policy(release.parts.policy.sha256)
