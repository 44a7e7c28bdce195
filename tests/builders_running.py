"""The service in processes of its own, as it runs, and a small release for it to decide with."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from builders_models import small_bundle
from builders_releases import SHIPPED_POLICY, office_of, released, wanted
from builders_service import wait_until

from service.artefacts import policy_artefact
from service.clock import system_clock
from service.config import Settings
from service.serving import environment_of
from service.store import Store


def release_small(store: Store, settings: Settings) -> None:
    """Put small real models in force, from long ago."""
    for segment in ("startup", "growth"):
        small_bundle(settings.home / "bundles" / segment, segment)
    policy = re.sub(r"(?m)^effective_from = .*$", "effective_from = 2020-01-01", SHIPPED_POLICY)
    released(office_of(store, settings.home, system_clock), wanted(settings.home / "bundles", policy=policy_artefact(policy)))


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
        wait_until(self.is_ready, seconds=180)

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", self.settings.port, timeout=60)
        try:
            connection.request(
                method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json", **(headers or {})}
            )
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def workers(self) -> list[int]:
        """Give the numbers of its worker processes."""
        return [int(one) for one in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()]

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
        self.process.wait(60)
