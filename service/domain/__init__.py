"""The decision domain: pure values in, a recorded decision out. No clock, database, web framework or model library."""

from __future__ import annotations

from service.domain.application import Application, Purpose, application_of
from service.domain.decide import decide, misfits
from service.domain.errors import DecisionError, PolicyError, PolicyFault
from service.domain.manual import REVIEW_REQUESTED, STOPPED, ManualOrder, orders_of
from service.domain.policy import Outcome, Policy, load_policy, shipped_policies, shipped_policy
from service.domain.ports import BundleLike, ScoresLike
from service.domain.prior import Prior, TakenOver
from service.domain.record import Decision, canonical_bytes, content_hash

__all__ = [
    "REVIEW_REQUESTED",
    "STOPPED",
    "Application",
    "BundleLike",
    "Decision",
    "DecisionError",
    "ManualOrder",
    "Outcome",
    "Policy",
    "PolicyError",
    "PolicyFault",
    "Prior",
    "Purpose",
    "ScoresLike",
    "TakenOver",
    "application_of",
    "canonical_bytes",
    "content_hash",
    "decide",
    "load_policy",
    "misfits",
    "orders_of",
    "shipped_policies",
    "shipped_policy",
]
