"""How far the search for a better answer may go, and what each kind of change costs the firm."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from service.domain.policy.quantities import Part

__all__ = ["Efforts", "RecourseRule"]

Effort = Annotated[int, Field(ge=0, le=1000)]


class Efforts(Part):
    """What changes cost, in units of effort that only rank plans: per document, per cent cut, month, product, realistic step."""

    document: Effort
    amount_percent: Effort
    term_month: Effort
    product: Effort
    step: Effort


class RecourseRule(Part):
    """At most `plans` plans of at most `changes` changes; an indicator moves by at most `steps` of its realistic steps.

    Documents that were asked for come on top of the changes. `tries` bounds how often a case is decided anew.
    """

    plans: Annotated[int, Field(ge=1, le=5)]
    changes: Annotated[int, Field(ge=1, le=2)]
    steps: Annotated[int, Field(ge=1, le=20)]
    tries: Annotated[int, Field(ge=1, le=60)]
    cost: Efforts
