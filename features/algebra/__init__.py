"""A tiny algebra of values: one definition that runs as columns of any engine, as plain floats, and reads as text."""

from __future__ import annotations

from features.algebra.columns import as_column, divided
from features.algebra.scalars import as_function
from features.algebra.terms import Term, absent, absolute, both, column, columns_of, either, fill, one_of, ratio, starts, text_of, when

__all__ = [
    "Term",
    "absent",
    "absolute",
    "as_column",
    "as_function",
    "both",
    "column",
    "columns_of",
    "divided",
    "either",
    "fill",
    "one_of",
    "ratio",
    "starts",
    "text_of",
    "when",
]
