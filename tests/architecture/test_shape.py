"""The shape of the code: layers, sizes, names, documentation."""

from __future__ import annotations

import ast
import logging
import tomllib
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from importlinter import cli

ROOT = Path(__file__).parents[2]
PACKAGES = ("features", "training", "service")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations/versions" not in path.as_posix())
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, FUNCTION)]


def lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.fixture
def loggers_kept() -> Iterator[None]:
    """The import linter sets logging up for its own process, which silences every logger there is; speak again afterwards."""
    silent = {name: logging.getLogger(name).disabled for name in logging.root.manager.loggerDict}
    yield
    for name, was in silent.items():
        logging.getLogger(name).disabled = was


@pytest.mark.usefixtures("loggers_kept")
def test_the_import_contracts_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Service -> training -> features, never back; the decision imports no web, database or model library."""
    monkeypatch.chdir(ROOT)
    assert cli.lint_imports(no_cache=True) == 0


def test_no_file_needs_a_table_of_contents() -> None:
    """No file is longer than 400 lines, and half of them are no longer than 130."""
    sizes = {path: path.read_text("utf-8").count("\n") for path in FILES}
    assert {str(path): size for path, size in sizes.items() if size > 400} == {}
    assert median(sizes.values()) <= 130


def test_functions_are_small() -> None:
    """No function is longer than 60 lines, and half of them are no longer than 10."""
    sizes = [(f"{path}:{node.name}", lines(node)) for path in FILES for node in functions(path)]
    assert [entry for entry in sizes if entry[1] > 60] == []
    assert median(size for _, size in sizes) <= 10


def test_no_module_is_named_for_nothing() -> None:
    """A module is named for what it holds."""
    assert [str(path) for path in FILES if path.stem in {"utils", "util", "helpers", "common", "misc", "manager"}] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_module_says_what_it_is(path: Path) -> None:
    """Every module has a docstring."""
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


def test_the_lock_names_every_dependency_with_hashes_and_no_registry() -> None:
    """The lock pins what pyproject.toml asks for, each with a hash, and names no host."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pinned = {line.split("==")[0] for line in lock.splitlines() if "==" in line and not line.startswith(" ")}
    asked = {requirement.split(">=")[0].split("[")[0] for requirement in project["dependencies"]}
    assert asked <= pinned
    assert lock.count("--hash=sha256:") >= len(pinned)
    assert "://" not in lock
    assert "://" not in (ROOT / "requirements-dev.lock").read_text("utf-8")
