"""What could be changed: amounts and acts that cross a threshold of the model, other terms and products, missing documents."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from features.acts import ACTS
from features.indicators import CATALOGUE, REQUEST
from features.what_if import crossing_amount, is_reachable
from service.domain.application import MAX_TERM
from service.domain.policy.recourse import RecourseRule
from service.domain.ports import BundleLike
from service.domain.reasons import peer_median
from service.domain.record import Decision
from service.domain.record.recourse import RecourseChange
from service.domain.recourse.state import State, act_on, ask_for, supply

__all__ = ["Door", "acted", "amounts", "cited_rules", "documented", "opened", "pairs", "settled", "terms"]

Door = tuple[str, float]
"""An indicator and the least value at which a gate of the policy opens."""
PAIRED = 8
"""The most promising single acts that are also tried two at a time."""


def documented(state: State, decision: Decision, bundle: BundleLike | None, rule: RecourseRule, *, every: bool) -> State:
    """Supply the documents without which a person must decide, or `every` one that is missing or stale."""
    medians = {} if bundle is None else medians_of(bundle)
    for gap in decision.missing:
        if every or gap.effect == "refer":
            state = supply(state, gap, medians, rule)
    return state


def medians_of(bundle: BundleLike) -> dict[str, float]:
    """Give the median of each feature among the firms the model was trained on."""
    found = {name: peer_median(bundle.reference_profile, name) for name in bundle.features}
    return {name: median for name, median in found.items() if median is not None}


def cited_rules(decision: Decision) -> tuple[str, ...]:
    """Name the indicators whose rules decline or refer the case, whatever its grade is; the stage is not one to change."""
    cited = (r.indicator for r in decision.reasons if r.kind == "rule" and r.direction == "-" and r.indicator != "growth_stage")
    return tuple(dict.fromkeys(name for name in cited if name is not None))


def settled(state: State, cited: Sequence[str], rule: RecourseRule) -> State | None:
    """Bring every cited indicator to zero; None where one cannot be, or where that takes more changes than a plan may have."""
    if state.moves + len(cited) > rule.changes:
        return None
    now: State | None = state
    for name in cited:
        if now is None or not is_reachable(now.firm, name):
            return None
        steps = _steps_to_zero(now, name)
        now = act_on(now, name, steps, rule) if 1 <= steps <= rule.steps else None
    return now


def _steps_to_zero(state: State, name: str) -> int:
    action, value = CATALOGUE[name].action, state.firm.values[name] or 0.0
    return math.ceil(-value / action.step) if action else 0


def opened(state: State, doors: Sequence[Door], rule: RecourseRule) -> list[State]:
    """Reach what a shut gate asks for, by any act that moves the figures its indicator reads; the cheapest way first."""
    made = []
    for indicator, least in doors:
        for name in _movable(state):
            if name == indicator:
                steps = _steps_up(state, name, least)
            else:
                steps = 1 if set(ACTS[name].entries) & set(CATALOGUE[indicator].measures) else 0
            reached = act_on(state, name, steps, rule) if 1 <= steps <= rule.steps else None
            if reached is not None and (reached.firm.values[indicator] or 0.0) >= least:
                made.append(reached)
    return sorted(_unique(made), key=lambda one: one.cost)


def _steps_up(state: State, name: str, least: float) -> int:
    action, value = CATALOGUE[name].action, state.firm.values[name]
    assert action is not None  # movable
    assert value is not None  # movable
    return math.ceil((least - value) / action.step - 1e-9) if action.step > 0 else 0


def amounts(state: State, bundle: BundleLike | None, rule: RecourseRule, *, step: int) -> list[State]:
    """Ask for less: the largest amounts at which an indicator of the request crosses a threshold; largest first."""
    if bundle is None:
        return []
    asked = state.asked
    found = {
        crossing_amount(state.firm, name, split, amount=asked.amount, term_months=asked.term_months, step=step)
        for name in REQUEST
        for split in bundle.thresholds.get(name, ())
    }
    return [ask_for(state, rule, amount=amount) for amount in sorted((a for a in found if a is not None), reverse=True)]


def terms(state: State, rule: RecourseRule) -> list[State]:
    """Ask for another term, in the catalogue's step: the nearest first, up to the longest a product may have."""
    action = CATALOGUE["loan_term_months"].action
    assert action is not None  # the catalogue lets a firm choose its term
    step, term = int(action.step), state.asked.term_months
    others = {term + sign * k * step for k in range(1, rule.steps + 1) for sign in (1, -1)}
    return [ask_for(state, rule, term_months=t) for t in sorted(others, key=lambda t: (abs(t - term), t)) if step <= t <= MAX_TERM]


def acted(state: State, bundle: BundleLike | None, rule: RecourseRule, *, far: Iterable[str]) -> list[State]:
    """Move each indicator that has an act just past the thresholds that lie within its reach.

    `far` names indicators that count for more than the model (innovation points, the limit): they go all the way as well.
    """
    lost = set(far)
    made = (
        act_on(state, name, steps, rule)
        for name in _movable(state)
        for steps in _stops(state, name, () if bundle is None else bundle.thresholds.get(name, ()), rule.steps, far=name in lost)
    )
    return list(_unique(one for one in made if one is not None))


def _movable(state: State) -> Iterator[str]:
    for name, indicator in CATALOGUE.items():
        if indicator.action and not indicator.is_request and is_reachable(state.firm, name):
            yield name


def _stops(state: State, name: str, splits: Sequence[float], most: int, *, far: bool) -> list[int]:
    """Count the whole steps that bring an indicator just past each threshold, at most `most`."""
    action, value = CATALOGUE[name].action, state.firm.values[name]
    assert action is not None  # movable
    assert value is not None  # movable
    reach = most * action.step
    ahead = (split for split in splits if (value <= split < value + reach if reach > 0 else value + reach <= split < value))
    steps = {_steps_past(split - value, action.step) for split in ahead}
    return sorted({k for k in steps if k <= most} | ({most} if far else set()))


def _steps_past(distance: float, step: float) -> int:
    """A rising value must be above the threshold, a falling one may be on it."""
    return math.floor(distance / step) + 1 if step > 0 else max(1, math.ceil(distance / step))


def _unique(states: Iterable[State]) -> Iterator[State]:
    """Leave out what moves the same figures to the same place: the first name of an act is enough."""
    seen: set[tuple[tuple[str, float | None], ...]] = set()
    for state in states:
        key = tuple(sorted(state.firm.bases.items()))
        if key not in seen:
            seen.add(key)
            yield state


def pairs(singles: Sequence[State], gain: Mapping[int, int], rule: RecourseRule) -> list[State]:
    """Combine the most promising single acts two at a time; `gain` is the score each adds, by its place in `singles`.

    The second act is done on top of the first, on its figures.
    """
    ranked = sorted((i for i in range(len(singles)) if gain[i] > 0), key=lambda i: (-gain[i] / max(1, singles[i].cost), i))
    best: dict[str, State] = {}
    for place in ranked:
        best.setdefault(singles[place].changes[-1].field, singles[place])
    made = []
    for first, second in combinations(list(best.values())[:PAIRED], 2):
        if first.moves < rule.changes:
            made.append(_on_top(first, second.changes[-1], rule))
    return [state for state in made if state is not None]


def _on_top(first: State, change: RecourseChange, rule: RecourseRule) -> State | None:
    action, value = CATALOGUE[change.field].action, first.firm.values[change.field]
    assert action is not None  # it was an act
    if value is None or not is_reachable(first.firm, change.field):
        return None
    steps = math.ceil((float(change.after) - value) / action.step - 1e-9)
    return act_on(first, change.field, steps, rule) if 1 <= steps <= rule.steps else None
