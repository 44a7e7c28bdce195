"""Does a well-formed policy make sense? Names, bounds and texts; grid, levers and money have checks of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from difflib import get_close_matches
from itertools import pairwise

from features.indicators import CATALOGUE
from features.tables import REGISTERS, TABLES
from service.domain.errors import PolicyFault
from service.domain.policy.checks_levers import LEVER_CHECKS
from service.domain.policy.checks_money import MONEY_CHECKS
from service.domain.policy.checks_published import PUBLISHED_CHECKS
from service.domain.policy.model import Policy
from service.domain.policy.rules import Condition
from service.domain.policy.saying import at, once

__all__ = ["faults_of"]


def faults_of(policy: Policy) -> list[PolicyFault]:
    """List everything that is wrong with a policy; an empty list means it may decide."""
    return [fault for check in CHECKS for fault in check(policy)]


def _names_once(policy: Policy) -> Iterator[PolicyFault]:
    yield from once("products", "product", (p.product for p in policy.products))
    yield from once("knock_outs", "id", (r.id for r in policy.knock_outs))
    yield from once("referrals", "id", (r.id for r in policy.referrals))
    yield from once("evidence", "table", (e.table for e in policy.evidence))
    yield from once("gates", "id", (g.id for g in policy.gates))
    yield from once("authorities", "authority", (a.authority for a in policy.authorities))


def _products(policy: Policy) -> Iterator[PolicyFault]:
    for row, product in enumerate(policy.products, start=1):
        if product.min_amount > product.max_amount:
            yield at("products", row, "min_amount", product.min_amount, f"is above max_amount {product.max_amount}", "lower it")


def _indicators(policy: Policy) -> Iterator[PolicyFault]:
    for table, rules in (("knock_outs", policy.knock_outs), ("referrals", policy.referrals)):
        for row, rule in enumerate(rules, start=1):
            yield from _indicator(table, row, rule.indicator, rule.value)
    for row, gate in enumerate(policy.gates, start=1):
        yield from _conditions("gates", row, gate.ways)
    for row, programme in enumerate(policy.programmes, start=1):
        for entry in programme.classes:
            yield from _conditions("programmes", row, entry.ways)
    for row, form in enumerate(policy.collaterals, start=1):
        if form.indicator is not None and form.value is not None:
            yield from _indicator("collaterals", row, form.indicator, form.value)


def _conditions(table: str, row: int, ways: tuple[Condition, ...]) -> Iterator[PolicyFault]:
    for way in ways:
        if way.indicator is not None and way.value is not None:
            yield from _indicator(table, row, way.indicator, way.value)


def _indicator(table: str, row: int, name: str, value: Decimal) -> Iterator[PolicyFault]:
    indicator = CATALOGUE.get(name)
    if indicator is None:
        near, remedy = " or ".join(get_close_matches(name, CATALOGUE, n=2)), "see the ids in docs/indicators.md"
        yield at(table, row, "indicator", name, "is not in the catalogue", f"write {near}; {remedy}" if near else remedy)
        return
    low, high = indicator.low, indicator.high
    if (low is not None and value < low) or (high is not None and value > high):
        yield at(table, row, "value", value, f"lies outside the range {low} to {high} of {name}", "correct it")


def _gates(policy: Policy) -> Iterator[PolicyFault]:
    """A gate on the loan that is taken over has nothing to judge where no product takes one over."""
    relay = policy.relay
    for row, gate in enumerate(policy.gates, start=1):
        for way in gate.ways:
            if way.fact is not None and way.fact.startswith("relay-") and not (relay and set(gate.products or "x") <= set(relay.products)):
                yield at(
                    "gates", row, "fact", way.fact, "is known only of products in `relay`", "name such products, or add them to `relay`"
                )


def _texts(policy: Policy) -> Iterator[PolicyFault]:
    for table, rules in (("knock_outs", policy.knock_outs), ("referrals", policy.referrals)):
        for row, rule in enumerate(rules, start=1):
            for language, text in (("zh", rule.zh), ("en", rule.en)):
                if "{" in text.replace("{value}", ""):
                    yield at(table, row, language, text, "has a placeholder other than {value}", "use {value} or plain words")


def _tables(policy: Policy) -> Iterator[PolicyFault]:
    for row, rule in enumerate(policy.evidence, start=1):
        if rule.table not in TABLES:
            yield at("evidence", row, "table", rule.table, "is not an evidence table", f"name one of {', '.join(TABLES)}")
        elif rule.table in REGISTERS and rule.max_age_days is not None:
            why = "does not apply: a register of events is not old because nothing happened lately"
            yield at("evidence", row, "max_age_days", rule.max_age_days, why, "leave it out")


def _authorities(policy: Policy) -> Iterator[PolicyFault]:
    limits = [a.up_to_amount for a in policy.authorities]
    for row, (below, limit) in enumerate(pairwise(limits), start=2):
        if below is None or (limit is not None and limit <= below):
            rule = "cannot be reached: the row before takes it"
            yield at("authorities", row, "up_to_amount", limit, rule, "let the amounts rise; only the last row may have none")


CHECKS: tuple[Callable[[Policy], Iterator[PolicyFault]], ...] = (
    _names_once,
    _products,
    _indicators,
    _gates,
    _texts,
    _tables,
    *LEVER_CHECKS,
    _authorities,
    *MONEY_CHECKS,
    *PUBLISHED_CHECKS,
)
