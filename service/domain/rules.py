"""Knock-outs and referrals: rules of the policy over one indicator each."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from features.indicators import CATALOGUE, format_value
from features.points.quantities import decimal_text
from features.tables import TABLES
from service.domain.case import Case, Finding
from service.domain.policy import Outcome
from service.domain.policy.rules import IndicatorRule

__all__ = ["HOLDS", "is_true", "knock_out_findings", "referral_findings"]

HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}


def is_true(value: float | None, compared: str, bound: Decimal) -> bool | None:
    """Compare an indicator's value with a bound; None where the value is unknown."""
    return None if value is None else HOLDS[compared](value, float(bound))


def knock_out_findings(case: Case) -> Iterator[Finding]:
    """Find the knock-outs that hold, and those that cannot be judged because the indicator is unknown."""
    return _findings(case, "knock_outs", case.policy.knock_outs, Outcome.DECLINE)


def referral_findings(case: Case) -> Iterator[Finding]:
    """Find the conditions under which a person decides."""
    return _findings(case, "referrals", case.policy.referrals, Outcome.REFER)


def _findings(case: Case, table: str, rules: Sequence[IndicatorRule], effect: Outcome) -> Iterator[Finding]:
    for row, rule in enumerate(rules, start=1):
        if rule.products and case.application.product not in rule.products:
            continue
        value = case.values[rule.indicator]
        if value is None:
            if rule.unknown == "refer":
                yield _unknown(table, row, rule)
        elif is_true(value, rule.operator, rule.value):
            yield _holding(table, row, rule, value, effect)


def _holding(table: str, row: int, rule: IndicatorRule, value: float, effect: Outcome) -> Finding:
    indicator = CATALOGUE[rule.indicator]
    return Finding(
        effect=effect,
        table=table,
        row=row,
        rule=rule.id,
        when={"indicator": rule.indicator, "value": decimal_text(value)},
        zh=rule.zh.replace("{value}", format_value(indicator, value, "zh")),
        en=rule.en.replace("{value}", format_value(indicator, value, "en")),
        indicator=rule.indicator,
    )


def _unknown(table: str, row: int, rule: IndicatorRule) -> Finding:
    """A rule that cannot be judged never passes by default: the case is referred, and the document is named."""
    indicator = CATALOGUE[rule.indicator]
    papers = [TABLES[name] for name in indicator.tables]
    return Finding(
        effect=Outcome.REFER,
        table=table,
        row=row,
        rule=f"{rule.id}-unknown",
        when={"indicator": rule.indicator, "value": "unknown"},
        zh=f"{indicator.zh}未知,需提供{'、'.join(paper.document for paper in papers)}",
        en=f"{indicator.en} is not known; needed: {', '.join(paper.document_en for paper in papers)}",
        indicator=rule.indicator,
    )
