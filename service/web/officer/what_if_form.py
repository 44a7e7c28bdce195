"""The panel that tries other values: what it asks, how it reads what was typed, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import Field, create_model

from features.acts import ACTS
from features.indicators import CATALOGUE
from features.indicators.wording import format_value
from service.desk import Desk
from service.domain import Application, Decision
from service.domain.application import ASKABLE, Purpose
from service.errors import Fault
from service.use_cases.what_if import Scene, movable, scene_of, try_out
from service.web.forms import Choice, Typed, checked, number, whole
from service.web.officer.choices import product_choices, purpose_choices
from service.web.pages import PageQuery
from service.web.words import OUTCOMES, TONES, Words

__all__ = ["CaseQuery", "WhatIf", "asked_of", "what_if_of"]

REQUEST = ("product", "amount", "term_months", "purpose")
SCALES: Mapping[str, tuple[Decimal, Words]] = {
    "ratio": (Decimal(100), Words("%", "%")),
    "10k yuan": (Decimal(1), Words("万元", "10k yuan")),
    "persons": (Decimal(1), Words("人", "people")),
    "months": (Decimal(1), Words("个月", "months")),
    "times": (Decimal(1), Words("倍", "times")),
}
"""How a unit is typed: what its value is multiplied with, and what stands behind the field; any other as the bare number."""


def _field(name: str) -> Any:
    return (str | None, Field(default=None, max_length=40, description=f"What-if: {name}, as typed"))


CaseQuery: type[PageQuery] = create_model("CaseQuery", __base__=PageQuery, **{name: _field(name) for name in (*REQUEST, *ACTS)})
"""What the decision's page takes: values to be tried, nothing of which is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """An indicator that can be tried: what it is now, and the unit behind the field."""

    name: str
    label: Words
    now: str
    unit: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The panel; `result` is None before anything was tried, and where what was typed is wrong."""

    typed: Typed
    products: tuple[Choice, ...]
    purposes: tuple[Choice, ...]
    levers: tuple[Lever, ...]
    result: Decision | None
    is_tried: bool

    @property
    def outcome(self) -> Words:
        """What came of it."""
        return OUTCOMES[self.result.outcome if self.result else "refer"]

    @property
    def tone(self) -> str:
        """Its colour."""
        return TONES[self.result.outcome if self.result else "refer"]


def asked_of(query: PageQuery) -> dict[str, str]:
    """Give what was typed into the panel; empty where nothing was."""
    return {name: value for name, value in query.model_dump(exclude={"lang"}).items() if value}


def what_if_of(desk: Desk, decision: Decision, texts: Mapping[str, str], lang: str) -> WhatIf:
    """Try what was typed, or lay the empty panel out with the values of the decision."""
    asked, scene = decision.application, scene_of(desk, decision)
    mine = {
        "product": asked.product.value,
        "amount": str(asked.amount),
        "term_months": str(asked.term_months),
        "purpose": asked.purpose.value if asked.purpose else "",
    }
    typed, result = Typed({**mine, **texts}), None
    if texts:
        result, typed = _tried(desk, scene, typed)
    return WhatIf(
        typed=typed,
        products=product_choices(desk),
        purposes=purpose_choices(),
        levers=tuple(_levers(scene, lang)),
        result=result,
        is_tried=bool(texts),
    )


def _tried(desk: Desk, scene: Scene, typed: Typed) -> tuple[Decision | None, Typed]:
    said = {
        "product": typed["product"] if typed["product"] in ASKABLE else None,
        "amount": whole(typed["amount"]),
        "term_months": whole(typed["term_months"]),
        "purpose": Purpose(typed["purpose"]) if typed["purpose"] in set(Purpose) else None,  # type: ignore[call-arg]
        "firm_id": scene.decision.application.firm_id,
        "as_of": scene.decision.as_of,
    }
    application, typed = checked(Application, said, typed)
    targets, typed = _targets(scene, typed)
    if application is None or typed.wrong:
        return None, typed
    result = try_out(desk, scene, application, targets)
    if isinstance(result, Decision):
        return result, typed
    rule = "cannot be reached by what the firm can do"
    return None, typed.with_faults([Fault(field=result, value=typed[result], rule=rule, remedy="only better values are")])


def _targets(scene: Scene, typed: Typed) -> tuple[dict[str, float], Typed]:
    targets: dict[str, float] = {}
    for name in movable(scene):
        value = number(typed[name])
        if isinstance(value, str):
            typed = typed.with_faults([Fault(field=name, value=value, rule="must be a number", remedy="write digits")])
        elif value is not None:
            targets[name] = float(value / _scale(name)[0])
    return targets, typed


def _scale(name: str) -> tuple[Decimal, Words]:
    return SCALES.get(CATALOGUE[name].unit, (Decimal(1), Words("", "")))


def _levers(scene: Scene, lang: str) -> Iterator[Lever]:
    for name in movable(scene):
        known = CATALOGUE[name]
        yield Lever(name=name, label=Words(known.zh, known.en), now=format_value(known, scene.row.values[name], lang), unit=_scale(name)[1])
