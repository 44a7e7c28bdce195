"""What the terminal shows: progress of long steps, tables, and one way to say an error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

__all__ = ["Report", "notes", "out", "step"]


class Report(Protocol):
    """Told what is being done and, where it is known, which share of the step is done (0 to 1)."""

    def __call__(self, what: str, share: float | None = None, /) -> None:
        """Show it."""


WIDE = 240
"""Columns where nobody looks: a pipe or a file gets every cell whole."""

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
notes = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def step(title: str) -> Iterator[Report]:
    """Show one long step: a bar on a terminal, one line at its end anywhere else."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
    with Progress(*columns, console=notes, disable=not notes.is_terminal, transient=True) as progress:
        task = progress.add_task(title, total=1.0)

        def report(what: str, share: float | None = None, /) -> None:
            progress.update(task, description=f"{title}: {what}", completed=share)

        yield report
        seconds = progress.tasks[0].elapsed or 0.0
    took = f" in {seconds:.1f} s" if seconds else ""
    notes.print(f"[green]done[/green] {title}{took}")
