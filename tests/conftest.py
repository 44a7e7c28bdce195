"""What every test may use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

LONG = (
    "tests/trials/",
    "tests/e2e/",
    "tests/service/retraining/test_retrain.py",
    "tests/browser/",
    "tests/notebooks/",
    "tests/service/officer/",
    "tests/training/",
    "tests/service/portfolio/",
)
"""Where the tests are that take longest, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files: workers then end at about the same time. Coverage, which costs a third, is measured on one database."""
    items.sort(key=lambda item: next((place for place, start in enumerate(LONG) if item.nodeid.startswith(start)), len(LONG)))
    on_sqlite = {item.nodeid.partition("[")[0] for item in items if "sqlite" in item.nodeid.partition("[")[2]}
    for item in items:
        name, _, chosen = item.nodeid.partition("[")
        if "postgresql" in chosen and name in on_sqlite:
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(scope="session", autouse=True)
def _compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Thousands of tests make an application each: its templates and addresses are compiled once, not every time."""
    known: dict[Any, Callable[..., Any]] = {}
    compiled = Rule._compile_builder

    def compile_builder(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:  # noqa: FBT001, FBT002 as Werkzeug has it
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in known:
            known[key] = compiled(rule, append_unknown)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))})
        patch.setattr(Rule, "_compile_builder", compile_builder)
        yield


def need(condition: object, reason: str) -> None:
    """Skip the test with `reason` unless the condition holds; with JIFEN_NO_SKIP=1 fail instead, so that nothing is skipped unseen."""
    if condition:
        return
    if os.environ.get("JIFEN_NO_SKIP") == "1":
        pytest.fail(f"JIFEN_NO_SKIP=1 and {reason}")
    pytest.skip(reason)
