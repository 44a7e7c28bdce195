"""What the sections of a scheme file must mean together: names resolve, ids are unique, weights add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from features.points.faults import SchemeFault
from features.points.parts import GatePart, ItemPart, SchemePart
from features.points.quantities import listed, points_text

__all__ = ["faults_between", "indicators_of_item", "weights_of"]

RESERVED = frozenset({"total", "stage", "field", "coverage", "tier", "eligibility", "application_id", "firm_id", "as_of"})


def weights_of(item: ItemPart, stages: Sequence[str]) -> tuple[int, ...]:
    """Give the item's weight in each stage, in hundredths; a stage without a weight gives 0."""
    return tuple(item.weight if item.weight is not None else (item.weights or {}).get(stage, 0) for stage in stages)


def indicators_of_item(item: ItemPart) -> tuple[str, ...]:
    """Name the indicators an item reads."""
    if item.rule.kind == "best-of":
        return tuple(alternative.indicator for alternative in item.rule.alternatives)
    return (item.indicator or item.id,)


def faults_between(file: str, scheme: SchemePart, catalogue: Collection[str]) -> list[SchemeFault]:
    """List every fault between sections; an empty list means the scheme is sound."""
    checks = (_repeated(scheme), _stages(scheme), _items(scheme), _sums(scheme), _gates(scheme), _tiers(scheme), _known(scheme, catalogue))
    return [SchemeFault(file, *found) for check in checks for found in check]


Found = tuple[str, str, str, str, str]
"""Section, item, value, rule, remedy."""


def _repeated(scheme: SchemePart) -> Iterator[Found]:
    named = {
        "stages": [s.id for s in scheme.stages],
        "groups and items": [g.id for g in scheme.groups] + [i.id for i in scheme.items],
        "gates": [g.id for g in (*scheme.gates, *scheme.direct)],
        "tiers": [t.id for t in scheme.tiers],
    }
    for section, ids in named.items():
        for twice in (name for name, times in Counter(ids).items() if times > 1):
            yield section, twice, twice, "an id stands once", "rename one of them"
    for taken in RESERVED.intersection(named["groups and items"]):
        yield "groups and items", taken, taken, f"these ids are taken: {listed(sorted(RESERVED))}", "choose another id"


def _stages(scheme: SchemePart) -> Iterator[Found]:
    ids = [stage.id for stage in scheme.stages]
    if scheme.stage_if_unknown not in ids:
        yield "stage_if_unknown", "", scheme.stage_if_unknown, f"the stages are {listed(ids)}", "name one of them"
    for stage in scheme.stages[:-1]:
        if not stage.when:
            yield "stages", stage.id, "no conditions", "only the last stage has none, so that every firm has a stage", "add when"
    last = scheme.stages[-1]
    if last.when:
        yield "stages", last.id, "conditions", "the last stage takes every other firm", "remove when"


def _items(scheme: SchemePart) -> Iterator[Found]:
    groups, stages = [g.id for g in scheme.groups], [s.id for s in scheme.stages]
    for item in scheme.items:
        if item.group not in groups:
            yield "items", f"{item.id}.group", item.group, f"the groups are {listed(groups)}", "name one of them"
        if item.weights is not None and set(item.weights) != set(stages):
            yield (
                "items",
                f"{item.id}.weights",
                listed(sorted(item.weights)),
                f"one weight for each stage: {listed(stages)}",
                "write 0 where the item does not count",
            )
    for group in sorted(set(groups) - {item.group for item in scheme.items}):
        yield "groups", group, "no items", "a group has items", "remove the group or give it an item"


def _sums(scheme: SchemePart) -> Iterator[Found]:
    if scheme.weights_sum == "any":
        return
    stages = [stage.id for stage in scheme.stages]
    earning = [weights_of(item, stages) for item in scheme.items if item.rule.kind != "deduction"]
    for stage, total in zip(stages, map(sum, zip(*earning, strict=True)), strict=True):
        if total != scheme.out_of:
            rule = f"the weights of a stage sum to out_of = {points_text(scheme.out_of)}"
            yield "weights", stage, points_text(total), rule, 'correct the weights, or write weights_sum = "any"'


def _gates(scheme: SchemePart) -> Iterator[Found]:
    scored = ["total", *(item.id for item in scheme.items)]
    for gate in (*scheme.gates, *scheme.direct):
        if gate.points_of is not None and gate.points_of not in scored:
            yield "gates", f"{gate.id}.points_of", gate.points_of, "points are of the total or of an item", f"use one of {listed(scored)}"
    for gate in scheme.direct:
        if gate.indicator is None or gate.waivable:
            yield "direct", gate.id, _asks(gate), "a direct pass rests on an indicator", "give it an indicator and no waivable"


def _asks(gate: GatePart) -> str:
    return gate.points_of or gate.indicator or "declared"


def _tiers(scheme: SchemePart) -> Iterator[Found]:
    if not scheme.tiers:
        return
    *bounded, last = scheme.tiers
    bounds = [tier.at_least for tier in bounded]
    if None in bounds or last.at_least is not None or sorted(set(filter(None, bounds)), reverse=True) != bounds:
        shown = listed([points_text(t.at_least) if t.at_least is not None else "none" for t in scheme.tiers])
        yield "tiers", "", shown, "tiers run from the best down and only the last has no at_least", "sort them"


def _known(scheme: SchemePart, catalogue: Collection[str]) -> Iterator[Found]:
    used = [(f"items {i.id}", name) for i in scheme.items for name in indicators_of_item(i)]
    used += [(f"stages {s.id}", condition.indicator) for s in scheme.stages for condition in s.when]
    used += [(f"gates {g.id}", g.indicator) for g in (*scheme.gates, *scheme.direct) if g.indicator is not None]
    for place, name in used:
        if name not in catalogue:
            section, item = place.split(" ", 1)
            yield section, f"{item}.indicator", name, "the catalogue of indicators does not have it", "correct its spelling or define it"
