"""The parts of a release, each by name, version and hash, and what differs between two releases."""

from __future__ import annotations

from collections.abc import Mapping

from service.domain.record.base import Recorded
from service.domain.record.parts import Hash

__all__ = ["Change", "Parts", "Pin", "changes", "slot_names"]


class Pin(Recorded):
    """One artefact."""

    name: str
    version: str
    sha256: Hash

    @property
    def label(self) -> str:
        """Name and version, for people."""
        return f"{self.name}@{self.version}"


class Parts(Recorded):
    """What decides, as one unit: the parts must belong together. `challengers` are asked in the shadow of the answer."""

    bundles: dict[str, Pin]
    challengers: dict[str, Pin]
    scheme: Pin
    reference: Pin | None
    policy: Pin

    @property
    def slots(self) -> Mapping[str, Pin]:
        """Every part by its slot: `model startup`, `challenger startup`, `scheme`, `reference`, `policy`."""
        models = {f"model {segment}": pin for segment, pin in sorted(self.bundles.items())}
        challengers = {f"challenger {segment}": pin for segment, pin in sorted(self.challengers.items())}
        peers = {} if self.reference is None else {"reference": self.reference}
        return {**models, **challengers, "scheme": self.scheme, **peers, "policy": self.policy}


class Change(Recorded):
    """A slot that changes: what stood there before and what stands there after, None for nothing."""

    slot: str
    before: Pin | None
    after: Pin | None


def slot_names(*releases: Parts | None) -> list[str]:
    """Name every slot that one of these releases fills, in the order of `Parts.slots`."""
    return list(dict.fromkeys(slot for parts in releases if parts is not None for slot in parts.slots))


def changes(before: Parts | None, after: Parts) -> tuple[Change, ...]:
    """List what changes, slot by slot; `before` is None where nothing was in force."""
    old: Mapping[str, Pin] = {} if before is None else before.slots
    new = after.slots
    pairs = ((slot, old.get(slot), new.get(slot)) for slot in slot_names(after, before))
    return tuple(Change(slot=slot, before=was, after=now) for slot, was, now in pairs if was != now)
