"""Innovation points: schemes as files, a frozen base of peers, integer arithmetic that sums exactly and explains itself."""

from __future__ import annotations

from features.points.base import build_reference
from features.points.breakdown import NOTES, Eligibility, GatePoints, GroupPoints, ItemPoints, Points
from features.points.faults import SchemeFault, SchemeFaults
from features.points.frame import points_frame
from features.points.reference import Reference
from features.points.scheme import SHIPPED, Scheme, load_scheme, ranking_tier, shipped_scheme
from features.points.score import score_points

__all__ = [
    "NOTES",
    "SHIPPED",
    "Eligibility",
    "GatePoints",
    "GroupPoints",
    "ItemPoints",
    "Points",
    "Reference",
    "Scheme",
    "SchemeFault",
    "SchemeFaults",
    "build_reference",
    "load_scheme",
    "points_frame",
    "ranking_tier",
    "score_points",
    "shipped_scheme",
]
