"""A person's answer in place of the machine's: what may be said, who may say it, and which way it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from features.vocabulary import Word
from service.domain.offering.pricing import price_terms
from service.domain.policy import Outcome, Policy
from service.domain.policy.rules import ProductRow
from service.domain.policy.verdicts import authority_for, product_for
from service.domain.record import Decision
from service.errors import Fault

__all__ = [
    "BARRIERS",
    "REASONS",
    "Direction",
    "OverrideReason",
    "Terms",
    "authority_needed",
    "covers",
    "direction_of",
    "faults_of",
    "is_barred",
    "terms_of",
]

BARRIERS = ("products", "gates", "knock_outs")
"""Policy tables whose declines are rules, not judgements: what the bank does not do, whoever asks."""


class OverrideReason(Word):
    """Why a person sets the machine's answer aside."""

    INFORMATION = "information-not-in-model", "掌握模型未使用的信息"
    VERIFIED = "evidence-verified-on-site", "现场核实证据"
    ADVERSE = "adverse-information", "掌握不利信息"
    STRATEGIC = "strategic-customer", "战略客户"
    INDUSTRY = "model-misjudges-industry", "模型对该行业判断有偏差"
    EXCEPTION = "policy-exception", "政策例外审批"
    OTHER = "other", "其他"


REASONS: Mapping[str, OverrideReason] = MappingProxyType({reason.value: reason for reason in OverrideReason})
"""The vocabulary by its words."""


class Direction(StrEnum):
    """Better for the firm than the machine's answer, worse, or as good on other terms."""

    UP = "up"
    DOWN = "down"
    LEVEL = "level"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """An answer: the outcome and, where it lends, yuan, months and basis points a year."""

    outcome: Outcome
    amount: int | None = None
    term_months: int | None = None
    rate_bp: int | None = None

    @property
    def lends(self) -> bool:
        """Does it offer a loan?"""
        return self.outcome in {Outcome.APPROVE, Outcome.COUNTER}


def terms_of(decision: Decision) -> Terms:
    """Give the machine's answer."""
    offer = decision.offer
    if offer is None:
        return Terms(outcome=decision.outcome)
    return Terms(outcome=decision.outcome, amount=offer.amount, term_months=offer.term_months, rate_bp=offer.rate_bp)


def direction_of(before: Terms, after: Terms) -> Direction:
    """Compare outcome, then amount, then rate, then term; the first that differs counts."""
    steps = (
        before.outcome.rank - after.outcome.rank,
        (after.amount or 0) - (before.amount or 0),
        (before.rate_bp or 0) - (after.rate_bp or 0),
        (after.term_months or 0) - (before.term_months or 0),
    )
    first = next((step for step in steps if step), 0)
    return Direction.UP if first > 0 else Direction.DOWN if first < 0 else Direction.LEVEL


def is_barred(decision: Decision) -> bool:
    """Did a product's, gate's or knock-out's rule decline the case, even if a request for review then turned it into a referral?"""
    return any(row.effect is Outcome.DECLINE and row.table in BARRIERS for row in decision.fired)


def authority_needed(policy: Policy, decision: Decision, after: Terms) -> str:
    """Name the authority an override needs: by the amount lent, or by the amount asked where it declines; the highest lifts a bar."""
    if after.lends and is_barred(decision):
        return policy.authorities[-1].authority
    amount = after.amount if after.amount is not None else decision.application.amount
    return authority_for(policy, amount)[1].authority


def covers(policy: Policy, has: str | None, needs: str) -> bool:
    """Does an authority reach that far? None, or one the policy does not know, reaches nowhere."""
    order = [row.authority for row in policy.authorities]
    return has in order and order.index(has) >= order.index(needs)


def faults_of(policy: Policy, decision: Decision, after: Terms, reason: OverrideReason) -> Iterator[Fault]:
    """Find everything an override may not do: beyond the product's caps, the policy's rates, or over a rule that declined."""
    product = product_for(policy, decision.application.product)
    if after == terms_of(decision):
        yield Fault(
            field="/outcome", value=after.outcome, rule="is the machine's own answer", remedy="change something, or leave it standing"
        )
    if not after.lends:
        yield from _empty(after)
        return
    if is_barred(decision) and reason is not OverrideReason.EXCEPTION:
        rule = "may not lend over a rule that declined, except as policy-exception signed by the highest authority"
        yield Fault(
            field="/reason", value=reason, rule=rule, remedy="give policy-exception with its grounds, or leave the decline standing"
        )
    if product is None:
        rule = "is not offered by the policy in force"
        yield Fault(field="/outcome", value=decision.application.product, rule=rule, remedy="decide an application for another product")
    elif after.amount is None or after.term_months is None or after.rate_bp is None:
        yield from _lacking(after)
    else:
        yield from _beyond(policy, product[1], decision, after, after.amount, after.term_months, after.rate_bp)


def _empty(after: Terms) -> Iterator[Fault]:
    for name in ("amount", "term_months", "rate_bp"):
        value = getattr(after, name)
        if value is not None:
            yield Fault(
                field=f"/{name}", value=str(value), rule=f"has no place where the outcome is {after.outcome}", remedy="leave it out"
            )


def _lacking(after: Terms) -> Iterator[Fault]:
    for name in ("amount", "term_months", "rate_bp"):
        if getattr(after, name) is None:
            yield Fault(field=f"/{name}", value="nothing", rule=f"is required where the outcome is {after.outcome}", remedy="send it")


def _beyond(policy: Policy, product: ProductRow, decision: Decision, after: Terms, amount: int, term: int, rate: int) -> Iterator[Fault]:
    asked, terms = decision.application, price_terms(policy)
    lpr = terms.lpr.rate_bp(term)
    highest = policy.authorities[-1].up_to_amount
    most = min(product.max_amount, asked.amount, highest or product.max_amount)
    bounds = (
        ("amount", amount, min(product.min_amount, most), most, "yuan, the product's least to its cap and what was asked"),
        ("term_months", term, 1, product.max_term_months, "months, the product's longest term"),
        ("rate_bp", rate, lpr + terms.floor_spread_bp, lpr + terms.cap_spread_bp, "basis points, the policy's floor and cap for the term"),
    )
    for name, value, low, high, what in bounds:
        if not low <= value <= high:
            rule = f"must be from {low:,} to {high:,} ({what})"
            yield Fault(field=f"/{name}", value=str(value), rule=rule, remedy="correct it, or change the policy")
    is_as_asked = amount == asked.amount and term == asked.term_months
    if is_as_asked != (after.outcome is Outcome.APPROVE):
        right = Outcome.APPROVE if is_as_asked else Outcome.COUNTER
        rule = f"must be {right} for these terms: {asked.amount:,} yuan over {asked.term_months} months were asked"
        yield Fault(field="/outcome", value=after.outcome, rule=rule, remedy="correct the outcome or the terms")
