"""Terms as plain Python functions of floats, for the request path: the same IEEE operations in the same order.

Inside, unknown is NaN: it spreads through arithmetic and makes every comparison untrue, as null does in a frame.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from features.algebra.terms import INFIX, Constant, Term

__all__ = ["as_function"]

Function = Callable[[Mapping[str, float]], Any]


def as_function(term: Term) -> Callable[[Mapping[str, float]], float | None]:
    """Make a function of named floats (NaN = unknown) that gives the term's value, None where it is unknown."""
    inner = _function(term)

    def value(values: Mapping[str, float]) -> float | None:
        result = float(inner(values))
        return result if result == result else None  # noqa: PLR0124 - NaN is the one value unlike itself

    return value


def _function(term: Term | Constant) -> Function:
    if not isinstance(term, Term):
        constant = math.nan if term is None else term
        return lambda _values: constant
    if term.op == "column":
        return operator.itemgetter(term.args[0])
    args = [_function(arg) for arg in term.args]
    if term.op in INFIX:
        return _infix(INFIX[term.op], *args)
    return CALLS[term.op](*args)


def _infix(operation: Callable[[Any, Any], Any], left: Function, right: Function) -> Function:
    return lambda values: operation(left(values), right(values))


def _when(condition: Function, then: Function, otherwise: Function) -> Function:
    return lambda values: then(values) if condition(values) else otherwise(values)


def _ratio(above: Function, below: Function) -> Function:
    def divide(values: Mapping[str, float]) -> float:
        denominator = below(values)
        return above(values) / denominator if denominator > 0 else math.nan

    return divide


def _fill(value: Function, default: Function) -> Function:
    def filled(values: Mapping[str, float]) -> Any:
        result = value(values)
        return result if result == result else default(values)  # noqa: PLR0124 - NaN is the one value unlike itself

    return filled


def _absent(value: Function) -> Function:
    def unknown(values: Mapping[str, float]) -> bool:
        result = value(values)
        return bool(result != result)  # noqa: PLR0124 - NaN is the one value unlike itself

    return unknown


CALLS: Mapping[str, Callable[..., Function]] = {"when": _when, "ratio": _ratio, "fill": _fill, "absent": _absent}
