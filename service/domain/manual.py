"""Orders that a person decides: automatic decisions are stopped, or the firm asked for a person.

An order is an input of the decision like the policy. Every order in force is written into the record, whether it changed the
answer or not, so `orders_of` gives a replay exactly the orders that the decision was made under.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, cast

from features.stages import segment_of
from service.domain.case import Case, Finding
from service.domain.policy import Outcome
from service.domain.record.parts import Fired

__all__ = ["REVIEW_REQUESTED", "STANDING", "STOPPED", "ManualOrder", "Scope", "orders_of", "stops_all", "turning"]

Scope = Literal["all", "product", "segment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualOrder:
    """One order: what it turns into a referral ("every" outcome, or "declines" only), for which cases, and what it says.

    `given_by` is the number of the act that gave it: a stop, or a request for review. `value` names the product or the segment of
    a narrower scope.
    """

    table: str
    rule: str
    turns: Literal["every", "declines"]
    zh: str
    en: str
    given_by: str
    scope: Scope = "all"
    value: str = ""

    def covers(self, case: Case) -> bool:
        """Is the case within its scope? One whose segment is unknown is in none."""
        if self.scope == "product":
            return case.application.product == self.value
        return self.scope == "all" or segment_of(case.values["growth_stage"]) == self.value

    @property
    def when(self) -> Mapping[str, str | int]:
        """What the record's row says of it, enough to give the order again."""
        return {"given_by": self.given_by, "scope": self.scope, **({"value": self.value} if self.value else {})}

    @property
    def finding(self) -> Finding:
        """The order as a cause of a referral."""
        return Finding(effect=Outcome.REFER, table=self.table, row=None, rule=self.rule, when=self.when, zh=self.zh, en=self.en)


STOPPED = ManualOrder(
    table="switch",
    rule="automatic-decisions-stopped",
    turns="every",
    zh="自动审批已暂停,由人工作出决定",
    en="Automatic decisions are stopped; a person decides",
    given_by="",
)
REVIEW_REQUESTED = ManualOrder(
    table="reviews",
    rule="human-review-requested",
    turns="declines",
    zh="企业已申请人工复核,不得仅由系统拒绝,由人工作出决定",
    en="The firm asked for a person, so no decline is given by machine alone; a person decides",
    given_by="",
)
STANDING: Mapping[str, ManualOrder] = MappingProxyType({order.rule: order for order in (STOPPED, REVIEW_REQUESTED)})
"""Every kind of order by its rule; one is given with `dataclasses.replace(STOPPED, given_by=..., scope=..., value=...)`."""


def turning(case: Case, outcome: Outcome, manual: Sequence[ManualOrder]) -> tuple[Finding, ...]:
    """Give the orders that turn this outcome of the case into a referral; an order to refer everything also joins a referral."""
    return tuple(order.finding for order in manual if order.covers(case) and (order.turns == "every" or outcome is Outcome.DECLINE))


def orders_of(fired: Iterable[Fired]) -> tuple[ManualOrder, ...]:
    """Read the orders that a recorded decision was made under off its fired rows, in their order."""
    return tuple(_given(order, row.when) for row in fired if (order := _kind(row)) is not None)


def _kind(row: Fired) -> ManualOrder | None:
    order = STANDING.get(row.rule or "")
    return order if order is not None and order.table == row.table else None


def _given(order: ManualOrder, when: Mapping[str, str | int]) -> ManualOrder:
    scope = cast("Scope", when["scope"])
    return replace(order, given_by=str(when["given_by"]), scope=scope, value=str(when.get("value", "")))


def stops_all(fired: Iterable[Fired]) -> bool:
    """Was the answer turned by an order that refers every outcome? Then nothing the firm does changes it."""
    return any(row.effect is not None and order.turns == "every" for row in fired if (order := _kind(row)) is not None)
