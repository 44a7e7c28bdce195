"""A database of the version before gains overrides, reviews and holds, and loses nothing."""

from __future__ import annotations

import builders_cases as cases
import pytest
from alembic import command
from sqlalchemy import text

from service.store import Store, open_store, upgrade
from service.store.upgrade import _config


@pytest.fixture
def earlier(database: str) -> Store:
    """A database before this version, with a decision that a key led to."""
    store = open_store(database, lock_seconds=5)
    config = _config()
    with store.writing() as unit:
        config.attributes["connection"] = unit
        command.upgrade(config, "0003")
        for number in ("A", "B"):
            unit.execute(
                text(
                    "INSERT INTO decisions (decision_id, firm_id, decided_at, outcome, product, token_id, sha256, body)"
                    " VALUES (:id, :firm, :at, 'approve', 'startup-credit', 't', 'sha256:x', :body)"
                ),
                {"id": number * 26, "firm": "9" * 18, "at": cases.NOW.replace(tzinfo=None), "body": number.encode()},
            )
            unit.execute(
                text("INSERT INTO idempotency (token_id, key, request_sha, decision_id) VALUES ('t', :key, 'sha256:y', :id)"),
                {"key": number, "id": number * 26},
            )
    return store


def test_an_upgrade_keeps_decisions_keys_and_their_numbers(earlier: Store) -> None:
    """Bodies, keys and places of recording stay; the next decision gets the next place, never a used one."""
    upgrade(earlier)
    insert = text(
        "INSERT INTO decisions (decision_id, firm_id, decided_at, outcome, product, token_id, sha256, body)"
        " VALUES ('C', 'f', :at, 'decline', 'p', 't', 's', NULL)"
    )
    with earlier.writing() as unit:
        unit.execute(text("DELETE FROM idempotency WHERE key = 'B'"))
        unit.execute(text("DELETE FROM decisions WHERE decision_id = :id"), {"id": "B" * 26})
        unit.execute(insert, {"at": cases.NOW.replace(tzinfo=None)})
        rows = unit.execute(text("SELECT seq, decision_id, body FROM decisions ORDER BY seq")).all()
        keys = unit.execute(text("SELECT key, decision_id FROM idempotency")).all()
    assert [(row.seq, row.decision_id, None if row.body is None else bytes(row.body)) for row in rows] == [
        (1, "A" * 26, b"A"),
        (3, "C", None),
    ]
    assert [tuple(row) for row in keys] == [("A", "A" * 26)]
    earlier.close()
