"""The service as it runs: gunicorn, two workers, a real model, and a sudden death."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest
from builders_evidence import FIRM, request
from builders_models import small_bundle
from builders_releases import SHIPPED_POLICY, office_of, released, wanted
from builders_service import wait_until

from service.artefacts import policy_artefact
from service.clock import system_clock
from service.config import Settings
from service.sealer import open_ring
from service.serving import environment_of
from service.store import Store, open_store, upgrade
from service.store.records import list_decisions
from service.use_cases.tokens import create_token
from service.use_cases.verify import verify
from service.witness import Witness

ASKED = {"product": "startup-credit", "amount": 500_000, "term_months": 12, "firm_id": FIRM}
FORBIDDEN = ("mlflow", "shap", "sklearn", "matplotlib", "pandas", "pyspark", "lightgbm")


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Running:
    """The service in processes of its own, started and stopped by the test."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        code = "from service.config import settings_from; from service.serving import serve; serve(settings_from())"
        environment = {**os.environ, **environment_of(settings)}
        self.process = subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL, start_new_session=True)
        wait_until(self.is_ready, seconds=60)

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", self.settings.port, timeout=20)
        try:
            connection.request(
                method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json", **(headers or {})}
            )
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def is_ready(self) -> bool:
        assert self.process.poll() is None, "the service stopped"
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except (OSError, HTTPException):
            return False

    def kill(self) -> None:
        """End every process of the service at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    for segment in ("startup", "growth"):
        small_bundle(tmp_path / "bundles" / segment, segment)
    return Settings(home=tmp_path, database_url=database, port=free_port(), threads=4, log_level="ERROR")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = open_store(settings.database)
    upgrade(store)
    policy = re.sub(r"(?m)^effective_from = .*$", "effective_from = 2020-01-01", SHIPPED_POLICY)
    release = wanted(settings.home / "bundles", policy=policy_artefact(policy))
    released(office_of(store, settings.home, system_clock), release)
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
