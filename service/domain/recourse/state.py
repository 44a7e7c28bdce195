"""A case as it would be after some changes: the application, the firm, what was changed and what that costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from features.firm_row import FirmRow
from features.indicators import CATALOGUE
from features.points.quantities import decimal_text
from features.tables import REGISTERS
from features.what_if import reach, searched, supplied
from service.domain.application import Application
from service.domain.policy.recourse import RecourseRule
from service.domain.record.parts import Missing
from service.domain.record.recourse import RecourseChange
from service.domain.recourse.wording import act_text, amount_text, document_text, product_text, term_text

__all__ = ["State", "act_on", "ask_for", "supply"]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """An application and a firm, reached by `changes` at `cost` under assumptions."""

    asked: Application
    firm: FirmRow
    changes: tuple[RecourseChange, ...] = ()
    cost: int = 0
    assumes: tuple[str, ...] = ("other-facts-unchanged",)

    @property
    def values(self) -> Mapping[str, float | None]:
        """Every indicator, those of the request included."""
        return self.firm.with_request(self.asked.amount, self.asked.term_months)

    @property
    def fields(self) -> frozenset[str]:
        """What was changed."""
        return frozenset(change.field for change in self.changes)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of change it took."""
        return frozenset(change.kind for change in self.changes)

    @property
    def moves(self) -> int:
        """How many changes it took beside documents."""
        return sum(change.kind != "document" for change in self.changes)

    def then(self, change: RecourseChange, cost: int, **moved: Any) -> State:
        """Give the state after one more change."""
        return replace(self, changes=(*self.changes, change), cost=self.cost + cost, **moved)


def ask_for(state: State, rule: RecourseRule, **said: Any) -> State:
    """RecourseChange the request: `product`, `amount` in yuan, `term_months`; what is the same already is no change."""
    for field, after in said.items():
        before = getattr(state.asked, field)
        if before != after:
            zh, en = SAID[field](before, after)
            change = RecourseChange(kind="request", field=field, before=before, after=after, zh=zh, en=en)
            state = state.then(change, _effort(rule, field, before, after), asked=state.asked.model_copy(update={field: after}))
    return state


SAID: Mapping[str, Callable[[Any, Any], tuple[str, str]]] = {"amount": amount_text, "term_months": term_text, "product": product_text}


def _effort(rule: RecourseRule, field: str, before: Any, after: Any) -> int:
    """Count the effort of asking for something else; a started per cent counts as a whole one."""
    if field == "product":
        return rule.cost.product
    if field == "amount":
        return int(-(-100 * abs(before - after) // before)) * rule.cost.amount_percent
    return int(abs(before - after)) * rule.cost.term_month


def act_on(state: State, indicator: str, steps: int, rule: RecourseRule) -> State | None:
    """Move an indicator by whole realistic steps, and with it every figure that moves; None where it cannot be reached."""
    action, before = CATALOGUE[indicator].action, state.firm.values[indicator]
    assert action is not None  # only indicators with an act are asked for, and a test holds those to have an action
    assert before is not None  # an act needs its figures
    firm = reach(state.firm, indicator, before + steps * action.step)
    after = None if firm is None else firm.values[indicator]
    if firm is None or after is None:
        return None
    zh, en = act_text(indicator, before, after)
    change = RecourseChange(kind="indicator", field=indicator, before=decimal_text(before), after=decimal_text(after), zh=zh, en=en)
    return state.then(change, steps * rule.cost.step, firm=firm)


def supply(state: State, gap: Missing, medians: Mapping[str, float], rule: RecourseRule) -> State:
    """Supply a document: a newer one confirms the old; a searched register is empty; a missing one shows what peers show."""
    how: Literal["document-confirms", "nothing-on-record", "peer-median"]
    if gap.state == "stale":
        firm, how = supplied(state.firm, gap.table, {}), "document-confirms"
    elif gap.table in REGISTERS:
        firm, how = searched(state.firm, gap.table), "nothing-on-record"
    else:
        firm, how = supplied(state.firm, gap.table, medians), "peer-median"
    zh, en = document_text(gap)
    change = RecourseChange(kind="document", field=gap.table, before=gap.state, after="supplied", zh=zh, en=en)
    return state.then(change, rule.cost.document, firm=firm, assumes=tuple(dict.fromkeys([*state.assumes, how])))
