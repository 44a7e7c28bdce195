"""Where a WSGI server finds the application: `gunicorn --config python:service.gunicorn_conf service.wsgi:application()`."""

from __future__ import annotations

from flask import Flask

from service.app import create_app

__all__ = ["application"]


def application() -> Flask:
    """Make the application from the environment, once in each worker."""
    return create_app()
