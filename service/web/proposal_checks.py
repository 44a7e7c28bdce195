"""The models of a proposal: what the validation it names says of each, and what swaps and reasons it found against the champion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.releases import ModelCheck
from service.store import Store
from service.use_cases.validations import named_validation
from service.web.bars import churn_chart, swap_chart
from service.web.charts import Chart
from service.web.validation_words import GateShown, gates_shown
from training.bundle import Validation

__all__ = ["CheckShown", "checks_shown"]


@dataclass(frozen=True, slots=True)
class CheckShown:
    """A model that would change. `record` is None where the proposal names no validation, or where it is not on file any more."""

    check: ModelCheck
    record: Validation | None
    failing: tuple[GateShown, ...]
    """The gates that the model fails, those that block first."""
    charts: tuple[Chart, ...]

    @property
    def passed(self) -> int:
        """Gates passed."""
        return 0 if self.record is None else len(self.record.standing("pass"))


def checks_shown(store: Store, checks: Sequence[ModelCheck], lang: str) -> tuple[CheckShown, ...]:
    """Look up the validation that the proposal names for each model; a newer one does not change what was proposed."""
    with store.reading() as unit:
        found = [(one, None if one.validation is None else named_validation(unit, one.validation)) for one in checks]
    return tuple(_shown(check, record, lang) for check, record in found)


def _shown(check: ModelCheck, record: Validation | None, lang: str) -> CheckShown:
    if record is None:
        return CheckShown(check, None, (), ())
    failing = sorted((one for one in record.outcomes if one.standing == "fail"), key=lambda one: not one.blocks)
    return CheckShown(check, record, gates_shown(tuple(failing), lang), tuple(_charts(record, lang)))


def _charts(record: Validation, lang: str) -> Iterator[Chart]:
    if record.pictures is not None:
        drawn = (swap_chart(record.pictures, lang), churn_chart(record.pictures, lang))
        yield from (one for one in drawn if one is not None)
