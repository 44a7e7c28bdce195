"""What every test may use."""

from __future__ import annotations

import os

import pytest

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
    """Begin with the longest files: two workers then end at about the same time."""
    items.sort(key=lambda item: next((place for place, start in enumerate(LONG) if item.nodeid.startswith(start)), len(LONG)))


def need(condition: object, reason: str) -> None:
    """Skip the test with `reason` unless the condition holds; with JIFEN_NO_SKIP=1 fail instead, so that nothing is skipped unseen."""
    if condition:
        return
    if os.environ.get("JIFEN_NO_SKIP") == "1":
        pytest.fail(f"JIFEN_NO_SKIP=1 and {reason}")
    pytest.skip(reason)
