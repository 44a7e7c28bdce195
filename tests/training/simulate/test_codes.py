"""Identifiers are right where checks look, and wrong where a real one could not be."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from features.codes import is_valid_code
from training.simulate.codes import ALPHABET, credit_codes, filing_numbers, organisation_check


def positions(text: str) -> np.ndarray:
    return np.array([[ALPHABET.index(c) for c in text]])


@given(seed=st.integers(0, 2**32), count=st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_every_credit_code_is_valid_and_unique(seed: int, count: int) -> None:
    """The vectorised check digit is the one python-stdnum verifies."""
    codes = credit_codes(np.random.default_rng(seed), np.full(count, 340100)).to_list()
    assert all(is_valid_code(code) for code in codes)
    assert len(set(codes)) == count


def test_the_region_stands_in_the_code() -> None:
    """Characters 3 to 8 are the firm's GB/T 2260 region."""
    codes = credit_codes(np.random.default_rng(0), np.array([340100, 341800]))
    assert codes.str.slice(2, 6).to_list() == ["340100", "341800"]


def test_the_organisation_check_digit_is_that_of_gb_11714() -> None:
    """60003734 belongs to check digit 1, as in the example python-stdnum documents; a remainder of one gives X, of none 0."""
    assert organisation_check(positions("60003734")).tolist() == [1]
    assert organisation_check(positions("00000007")).tolist() == [8]
    assert organisation_check(positions("00000006")).tolist() == [10]
    assert organisation_check(positions("00000000")).tolist() == [0]


def test_no_simulated_code_can_belong_to_a_registered_firm() -> None:
    """The organisation code inside fails its own check digit."""
    codes = credit_codes(np.random.default_rng(5), np.full(2_000, 340200)).to_list()
    inner = np.array([[ALPHABET.index(c) for c in code[8:16]] for code in codes])
    right = organisation_check(inner)
    said = np.array([10 if code[16] == "X" else ALPHABET.index(code[16]) for code in codes])
    assert not (right == said).any()


def test_application_numbers_carry_the_standard_check_digit() -> None:
    """CN200310102344.5 is the example of the standard ZC 0006; a remainder of ten is written X."""
    assert filing_numbers(np.array([2003]), np.array([1]), np.array([102_344])).to_list() == ["CN200310102344.5"]
    many = filing_numbers(np.full(200, 2021), np.full(200, 2), np.arange(200)).to_list()
    assert any(number.endswith(".X") for number in many)
    assert all(number.startswith("CN20212") and len(number) == 16 for number in many)
