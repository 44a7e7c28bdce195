"""What decides: models by segment, points scheme, peers and policy, and whether they belong together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from features.errors import FeaturesError
from features.indicators import CATALOGUE, catalogue_hash
from features.points import Reference, Scheme
from features.points.reference import check_pair
from service.domain import BundleLike, Policy, misfits
from training.bundle import Bundle

__all__ = ["SEGMENTS", "Active", "mismatches", "unfit"]

SEGMENTS = ("startup", "growth")


@dataclass(frozen=True, slots=True)
class Active:
    """Loaded and verified artefacts; `bundles` and `challengers` by segment, `release_id` of the release they are."""

    bundles: Mapping[str, BundleLike]
    scheme: Scheme
    reference: Reference | None
    policy: Policy
    challengers: Mapping[str, BundleLike] = field(default_factory=dict)
    """Models that are asked after the answer, and never shape it."""
    release_id: str | None = None


def mismatches(active: Active) -> list[str]:
    """Say which of the parts do not belong together, or are missing; an empty list means that they may decide."""
    problems = [f"there is no model for the segment {segment}" for segment in SEGMENTS if segment not in active.bundles]
    problems += misfits(active.policy, active.scheme)
    for said in (active.bundles, active.challengers):
        problems += [f"model {b.name} was trained for {b.segment}, not {s}" for s, b in said.items() if b.segment != s]
    try:
        check_pair(active.scheme, active.reference)
    except FeaturesError as error:
        problems.append(str(error))
    return problems + [why for b in (*active.bundles.values(), *active.challengers.values()) if (why := unfit(b))]


def unfit(bundle: BundleLike) -> str | None:
    """Say why this program may not ask a trained model: it read other indicators, or the same by other definitions."""
    if not isinstance(bundle, Bundle):
        return None
    trained_on = bundle.manifest.hashes.catalogue
    if trained_on not in {None, catalogue_hash()}:
        return f"model {bundle.name} {bundle.version} was trained on other definitions of the indicators; train it again"
    unknown = sorted(set(bundle.features) - set(CATALOGUE))
    if unknown:
        return f"model {bundle.name} {bundle.version} reads {', '.join(unknown)}, which are no indicators; train it on indicators"
    return None
