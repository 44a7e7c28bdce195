"""`jifen serve`: a module of its own, because a start that loads nothing twice is half as long."""

from __future__ import annotations

from dataclasses import replace

import click

from service.config import settings_from
from service.serving import serve as serve_forever

__all__ = ["serve"]


@click.command()
@click.option("--host", help="Address to listen on.  [default: JIFEN_HOST, else 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on.  [default: JIFEN_PORT, else 8000]")
@click.option("--workers", type=click.IntRange(1, 64), help="Worker processes.  [default: JIFEN_WORKERS, else 2]")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the API until stopped. Every other setting is an environment variable: docs/settings.md."""
    settings = settings_from()
    chosen = replace(settings, host=host or settings.host, port=port or settings.port, workers=workers or settings.workers)
    click.echo(f"serving on http://{chosen.host}:{chosen.port} (documentation at /docs, stop with Ctrl-C)", err=True)
    serve_forever(chosen)
