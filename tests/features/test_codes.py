"""The social credit code: its check digit is that of GB 32100-2015, and a wrong code says what is wrong with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.codes import check_digit, code_problem, is_valid_code

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PUBLISHED = "91110000600037341L"
"""The example in python-stdnum's documentation."""

codes = st.builds(
    lambda head, region, tail: (first := f"{head}{region:06d}{tail}") + check_digit(first),
    st.sampled_from(["91", "92", "11", "52"]),
    st.integers(0, 999_999),
    st.text(LETTERS, min_size=9, max_size=9),
)


def standard_check_digit(first: str) -> str:
    """The standard's formula with powers of three modulo 31, written a second time."""
    return LETTERS[-sum(LETTERS.index(c) * pow(3, i, 31) for i, c in enumerate(first)) % 31]


def test_a_published_code_is_valid() -> None:
    """A code in use passes."""
    assert is_valid_code(PUBLISHED)
    assert code_problem(PUBLISHED) is None


@given(codes)
def test_the_check_digit_is_that_of_the_standard(code: str) -> None:
    """The 18th character makes the sum weighted by powers of three divisible by 31."""
    assert code[-1] == standard_check_digit(code[:17])
    assert is_valid_code(code)


@given(codes, st.integers(8, 17), st.sampled_from(LETTERS))
def test_any_single_wrong_character_is_found(code: str, place: int, letter: str) -> None:
    """A typing error in one character of a code never gives another valid code."""
    wrong = code[:place] + letter + code[place + 1 :]
    assert is_valid_code(wrong) == (wrong == code)


@given(codes, st.integers(8, 15))
def test_two_neighbours_exchanged_are_found(code: str, place: int) -> None:
    """Exchanging two unlike neighbours never gives another valid code."""
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_valid_code(wrong) == (wrong == code)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("", "has 0 characters where a unified social credit code has 18"),
        (PUBLISHED[:-1], "has 17 characters where a unified social credit code has 18"),
        (PUBLISHED + "1", "has 19 characters where a unified social credit code has 18"),
        (PUBLISHED[:-1] + "M", "has the check digit 'M' where GB 32100-2015 gives 'L'; look for a typing error"),
        (PUBLISHED.lower(), "has blanks, hyphens or lower-case letters; write it as 18 digits and capitals"),
        ("91110000-00037341L", "has blanks, hyphens or lower-case letters; write it as 18 digits and capitals"),
        ("9111000060003734IL", "has a character or region digits that GB 32100-2015 does not allow"),
        ("9111000A600037341L", "has a character or region digits that GB 32100-2015 does not allow"),
    ],
)
def test_a_wrong_code_says_what_is_wrong(code: str, problem: str) -> None:
    """Length, letters, case and check digit each have their own words."""
    assert code_problem(code) == problem
    assert not is_valid_code(code)
