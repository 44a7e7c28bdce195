"""Routes of allocations: asked for once, worked on in the background, polled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from flask import Blueprint, Response, request
from pydantic import BaseModel, Field

from service.batches import AllocationRequest
from service.tokens import Permission
from service.use_cases.allocations import AllocationFile, ask_allocation, show_allocation
from service.use_cases.decide import key_of
from service.web.answers import json_answer
from service.web.decisions import KEY_HEADER
from service.web.operations import Answer, Ask, operation

__all__ = ["AllocationPage", "allocations"]

allocations = Blueprint("allocations", __name__)


class FirmJudged(BaseModel):
    """What became of a firm of the batch."""

    firm_id: str
    decision_id: str | None = Field(description="Its decision on record; null when it could not be decided")
    outcome: str | None
    error: str | None = Field(description="Code of what kept it from being decided or lent to")
    detail: str | None


class Failure(BaseModel):
    """Why there is no allocation."""

    code: str
    detail: str


class AllocationPage(BaseModel):
    """An allocation as it stands."""

    allocation_id: str
    status: str = Field(description="running, done or failed; ask again while it is running")
    recorded_at: datetime = Field(description="UTC")
    finished_at: datetime | None = Field(description="UTC")
    sha256: str | None = Field(description="Hash of the result's canonical bytes")
    firms: list[FirmJudged]
    allocation: dict[str, Any] | None = Field(
        description="`placed`: amount (yuan), rate (basis points) and expected profit (yuan a year) of each firm; "
        "`unplaced`: the others and why; "
        "`caps`: their use and what one more yuan would earn (basis points a year); `proof`: the profit's upper bound and the gap to it"
    )
    error: Failure | None


@operation(
    allocations,
    "POST",
    "/v1/allocations",
    summary="Spread a lending envelope over a batch of firms, or over decisions on record; the answer is polled",
    permission=Permission.DECIDE,
    body=AllocationRequest,
    headers=KEY_HEADER,
    answers={202: Answer(meaning="It is being worked on", content=AllocationPage, headers=("Location", "Idempotent-Replayed"))},
    problems=("bad-idempotency-key", "idempotency-key-reused", "plan-invalid", "not-ready"),
)
def post_allocation(ask: Ask, body: AllocationRequest) -> Response:
    """Take it up."""
    key = key_of(request.headers.get("Idempotency-Key"), body, ask.caller)
    file = ask_allocation(ask.desk, body, ask.caller, key)
    headers = {"Location": f"/v1/allocations/{file.asked.allocation_id}"}
    if not file.is_new:
        headers["Idempotent-Replayed"] = "true"
    return json_answer(_page(file), 202, headers)


@operation(
    allocations,
    "GET",
    "/v1/allocations/<allocation_id>",
    summary="Show an allocation: still running, done or failed",
    permission=Permission.READ,
    answers={200: Answer(meaning="The allocation", content=AllocationPage)},
    problems=("unknown-allocation",),
)
def get_allocation(ask: Ask, allocation_id: str) -> Response:
    """Show one."""
    return json_answer(_page(show_allocation(ask.desk, allocation_id)))


def _page(file: AllocationFile) -> AllocationPage:
    result = file.result
    said = orjson.loads(result.body) if result else {"status": "running", "firms": [], "allocation": None, "error": None}
    return AllocationPage(
        allocation_id=file.asked.allocation_id,
        recorded_at=file.asked.recorded_at,
        finished_at=result and result.finished_at,
        sha256=result and result.sha256,
        **said,
    )
