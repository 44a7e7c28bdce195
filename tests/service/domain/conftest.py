"""What several tests of decisions read."""

from __future__ import annotations

from importlib.resources import files

import pytest


@pytest.fixture(scope="session")
def policy_text() -> str:
    """The shipped policy as it stands in its file."""
    return (files("service") / "policies" / "technology-2026-11.toml").read_text(encoding="utf-8")
