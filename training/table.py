"""Train on any labelled table through its contract: the main job on a bank's own loan book."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from training.assembly import TrainResult, train_book
from training.boosting import Settings
from training.effort import Effort
from training.fitting import Progress
from training.loanbook import book_of, load_contract, read_table

__all__ = ["CONTRACTS", "train_table"]

CONTRACTS = Path(__file__).parent / "contracts"
"""Contracts that ship with the product."""


def train_table(
    contract: Path,
    *,
    out: Path,
    now: datetime,
    file: Path | None = None,
    settings: Settings | None = None,
    version: str | None = None,
    force: bool = False,
    effort: Effort = Effort(),  # noqa: B008 - frozen
    progress: Progress = lambda _: None,
) -> TrainResult:
    """Read the contract and its table, train, and write `out/<name>/<version>/`.

    `file` replaces the contract's own path, which is relative to the contract's folder. `now` dates the bundle (outside its
    hash). Raises `ContractError`, `BookError` or `TrainingRefused`; nothing is written then.
    """
    said = load_contract(contract)
    progress("reading the loan book")
    frame = read_table(file or contract.parent / said.book.file)
    progress("checking what each column may know")
    book = book_of(said, frame)
    chosen = replace(settings or Settings(), central_tendency=said.book.central_tendency)
    return train_book(book, out=out, now=now, settings=chosen, version=version, force=force, effort=effort, progress=progress)
