"""What would change the answer: feasible plans, each decided anew as a whole before it is shown."""

from __future__ import annotations

from service.domain.recourse.finding import recourse_of, with_recourse
from service.domain.recourse.search import Redecide, find_plans

__all__ = ["Redecide", "find_plans", "recourse_of", "with_recourse"]
