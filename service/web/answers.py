"""What the API answers, field by field, and how an answer is made."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal, Self

import orjson
from flask import Response
from pydantic import BaseModel, Field

from features.vocabulary import Product
from service.domain import Decision, Outcome, Purpose
from service.domain.record.offers import Offer
from service.domain.record.parts import Missing, Reason
from service.domain.record.recourse import RecoursePlan, Says
from service.store.evidence import KeptLoading, Loading

__all__ = [
    "Alive",
    "DecisionLine",
    "DecisionsPage",
    "EvidenceVersion",
    "FirmPage",
    "IngestAnswer",
    "ModelsPage",
    "NamedHash",
    "OffersPage",
    "PointsPage",
    "ProductOffer",
    "Readiness",
    "SchemeLine",
    "json_answer",
]

Moment = Field(description="UTC")


def json_answer(body: BaseModel | dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer with a JSON body."""
    content = body.model_dump(mode="json") if isinstance(body, BaseModel) else body
    return Response(orjson.dumps(content), status, headers, mimetype="application/json")


class DecisionLine(BaseModel):
    """A decision in a list."""

    seq: int = Field(description="Its place in the order of recording")
    decision_id: str
    firm_id: str
    decided_at: datetime = Moment
    product: str
    outcome: str
    sha256: str = Field(description="Hash of the decision's canonical bytes")


class DecisionsPage(BaseModel):
    """A page of decisions, oldest first."""

    decisions: list[DecisionLine]
    next: int | None = Field(description="Send it as `after` for the next page; null when this is the last")


class EvidenceVersion(BaseModel):
    """A version of a firm's evidence."""

    firm_id: str
    version: int
    sha256: str = Field(description="Hash of the evidence; decisions pin it")
    name: str
    ingest_id: str
    recorded_at: datetime = Moment


class FirmPage(BaseModel):
    """What is on file of a firm."""

    firm_id: str
    version: int
    sha256: str
    evidence: dict[str, list[dict[str, Any]]] = Field(description="Rows by table; a table that was never supplied is absent")
    versions: list[EvidenceVersion]


class IngestAnswer(BaseModel):
    """One loading of evidence."""

    ingest_id: str
    source: str = Field(description="Where it was taken from; the channel where nobody said")
    channel: str | None = Field(description="The way it came in")
    authority: str | None = Field(description="On which basis, or from which body, it was obtained")
    consent: str | None = Field(description="Reference of the firm's consent")
    fetched_at: datetime | None = Field(description="When it was fetched from its source; UTC")
    rows: int = Field(description="Rows sent, over all tables")
    firms: int = Field(description="Firms that got a new version of their evidence")
    checksum: str
    operator: str = Field(description="Who loaded it")
    recorded_at: datetime = Moment

    @classmethod
    def of(cls, loading: Loading | KeptLoading) -> Self:
        """Take from a loading what the answer shows."""
        return cls(**{name: getattr(loading, name) for name in cls.model_fields})


class PointsPage(BaseModel):
    """A firm's innovation points; every number of points is in hundredths of a point."""

    firm_id: str
    evidence: str = Field(description="Hash of the evidence they rest on")
    scheme: str
    scheme_hash: str
    scheme_status: str = Field(description="official, or illustrative where the official table is not published")
    reference: str | None
    reference_hash: str | None
    stage: str
    field: str
    unit: str
    total: int
    out_of: int
    percentile: int | None = Field(description="Of the total among its peers, in hundredths of a percent")
    tier: str | None
    coverage: str = Field(description="Share of the weight whose item is known")
    groups: list[dict[str, Any]]
    items: list[dict[str, Any]]
    missing: list[str]
    note: list[str]
    eligibility: dict[str, Any] | None


class ProductOffer(BaseModel):
    """What one product would answer."""

    product: Product
    zh: str
    outcome: Outcome
    offer: Offer | None
    says: Says | None
    reasons: tuple[Reason, ...] = Field(description="What stands against it, the strongest first")
    missing: tuple[Missing, ...]
    better: RecoursePlan | None = Field(description="The nearest better answer of the same product; null when none was found")

    @classmethod
    def of(cls, decision: Decision, better: RecoursePlan | None) -> Self:
        """Take from a decision what the comparison shows."""
        product = decision.application.product
        return cls(
            product=product,
            zh=product.zh,
            outcome=decision.outcome,
            offer=decision.offer,
            says=decision.says,
            reasons=tuple(reason for reason in decision.reasons if reason.direction == "-"),
            missing=decision.missing,
            better=better,
        )


class OffersPage(BaseModel):
    """Every product of the policy in force, side by side; nothing of it is decided or kept."""

    firm_id: str
    as_of: date
    amount: int = Field(description="Yuan asked of each product")
    term_months: int
    purpose: Purpose | None
    recorded: Literal[False] = Field(default=False, description="A comparison only: POST /v1/decisions decides and records")
    evidence: str = Field(description="Hash of the evidence it rests on")
    policy: str = Field(description="Name and hash of the policy it rests on")
    order: str = Field(
        default="outcome (approve, counter, refer, decline), then the larger amount, then the lower rate, then the order of the policy",
        description="How the offers are sorted",
    )
    offers: list[ProductOffer]


class NamedHash(BaseModel):
    """An artefact that decides now."""

    name: str
    version: str
    sha256: str
    simulated: bool | None = Field(default=None, description="Does it rest on simulated firms?")


class SchemeLine(BaseModel):
    """A points scheme that can be asked for."""

    name: str
    version: str
    status: str
    sha256: str
    active: bool


class ModelsPage(BaseModel):
    """What decides now."""

    release_id: str | None = Field(description="The approved release whose parts these are")
    bundles: dict[str, NamedHash] = Field(description="By segment")
    challengers: dict[str, NamedHash] = Field(description="By segment: models asked in the shadow of the answer")
    schemes: list[SchemeLine]
    reference: NamedHash | None
    policy: NamedHash


class Alive(BaseModel):
    """The process runs."""

    status: str


class Readiness(BaseModel):
    """Whether the service may decide."""

    status: str = Field(description="ready, or not-ready")
    checks: dict[str, str] = Field(description="By part: ok, or what is missing and what to do")
