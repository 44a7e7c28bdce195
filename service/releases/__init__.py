"""What may decide, as values: a release and its parts, who proposed it, who approved it, and the acts of the switch.

Pure: the ledger keeps these records byte for byte, and pages and the API show them.
"""

from __future__ import annotations

from service.releases.history import Held, slot_history
from service.releases.parts import Change, Parts, Pin, changes, slot_names
from service.releases.people import check_other_person
from service.releases.records import (
    FlipCount,
    Flipped,
    FlowRecord,
    Impact,
    ModelCheck,
    Proposal,
    Release,
    Resumption,
    ShadowBatch,
    ShadowLine,
    SwitchAct,
    Verdict,
)

__all__ = [
    "Change",
    "FlipCount",
    "Flipped",
    "FlowRecord",
    "Held",
    "Impact",
    "ModelCheck",
    "Parts",
    "Pin",
    "Proposal",
    "Release",
    "Resumption",
    "ShadowBatch",
    "ShadowLine",
    "SwitchAct",
    "Verdict",
    "changes",
    "check_other_person",
    "slot_history",
    "slot_names",
]
