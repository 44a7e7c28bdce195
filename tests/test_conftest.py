"""What the tests themselves promise: nothing is skipped unseen."""

from __future__ import annotations

import pytest
from conftest import need


def test_a_missing_need_skips_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine without Java the Spark tests say so and step aside."""
    monkeypatch.delenv("JIFEN_NO_SKIP", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Java"):
        need(None, "no Java")


def test_a_missing_need_fails_where_nothing_may_be_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """With JIFEN_NO_SKIP=1 a skip is a failure, and a need that is met is neither."""
    monkeypatch.setenv("JIFEN_NO_SKIP", "1")
    need("java", "no Java")
    with pytest.raises(pytest.fail.Exception, match="JIFEN_NO_SKIP=1 and no Java"):
        need("", "no Java")
