"""The shipped gates follow from the shipped policy where they say that they do."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise

import pytest

from service.domain import shipped_policy
from training.validation import load_gates
from training.validation.gates import Gate


def gate(name: str) -> Gate:
    return next(one for one in load_gates().gates if one.id == name)


@pytest.mark.parametrize("name", ["level-not-understated", "later-half-holds"])
def test_the_level_may_be_half_a_grade_off(name: str) -> None:
    """Half of the narrowest grade of the master scale, in log odds."""
    odds = [math.log(pd / (1 - pd)) for row in shipped_policy().grades if (pd := row.pd_up_to / 100_000) < 1]
    narrowest = min(above - below for below, above in pairwise(odds))
    assert gate(name).at_most == pytest.approx(narrowest / 2, abs=0.005)


def test_an_error_of_calibration_may_cost_a_margin() -> None:
    """The middle margin over the loss of pure credit: with a larger mean error of the PD the loss is off by more than the margin."""
    policy = shipped_policy()
    margins = sorted(row.margin for row in policy.levers if row.access == "approve")
    middle = Decimal(margins[len(margins) // 2]) / 10_000
    pure = next(Decimal(row.lgd) / 10_000 for row in policy.collaterals if row.collateral == "none")
    assert gate("calibrated").at_most == pytest.approx(float(middle / pure), abs=0.0001)
