"""The page on allocation says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import click

from service.batches import AllocationRequest, BatchFirm, BatchInvestor, BatchRound
from service.cli.main import cli
from service.domain.allocation import Candidate
from service.use_cases.allocations import OVERDUE

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "allocation.md").read_text("utf-8")


def test_the_files_of_a_batch_have_the_columns_of_the_page() -> None:
    """Each file's row names exactly the columns that are read."""
    for name, model in (("firms", BatchFirm), ("rounds", BatchRound), ("investors", BatchInvestor)):
        (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}.csv`")]
        assert re.findall(r"`(\w+)`", row.split("|")[2]) == list(model.model_fields)


def test_every_column_of_a_candidate_and_field_of_a_request_is_named() -> None:
    """Nothing a caller may send is left out."""
    known = {*Candidate.model_fields, *AllocationRequest.model_fields} - {"product", "plan"}
    assert {name for name in known if f"`{name}`" not in PAGE} == set()


def test_every_command_of_the_page_has_its_options() -> None:
    """The examples call what there is."""
    command = cli.get_command(click.Context(cli), "allocate")
    assert command is not None
    options = {flag for option in command.params for flag in option.opts}
    used = set(re.findall(r"--[a-z][a-z-]+", PAGE))
    assert used <= options
    assert {"--decided", "--candidates", "--envelope", "--plan"} <= used


def test_every_reason_for_nothing_is_on_the_page() -> None:
    """The codes that the code gives are the ones that are explained."""
    source = "".join((ROOT / "service" / "domain" / "allocation" / name).read_text("utf-8") for name in ("options.py", "spread.py"))
    codes = set(re.findall(r'code="([a-z-]+)"', source)) | {f"{kind}-used-up" for kind in ("envelope", "field", "region")}
    assert len(codes) == 6
    assert {code for code in codes if f"`{code}`" not in PAGE} == set()


def test_the_wait_of_the_page_is_the_one_in_force() -> None:
    """Five minutes, in words."""
    assert OVERDUE.total_seconds() == 300
    assert "after five minutes" in PAGE
