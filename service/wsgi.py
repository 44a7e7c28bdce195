"""Where a WSGI server finds the application: `gunicorn --config python:service.gunicorn_conf "service.wsgi:application()"`."""

from __future__ import annotations

import gc
import sys

from flask import Flask

from service.app import create_app
from service.config import settings_from
from service.programs import Programs

__all__ = ["application"]

SWITCH_SECONDS = 0.001
"""How long a thread computes before another may: the recorder, on whom all wait, must not queue 5 ms after each commit."""


def application() -> Flask:
    """Make the application from the environment, once in each worker; what it is made of is never searched for garbage."""
    sys.setswitchinterval(SWITCH_SECONDS)
    settings = settings_from()
    Programs(settings.program_folder).keep()  # before it decides anything: what decided must be there to replay
    app = create_app(settings)
    gc.freeze()
    return app
