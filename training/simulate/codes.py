"""Identifiers with right check digits, made for whole columns at once, and never the identifier of a real firm.

A simulated credit code passes GB 32100-2015, so every check of the product accepts it. But the organisation code inside
it (characters 9 to 17) deliberately fails its own check digit (GB 11714-1997), which no registered firm's can.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from training.simulate.arrays import Generator, Ints

__all__ = ["ALPHABET", "credit_codes", "filing_numbers", "organisation_check"]

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_WEIGHTS = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])
ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
FILING_WEIGHTS = np.array([2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5])
LETTERS = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)
ORGANISATION_VALUES = np.array([int(c, 36) for c in ALPHABET])
SERIALS = 31**6
STRIDE = 514_229_003
"""Odd, and no multiple of 31: stepping by it visits every serial once before any twice."""


def organisation_check(values: Ints) -> Ints:
    """Give the GB 11714 check value (0 to 10, 10 written X) of (n, 8) positions in the alphabet."""
    remainder = 11 - (ORGANISATION_VALUES[values] @ ORGANISATION_WEIGHTS) % 11
    return np.where(remainder == 11, 0, remainder)


def _serials(rng: Generator, count: int) -> Ints:
    """Draw `count` different numbers below 31**6 and write each in base 31 as (n, 6) digits."""
    numbers = (int(rng.integers(SERIALS)) + np.arange(count, dtype=np.int64) * STRIDE) % SERIALS
    return np.stack([numbers // 31**k % 31 for k in range(5, -1, -1)], axis=1)


def credit_codes(rng: Generator, regions: Ints) -> pl.Series:
    """Make one unified social credit code per firm; `regions` are six-digit GB/T 2260 codes as integers."""
    n = regions.size
    digits = np.zeros((n, 18), dtype=np.int64)
    digits[:, 0], digits[:, 1] = 9, 1
    digits[:, 2:8] = np.stack([regions // 10**k % 10 for k in range(5, -1, -1)], axis=1)
    digits[:, 8], digits[:, 9] = ALPHABET.index("M"), ALPHABET.index("A")
    digits[:, 10:16] = _serials(rng, n)
    digits[:, 16] = (organisation_check(digits[:, 8:16]) + 1) % 10  # wrong on purpose: see the module's first words
    digits[:, 17] = (31 - (digits[:, :17] @ CODE_WEIGHTS) % 31) % 31
    return _texts(LETTERS[digits])


def _texts(letters: NDArray[np.uint8]) -> pl.Series:
    """Read each row of ASCII bytes as one text."""
    joined = np.ascontiguousarray(letters).tobytes().decode()
    return pl.Series([joined], dtype=pl.Utf8).str.extract_all(f".{{{letters.shape[1]}}}").explode()


def filing_numbers(years: Ints, kinds: Ints, serials: Ints) -> pl.Series:
    """Make CNIPA application numbers: year, kind (1 invention, 2 utility, 3 design), seven-digit serial, check digit."""
    body = years * 10**8 + kinds * 10**7 + serials
    digits = np.stack([body // 10**k % 10 for k in range(11, -1, -1)], axis=1)
    checks = pl.Series(list("0123456789X"), dtype=pl.Utf8).gather(pl.Series(digits @ FILING_WEIGHTS % 11, dtype=pl.UInt32))
    parts = pl.DataFrame({"body": body, "check": checks})
    return parts.select(pl.format("CN{}.{}", "body", "check").alias("patent_id")).to_series()
