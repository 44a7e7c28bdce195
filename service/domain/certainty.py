"""Is the model sure enough of its grade? Its interval of the PD, held against what the policy asks of it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from service.domain.case import Case, Finding
from service.domain.missing import Gap, helping
from service.domain.policy import Outcome
from service.domain.policy.rules import CertaintyRow
from service.domain.policy.verdicts import certainty_for, last_lending, levers_for
from service.domain.record.parts import IntervalRecord
from service.domain.risk import Risk

__all__ = ["certainty_findings"]


def certainty_findings(case: Case, found: tuple[Gap, ...]) -> Iterator[Finding]:
    """Refer the case when the interval of the PD reaches further than its product's row of `certainty` allows.

    A grade that refers anyway is not looked at, nor a model without an interval. `found` names the documents that would narrow it.
    """
    row = certainty_for(case.policy, case.application.product)
    if row is None or case.risk is None or case.risk.interval is None:
        return
    last = last_lending(case.policy, case.tier)
    failed = _failed(case, case.risk, case.risk.interval, row[1], last)
    if failed is not None:
        yield _finding(case, case.risk, case.risk.interval, failed, (row[0], last), found)


def _failed(case: Case, risk: Risk, interval: IntervalRecord, row: CertaintyRow, last: int) -> tuple[str, int] | None:
    """Name the first question of the row that the interval fails, with the grades that count; None where it fails none."""
    outcome = levers_for(case.policy, risk.grade, case.tier)[1].outcome
    lends, declines = outcome is Outcome.APPROVE, outcome is Outcome.DECLINE
    asked = (
        ("beyond", lends, row.beyond, interval.high_grade - last),
        ("within", declines, row.within, last - interval.low_grade + 1),
        ("spans", lends, row.spans, interval.high_grade - interval.low_grade + 1),
    )
    failing = ((name, grades) for name, counts, limit, grades in asked if counts and limit is not None and grades >= limit)
    return next(failing, None)


def _finding(
    case: Case, risk: Risk, interval: IntervalRecord, failed: tuple[str, int], place: tuple[int, int], found: tuple[Gap, ...]
) -> Finding:
    (row, last), (zh, en) = place, helping(found)
    low, high, name = interval.low_grade, interval.high_grade, failed[0]
    pd, least, most, level = (f"{_percent(text)}%" for text in (risk.pd, interval.low, interval.high, interval.level))
    return Finding(
        effect=Outcome.REFER,
        table="certainty",
        row=row,
        rule="decline-not-certain" if name == "within" else "model-not-certain",
        when={name: failed[1], "grade": risk.grade, "low_grade": low, "high_grade": high, "tier": case.tier},
        zh=f"模型在等级{low}与{high}之间把握不足:一年违约概率{pd},{level}区间{least}至{most};{case.tier}至多在等级{last}放款{zh}",
        en=f"The model is not certain enough between grade {low} and grade {high}: its PD is {pd}, the {level} interval {least} to {most}; "
        f"tier {case.tier} is lent to up to grade {last}{en}",
    )


def _percent(text: str) -> str:
    return f"{(Decimal(text) * 100).normalize():f}"
