"""Terms: what an indicator or a measure says, before any engine runs it.

Only `+ - *`, comparisons, `when`, `fill` and one guarded division exist, because those give the same bits on every
engine; there is no `log`, `exp` or power. Unknown (null) spreads through arithmetic and makes a comparison untrue.
There is no negation: `not unknown` would be unknown in a frame and true in plain Python. Write the opposite comparison.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = [
    "INFIX",
    "Constant",
    "Term",
    "absent",
    "absolute",
    "both",
    "column",
    "columns_of",
    "either",
    "fill",
    "one_of",
    "ratio",
    "starts",
    "text_of",
    "when",
]


Constant = int | float | str | bool | None

INFIX: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "&": operator.and_,
    "|": operator.or_,
}


@dataclass(frozen=True, slots=True)
class Term:
    """A node: an operation on terms and constants. Compare terms with `equals`; `==` asks whether two terms are the same text."""

    op: str
    args: tuple[Term | Constant, ...]

    def __add__(self, other: Term | Constant) -> Term:
        """Give the sum."""
        return Term("+", (self, other))

    def __sub__(self, other: Term | Constant) -> Term:
        """Give the difference."""
        return Term("-", (self, other))

    def __rsub__(self, other: Constant) -> Term:
        """Give a constant less this term."""
        return Term("-", (other, self))

    def __mul__(self, other: Term | Constant) -> Term:
        """Give the product."""
        return Term("*", (self, other))

    def __truediv__(self, other: float) -> Term:
        """Divide by a constant above zero; a term is divided by with `ratio`."""
        if not other > 0:
            raise ValueError(f"division by {other!r}: only by a constant above zero; use ratio() for a term")
        return Term("/", (self, float(other)))

    def __lt__(self, other: Term | Constant) -> Term:
        """Is this below the other?"""
        return Term("<", (self, other))

    def __le__(self, other: Term | Constant) -> Term:
        """Is this at most the other?"""
        return Term("<=", (self, other))

    def __gt__(self, other: Term | Constant) -> Term:
        """Is this above the other?"""
        return Term(">", (self, other))

    def __ge__(self, other: Term | Constant) -> Term:
        """Is this at least the other?"""
        return Term(">=", (self, other))

    def equals(self, other: Term | Constant) -> Term:
        """Is this the same value as the other?"""
        return Term("==", (self, other))


def column(name: str) -> Term:
    """Name a column, a measure or the date `as_of`."""
    return Term("column", (name,))


def both(*conditions: Term) -> Term:
    """Do all conditions hold?"""
    return functools.reduce(lambda left, right: Term("&", (left, right)), conditions)


def either(*conditions: Term) -> Term:
    """Does at least one condition hold?"""
    return functools.reduce(lambda left, right: Term("|", (left, right)), conditions)


def one_of(value: Term, *words: str) -> Term:
    """Is `value` one of these words?"""
    return either(*(value.equals(word) for word in words))


def when(condition: Term, then: Term | Constant, otherwise: Term | Constant = None) -> Term:
    """Give `then` where the condition holds, else (also where it is unknown) `otherwise`."""
    return Term("when", (condition, then, otherwise))


def ratio(above: Term | Constant, below: Term) -> Term:
    """Divide; unknown where the denominator is unknown, zero or negative."""
    return Term("ratio", (above, below))


def fill(value: Term, default: Term | Constant) -> Term:
    """Give `default` where the value is unknown."""
    return Term("fill", (value, default))


def absent(value: Term) -> Term:
    """Is the value unknown?"""
    return Term("absent", (value,))


def absolute(value: Term) -> Term:
    """Give the distance from zero."""
    return when(value < 0, 0 - value, value)


def starts(value: Term, prefix: str) -> Term:
    """Does the text begin with `prefix`?"""
    return Term("starts", (value, prefix))


def _names(term: Term | Constant) -> Iterator[str]:
    if not isinstance(term, Term):
        return
    if term.op == "column":
        yield str(term.args[0])
        return
    for arg in term.args:
        yield from _names(arg)


def columns_of(*terms: Term) -> tuple[str, ...]:
    """Name every column the terms read, once, in order of first use."""
    return tuple(dict.fromkeys(name for term in terms for name in _names(term)))


def text_of(term: Term | Constant) -> str:
    """Write the term as one line, the same for the same definition: it is hashed and printed."""
    if not isinstance(term, Term):
        return "unknown" if term is None else repr(term)
    if term.op == "column":
        return str(term.args[0])
    parts = [text_of(arg) for arg in term.args]
    if term.op.isalpha():
        return f"{term.op}({', '.join(parts)})"
    return f"({parts[0]} {term.op} {parts[1]})"
