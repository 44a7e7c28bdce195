"""Where a WSGI server finds the application: `gunicorn --config python:service.gunicorn_conf "service.wsgi:application()"`."""

from __future__ import annotations

import gc
import sys

from flask import Flask

from service.app import create_app

__all__ = ["application"]

SWITCH_SECONDS = 0.001
"""How long a thread computes before another may: the recorder, on whom all wait, must not queue 5 ms after each commit."""


def application() -> Flask:
    """Make the application from the environment, once in each worker; what it is made of is never searched for garbage."""
    sys.setswitchinterval(SWITCH_SECONDS)
    app = create_app()
    gc.freeze()
    return app
