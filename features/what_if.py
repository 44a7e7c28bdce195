"""What if: the same firm after one realistic act, with every indicator that the act moves."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from features.acts import ACTS, ORDERED, SIGNED, Act
from features.firm_row import BASES, FUNCTIONS, FirmRow
from features.indicators import CATALOGUE, FIRM
from features.measures import READINGS

__all__ = ["acted", "crossing_amount", "is_reachable", "reach", "searched", "supplied", "with_bases"]

MOST_UNITS = 2**30
"""More effort than this is no plan."""
Numbers = Mapping[str, float]


def _readers() -> Mapping[str, tuple[str, ...]]:
    """Name, for each measure, the firm's indicators that read it."""
    return {base: tuple(name for name in FIRM if base in CATALOGUE[name].measures) for base in BASES}


READERS = _readers()


def with_bases(row: FirmRow, changed: Mapping[str, float]) -> FirmRow:
    """Give the row with some measures changed and every indicator that reads one computed anew; the rest keeps its bits."""
    bases: dict[str, float | None] = row.bases | dict(changed)
    numbers = _numbers(row, bases)
    moved = dict.fromkeys(name for base in changed for name in READERS[base])
    values = row.values | {name: FUNCTIONS[name](numbers) for name in moved}
    return replace(row, bases=bases, values=values, coverage=_coverage(values))


def is_reachable(row: FirmRow, indicator: str) -> bool:
    """Can the firm act on this indicator: there is an act, and its figures are known?"""
    act = ACTS.get(indicator)
    return act is not None and row.values[indicator] is not None and all(row.bases.get(base) is not None for base in act.entries)


def reach(row: FirmRow, indicator: str, target: float) -> FirmRow | None:
    """Give the firm after the least effort that brings an indicator to `target` or past it, in the direction of its action.

    None when no effort does, or when it would break what holds between figures (a part above its whole, a negative stock) or
    leave the plausible range of an indicator that was within it.
    """
    action, act = CATALOGUE[indicator].action, ACTS[indicator]
    assert action is not None  # a test holds every act to an indicator with an action
    sign, value_of = math.copysign(1.0, action.step), FUNCTIONS[indicator]
    numbers = _numbers(row, row.bases)
    tried = dict(numbers)

    def is_there(units: int) -> bool:
        tried.update(_after(numbers, act, units, row.as_of))
        value = value_of(tried)
        return value is not None and sign * (value - target) >= -1e-12

    units = _least(is_there)
    if units is None:
        return None
    changed = with_bases(row, _after(numbers, act, units, row.as_of))
    return changed if _is_sound(row, changed) else None


def acted(row: FirmRow, act: Act, units: int = 1) -> FirmRow | None:
    """Give the firm after `units` of an act, None where a figure that it moves is unknown or what holds between figures would break."""
    if any(row.bases.get(base) is None for base in (*act.entries, *act.once)):
        return None
    changed = with_bases(row, _after(_numbers(row, row.bases), act, units, row.as_of))
    return changed if _is_sound(row, changed) else None


def _least(holds: Callable[[int], bool]) -> int | None:
    """Find the smallest number of units for which a condition that stays true once true holds."""
    high = 1
    while not holds(high):
        high *= 2
        if high > MOST_UNITS:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _after(numbers: Numbers, act: Act, units: int, as_of: int) -> dict[str, float]:
    moved = {name: numbers[name] + units * step for name, step in act.entries.items()}
    moved |= {name: numbers[name] + step for name, step in act.once.items()}
    return moved | dict.fromkeys(act.stamps, float(as_of))


def _is_sound(before: FirmRow, after: FirmRow) -> bool:
    return not any(_broken(after.bases) - _broken(before.bases)) and not _strays(before, after)


def _broken(bases: Mapping[str, float | None]) -> frozenset[str]:
    """Name what does not hold: negative stocks, and parts above their wholes."""
    negative = {name for name, value in bases.items() if value is not None and value < 0 and name not in SIGNED}
    above = {f"{part}>{whole}" for part, whole in ORDERED if (bases.get(part) or 0) > (bases.get(whole) or math.inf)}
    return frozenset(negative | above)


def _strays(before: FirmRow, after: FirmRow) -> bool:
    """Does an indicator leave its plausible range?"""
    return any(_is_plausible(name, before.values[name]) and not _is_plausible(name, after.values[name]) for name in FIRM)


def _is_plausible(name: str, value: float | None) -> bool:
    low, high = CATALOGUE[name].low, CATALOGUE[name].high
    return value is None or ((low is None or value >= low) and (high is None or value <= high))


def searched(row: FirmRow, table: str) -> FirmRow:
    """Give the row as if a register had been searched and nothing found."""
    return with_bases(row, {m.name: 0.0 for m in READINGS[table].measures if m.zero_when_searched and m.name in row.bases})


def supplied(row: FirmRow, table: str, values: Mapping[str, float]) -> FirmRow:
    """Give the row as if a table's newest fact were of today and its unknown indicators had these values.

    What is known keeps its value; only indicators of this table, alone or with tables that are there, become known.
    """
    learnt = {name: value for name, value in values.items() if row.values.get(name, 0.0) is None and table in CATALOGUE[name].tables}
    known = row.known | {table: row.as_of}
    found = {name: value for name, value in learnt.items() if all(known.get(t) is not None for t in CATALOGUE[name].tables if t in known)}
    after = row.values | found
    return replace(row, values=after, known=known, coverage=_coverage(after))


def crossing_amount(row: FirmRow, indicator: str, split: float, *, amount: int, term_months: int, step: int) -> int | None:
    """Give the largest multiple of `step` below `amount` at which an indicator of the request lies on the other side of `split`.

    Every such indicator rises, or falls, with the amount all the way. None when no smaller amount crosses, or it is unknown.
    """
    numbers = _numbers(row, row.bases) | {"term_months": float(term_months)}

    def is_below(asked: int) -> bool | None:
        numbers["amount"] = float(asked)
        value = FUNCTIONS[indicator](numbers)
        return None if value is None else value <= split

    side, most = is_below(amount), (amount - 1) // step
    if side is None or most < 1 or is_below(step) in (None, side):
        return None
    cut = _least(lambda cuts: is_below(max(most + 1 - cuts, 1) * step) is not side)
    return None if cut is None else (most + 1 - cut) * step


def _coverage(values: Mapping[str, float | None]) -> float:
    return sum(values[name] is not None for name in FIRM) / len(FIRM)


def _numbers(row: FirmRow, bases: Mapping[str, float | None]) -> dict[str, float]:
    known = {name: math.nan if value is None else float(value) for name, value in bases.items()}
    return known | {"as_of": float(row.as_of)}
