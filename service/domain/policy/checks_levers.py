"""Grades, grid and levers: no gap, no overlap, no unreachable row, and nothing that rewards worse risk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from service.domain.errors import PolicyFault
from service.domain.policy.levers import LeverRow
from service.domain.policy.model import Policy
from service.domain.policy.quantities import percent_text
from service.domain.policy.saying import at, once
from service.domain.policy.table import Outcome
from service.domain.policy.verdicts import collateral_at, control_for, last_lending, levers_for, speed_for, standing

__all__ = ["LEVER_CHECKS"]


def _names(policy: Policy) -> Iterator[PolicyFault]:
    yield from once("tiers", "tier", policy.tiers)
    yield from once("levers", "set", (row.set for row in policy.levers))
    yield from once("speeds", "speed", (row.speed for row in policy.speeds))
    yield from once("collaterals", "collateral", (row.collateral for row in policy.collaterals))
    yield from once("allocations", "allocation", (row.allocation for row in policy.allocations))
    yield from once("controls", "control", (row.control for row in policy.controls))


def _grades(policy: Policy) -> Iterator[PolicyFault]:
    for row, grade in enumerate(policy.grades, start=1):
        if grade.grade != row:
            yield at("grades", row, "grade", grade.grade, f"must be {row}", "number the grades from 1, the safest, without gaps")
    for row, (above, grade) in enumerate(pairwise(policy.grades), start=2):
        if grade.pd_up_to <= above.pd_up_to:
            yield at("grades", row, "pd_up_to", percent_text(grade.pd_up_to, 1000), "is not above the row before", "let the bounds rise")
    if policy.grades[-1].pd_up_to != 100_000:
        yield at(
            "grades", len(policy.grades), "pd_up_to", percent_text(policy.grades[-1].pd_up_to, 1000), "leaves a gap", "end with '100 %'"
        )


def _grid(policy: Policy) -> Iterator[PolicyFault]:
    tiers, sets = policy.tiers, [row.set for row in policy.levers]
    if len(policy.grid) != len(policy.grades):
        yield at(
            "grid", None, "rows", len(policy.grid), f"must have one row for each of the {len(policy.grades)} grades", "add or remove rows"
        )
    for row, line in enumerate(policy.grid, start=1):
        if line.grade != row:
            yield at("grid", row, "grade", line.grade, f"must be {row}", "write one row for each grade, in order")
        for tier in sorted(set(tiers) ^ set(line.cells)):
            gap = "has no cell" if tier in tiers else "is not a tier of this policy"
            yield at("grid", row, tier, line.cells.get(tier, "nothing"), gap, f"write cells for {', '.join(tiers)}")
        for tier, name in sorted(line.cells.items()):
            if name not in sets:
                yield at("grid", row, tier, name, "is not a set of levers", f"name one of {', '.join(sets)}")


def _used(policy: Policy) -> Iterator[PolicyFault]:
    named = {name for line in policy.grid for name in line.cells.values()}
    for row, levers in enumerate(policy.levers, start=1):
        if levers.set not in named:
            yield at(
                "levers", row, "set", levers.set, "cannot be reached: no cell of the grid names it", "name it in the grid or remove it"
            )


def _lever_words(policy: Policy) -> Iterator[PolicyFault]:
    known: dict[str, Sequence[str]] = {
        "speed": [row.speed for row in policy.speeds],
        "collateral": [row.collateral for row in policy.collaterals],
        "allocation": [row.allocation for row in policy.allocations],
        "control": [row.control for row in policy.controls],
    }
    for row, levers in enumerate(policy.levers, start=1):
        for field, names in known.items():
            value = getattr(levers, field)
            if value is not None and value not in names:
                yield at("levers", row, field, value, "is not defined", f"name one of {', '.join(names)}, or add it to `{field}s`")
    for row, product in enumerate(policy.products, start=1):
        for form in product.collateral:
            if form not in known["collateral"]:
                yield at("products", row, "collateral", form, "is not defined", f"name one of {', '.join(known['collateral'])}")


def _is_whole(policy: Policy) -> bool:
    return not any(fault for check in (_names, _grid, _lever_words) for fault in check(policy))


def _falling(policy: Policy) -> Iterator[PolicyFault]:
    """A later set of levers must never be better for the firm than an earlier one, in any lever."""
    if not _is_whole(policy):
        return
    for row, (above, levers) in enumerate(pairwise(policy.levers), start=2):
        if levers.outcome.rank < above.outcome.rank:
            yield at("levers", row, "access", levers.access, f"is better than {above.access} in the row before", "put the best set first")
        elif levers.outcome is Outcome.APPROVE:
            yield from _worse(policy, row, above, levers)


def _worse(policy: Policy, row: int, above: LeverRow, levers: LeverRow) -> Iterator[PolicyFault]:
    orders: dict[str, Callable[[LeverRow], int]] = {
        "limit": lambda lever: -(lever.limit or 0),
        "speed": lambda lever: speed_for(policy, lever.speed).days,
        "margin": lambda lever: lever.margin or 0,
        "collateral": lambda lever: collateral_at(policy, lever.collateral)[0],
        "control": lambda lever: -control_for(policy, lever.control).every_months,
    }
    for field, order in orders.items():
        if order(levers) < order(above):
            said = getattr(levers, field)
            said = percent_text(said) if field in ("limit", "margin") else said
            yield at("levers", row, field, said, f"is better than in set {above.set}, which stands above", "let no lever improve downwards")


def _monotone(policy: Policy) -> Iterator[PolicyFault]:
    """A worse grade, or a worse tier, must never earn better levers, disagreements included."""
    if not _is_whole(policy):
        return
    tiers = policy.tiers
    for grade in range(1, len(policy.grades) + 1):
        for column, tier in enumerate(tiers):
            here, name = standing(policy, grade, tier), policy.grid[grade - 1].cells[tier]
            if grade > 1 and here < standing(policy, grade - 1, tier):
                remedy = "lower it, or raise the row above (disagreements count as refer)"
                yield at("grid", grade, tier, name, "improves on a safer grade", remedy)
            if column and here < standing(policy, grade, tiers[column - 1]):
                yield at("grid", grade, tier, name, "improves on a better tier", f"lower it, or raise {tiers[column - 1]}")


def _last_grade(policy: Policy) -> Iterator[PolicyFault]:
    if _is_whole(policy):
        for tier in policy.tiers:
            grade = len(policy.grades)
            row, levers = levers_for(policy, grade, tier)
            if levers.outcome is Outcome.APPROVE:
                yield at(
                    "grid", grade, tier, levers.set, "lends where default may be certain", f"refer or decline, or lower levers row {row}"
                )


def _known_tiers(table: str, row: int, tiers: Sequence[str], policy: Policy) -> Iterator[PolicyFault]:
    for tier in tiers:
        if tier not in policy.tiers:
            yield at(table, row, "tiers", tier, "is not a tier of this policy", f"the tiers are {', '.join(policy.tiers)}")


def _disagreements(policy: Policy) -> Iterator[PolicyFault]:
    for row, rule in enumerate(policy.disagreements, start=1):
        yield from _known_tiers("disagreements", row, rule.tiers, policy)
        if not 1 <= rule.from_grade <= rule.to_grade <= len(policy.grades):
            span = f"{rule.from_grade} to {rule.to_grade}"
            yield at("disagreements", row, "from_grade", span, "is not a span of grades", f"grades run from 1 to {len(policy.grades)}")


def _certainty(policy: Policy) -> Iterator[PolicyFault]:
    """Every row takes a product of its own, and asks something that an interval can fail."""
    if not _is_whole(policy):
        return
    lasts = [last for tier in policy.tiers if (last := last_lending(policy, tier))]
    most = {"beyond": len(policy.grades) - min(lasts, default=0), "within": max(lasts, default=0), "spans": len(policy.grades)}
    offered, taken = {str(row.product) for row in policy.products}, set[str]()
    for row, rule in enumerate(policy.certainty, start=1):
        named = {str(product) for product in rule.products} or offered
        if named <= taken:
            yield at("certainty", row, "products", ", ".join(sorted(named)), "cannot be reached: earlier rows take them", "remove it")
        taken |= named
        for field, limit in most.items():
            value = getattr(rule, field)
            if value is not None and value > limit:
                yield at("certainty", row, field, value, f"can never hold: at most {limit} grades count", "lower it or leave it out")


def _innovation(policy: Policy) -> Iterator[PolicyFault]:
    for row, entry in enumerate(policy.innovation, start=1):
        yield from _known_tiers("innovation", row, entry.tiers, policy)
        if entry.multiplier < 10_000:
            yield at("innovation", row, "multiplier", percent_text(entry.multiplier), "is below 100 %", "points raise a limit or leave it")
    named = [tier for entry in policy.innovation for tier in entry.tiers]
    for tier in policy.tiers:
        if named.count(tier) != 1:
            yield at("innovation", None, "tiers", tier, f"is in {named.count(tier)} rows", "name each tier in exactly one row")
    for row, (above, entry) in enumerate(pairwise(policy.innovation), start=2):
        if entry.multiplier > above.multiplier or entry.benefit > above.benefit:
            yield at(
                "innovation",
                row,
                "multiplier",
                percent_text(entry.multiplier),
                "earns more than the row before",
                "put the best tiers first",
            )


LEVER_CHECKS: Iterable[Callable[[Policy], Iterator[PolicyFault]]] = (
    _names,
    _grades,
    _grid,
    _used,
    _lever_words,
    _falling,
    _monotone,
    _last_grade,
    _disagreements,
    _certainty,
    _innovation,
)
