"""What stood in every slot since when, and by whose word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.releases.parts import Pin, slot_names
from service.releases.records import Release

__all__ = ["Held", "slot_history"]


@dataclass(frozen=True, slots=True)
class Held:
    """An artefact that came into a slot with a release; None where the slot was emptied."""

    slot: str
    pin: Pin | None
    release: Release


def slot_history(approved: Sequence[Release]) -> list[Held]:
    """List every change of every slot, slot by slot, each from the moment its release began, oldest first."""
    in_order = sorted(approved, key=lambda one: one.effective_from)
    found: list[Held] = []
    for name in slot_names(*(one.parts for one in in_order)):
        before: Pin | None = None
        for one in in_order:
            pin = one.parts.slots.get(name)
            if pin != before:
                found.append(Held(name, pin, one))
            before = pin
    return found
