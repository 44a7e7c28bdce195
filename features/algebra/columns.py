"""Terms as column expressions, of Narwhals (every engine) or of Polars itself (one firm, where microseconds count)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from features.algebra.terms import INFIX, Constant, Term

__all__ = ["as_column", "divided"]


def as_column(term: Term, library: Any) -> Any:
    """Write the term in the expressions of `library`, the module `narwhals` or `polars`: both speak the same words."""
    return _written(term, library)


def _written(term: Term | Constant, library: Any) -> Any:
    if not isinstance(term, Term):
        return term
    if term.op == "column":
        return library.col(term.args[0])
    args = [_written(arg, library) for arg in term.args]
    if term.op == "/":
        return divided(*args)
    if term.op in INFIX:
        return INFIX[term.op](*args)
    return CALLS[term.op](library, *args)


def divided(value: Any, constant: float) -> Any:
    """Divide a column by a constant, rounded once as IEEE 754 asks.

    Polars multiplies by the reciprocal where the divisor is a scalar, which is off by a bit one time in four; so the
    divisor is made a column.
    """
    return value / (value * 0.0 + constant)


def _lifted(library: Any, value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return library.lit(value, dtype=library.Int64)
    return library.lit(value) if isinstance(value, float | str | bool) else value


def _when(library: Any, condition: Any, then: Any, otherwise: Any) -> Any:
    chain = library.when(condition).then(_lifted(library, then))
    return chain if otherwise is None else chain.otherwise(_lifted(library, otherwise))


def _ratio(library: Any, above: Any, below: Any) -> Any:
    return _lifted(library, above) / library.when(below > 0).then(below)


def _fill(library: Any, value: Any, default: Any) -> Any:
    return library.when(value.is_null()).then(_lifted(library, default)).otherwise(value)


CALLS: Mapping[str, Callable[..., Any]] = {
    "when": _when,
    "ratio": _ratio,
    "fill": _fill,
    "absent": lambda _library, value: value.is_null(),
    "starts": lambda _library, value, prefix: value.str.starts_with(prefix),
}
