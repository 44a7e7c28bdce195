"""How gunicorn serves: threads in a few processes, each with its own database connections and its own recorder.

The program's modules are loaded once, by the master, and shared by its workers: a start takes half the time and a worker half the memory.
The application is made after the fork, so no thread, connection or model is carried across it.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from typing import Any

from service.config import settings_from
from service.lifeline import die_with
from service.serving import MULTIPROCESS, prepare

settings = settings_from()
WRONG = 2
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


def on_starting(server: Any) -> None:
    """Bring the database up to date and load the program, once; what stands in the way is one clear line and the end."""
    del server
    gc.disable()  # what is loaded stays: searching it again and again for garbage takes an eighth of a start
    from service.errors import ServiceError  # noqa: PLC0415 loaded when the service starts, not when its settings are read
    from service.outages import outage_of  # noqa: PLC0415

    try:
        prepare(settings)
    except Exception as error:
        known = outage_of(error) or error
        if not isinstance(known, ServiceError):
            raise
        sys.stderr.write(f"error ({known.code}): {known}\n")
        raise SystemExit(WRONG) from error
    import service.wsgi  # noqa: F401, PLC0415

    gc.collect()
    gc.freeze()
    gc.enable()


def post_worker_init(worker: Any) -> None:
    """Let the first worker, and one that takes a dead one's place, take up what was acknowledged and never finished."""
    if 1 < worker.age <= workers:
        return
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from service.outages import Outage  # noqa: PLC0415
    from service.use_cases.allocations import resume_allocations  # noqa: PLC0415

    desk = worker.wsgi.extensions["jifen"]
    try:
        resume_allocations(desk)
    except (SQLAlchemyError, Outage) as error:  # the database is gone; whoever asks for one takes it up
        logging.getLogger("service").warning("unfinished work could not be read: %s", type(error).__name__)


def post_fork(server: Any, worker: Any) -> None:
    """End with the first process, however that ends."""
    del worker
    die_with(server.pid)


def child_exit(server: Any, worker: Any) -> None:
    """Forget the gauges of a worker that is gone; its counts stay."""
    del server
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

    if MULTIPROCESS in os.environ:
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the library does not type it


def worker_exit(server: Any, worker: Any) -> None:
    """Seal what was committed since the last checkpoint; should that fail, the next start does it."""
    del server
    desk = getattr(worker.wsgi, "extensions", {}).get("jifen")
    if desk is not None:
        desk.sealer.close()
