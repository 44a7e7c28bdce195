"""Eligibility by three-valued conditions: what is unknown stays unknown and is never read as pass or fail.

Kleene's strong logic (Kleene 1952, Introduction to Metamathematics, section 64): a conjunction fails if one part fails, passes
if all pass, and is unknown otherwise; a disjunction is its mirror. Points are judged by the range they can still take once
the missing items are known, so a score that already reaches its bound passes although something is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import ge, gt, le, lt

from features.points.breakdown import Eligibility, GatePoints, ItemPoints
from features.points.parts import GatePart
from features.points.scheme import Scheme
from features.points.stages import is_missing

__all__ = ["eligibility_of"]

COMPARE: Mapping[str, Callable[[float, float], bool]] = {"at_least": ge, "at_most": le, "above": gt, "below": lt}


def eligibility_of(scheme: Scheme, items: Sequence[ItemPoints], values: Mapping[str, float | None]) -> Eligibility | None:
    """Judge the scheme's gates; None where it has none."""
    if not scheme.gates:
        return None
    gates = tuple(_gate(gate, items, values) for gate in scheme.gates)
    direct = tuple(_gate(gate, items, values) for gate in scheme.direct)
    kept = [gate.outcome for gate in gates if not gate.waivable]
    waivable = [gate.outcome for gate in gates if gate.waivable]
    passed_over = _any([_all(waivable), *(gate.outcome for gate in direct)])
    return Eligibility(outcome=_all([*kept, passed_over]), gates=gates, direct=direct)


def _all(outcomes: Iterable[str]) -> str:
    judged = set(outcomes) - {"declared"}
    return "fail" if "fail" in judged else "unknown" if "unknown" in judged else "pass"


def _any(outcomes: Iterable[str]) -> str:
    judged = set(outcomes)
    return "pass" if "pass" in judged else "unknown" if "unknown" in judged else "fail"


def _gate(gate: GatePart, items: Sequence[ItemPoints], values: Mapping[str, float | None]) -> GatePoints:
    return GatePoints(id=gate.id, zh=gate.zh, en=gate.en, outcome=_outcome(gate, items, values), waivable=gate.waivable)


def _outcome(gate: GatePart, items: Sequence[ItemPoints], values: Mapping[str, float | None]) -> str:
    if gate.declared:
        return "declared"
    ((name, bound),) = gate.bounds.items()
    if gate.points_of is not None:
        lowest, highest = _range(gate.points_of, items)
        return _judged(name, round(bound * 100), lowest, highest)
    value = values[gate.indicator or ""]
    return "unknown" if value is None or is_missing(value) else _judged(name, bound, value, value)


def _judged(name: str, bound: float, lowest: float, highest: float) -> str:
    """Compare a range with a bound: the ends must agree, or the answer is unknown."""
    answers = {COMPARE[name](lowest, bound), COMPARE[name](highest, bound)}
    return "unknown" if len(answers) == 2 else "pass" if True in answers else "fail"


def _range(name: str, items: Sequence[ItemPoints]) -> tuple[int, int]:
    """Give the least and the most points the item, or the total, can have once what is missing is known."""
    asked = [item for item in items if name in ("total", item.id)]
    lowest = sum(item.lowest if item.missing else item.points for item in asked)
    open_ended = ("missing", "alternative-missing", "no-peers")
    highest = sum(item.out_of if set(open_ended) & set(item.note) else item.points for item in asked)
    return lowest, highest
