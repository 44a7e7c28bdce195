"""The evidence of one firm as a request carries it."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from features.evidence.dossier import EPOCH, canonical_dossier, joined_registers
from features.tables import (
    REGISTERS,
    TABLES,
    Conduct,
    Contract,
    Financial,
    Firm,
    Funding,
    Invoice,
    Loan,
    Patent,
    Programme,
    Qualification,
    Row,
    Table,
    Talent,
)

__all__ = ["MOST_ROWS", "FirmEvidence", "dossier_of"]

MOST_ROWS = 5_000
"""A request carries at most this many rows of one table; more come as a bulk file."""


def _rows(name: str) -> Any:
    spec = TABLES[name]
    said, least = ("[] means searched and none found", 0) if name in REGISTERS else ("leave it out when there is none", 1)
    return Field(
        None, title=spec.zh, description=f"{spec.document_en}; {said}", max_length=MOST_ROWS, json_schema_extra={"minItems": least}
    )


class FirmEvidence(BaseModel):
    """All that a client tells about one firm; each table is a list of its rows.

    None (or absent) means that a table was not supplied, so its indicators stay unknown. An empty list of an event register
    means that it was searched and holds nothing on the firm. Validate with `context={"today": date}` to refuse facts that
    lie ahead.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    firm: Firm
    financials: tuple[Financial, ...] | None = _rows("financials")
    patents: tuple[Patent, ...] | None = _rows("patents")
    talent: tuple[Talent, ...] | None = _rows("talent")
    programmes: tuple[Programme, ...] | None = _rows("programmes")
    contracts: tuple[Contract, ...] | None = _rows("contracts")
    funding: tuple[Funding, ...] | None = _rows("funding")
    qualifications: tuple[Qualification, ...] | None = _rows("qualifications")
    conduct: tuple[Conduct, ...] | None = _rows("conduct")
    invoices: tuple[Invoice, ...] | None = _rows("invoices")
    loans: tuple[Loan, ...] | None = _rows("loans")

    @property
    def is_empty(self) -> bool:
        """Was nothing supplied beside the firm's own row, not even that a register was searched?"""
        return not self.supplied() and not self.firm.searched

    def supplied(self) -> dict[str, tuple[Row, ...]]:
        """The tables that were supplied, without `firms`, by name."""
        return {name: rows for name in TABLES if (rows := getattr(self, name, None)) is not None}

    @field_validator("*", mode="before")
    @classmethod
    def _not_too_many(cls, value: Any, info: ValidationInfo) -> Any:
        name = str(info.field_name)
        if isinstance(value, list | tuple) and len(value) > MOST_ROWS:
            raise ValueError(f"{name} has {len(value):,} rows where a request carries at most {MOST_ROWS:,}; load them as a bulk file")
        if value in ([], ()) and name not in REGISTERS:
            raise ValueError(f"{name} is an empty list, which says nothing; leave it out, or send the {TABLES[name].document_en}")
        return value

    @model_validator(mode="after")
    def _one_firm_and_keys_once(self) -> Self:
        for name, rows in self.supplied().items():
            _refuse_strangers(name, rows, self.firm.firm_id)
            _refuse_repetitions(TABLES[name], rows)
        return self


def _refuse_strangers(name: str, rows: tuple[Any, ...], firm_id: str) -> None:
    for number, row in enumerate(rows):
        if row.firm_id != firm_id:
            raise ValueError(f"{name}[{number}].firm_id {row.firm_id} is not the firm {firm_id}; send one firm's evidence at a time")


def _refuse_repetitions(spec: Table, rows: tuple[Row, ...]) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    for number, row in enumerate(rows):
        first = seen.setdefault(_key(spec, row), number)
        if first != number:
            raise ValueError(f"{spec.name}[{number}] has the same {', '.join(spec.key)} as {spec.name}[{first}]; keep one of the two")


def _key(spec: Table, row: Row) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in spec.key)


def dossier_of(evidence: FirmEvidence) -> bytes:
    """Give the dossier of a firm's evidence; registers supplied as empty lists count as searched."""
    supplied = evidence.supplied()
    tables = {name: _columns(TABLES[name], sorted(rows, key=lambda row: _key(TABLES[name], row))) for name, rows in supplied.items()}
    firm = _columns(TABLES["firms"], [evidence.firm])
    firm["searched"] = [joined_registers([evidence.firm.searched, *(name for name, rows in supplied.items() if not rows)])]
    return canonical_dossier({"firms": firm, **tables})


def _columns(spec: Table, rows: list[Any]) -> dict[str, list[Any]]:
    return {c.name: [_kept(c.kind, getattr(row, c.name)) for row in rows] for c in spec.columns}


def _kept(kind: str, value: Any) -> Any:
    if kind == "date" and value is not None:
        return (value - EPOCH).days
    return value.value if kind == "word" and value is not None else value
