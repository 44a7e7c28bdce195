"""What the decision refuses to work with: a wrong policy file, or parts that do not belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.errors import ServiceError

__all__ = ["DecisionError", "PolicyError", "PolicyFault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFault:
    """One wrong value of a policy file: where it stands (`row` is 1-based, None outside lists) and what to do."""

    table: str
    row: int | None
    field: str
    value: str
    rule: str
    remedy: str

    def __str__(self) -> str:
        """Give the fault in one line, without the file's name."""
        place = f"{self.table} row {self.row}" if self.row else self.table
        return f"{place}, {self.field} = {self.value}: {self.rule}; {self.remedy}"


class PolicyError(ServiceError):
    """A policy file is wrong; `faults` lists every one, and the message names the file, table, row, value and remedy."""

    code = "policy-invalid"

    def __init__(self, source: str, faults: Sequence[PolicyFault]) -> None:
        super().__init__("\n".join(f"{source}: {fault}" for fault in faults))
        self.source = source
        self.faults = tuple(faults)


class DecisionError(ServiceError):
    """The parts of a decision contradict each other (another firm, another day, a policy not yet in force), so none is given."""

    code = "decision-refused"
