"""What every test may use."""

from __future__ import annotations

import os

import pytest


def need(condition: object, reason: str) -> None:
    """Skip the test with `reason` unless the condition holds; with JIFEN_NO_SKIP=1 fail instead, so that nothing is skipped unseen."""
    if condition:
        return
    if os.environ.get("JIFEN_NO_SKIP") == "1":
        pytest.fail(f"JIFEN_NO_SKIP=1 and {reason}")
    pytest.skip(reason)
