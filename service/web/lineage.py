"""The route that walks a decision's values back to where they came from."""

from __future__ import annotations

from flask import Blueprint, Response

from service.tokens import Permission
from service.use_cases.lineage import lineage_of
from service.web.answers import json_answer
from service.web.answers_lineage import LineagePage
from service.web.operations import Answer, Ask, operation

__all__ = ["lineage"]

lineage = Blueprint("lineage", __name__)


@operation(
    lineage,
    "GET",
    "/v1/decisions/<decision_id>/lineage",
    summary="Walk every scored value back to raw rows, and each row to the loading it came with",
    permission=Permission.READ,
    answers={200: Answer(meaning="Values, rows and loadings", content=LineagePage)},
    problems=("unknown-decision", "gone"),
)
def get_lineage(ask: Ask, decision_id: str) -> Response:
    """Walk it back."""
    return json_answer(LineagePage.of(lineage_of(ask.desk.store, decision_id)))
