"""The shipped schemes as a page: docs/schemes.md is written from the scheme files, never by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from features.points.breakdown import NOTES
from features.points.parts import Condition, GatePart, ItemPart, StagePart
from features.points.peers import LIMIT
from features.points.quantities import decimal_text, points_text
from features.points.reference import MIN_PEERS
from features.points.rules import BestOf, Deduction, Linear, PerUnit, Rule, Steps
from features.points.scheme import SHIPPED, Scheme, shipped_scheme

__all__ = ["scheme_section", "schemes_page"]

INTRODUCTION = f"""\
# Points schemes

Written from `features/schemes/*.toml`; do not edit. A scheme is a file: another one (an official table, a local rule) is loaded by
the same code, and every decision carries its hash.

## How points come about

- Points are whole hundredths from the first step on. Items sum exactly to groups, and groups to the total.
- Every rule gives a share of the item's weight in the firm's stage; points are that share of the weight, rounded half up once.
- **peer-percentile**: mid-rank `(below + equal / 2) / n` among the peers of the same technology field and stage in a frozen, hashed
  reference base, so points are round-half-up of `weight * (2 * below + equal) / (2 * n)`. Values are winsorised at the 1st and 99th
  percentile of the cell; of a count that is mostly zero, only at the 99th percentile of the values above zero. A zero in such a count
  earns nothing. Fewer than {MIN_PEERS} peers in a cell: the whole stage; fewer in the stage: the whole base. A cell keeps at most {LIMIT:,}
  distinct values; the file states how far a percentile can be off through that.
- **steps**: the first step whose bound is met; bounds are inclusive. **linear**: a straight line between two values, flat outside, taken in
  millionths. **per-unit**: so much for every whole unit, up to a cap. **best-of**: the best of several. **deduction**: taken away.
- Figures of steps and units are scaled to the weight of the stage.
- Unknown is not zero: an unknown item earns nothing, lowers `coverage` (the share of weight that is known, cut to two decimals), and is
  listed. An unknown deduction takes nothing away and lowers `coverage` too. Deductions may bring a total below zero.
- An unknown stage gives the default stage the file names. A stage takes the first range that fits.

What a breakdown notes beside an item:

"""


def schemes_page() -> str:
    """Write every shipped scheme as Markdown; the same files give the same text."""
    notes = _table(("code", "中文", "English"), ((f"`{code}`", zh, en) for code, (zh, en) in NOTES.items()))
    return "\n".join([INTRODUCTION + notes, *(scheme_section(shipped_scheme(name)) for name in SHIPPED)])


def scheme_section(scheme: Scheme) -> str:
    """Write one scheme as Markdown."""
    head = (
        f"## {scheme.title_zh} `{scheme.name}`\n\n"
        f"{scheme.title_en}. Version {scheme.version}, status **{scheme.status}**, {points_text(scheme.out_of)} points.\n"
        f"Source: {scheme.source}\nContent hash `{scheme.hash}`.\n"
    )
    return "\n".join(filter(None, [head, _stages(scheme), _items(scheme), _gates(scheme), _tiers(scheme)]))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _stages(scheme: Scheme) -> str:
    if len(scheme.stages) == 1:
        return ""
    rows = ((f"`{s.id}`", s.zh, s.en, _when(s, scheme.stage_if_unknown)) for s in scheme.stages)
    return _table(("stage", "阶段", "English", "when"), rows)


def _when(stage: StagePart, default: str) -> str:
    said = " and ".join(map(_condition, stage.when)) or "otherwise"
    return f"{said}; where unknown" if stage.id == default else said


def _condition(condition: Condition) -> str:
    least = "" if condition.at_least is None else f" >= {decimal_text(condition.at_least)}"
    below = "" if condition.below is None else f" < {decimal_text(condition.below)}"
    return f"`{condition.indicator}`{' and'.join(filter(None, (least, below)))}"


def _items(scheme: Scheme) -> str:
    stages = [stage.id for stage in scheme.stages]
    names = {item.id: (item.zh, item.en) for item in scheme.items}
    rows = []
    for group in scheme.groups:
        rows += [_item(i, group.zh, names[i.id], stages) for i in scheme.part.items if i.group == group.id]
    weights = stages if len(stages) > 1 else ["weight"]
    return _table(("group", "item", "指标", "English", *weights, "rule"), rows)


def _item(item: ItemPart, group: str, names: tuple[str, str], stages: list[str]) -> list[str]:
    sign = "-" if item.rule.kind == "deduction" else ""
    weights = [item.weight if item.weights is None else item.weights[stage] for stage in stages]
    indicator = item.indicator if item.indicator not in (None, item.id) else ""
    rule = f"`{indicator}` {_rule(item.rule)}" if indicator else _rule(item.rule)
    return [group, f"`{item.id}`", *names, *(f"{sign}{points_text(weight or 0)}" for weight in weights), rule]


def _rule(rule: Rule) -> str:
    if isinstance(rule, Deduction):
        return f"deduction: {_rule(rule.by)}"
    if isinstance(rule, BestOf):
        return "best of " + " or ".join(f"`{way.indicator}` {_rule(way.rule)}" for way in rule.alternatives)
    if isinstance(rule, Steps):
        return _steps(rule)
    if isinstance(rule, Linear):
        return f"linear from {decimal_text(rule.zero_at)} to {decimal_text(rule.full_at)}"
    if isinstance(rule, PerUnit):
        return f"{points_text(rule.each)} per {rule.unit}, at most {points_text(rule.cap)}"
    return "peer-percentile" if rule.direction == 1 else "peer-percentile, less is better"


def _steps(rule: Steps) -> str:
    sign = ">=" if rule.direction == 1 else "<="
    said = ", ".join(f"{sign} {decimal_text(bound)}: {points_text(points)}" for bound, points in rule.steps)
    return said if rule.out_of is None else f"{said} (out of {points_text(rule.out_of)})"


def _gates(scheme: Scheme) -> str:
    if not scheme.gates:
        return ""
    rows = [_gate(gate, "waived by a direct pass" if gate.waivable else "always") for gate in scheme.gates]
    rows += [_gate(gate, "direct pass") for gate in scheme.direct]
    return _table(("gate", "条件", "English", "asks", "holds"), rows)


def _gate(gate: GatePart, holds: str) -> list[str]:
    words = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}
    asked = f"points of `{gate.points_of}`" if gate.points_of else f"`{gate.indicator}`"
    bounds = [f"{asked} {words[name]} {decimal_text(bound)}" for name, bound in gate.bounds.items()]
    return [f"`{gate.id}`", gate.zh, gate.en, bounds[0] if bounds else "the firm declares it", holds]


def _tiers(scheme: Scheme) -> str:
    if not scheme.tiers:
        return ""
    rows = ((tier.id, "below" if tier.at_least is None else points_text(tier.at_least)) for tier in scheme.tiers)
    return _table(("tier", "total from"), rows)
