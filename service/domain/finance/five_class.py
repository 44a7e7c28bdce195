"""Five-class loan classification (五级分类) from days past due.

Bounds: 商业银行金融资产风险分类办法 (2023): past due at all is special mention, more than 90 days substandard, more than 270 doubtful,
more than 360 loss; a restructured loan is observed for at least a year.
"""

from __future__ import annotations

from datetime import date

from features.vocabulary import Word
from service.domain.finance.exact import refuse
from service.domain.finance.schedule import add_months

__all__ = ["OBSERVED_MONTHS", "LoanClass", "class_of_loan", "observed_until"]

OBSERVED_MONTHS = 12


class LoanClass(Word):
    """The five classes, best first."""

    NORMAL = "normal", "正常"
    SPECIAL_MENTION = "special-mention", "关注"
    SUBSTANDARD = "substandard", "次级"
    DOUBTFUL = "doubtful", "可疑"
    LOSS = "loss", "损失"

    @property
    def rank(self) -> int:
        """0 for normal to 4 for loss."""
        return list(LoanClass).index(self)

    @property
    def is_non_performing(self) -> bool:
        """Is it substandard or worse?"""
        return self.rank >= LoanClass.SUBSTANDARD.rank


BOUNDS = ((360, LoanClass.LOSS), (270, LoanClass.DOUBTFUL), (90, LoanClass.SUBSTANDARD), (0, LoanClass.SPECIAL_MENTION))


def class_of_loan(
    days_past_due: int, *, as_of: date, restructured_on: date | None = None, class_before: LoanClass = LoanClass.NORMAL
) -> LoanClass:
    """Classify a loan by the days its oldest unpaid amount is past due on `as_of`.

    A restructured loan is, until its observation ends, not better than special mention, nor than its class before
    (`class_before`, the class on the day it was restructured). A restructuring after `as_of` does not count.
    """
    refuse(days_past_due < 0, "days_past_due", days_past_due, "is negative", "count days from 0")
    by_days = next((status for bound, status in BOUNDS if days_past_due > bound), LoanClass.NORMAL)
    if restructured_on is None or not restructured_on <= as_of <= observed_until(restructured_on):
        return by_days
    return max(by_days, class_before, LoanClass.SPECIAL_MENTION, key=lambda status: status.rank)


def observed_until(restructured_on: date) -> date:
    """The last day of a restructured loan's observation, the least the rule allows."""
    return add_months(restructured_on, OBSERVED_MONTHS)
