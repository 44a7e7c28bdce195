"""What the validations on file say of the models that a release would change."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from service.errors import BadRelease, NotValidated
from service.releases import ModelCheck, Parts, Release
from service.store.artefacts import newest_validation
from service.store.releases import list_releases
from training.bundle import Validation, read_validation
from training.errors import BundleError

__all__ = ["model_checks", "refuse_unvalidated"]


def model_checks(unit: Connection, before: Parts | None, after: Parts) -> tuple[ModelCheck, ...]:
    """Look up every model that decides under `after` and not under `before`; challengers decide nothing and need no validation.

    The newest validation of exactly this bundle counts. A model without one that an earlier release put in force is `approved-before`.
    """
    old = {} if before is None else before.bundles
    changed = {segment: pin for segment, pin in sorted(after.bundles.items()) if segment not in old or old[segment] != pin}
    releases = list_releases(unit) if changed else []
    return tuple(_check(unit, f"model {segment}", pin.sha256, releases) for segment, pin in changed.items())


def _check(unit: Connection, slot: str, bundle: str, releases: Sequence[Release]) -> ModelCheck:
    found = newest_validation(unit, bundle)
    if found is not None:
        return _validated(slot, bundle, *found)
    earlier = next((one for one in releases if any(pin.sha256 == bundle for pin in one.parts.bundles.values())), None)
    if earlier is not None:
        return ModelCheck(slot=slot, bundle=bundle, standing="approved-before", release=earlier.release_id)
    return ModelCheck(slot=slot, bundle=bundle, standing="none")


def _validated(slot: str, bundle: str, pin: str, content: bytes) -> ModelCheck:
    try:
        record: Validation = read_validation(content, source=pin)
    except BundleError as error:
        raise BadRelease(str(error)) from error
    if record.sha256 != pin or record.bundle != bundle:
        raise BadRelease(f"the validation {pin} on file is not one of {bundle}; validate the model again")
    gates = record.gates
    return ModelCheck(
        slot=slot,
        bundle=bundle,
        standing=record.verdict,
        validation=pin,
        data=record.data.sha256,
        n=record.data.n,
        defaults=record.data.defaults,
        simulated=record.data.simulated,
        gates=f"{gates.name} {gates.version} ({gates.status}) {gates.sha256}",
        failed=tuple(record.blocked),
        warned=tuple(record.warned),
        lacking=tuple(record.standing("not-enough-data")),
        operator=record.operator,
    )


def refuse_unvalidated(models: Sequence[ModelCheck], *, waived: bool) -> bool:
    """Say whether a model goes without a passing validation; `NotValidated` unless somebody said that it may."""
    lacking = [one for one in models if not one.holds]
    if lacking and not waived:
        raise NotValidated(
            f"{'; '.join(map(_said, lacking))}; validate with `jifen validate`, or propose `--without-validation` with a reason"
        )
    return bool(lacking)


def _said(one: ModelCheck) -> str:
    if one.standing == "none":
        return f"{one.slot} {one.bundle[:19]} has no validation"
    named = ", ".join(one.failed) if one.standing == "failed" else ", ".join(one.lacking)
    return f"{one.slot} {one.bundle[:19]} has not passed its validation: {one.standing} ({named})"
