"""Starting the service: the process becomes gunicorn's, whose master brings the database up to date and loads the program once.

This module loads next to nothing: whatever it loaded would be loaded a second time after the process has changed.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import fields
from pathlib import Path

from service.config import Settings

__all__ = ["command", "environment_of", "prepare", "serve"]

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"


def environment_of(settings: Settings) -> dict[str, str]:
    """Give the settings as variables, with what keeps numerical libraries from using threads of their own.

    The many threads of a worker share two arenas of memory: with eight for each processor, glibc's usual, each keeps what it
    once needed, and a worker grows for as long as threads take turns.
    """
    told = {f"JIFEN_{one.name.upper()}": str(getattr(settings, one.name)) for one in fields(settings)}
    single = {"OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    return {**single, **told, MULTIPROCESS: str(_numbers(settings))}


def _numbers(settings: Settings) -> Path:
    return settings.home / "metrics"


def command() -> list[str]:
    """Give the command line that serves."""
    return [sys.executable, "-m", "gunicorn", "--config", "python:service.gunicorn_conf", "service.wsgi:application()"]


def prepare(settings: Settings) -> None:
    """Bring the database up to date, seal what a crash left unsealed, and start the workers' shared numbers anew."""
    from service.clock import system_clock  # noqa: PLC0415 see the module
    from service.sealer import open_sealer  # noqa: PLC0415
    from service.store import open_store, upgrade  # noqa: PLC0415

    settings.home.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(_numbers(settings), ignore_errors=True)
    _numbers(settings).mkdir(parents=True, exist_ok=True)  # a mount of its own cannot be removed
    store = open_store(settings.database, connections=1, lock_seconds=settings.lock_seconds)
    upgrade(store)
    open_sealer(store, settings, system_clock).seal_now()
    store.close()


def serve(settings: Settings) -> None:
    """Serve until stopped; does not return. The process becomes gunicorn's, whose configuration calls `prepare`."""
    line = command()
    os.execve(line[0], line, {**os.environ, **environment_of(settings)})  # noqa: S606 our own interpreter, no shell
