"""A database of the version before gains notes and the figures lists are sorted by, taken from the records on file."""

from __future__ import annotations

from pathlib import Path

import builders_cases as cases
from alembic import command
from sqlalchemy import text

from service.store import open_store, upgrade
from service.store.upgrade import _config

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "decision.json"


def test_figures_come_from_the_records_and_are_nothing_without_one(database: str) -> None:
    """A record that was deleted has none, nor has one that this program never wrote."""
    store, config = open_store(database, lock_seconds=5), _config()
    bodies = [GOLDEN.read_bytes(), None, b"no record", b'{"application": null}']
    with store.writing() as unit:
        config.attributes["connection"] = unit
        command.upgrade(config, "0009")
        for place, body in enumerate(bodies):
            unit.execute(
                text(
                    "INSERT INTO decisions (decision_id, firm_id, decided_at, outcome, product, token_id, sha256, body)"
                    " VALUES (:id, :firm, :at, 'approve', 'startup-credit', 't', 'sha256:x', :body)"
                ),
                {"id": f"{place:026}", "firm": "9" * 18, "at": cases.NOW.replace(tzinfo=None), "body": body},
            )
    upgrade(store)
    with store.reading() as unit:
        rows = unit.execute(text("SELECT asked, offered, grade FROM decisions ORDER BY seq")).all()
        notes = unit.execute(text("SELECT count(*) FROM notes")).scalar()
    assert [tuple(row) for row in rows] == [(2_000_000, 900_000, 7), (0, 0, 0), (0, 0, 0), (0, 0, 0)]
    assert notes == 0
    store.close()
