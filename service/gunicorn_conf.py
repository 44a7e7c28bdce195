"""How gunicorn serves: threads in a few processes, each with its own database connections and its own recorder.

The application is loaded after the fork, so no thread, connection or model library is carried across it.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from prometheus_client.multiprocess import mark_process_dead
from sqlalchemy.exc import SQLAlchemyError

from service.config import settings_from
from service.metrics import MULTIPROCESS
from service.outages import Outage
from service.use_cases.allocations import resume_allocations

settings = settings_from()
SPARE = 4
"""Threads for health, numbers and refusals: they answer when every other thread works or waits."""

bind = f"{settings.host}:{settings.port}"
workers = settings.workers
threads = settings.threads + settings.waiting + SPARE
worker_class = "gthread"
preload_app = False
keepalive = 75
timeout = 120
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
graceful_timeout = settings.stop_seconds
max_requests = 0
accesslog = None
control_socket_disable = True
loglevel = settings.log_level.lower()


def post_worker_init(worker: Any) -> None:
    """Let the first worker, and one that takes a dead one's place, take up what was acknowledged and never finished."""
    if 1 < worker.age <= workers:
        return
    desk = worker.wsgi.extensions["jifen"]
    try:
        resume_allocations(desk)
    except (SQLAlchemyError, Outage) as error:  # the database is gone; whoever asks for one takes it up
        logging.getLogger("service").warning("unfinished work could not be read: %s", type(error).__name__)


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
