"""How the firm behaved: its public-credit records and its loans."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from features.tables.columns import Clock, count, day, identifier, share, word, yuan
from features.tables.firms import FirmId
from features.tables.row import Row
from features.tables.rules import Needs, NotBefore, OnlyWhen, Rule, Within
from features.vocabulary import ConductKind, GuaranteeProgramme, LoanDecision, Product

__all__ = ["Conduct", "Loan"]


class Conduct(Row):
    """A record of the public-credit report; open until `cleared_on`."""

    firm_id: FirmId
    record_id: str = identifier("编号", "Record number")
    kind: ConductKind = word("类型", "Kind")
    amount: int | None = yuan("涉及金额", "Amount involved", optional=True)
    happened_on: date = day("发生日期", "Happened on", Clock.HAPPENED)
    known_on: date = day("可知日期", "Known on", Clock.KNOWN)
    cleared_on: date | None = day("消除日期", "Cleared on", Clock.LATER, optional=True)

    rules: ClassVar[tuple[Rule, ...]] = (NotBefore("known_on", "happened_on"), NotBefore("cleared_on", "happened_on"))


class Loan(Row):
    """An application for a loan and what became of it by `observed_until`."""

    firm_id: FirmId
    loan_id: str = identifier("申请编号", "Application number")
    product: Product = word("产品", "Product")
    applied_on: date = day("申请日期", "Applied on", Clock.KNOWN)
    amount: int = yuan("申请金额", "Amount asked")
    term_months: int = count("期限", "Term", unit="months", high=360)
    rate: int | None = share("年利率", "Yearly rate", high=3600, optional=True)
    decision: LoanDecision = word("审批结果", "Decision")
    programme: GuaranteeProgramme | None = word("担保计划", "Guarantee programme", optional=True)
    guaranteed: int | None = yuan("担保金额", "Amount guaranteed", optional=True)
    drawn_on: date | None = day("放款日期", "Drawn on", Clock.LATER, optional=True)
    overdue_on: date | None = day("首次逾期日期", "First overdue on", Clock.LATER, optional=True)
    default_on: date | None = day("逾期满90天日期", "90 days past due on", Clock.LATER, optional=True)
    closed_on: date | None = day("结清日期", "Closed on", Clock.LATER, optional=True)
    observed_until: date | None = day("观察截止日期", "Observed until", Clock.LATER, optional=True)
    loss: int | None = yuan("损失金额", "Loss", optional=True)

    rules: ClassVar[tuple[Rule, ...]] = (
        OnlyWhen("drawn_on", "decision", LoanDecision.APPROVED.value),
        Needs("guaranteed", "programme"),
        Within("guaranteed", "amount"),
        NotBefore("drawn_on", "applied_on"),
        *(Needs(column, "drawn_on") for column in ("overdue_on", "default_on", "closed_on", "loss")),
        *(NotBefore(column, "drawn_on") for column in ("overdue_on", "default_on", "closed_on", "observed_until")),
        NotBefore("default_on", "overdue_on"),
        NotBefore("observed_until", "default_on"),
    )
