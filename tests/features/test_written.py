"""How a value is written: one strict form a kind, and a proposal for what was probably meant."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.tables.written import form_remedy, read_written


@given(st.integers())
def test_every_whole_number_reads_back(number: int) -> None:
    """A number written in plain digits is that number, and a typed one stays."""
    assert read_written("integer", str(number)) == number
    assert read_written("integer", number) == number


@given(st.dates())
def test_every_day_reads_back(day: date) -> None:
    """An ISO day is that day, a typed one stays, a midnight is its day."""
    assert read_written("date", day.isoformat()) == day
    assert read_written("date", day) == day
    assert read_written("date", datetime(day.year, day.month, day.day)) == day  # noqa: DTZ001 - what a file holds


@pytest.mark.parametrize("kind", ["integer", "date", "boolean", "word", "text"])
@pytest.mark.parametrize("blank", [None, "", " ", "\t\n", "\u3000"])
def test_blank_is_missing(kind: str, blank: str | None) -> None:
    """Nothing written, in any kind, is None."""
    assert read_written(kind, blank) is None


@pytest.mark.parametrize(("text", "truth"), [("true", True), ("TRUE", True), ("False", False)])
def test_true_and_false_in_any_case(text: str, truth: bool) -> None:  # noqa: FBT001 - the value under test
    """Programs write true, True or TRUE; all three are read."""
    assert read_written("boolean", text) is truth


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", True),
        ("integer", "1.0"),
        ("date", 19_000),
        ("date", datetime(2024, 1, 1, 8)),  # noqa: DTZ001 - what a file holds
        ("date", datetime(2024, 1, 1, tzinfo=UTC)),
        ("boolean", 1),
        ("boolean", "1"),
        ("text", 340100),
        ("text", b"340100"),
        ("text", "a\x00b"),
        ("word", 1),
    ],
)
def test_a_value_of_another_form_is_refused_with_its_remedy(kind: str, value: Any) -> None:
    """What is not of the form is refused with the words that a bulk check uses."""
    with pytest.raises(ValueError, match=r"^write ") as refused:
        read_written(kind, value)
    assert str(refused.value) == form_remedy(kind, str(value))


@given(st.integers(0, 10**14), st.sampled_from(["{:,}", " {} ", "+{}", "{}.0", "{:_}"]))
def test_a_number_in_another_form_is_proposed_in_plain_digits(number: int, form: str) -> None:
    """The proposal for a number with separators, blanks, a sign or a zero fraction is the number itself."""
    assert form_remedy("integer", form.format(number)).endswith(f", here {number}")


@given(st.dates(date(1950, 1, 1), date(2199, 1, 1)), st.sampled_from(["{0}/{1}/{2}", "{0}.{1}.{2}", "{0}年{1}月{2}日", "{0}{1:02}{2:02}"]))
def test_a_day_in_another_form_is_proposed_in_iso_form(day: date, form: str) -> None:
    """A day written year first is proposed as YYYY-MM-DD."""
    assert form_remedy("date", form.format(day.year, day.month, day.day)).endswith(f", here {day.isoformat()}")


@pytest.mark.parametrize("value", ["1e999", "1e400", "1.5e0", "0.5", "NaN", "Infinity", "½", "--1", "1e-3"])
def test_no_number_is_proposed_for_what_is_none(value: str) -> None:
    """Fractions and what is no number get no proposal, and no overflow."""
    assert form_remedy("integer", value) == "write a whole number in plain digits"
