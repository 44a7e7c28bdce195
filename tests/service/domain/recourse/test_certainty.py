"""A case that is referred because the model is not certain enough: what would let it decide."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from builders_cases import FakeScores, application, decided
from builders_recourse import RULE, StepBundle, booked

from features.firm_row import FirmRow
from features.indicators import CATALOGUE
from service.domain import Application, Decision, Outcome, shipped_policy
from service.domain.recourse import find_plans

PRODUCTS = {row.product: row.min_amount for row in shipped_policy().products}


@dataclass(frozen=True)
class UnsureBundle(StepBundle):
    """A model of plain steps whose interval is wide, in odds fifteen times either way, while anything that it reads is missing."""

    interval_stated: tuple[float, str] | None = (0.9, "by hand")

    def score(self, matrix: Any) -> FakeScores:
        said = super().score(matrix)
        factor = np.where(np.isnan(matrix).any(axis=1), 15.0, 1.2)
        ends = np.column_stack([said.pd / factor, np.minimum(1.0, said.pd * factor)])
        return replace(said, pd_interval=ends)

    predict = score


SAFE = UnsureBundle({"cash_cover_months": (99.0, 20), "tech_contract_value": (99.0, 20)}, default=0.01)


def decide(asked: Application, row: FirmRow) -> Decision:
    return decided(asked, row, bundle=SAFE)


def without_contracts() -> FirmRow:
    """The usual firm, of which nobody searched the register of technology contracts; only the model misses it."""
    row = booked()
    lost = {name: None for name in row.values if "contracts" in CATALOGUE[name].tables}
    return replace(row, values=row.values | lost, known=row.known | {"contracts": None})


def test_a_document_that_narrows_the_interval_lifts_the_referral() -> None:
    """Referred between grade 1 and grade 10 at a PD of 1 %; with the document the same PD is between grades 5 and 5: an offer."""
    row = without_contracts()
    before = decide(application(), row)
    assert (before.outcome, before.reasons[0].code) == ("refer", "MODEL_NOT_CERTAIN")
    plans = find_plans(
        before,
        application(),
        row,
        decide=decide,
        bundle=SAFE,
        products=PRODUCTS,
        rule=RULE,
        round_down_to=10_000,
    )
    (change,) = plans[0].changes
    assert (change.kind, change.field, change.after) == ("document", "contracts", "supplied")
    assert plans[0].outcome in {Outcome.APPROVE, Outcome.COUNTER}
    assert plans[0].assumes == ("other-facts-unchanged", "nothing-on-record")


def test_the_same_firm_with_the_document_is_decided_by_the_grid() -> None:
    """What the plan promises is what a new decision gives."""
    decision = decide(application(), booked())
    assert decision.outcome == "approve"
    assert decision.risk is not None
    assert decision.risk.pd_interval is not None
    assert (decision.risk.pd_interval.low_grade, decision.risk.pd_interval.high_grade) == (5, 5)
