"""Recourse of a decision, by the policy that made it."""

from __future__ import annotations

from collections.abc import Mapping

from features.acts import ACTS
from features.firm_row import FirmRow
from features.stages import segment_of, stage_of
from service.domain.application import Application
from service.domain.manual import stops_all
from service.domain.policy import Outcome, Policy
from service.domain.ports import BundleLike
from service.domain.record import Decision
from service.domain.record.recourse import RecoursePlan
from service.domain.recourse.candidates import Door
from service.domain.recourse.search import find_plans
from service.domain.recourse.trials import Redecide

__all__ = ["doors_of", "recourse_of", "sized_on", "with_recourse"]


def recourse_of(
    decision: Decision,
    application: Application,
    firm: FirmRow,
    *,
    decide: Redecide,
    bundles: Mapping[str, BundleLike],
    policy: Policy,
    other_products: bool = True,
) -> tuple[RecoursePlan, ...]:
    """Find what would lead to a better answer; without `other_products` the product stays.

    Only products for the firm's stage are proposed. Where automatic decisions are stopped nothing the firm does helps.
    """
    if stops_all(decision.fired):
        return ()
    segment, stage = segment_of(firm.values["growth_stage"]), stage_of(firm.values["growth_stage"])
    offered = {
        row.product: row.min_amount
        for row in policy.products
        if row.product == application.product or (other_products and stage in row.stages)
    }
    return find_plans(
        decision,
        application,
        firm,
        decide=decide,
        bundle=None if segment is None else bundles.get(segment),
        products=offered,
        rule=policy.recourse,
        round_down_to=policy.round_down_to,
        doors=lambda made: doors_of(made, policy),
        sized_on=sized_on(policy, application),
    )


def sized_on(policy: Policy, application: Application) -> tuple[str, ...]:
    """Name the indicators with an act that the product's limit is worked out from, loans running included."""
    measures = (row.measure for row in policy.capacities if application.product in row.products)
    return tuple(name for name in dict.fromkeys(("loans_running", *measures)) if name in ACTS)


def doors_of(decision: Decision, policy: Policy) -> tuple[Door, ...]:
    """Give the indicators, each with its least value, any of which would open a gate that stopped the case."""
    shut = (row.row for row in decision.fired if row.table == "gates" and row.effect is not None and row.row is not None)
    ways = (way for row in shut for way in policy.gates[row - 1].ways)
    return tuple((way.indicator, float(way.value)) for way in ways if way.indicator and way.operator == ">=" and way.value is not None)


def with_recourse(
    decision: Decision,
    application: Application,
    firm: FirmRow,
    *,
    decide: Redecide,
    bundles: Mapping[str, BundleLike],
    policy: Policy,
) -> Decision:
    """Add to an adverse or counter decision what would change it; one that was approved as asked or referred by a stop stays as it is."""
    if decision.outcome is Outcome.APPROVE or stops_all(decision.fired):
        return decision
    plans = recourse_of(decision, application, firm, decide=decide, bundles=bundles, policy=policy)
    return decision.model_copy(update={"recourse": plans})
