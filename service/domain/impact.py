"""What a change of policy does: the same applications under both, who flips, and how much money moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from features.firm_row import FirmRow
from features.sizes import SIZES, size_of
from service.domain.policy import Outcome
from service.domain.record import Decision

__all__ = ["GROUPS", "SIZES", "Flow", "Replayed", "flips", "flows", "replayed", "size_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One application under two policies; amounts offered in yuan, 0 where nothing is."""

    decision_id: str
    firm_id: str
    product: str
    stage: str
    region: str
    size: str
    before: Outcome
    after: Outcome
    amount_before: int
    amount_after: int
    rate_before: int | None
    rate_after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A group of applications: how many, how many end otherwise, and the yuan offered before and after."""

    group: str
    cases: int
    better: int
    worse: int
    amount_before: int
    amount_after: int

    @property
    def moved(self) -> int:
        """Yuan offered more (or, negative, less) under the second policy."""
        return self.amount_after - self.amount_before


GROUPS: Mapping[str, Callable[[Replayed], str]] = {
    "product": lambda case: case.product,
    "stage": lambda case: case.stage,
    "region": lambda case: case.region,
    "size": lambda case: case.size,
}


def replayed(decision_id: str, firm: FirmRow, before: Decision, after: Decision) -> Replayed:
    """Lay both answers to one application side by side."""
    first, second = before.offer, after.offer
    return Replayed(
        decision_id=decision_id,
        firm_id=firm.firm_id,
        product=str(after.application.product),
        stage="unknown" if after.points is None else after.points.stage,
        region=firm.context.get("region", "unknown"),
        size=size_of(firm.bases["revenue_0"]),
        before=before.outcome,
        after=after.outcome,
        amount_before=0 if first is None else first.amount,
        amount_after=0 if second is None else second.amount,
        rate_before=None if first is None else first.rate_bp,
        rate_after=None if second is None else second.rate_bp,
    )


def flips(cases: Iterable[Replayed]) -> list[tuple[Outcome, Outcome, int]]:
    """Count the changes of outcome, from and to, in the order of outcomes; those that stay are left out."""
    counted = Counter((case.before, case.after) for case in cases if case.before is not case.after)
    return [(*pair, counted[pair]) for pair in sorted(counted, key=lambda pair: (pair[0].rank, pair[1].rank))]


def flows(cases: Sequence[Replayed], by: Callable[[Replayed], str]) -> list[Flow]:
    """Sum up the groups, by name."""
    groups: dict[str, list[Replayed]] = {}
    for case in cases:
        groups.setdefault(by(case), []).append(case)
    return [_flow(name, groups[name]) for name in sorted(groups)]


def _flow(name: str, cases: Sequence[Replayed]) -> Flow:
    return Flow(
        group=name,
        cases=len(cases),
        better=sum(case.after.rank < case.before.rank for case in cases),
        worse=sum(case.after.rank > case.before.rank for case in cases),
        amount_before=sum(case.amount_before for case in cases),
        amount_after=sum(case.amount_after for case in cases),
    )
