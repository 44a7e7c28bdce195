"""What callers may send: the bodies and parameters of the API, each field with its meaning."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from features.evidence import FirmEvidence
from features.tables import TABLES, FirmId
from features.vocabulary import Product
from service.days import LARGEST, Day
from service.domain.application import MAX_AMOUNT, MAX_TERM, Purpose
from service.ledger import Kind
from service.lineage import Lineage

__all__ = [
    "ConsistencyQuery",
    "DecisionRequest",
    "DecisionsQuery",
    "EntriesQuery",
    "ExportRequest",
    "FirmQuery",
    "FirmRequest",
    "InclusionQuery",
    "OffersQuery",
    "PointsQuery",
    "Strict",
    "Upload",
]

EARLIEST = date(1990, 1, 1)
NEWEST = 2**31 - 1
"""Of a version, as the databases count them."""


class Strict(BaseModel):
    """Frozen; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _not_ahead(day: date | None, info: ValidationInfo) -> date | None:
    today = (info.context or {}).get("today")
    if day is not None and today is not None and day > today:
        raise ValueError(f"must not be after today in China ({today}); leave it out for today")
    return day


def _not_empty(evidence: FirmEvidence | None) -> FirmEvidence | None:
    if evidence is not None and evidence.is_empty:
        raise ValueError(
            "must hold at least one table beside the firm's own row; send a statement, or an empty list of a register that was searched"
        )
    return evidence


class DecisionRequest(Strict):
    """An application for a loan: what the firm asks for, and the firm by its code or by its evidence."""

    model_config = ConfigDict(strict=True)

    product: Product = Field(description="The product asked for; `other` only marks past loans and is refused")
    amount: int = Field(ge=1, le=MAX_AMOUNT, description="Amount asked for, in whole yuan")
    term_months: int = Field(ge=1, le=MAX_TERM, description="Term asked for, in months")
    purpose: Purpose | None = Field(default=None, description="What the loan pays for")
    firm_id: FirmId | None = Field(default=None, description="A firm whose evidence is on file; or send `evidence`")
    evidence: FirmEvidence | None = Field(default=None, description="The firm's evidence itself; it is kept with the decision only")
    as_of: Day | None = Field(default=None, description="Facts known by the end of this day count; default today in China")
    recourse: bool = Field(default=True, description="Look for what would change the answer, unless it is approved as asked")

    @field_validator("product")
    @classmethod
    def _askable(cls, product: Product) -> Product:
        if product is Product.OTHER:
            raise ValueError("other marks past loans outside the four products; ask for one of the four")
        return product

    @field_validator("as_of")
    @classmethod
    def _known_by_now(cls, day: date | None, info: ValidationInfo) -> date | None:
        if day is not None and day < EARLIEST:
            raise ValueError(f"must be at least {EARLIEST}; correct the value")
        return _not_ahead(day, info)

    @field_validator("evidence")
    @classmethod
    def _says_something(cls, evidence: FirmEvidence | None) -> FirmEvidence | None:
        return _not_empty(evidence)

    @model_validator(mode="after")
    def _one_firm(self) -> Self:
        if (self.firm_id is None) == (self.evidence is None):
            raise ValueError("must name the firm once; send either firm_id, for a firm on file, or evidence")
        return self


class FirmRequest(FirmEvidence):
    """A firm's evidence to be put on file; tables that are left out stay as they are, rows of the same key are replaced."""

    lineage: Lineage | None = Field(default=None, description="Where it comes from; an installation may require source and authority")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        _not_empty(self)
        return self


class DecisionsQuery(Strict):
    """Which decisions to list, oldest first."""

    firm_id: FirmId | None = Field(default=None, description="Only this firm's")
    after: int = Field(default=0, ge=0, le=LARGEST, description="Only those recorded after this place; `next` of the page before")
    limit: int = Field(default=50, ge=1, le=LARGEST, description="Most decisions on the page; the service's own limit may be lower")


class EntriesQuery(Strict):
    """Which entries of the ledger to list, oldest first."""

    after: int = Field(default=-1, ge=-1, le=LARGEST, description="Only those behind this place; `next` of the page before")
    limit: int = Field(default=50, ge=1, le=LARGEST, description="Most entries on the page; the service's own limit may be lower")
    kind: Kind | None = Field(default=None, description="Only of this kind")
    subject: str | None = Field(default=None, max_length=64, description="Only about this: a decision's, user's or release's number")
    actor: str | None = Field(default=None, max_length=64, description="Only what this person or token did")


class InclusionQuery(Strict):
    """What to prove."""

    seq: int | None = Field(default=None, ge=0, le=LARGEST, description="The entry's place; or name a decision")
    decision_id: str | None = Field(default=None, max_length=40, description="A decision; or give an entry's place")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.seq is None) == (self.decision_id is None):
            raise ValueError("must name one entry; send either seq or decision_id")
        return self


class ExportRequest(Strict):
    """Decisions to take away, with everything they stand on."""

    decisions: Annotated[tuple[Annotated[str, Field(max_length=40)], ...], Field(min_length=1, max_length=1_000)] = Field(
        description="Numbers of decisions; more than a thousand at once with `jifen audit export`"
    )
    checkpoints: Annotated[tuple[Annotated[int, Field(ge=1, le=LARGEST)], ...], Field(max_length=100)] = Field(
        default=(), description="Sizes of checkpoints that were kept earlier, to prove that the ledger still begins with them"
    )


class ConsistencyQuery(Strict):
    """Which trees to compare."""

    before: int = Field(ge=1, le=LARGEST, description="Entries of the earlier tree, as an earlier checkpoint says")
    after: int | None = Field(
        default=None, ge=1, le=LARGEST, description="Entries of the later tree; default those of the newest checkpoint"
    )


class FirmQuery(Strict):
    """Which version of a firm's evidence to show."""

    version: int | None = Field(default=None, ge=1, le=NEWEST, description="A version; default the newest")


class OffersQuery(Strict):
    """What a firm would ask of every product."""

    amount: int = Field(ge=1, le=MAX_AMOUNT, description="Amount asked for, in whole yuan")
    term_months: int = Field(ge=1, le=MAX_TERM, description="Term asked for, in months")
    purpose: Purpose | None = Field(default=None, description="What the loan pays for; equipment brings a split between loan and lease")


class PointsQuery(Strict):
    """How to compute a firm's points."""

    scheme: str | None = Field(default=None, max_length=64, description="A points scheme; default the one that decides")


class _Upload(Strict):
    """Files of evidence tables, CSV or Parquet, each in the field that has the table's name; `firms` is required.

    Text fields say where they come from: source, authority, consent, fetched_at.
    """


def _file(name: str) -> Any:
    described = Field(default=None, description=f"{TABLES[name].document_en}: {name}.csv or {name}.parquet")
    return (Annotated[bytes | None, described], None)


def _text(name: str) -> Any:
    return (str | None, Field(default=None, description=Lineage.model_fields[name].description))


def _upload_model() -> type[BaseModel]:
    from pydantic import create_model  # noqa: PLC0415

    files = {name: _file(name) for name in TABLES}
    texts = {name: _text(name) for name in Lineage.model_fields}
    return create_model("Upload", __base__=_Upload, __doc__=_Upload.__doc__, **files, **texts)


Upload = _upload_model()
