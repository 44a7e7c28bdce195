"""Days and moments in requests: what is written is what is meant."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from service.days import Day, Moment


@pytest.mark.parametrize("said", ["2026-11-23", date(2026, 11, 23)])
def test_a_day_is_taken_as_it_is_written(said: Any) -> None:
    """An ISO day, or a day that is one already."""
    assert TypeAdapter(Day).validate_python(said) == date(2026, 11, 23)
    assert TypeAdapter(Day).json_schema() == {"type": "string", "format": "date"}


@pytest.mark.parametrize("said", ["0", 0, "86400", "2026-11-23T00:00:00", "2026-02-30", "", True, datetime(2026, 11, 23, tzinfo=UTC)])
def test_what_is_no_day_is_not_taken_for_seconds(said: Any) -> None:
    """`0` is not the first of January 1970, and a moment is no day."""
    with pytest.raises(ValidationError, match="must be a date of the calendar"):
        TypeAdapter(Day).validate_python(said)


def test_a_moment_has_a_time_zone() -> None:
    """ISO 8601 with a zone, or a moment that is one already."""
    moment = datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert TypeAdapter(Moment).validate_json('"2026-11-23T16:00:00+08:00"') == moment
    assert TypeAdapter(Moment).validate_python(moment) == moment


@pytest.mark.parametrize("said", ["0", 0, 1.5, "1764028800", "2026-11-23T08:00:00"])
def test_seconds_since_1970_are_no_moment(said: Any) -> None:
    """A number means nothing here, written as a number or as a text."""
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(said)
