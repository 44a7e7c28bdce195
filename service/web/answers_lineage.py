"""What the API answers about where a decision's values came from."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, Self

from pydantic import BaseModel, Field

from service.domain.lineage import TracedRow
from service.use_cases.lineage import DecisionLineage
from service.web.answers import IngestAnswer

__all__ = ["LineagePage"]


class ValueShown(BaseModel):
    """A value that counted."""

    indicator: str
    zh: str
    en: str
    value: str | None = Field(description="As recorded; null where it was unknown")
    used_by: list[str] = Field(description="points:<item>, score, rule:<table>/<rule>")
    tables: list[str] = Field(description="The evidence tables it is computed from; their rows are listed in `tables`")


class RowShown(BaseModel):
    """A raw row that was known at the as-of date."""

    row: dict[str, Any] = Field(description="As it was known then: events that lay ahead are null")
    happened_on: date | None
    known_on: date | None
    stands: bool = Field(description="false where a later statement of the same period had replaced it by then")
    came_with: Literal["loading", "request"]
    version: int | None = Field(description="The version of the firm's evidence it first came with; null where the request carried it")
    ingest_id: str | None = Field(description="The loading it first came with, described in `loadings`")


class LineagePage(BaseModel):
    """Every scored value of a decision, walked back to raw rows and to the loading each row first came with."""

    decision_id: str
    firm_id: str
    as_of: date
    evidence: str = Field(description="Hash of the pinned evidence")
    evidence_from: Literal["file", "request"]
    version: int | None = Field(description="The version of the firm's evidence that is pinned; null where the request carried it")
    same_definitions: bool = Field(description="Are the indicators still defined as they were when it was decided?")
    values: list[ValueShown]
    tables: dict[str, list[RowShown]]
    loadings: list[IngestAnswer]

    @classmethod
    def of(cls, found: DecisionLineage) -> Self:
        """Show a lineage."""
        decision = found.decision
        return cls(
            decision_id=decision.decision_id,
            firm_id=decision.application.firm_id,
            as_of=decision.as_of,
            evidence=decision.pins.evidence,
            evidence_from="request" if found.version is None else "file",
            version=found.version,
            same_definitions=found.same_definitions,
            values=[ValueShown.model_validate(one, from_attributes=True) for one in found.values],
            tables={table: [_row(row) for row in rows] for table, rows in found.tables.items()},
            loadings=[IngestAnswer.of(loading) for _, loading in sorted(found.loadings.items())],
        )


def _row(traced: TracedRow) -> RowShown:
    row = traced.row
    return RowShown.model_validate(
        {
            "row": dict(row.known),
            "happened_on": row.happened_on,
            "known_on": row.known_on,
            "stands": row.stands,
            "came_with": "request" if traced.version is None else "loading",
            "version": traced.version,
            "ingest_id": traced.ingest_id,
        }
    )
