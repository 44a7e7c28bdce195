"""The service as a supervisor keeps it: whenever it is gone, it is started again at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread
from typing import Self

from service.config import Settings
from service.serving import environment_of
from trials.processes import children_of

__all__ = ["Supervised", "is_ready"]

SERVE = "from service.config import settings_from; from service.serving import serve; serve(settings_from())"
"""What `jifen serve` runs."""
READY = 200
PAUSE = 0.2
"""Seconds between an end and the next start."""


class Supervised:
    """Starts the service, and starts it again whenever its first process has ended, until the block is left."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.groups: list[int] = []
        """Process groups of every start so far."""
        self._process: subprocess.Popen[bytes] | None = None
        self._over = Event()
        self._thread = Thread(target=self._keep, name="supervisor", daemon=True)

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop for good, in order."""
        self._over.set()
        process = self._process
        if process is not None:
            process.terminate()
        self._thread.join(60)
        self.kill_all()

    @property
    def master(self) -> int | None:
        """The first process, while it lives."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        return [] if self.master is None else children_of(self.master)

    def kill_all(self) -> None:
        """End every process of the service at once, also those that a dead first process left behind."""
        for group in self.groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)

    def _keep(self) -> None:
        environment = {**os.environ, **environment_of(self.settings)}
        log = self.settings.home / "service.log"
        while not self._over.is_set():
            with log.open("ab") as sink:
                line = [sys.executable, "-c", SERVE]
                self._process = subprocess.Popen(line, env=environment, stdout=sink, stderr=sink, start_new_session=True)
            self.groups.append(self._process.pid)
            self._process.wait()
            self._over.wait(PAUSE)


def is_ready(port: int, *, timeout: float = 5) -> bool:
    """Does the service say on a fresh connection that it may decide?"""
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == READY
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
