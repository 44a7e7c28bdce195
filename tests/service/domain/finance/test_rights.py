"""Rights of the common-growth plan."""

from __future__ import annotations

from datetime import date

import pytest

from service.domain import DecisionError
from service.domain.finance.rights import Right, RightRule, right_of


def test_a_right_has_an_end_and_a_price():
    """1.25 % of 30,000,020 yuan is 375,000.25; signed on the last of February of a leap year, it ends on the 28th."""
    rule = RightRule(id="subscription", expires_after_months=36, price_bp=125)
    assert right_of(rule, amount=30_000_020, signed_on=date(2028, 2, 29)) == Right(
        id="subscription", expires_on=date(2031, 2, 28), price=375_000
    )


def test_half_a_yuan_is_rounded_up():
    """0.01 % of 5,000 yuan."""
    assert right_of(RightRule(id="first-call", expires_after_months=1, price_bp=1), amount=5_000, signed_on=date(2026, 1, 1)).price == 1


@pytest.mark.parametrize(("months", "price", "named"), [(0, 1, "expires_after_months"), (1, -1, "price_bp")])
def test_a_right_without_end_or_below_nothing_is_refused(months, price, named):
    """The message names the field."""
    with pytest.raises(DecisionError, match=f"^{named} = "):
        RightRule(id="subscription", expires_after_months=months, price_bp=price)
