"""The service as it runs: gunicorn, two workers, a real model, and a sudden death."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import pytest
from builders_evidence import FIRM, request
from builders_running import Running, free_port, release_small
from builders_service import wait_until

from service.config import Settings
from service.sealer import open_ring
from service.store import Store, open_store, upgrade
from service.store.records import list_decisions
from service.use_cases.tokens import create_token
from service.use_cases.verify import verify
from service.witness import Witness

ASKED = {"product": "startup-credit", "amount": 500_000, "term_months": 12, "firm_id": FIRM}
FORBIDDEN = ("mlflow", "shap", "sklearn", "matplotlib", "pandas", "pyspark", "lightgbm", "scipy", "optuna", "alembic", "rich", "plotly")


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    return Settings(home=tmp_path, database_url=database, port=free_port(), threads=4, log_level="ERROR")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = open_store(settings.database)
    upgrade(store)
    release_small(store, settings)
    yield store
    store.close()


def bearer(store: Store, role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {create_token(store, name=role, role=role).text}"}


def test_every_acknowledged_decision_survives_a_sudden_death(settings: Settings, store: Store) -> None:
    """Two workers are killed in the middle of their work: every answer that was given is on record after a restart."""
    service = Running(settings)
    officer, risk = bearer(store, "officer"), bearer(store, "risk")
    assert service.ask("POST", "/v1/firms", request(), risk)[0] == 201
    answered: list[bytes] = []

    def send(_: int) -> None:
        while True:
            try:
                status, body = service.ask("POST", "/v1/decisions", ASKED, officer)
            except (OSError, HTTPException):
                return
            assert status == 201, body
            answered.append(body)

    with ThreadPoolExecutor(4) as threads:
        work = [threads.submit(send, n) for n in range(4)]
        wait_until(lambda: len(answered) >= 40)
        service.kill()
        for one in work:
            one.result()
    again = Running(settings)
    for body in answered:
        decision = json.loads(body)["decision_id"]
        assert again.ask("GET", f"/v1/decisions/{decision}", headers=officer) == (200, body)
    assert b'route="/v1/decisions/<decision_id>",status="200"} %d.0' % len(answered) in again.ask("GET", "/metrics")[1]
    again.stop()
    with store.reading() as unit:
        assert len(list_decisions(unit, firm_id=None, after=0, limit=100_000)) >= len(answered)
    report = verify(store, open_ring(store, settings), Witness(settings.witness_folders))
    assert report.is_intact, report.findings
    assert report.unsealed == 0  # a worker that is stopped seals what it has recorded


def test_the_request_path_loads_no_training_library(tmp_path: Path) -> None:
    """A process that serves and decides has imported neither MLflow nor shap, nor what only training needs."""
    code = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from service.wsgi import application
import service.gunicorn_conf
application().test_client().get("/readyz")
print([name for name in {FORBIDDEN!r} if name in sys.modules])
"""
    environment = {**os.environ, "JIFEN_HOME": str(tmp_path), "JIFEN_LOG_LEVEL": "ERROR", "JIFEN_DATABASE_URL": ""}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
