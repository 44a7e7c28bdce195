"""The notebooks run from nothing, define nothing and hold no output."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from conftest import need

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DATA = ROOT.parent / "shared" / "data" / "sba_loans.csv.gz"


def code_of(path: Path) -> list[str]:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_there_are_five_stories() -> None:
    """Numbered, in the order a reader takes them."""
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_defines_nothing_and_keeps_no_output(path: Path) -> None:
    """What is worth defining belongs in a package, with its tests."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    for code in code_of(path):
        assert not [node for node in ast.walk(ast.parse(code)) if isinstance(node, definitions)]
    cells = json.loads(path.read_text("utf-8"))["cells"]
    assert all(cell["outputs"] == [] for cell in cells if cell["cell_type"] == "code")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cell by cell in one namespace, as a reader would; a warning is an error here too."""
    if path.stem.startswith("05"):
        need(DATA.exists(), "the public loan table is not beside the project")
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("JIFEN_HOME", str(tmp_path / "home"))
    names: dict[str, Any] = {"__name__": "__main__"}
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        for number, code in enumerate(code_of(path), start=1):
            exec(compile(code, f"{path.name}, cell {number}", "exec"), names)
    assert told.getvalue()
    assert os.environ["JIFEN_HOME"].endswith("home")
