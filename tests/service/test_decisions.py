"""Deciding over HTTP: the answer is the record."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from service.domain import Decision


def test_a_decision_is_answered_as_it_is_kept(client: FlaskClient, officer: dict[str, str], asked: dict[str, Any]) -> None:
    """What POST answers, GET answers again, byte for byte, under the address and hash that POST named."""
    made = client.post("/v1/decisions", json=asked, headers=officer)
    assert made.status_code == 201, made.text
    kept = client.get(made.headers["Location"], headers=officer)
    assert (kept.status_code, kept.data, kept.headers["ETag"]) == (200, made.data, made.headers["ETag"])
    assert made.headers["ETag"] == f'"{Decision.model_validate_json(made.data).hash}"'
