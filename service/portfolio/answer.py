"""What a product answers to many firms, in the few words a portfolio keeps of an offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from service.domain.manual import ManualOrder
from service.domain.offering.terms import authority_named
from service.domain.policy import Outcome
from service.domain.verdict import Verdict
from service.portfolio.lending import Lent
from service.portfolio.scored import NONE, Scored
from service.portfolio.sheet import Flags, Whole

__all__ = ["Answers", "Line"]

OUTCOMES = tuple(Outcome)


@dataclass(frozen=True, slots=True)
class Line:
    """A priced offer in short. Amounts in yuan, rates and shares in basis points, `income_fen` expected a year by the plan."""

    amount: int
    lent: int
    term_months: int
    rate_bp: int
    collateral: str
    programme: str | None
    bank_share_bp: int
    authority: str
    income_fen: int | None


@dataclass(slots=True)
class Answers:
    """Outcome (its rank), causes, set of levers and line of each row; a row that nothing lends to has no line.

    Points and risk stand beside them: a product that judges a firm without its investors sees other ones.
    """

    outcome: Whole
    total: Whole
    pd: Whole
    grade: Whole
    causes: list[tuple[str, ...]]
    levers: list[str | None]
    lines: dict[int, Line] = field(default_factory=dict)

    @classmethod
    def of(cls, scores: Scored) -> Answers:
        """Make room for the rows that were scored."""
        height = len(scores.total)
        risk = (scores.total.copy(), np.where(scores.is_answered, scores.pd, NONE), scores.grade.copy())
        return cls(np.full(height, -1, dtype=np.int64), *risk, [()] * height, [None] * height)

    def closed(self, where: Flags, outcome: Outcome, causes: Sequence[tuple[str, Flags]]) -> None:
        """Close rows with an outcome, each with those of the causes that hold for it, in their order."""
        rows = np.flatnonzero(where)
        if not len(rows):
            return
        self.outcome[rows] = outcome.rank
        marks = np.zeros(len(rows), dtype=np.uint64)
        for place, (_, holds) in enumerate(causes):
            marks |= holds[rows].astype(np.uint64) << np.uint64(place)
        kinds, which = np.unique(marks, return_inverse=True)
        named = [tuple(rule for place, (rule, _) in enumerate(causes) if int(kind) >> place & 1) for kind in kinds.tolist()]
        for row, kind in zip(rows.tolist(), which.tolist(), strict=True):
            self.causes[row] = named[kind]

    def settled(self, row: int, verdict: Verdict, lent: Lent | None) -> None:
        """Write one row as the domain settled it."""
        self.outcome[row] = verdict.outcome.rank
        self.causes[row] = tuple(cause.rule for cause in verdict.causes)
        self.levers[row] = None if verdict.levers is None else verdict.levers[1].set
        if verdict.terms is not None and lent is not None:
            terms = verdict.terms
            self.lines[row] = Line(
                amount=terms.amount,
                lent=terms.lent,
                term_months=terms.term_months,
                rate_bp=terms.rate.rate_bp,
                collateral=terms.security.form.collateral,
                programme=terms.sharing.programme,
                bank_share_bp=terms.sharing.bank_bp,
                authority=authority_named(lent.case, terms.amount).id,
                income_fen=lent.income_fen,
            )

    def take(self, rows: Whole, others: Answers, chosen: Flags) -> None:
        """Put the answers of `others`, one for each of `rows`, in their place where `chosen`."""
        for name in ("total", "pd", "grade"):
            getattr(self, name)[rows[chosen]] = getattr(others, name)[chosen]
        for place, row in enumerate(rows.tolist()):
            if chosen[place]:
                self.outcome[row], self.causes[row], self.levers[row] = others.outcome[place], others.causes[place], others.levers[place]
                self.lines.pop(row, None)
                if place in others.lines:
                    self.lines[row] = others.lines[place]

    def obey(self, row: int, orders: Sequence[ManualOrder]) -> None:
        """Turn one row into a referral where orders that cover it say so, as `verdict.obey` does."""
        outcome = OUTCOMES[int(self.outcome[row])]
        turning = tuple(order.rule for order in orders if order.turns == "every" or outcome is Outcome.DECLINE)
        if not turning:
            return
        if outcome in {Outcome.APPROVE, Outcome.COUNTER}:
            self.causes[row], self.levers[row] = (), None
        self.outcome[row], self.causes[row] = Outcome.REFER.rank, (*turning, *self.causes[row])
        self.lines.pop(row, None)

    def listed(self, name: str) -> list[Any]:
        """Give one field of every line, None where there is none."""
        return [getattr(self.lines[row], name) if row in self.lines else None for row in range(len(self.causes))]
