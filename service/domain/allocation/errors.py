"""What an allocation refuses to work with."""

from __future__ import annotations

from collections.abc import Sequence

from features.checks import Fault
from service.errors import ServiceError

__all__ = ["AllocationError", "BatchFaults", "PlanError"]

SHOWN = 20


class AllocationError(ServiceError):
    """An allocation that cannot be stood by (the solver gave no answer, or one that breaks a cap), so none is given."""

    code = "allocation-failed"


class PlanError(ServiceError):
    """An allocation plan is wrong; the message names the file and, line by line, each place, value and remedy."""

    code = "plan-invalid"

    def __init__(self, source: str, lines: Sequence[str]) -> None:
        super().__init__("\n".join(f"{source}: {line}" for line in lines))
        self.lines = tuple(lines)


class BatchFaults(ServiceError):  # noqa: N818 - it is the list of faults that is raised
    """A batch was refused as a whole; `faults` lists every bad value with its table, row (from 1), column and remedy."""

    code = "batch-faults"

    def __init__(self, faults: Sequence[Fault]) -> None:
        shown = [f"  {_line(fault)}" for fault in faults[:SHOWN]]
        more = [f"  ... and {len(faults) - SHOWN:,} more"] if len(faults) > SHOWN else []
        super().__init__("\n".join([f"{len(faults):,} wrong values in the batch; nothing was allocated", *shown, *more]))
        self.faults = tuple(faults)


def _line(fault: Fault) -> str:
    place = " ".join(part for part in (fault.table, f"row {fault.row}" if fault.row else "", fault.column) if part)
    return f"{place} = {fault.value!r}: {fault.rule}; {fault.remedy}"
