"""Spreading a lending envelope over approved firms (贷投批量联动), with SciPy's HiGHS and a proof in integers."""

from __future__ import annotations

from service.domain.allocation.candidate import Candidate
from service.domain.allocation.errors import AllocationError, BatchFaults, PlanError
from service.domain.allocation.plan import Plan
from service.domain.allocation.plan_file import load_plan, shipped_plan, shipped_plans
from service.domain.allocation.result import Allocation
from service.domain.allocation.spread import allocate

__all__ = [
    "Allocation",
    "AllocationError",
    "BatchFaults",
    "Candidate",
    "Plan",
    "PlanError",
    "allocate",
    "load_plan",
    "shipped_plan",
    "shipped_plans",
]
