"""Small real releases, put in force by two people of the test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from builders_cases import SCHEME, TIERS
from builders_validation import validation_of

from service.artefacts import model_artefact, policy_artefact, policy_text, scheme_artefact, validation_artefact
from service.clock import Clock
from service.domain import shipped_policies
from service.ledger import Actor
from service.releases import Release
from service.store import Store
from service.store.artefacts import Artefact
from service.use_cases.releases import Office, Wanted
from training.bundle import Bundle, restored

WANG, LI, MACHINE = Actor(kind="person", id="wang"), Actor(kind="person", id="li"), Actor(kind="token", id="0" * 12)
SHIPPED_POLICY = policy_text(shipped_policies()[-1]) or ""
_RULE = 'indicator = "loans_defaulted"\noperator = ">="\nvalue = '
MILDER = SHIPPED_POLICY.replace(_RULE + "1", _RULE + "5")
"""The shipped policy, but one default is no knock-out."""
TWO_ITEMS = SCHEME.format(tiers=TIERS)
LATER = datetime(2099, 1, 1, tzinfo=UTC)


def office_of(store: Store, home: Path, clock: Clock) -> Office:
    return Office(store, home, clock, newest=50)


def wanted(folders: Path, **said: Any) -> Wanted:
    """Two small models by segment, a scheme of two items without peers, and the shipped policy, unless said otherwise."""
    models = {segment: model_artefact(folders / segment) for segment in ("startup", "growth")}
    usual: Mapping[str, Any] = {
        "bundles": models,
        "scheme": scheme_artefact(TWO_ITEMS),
        "reference": None,
        "policy": policy_artefact(SHIPPED_POLICY),
    }
    chosen = {**usual, **said}
    return Wanted(**{"validations": passed(chosen["bundles"].values()), **chosen})


def passed(models: Iterable[Any]) -> tuple[Artefact, ...]:
    """A passing validation for each model that comes with its bytes."""
    found = []
    for model in models:
        if isinstance(model, Artefact):
            with TemporaryDirectory() as space:
                restored(model.content, Path(space))
                found.append(validation_artefact(validation_of(Bundle.load(space)).to_bytes()))
    return tuple(found)


def released(office: Office, release: Wanted, **said: Any) -> Release:
    """Let Wang propose and Li approve."""
    made = office.propose(release, reason="a test", actor=WANG, **said)
    return office.approve(made.proposal_id, reason="looks right", actor=LI)
