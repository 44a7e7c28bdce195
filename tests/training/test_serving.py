"""`mlflow models serve` on a registered bundle, as a bank's platform team would start it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from training.assembly import TrainResult
from training.registry import Registry

PATIENCE = 240


@pytest.fixture
def served(toy: TrainResult, tmp_path: Path) -> Iterator[str]:
    """Address of a model server on a free port; it ends with the test."""
    registry = Registry(tmp_path)
    uri = registry.register(toy, operator="li").model_uri
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    venv = str(Path(sys.executable).parent)
    environment = os.environ | {"MLFLOW_TRACKING_URI": registry.uri, "PATH": f"{venv}{os.pathsep}{os.environ['PATH']}"}
    command = [f"{venv}/mlflow", "models", "serve", "--model-uri", uri, "--env-manager", "local", "--port", str(port)]
    log = (tmp_path / "serve.log").open("wb")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(PATIENCE)
        log.close()


def ask(url: str, body: bytes | None = None) -> bytes:
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return bytes(answer.read())


def is_up(url: str) -> bool:
    try:
        return bool(ask(f"{url}/ping") or True)
    except OSError:
        return False


def wait_for(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_up(url):
        assert time.monotonic() < deadline, "the model server did not answer"
        time.sleep(0.25)


def test_the_bundle_serves_over_http(served: str, toy: TrainResult):
    """A row posted as JSON comes back with the bundle's own margin, PD, score and points."""
    wait_for(served)
    record = {"size": 0.25, "debt": None, "age": 1.5, "kind": "farm", "noise": -0.5}
    body = json.dumps({"dataframe_records": [record, record | {"kind": None, "debt": 2.0}]}).encode()
    first, second = json.loads(ask(f"{served}/invocations", body))["predictions"]
    scores = toy.bundle.score(toy.bundle.encode([record, record | {"kind": None, "debt": 2.0}]))
    assert [first["margin"], second["margin"]] == scores.margin.tolist()
    assert [first["pd"], second["pd"]] == scores.pd.tolist()
    assert [first["score"], second["score"]] == scores.score.tolist()
    assert [first[f"points_{name}"] for name in toy.bundle.features] == scores.contributions[0].tolist()
