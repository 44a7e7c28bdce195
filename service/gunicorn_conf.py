"""How gunicorn serves: threads in a few processes, each with its own database connections and its own recorder.

The application is loaded after the fork, so no thread, connection or model library is carried across it.
"""

from __future__ import annotations

import os
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from service.config import settings_from
from service.lifeline import die_with
from service.metrics import MULTIPROCESS

settings = settings_from()

bind = f"{settings.host}:{settings.port}"
workers = settings.workers
threads = settings.threads
worker_class = "gthread"
preload_app = False
keepalive = 75
timeout = 120
graceful_timeout = 30
max_requests = 0
accesslog = None
control_socket_disable = True
loglevel = settings.log_level.lower()


def post_fork(server: Any, worker: Any) -> None:
    """End with the first process, however that ends."""
    del worker
    die_with(server.pid)


def child_exit(server: Any, worker: Any) -> None:
    """Forget the gauges of a worker that is gone; its counts stay."""
    del server
    if MULTIPROCESS in os.environ:
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the library does not type it


def worker_exit(server: Any, worker: Any) -> None:
    """Seal what was committed since the last checkpoint; should that fail, the next start does it."""
    del server
    desk = getattr(worker.wsgi, "extensions", {}).get("jifen")
    if desk is not None:
        desk.sealer.close()
