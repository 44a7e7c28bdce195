"""What is wrong with a scheme file, fault by fault: file, section, item, value, rule and remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from features.errors import SchemeError

__all__ = ["SchemeFault", "SchemeFaults", "faults_of"]

REMEDIES: Mapping[str, str] = {
    "missing": "add it",
    "extra_forbidden": "remove it or correct its spelling",
    "literal_error": "use one of the words listed",
    "union_tag_invalid": "use one of the rules listed",
    "union_tag_not_found": 'add kind = "..." to the rule',
    "string_pattern_mismatch": "use lower-case letters, digits, '_' and '-'",
}


@dataclass(frozen=True, slots=True)
class SchemeFault:
    """One fault of a scheme file; `item` is the entry's id, or its number from 1 where it has none."""

    file: str
    section: str
    item: str
    value: str
    rule: str
    remedy: str

    def __str__(self) -> str:
        """Write the fault as one line."""
        place = " ".join(filter(None, (self.section, self.item)))
        return f"{self.file}: {place} = {self.value}: {self.rule}; {self.remedy}"


class SchemeFaults(SchemeError):  # noqa: N818 - it is the faults, all of them
    """A scheme file is refused; `faults` has every one, and the message lists them."""

    code = "scheme-invalid"

    def __init__(self, faults: Sequence[SchemeFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def shown(value: Any) -> str:
    """Show a value of the file, cut to a readable length."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _entry(raw: Any, section: str, rest: list[str | int]) -> tuple[str, list[str | int]]:
    """Name the entry a location points into, and give the location inside it."""
    if not rest or not isinstance(rest[0], int):
        return "", rest
    entries = raw.get(section) if isinstance(raw, Mapping) else None
    entry = entries[rest[0]] if isinstance(entries, Sequence) and rest[0] < len(entries) else None
    name = entry.get("id") if isinstance(entry, Mapping) else None
    return str(name or f"#{rest[0] + 1}"), rest[1:]


def _fault(file: str, raw: Any, error: ErrorDetails) -> SchemeFault:
    section, *rest = error["loc"] or ("file",)
    name, inside = _entry(raw, str(section), rest)
    missing = error["type"] == "missing"
    remedy = error.get("ctx", {}).get("remedy") or REMEDIES.get(error["type"], "correct the value")
    return SchemeFault(
        file=file,
        section=str(section),
        item=".".join([*([name] if name else []), *map(str, inside)]),
        value="nothing" if missing else shown(error["input"]),
        rule=error["msg"],
        remedy=str(remedy),
    )


def faults_of(file: str, raw: Any, error: ValidationError) -> list[SchemeFault]:
    """Turn what pydantic found in `raw` into faults that name the item and the remedy."""
    return [_fault(file, raw, detail) for detail in error.errors(include_url=False)]
