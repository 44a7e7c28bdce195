"""How a case ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.domain.case import Case, Finding
from service.domain.finance.limit import LimitParts
from service.domain.manual import ManualOrder, turning
from service.domain.missing import Gap
from service.domain.offering.pricing import sharing_of
from service.domain.offering.security import Security, security_of, split_of
from service.domain.offering.shared_loss import refusals_said
from service.domain.offering.sizing import size
from service.domain.offering.terms import Terms, limit_records, terms_of
from service.domain.policy import Outcome
from service.domain.policy.levers import LeverRow
from service.domain.policy.money import LOAN
from service.domain.policy.rules import ProductRow
from service.domain.policy.verdicts import levers_for
from service.domain.record.offers import LimitPart
from service.domain.risk import Risk
from service.domain.wording import yuan_en, yuan_zh

__all__ = ["BELOW_MINIMUM", "Judged", "Verdict", "is_offered", "obey", "settle"]


BELOW_MINIMUM = "offer-below-minimum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome, the findings that caused it, the levers (with their row) where the grid spoke, and the terms where it lends."""

    outcome: Outcome
    causes: tuple[Finding, ...]
    levers: tuple[int, LeverRow] | None = None
    terms: Terms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A case with what was found in it, which evidence it lacks, and how it ends."""

    case: Case
    found: tuple[Gap, ...]
    findings: tuple[Finding, ...]
    verdict: Verdict
    orders: tuple[ManualOrder, ...] = ()
    """Orders in force that a person decides, whether they changed the verdict or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lending:
    """What is known once the grid lends."""

    case: Case
    product: ProductRow
    risk: Risk
    levers: tuple[int, LeverRow]

    def referred(self, cause: Finding) -> Verdict:
        return Verdict(outcome=Outcome.REFER, causes=(cause,), levers=self.levers)


def settle(case: Case, findings: Sequence[Finding]) -> Verdict:
    """Weigh the findings: what declines comes first, then what refers; only then the grid speaks.

    A referral stands above a decline by the grid: evidence that is missing or contradictory cannot carry a grade.
    """
    for effect in (Outcome.DECLINE, Outcome.REFER):
        causes = tuple(finding for finding in findings if finding.effect is effect)
        if causes:
            return Verdict(outcome=effect, causes=causes)
    assert case.risk is not None  # its absence is a finding that refers; this tells the type checker
    assert case.product is not None  # its absence is a finding that declines
    levers = levers_for(case.policy, case.risk.grade, case.tier)
    if levers[1].outcome is not Outcome.APPROVE:
        return Verdict(outcome=levers[1].outcome, causes=(), levers=levers)
    return _offered(_Lending(case=case, product=case.product, risk=case.risk, levers=levers))


def obey(case: Case, verdict: Verdict, manual: Sequence[ManualOrder]) -> Verdict:
    """Turn a verdict into a referral where an order says so: nothing is promised then, and what the rules found stays a cause.

    The levers of a decline by the grid stay too, as the person's reasons; those of an offer would be half a promise.
    """
    orders = turning(case, verdict.outcome, manual)
    if not orders:
        return verdict
    stands = verdict.outcome is not Outcome.APPROVE and verdict.outcome is not Outcome.COUNTER
    causes, levers = (verdict.causes, verdict.levers) if stands else ((), None)
    return Verdict(outcome=Outcome.REFER, causes=(*orders, *causes), levers=levers)


def is_offered(case: Case) -> bool:
    """Would `settle` offer this case something, given no findings? Nothing is priced for it: no price has ever stopped an offer."""
    assert case.risk is not None  # as in `settle`
    assert case.product is not None
    levers = levers_for(case.policy, case.risk.grade, case.tier)
    if levers[1].outcome is not Outcome.APPROVE:
        return False
    sized = _sized(_Lending(case=case, product=case.product, risk=case.risk, levers=levers))
    if isinstance(sized, Verdict):
        return False
    lent = split_of(case, sized.security, sized.amount)[LOAN]
    return not _is_guaranteed(case, sized.security) or sharing_of(case, sized.security, lent).programme is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sized:
    """What can be lent, against what and for how long, before it is priced."""

    security: Security
    limit: LimitParts
    amount: int
    term_months: int


def _offered(lending: _Lending) -> Verdict:
    sized = _sized(lending)
    return sized if isinstance(sized, Verdict) else _priced(lending, sized)


def _sized(lending: _Lending) -> _Sized | Verdict:
    """Size the offer, or say why nothing can be lent."""
    case, product = lending.case, lending.product
    security = security_of(case, product, lending.levers[1])
    if security is None:
        return lending.referred(_no_security(lending))
    term = min(case.application.term_months, product.max_term_months)
    limit = size(case, product, lending.levers[1], term)
    if limit.amount is None:
        return lending.referred(_no_base(lending))
    if limit.amount < product.min_amount:
        return lending.referred(_too_little(lending, limit))
    return _Sized(security=security, limit=limit, amount=limit.amount, term_months=term)


def _is_guaranteed(case: Case, security: Security) -> bool:
    """Is the security the guarantee of a programme?"""
    return any(row.collateral == security.form.collateral for row in case.policy.programmes)


def _priced(lending: _Lending, sized: _Sized) -> Verdict:
    case, amount, term = lending.case, sized.amount, sized.term_months
    terms = terms_of(case, lending.risk, lending.levers[1], sized.security, sized.limit, amount=amount, term_months=term)
    if _is_guaranteed(case, sized.security) and terms.sharing.programme is None:
        return lending.referred(_no_programme(case, terms))
    is_as_asked = amount == case.application.amount and term == case.application.term_months
    outcome = Outcome.APPROVE if is_as_asked else Outcome.COUNTER
    return Verdict(outcome=outcome, causes=tuple(_caps(lending, terms)), levers=lending.levers, terms=terms)


def _caps(lending: _Lending, terms: Terms) -> Iterator[Finding]:
    """Find what made the offer smaller or shorter than what was asked."""
    case, product = lending.case, lending.product
    amount, term = case.application.amount, case.application.term_months
    if amount > product.max_amount:
        yield _cap(
            case,
            "amount-above-cap",
            {"amount": amount, "max_amount": product.max_amount},
            f"申请金额{yuan_zh(amount)}超过{product.product.zh}上限{yuan_zh(product.max_amount)}",
            f"The amount asked, {yuan_en(amount)}, is above the product's cap of {yuan_en(product.max_amount)}",
        )
    if terms.amount < min(amount, product.max_amount):
        yield _bound(case, terms)
    if term > product.max_term_months:
        yield _cap(
            case,
            "term-above-cap",
            {"term_months": term, "max_term_months": product.max_term_months},
            f"申请期限{term}个月超过{product.product.zh}最长期限{product.max_term_months}个月",
            f"The term asked, {term} months, is above the product's longest term of {product.max_term_months} months",
        )


def _cap(case: Case, rule: str, when: dict[str, str | int], zh: str, en: str) -> Finding:
    return Finding(effect=Outcome.COUNTER, table="products", row=case.product_row, rule=rule, when=when, zh=zh, en=en)


def _bound(case: Case, terms: Terms) -> Finding:
    """Name the part of the limit that binds, with its amount; for a capacity the base, or the line taken over, that carries it."""
    parts = limit_records(case, terms.limit)
    binding = next(part for part in parts if part.binding)
    carrying = max((part for part in parts if part.kind == "base"), key=lambda part: part.amount)
    line = next((part for part in parts if part.kind == "floor" and part.amount == binding.amount), None)
    shown = binding if binding.kind != "capacity" else line or carrying
    rows = {row.name: n for n, row in enumerate(case.policy.capacities, start=1) if case.application.product in row.products}
    return Finding(
        effect=Outcome.COUNTER,
        table="capacities",
        row=rows.get(shown.name),
        rule=f"limit-{binding.name.replace('_', '-')}",
        when={"part": binding.name, "amount": binding.amount},
        zh=f"可贷额度为{yuan_zh(terms.amount)}:{shown.zh}{yuan_zh(shown.amount)}" + _adjusted(parts, shown, "zh"),
        en=f"{yuan_en(terms.amount)} can be lent: the {shown.en} is {yuan_en(shown.amount)}" + _adjusted(parts, shown, "en"),
    )


def _adjusted(parts: Sequence[LimitPart], shown: LimitPart, language: str) -> str:
    """Say what was added to a base and taken off it."""
    if shown.kind != "base":
        return ""
    added = [part for part in parts if part.kind == "addition"]
    if language == "zh":
        return "".join(f",{part.zh}{'-' if part.amount < 0 else '+'}{yuan_zh(abs(part.amount))}" for part in added)
    return "".join(f", {part.en} {part.amount:+,}" for part in added)


def _no_security(lending: _Lending) -> Finding:
    case, (row, levers) = lending.case, lending.levers
    forms = {form.collateral: form for form in case.policy.collaterals}
    least = forms[levers.collateral or ""]
    return Finding(
        effect=Outcome.REFER,
        table="levers",
        row=row,
        rule="security-beyond-product",
        when={"set": levers.set, "collateral": least.collateral},
        zh=f"按评级至少需要{least.zh},{lending.product.product.zh}无法提供或企业不具备条件,需人工审核",
        en=f"The grade asks for {least.en} at least, which {lending.product.product} does not take or the firm cannot give",
    )


def _no_base(lending: _Lending) -> Finding:
    product = lending.product.product
    rows = [(n, row) for n, row in enumerate(lending.case.policy.capacities, start=1) if product in row.products and row.role == "base"]
    return Finding(
        effect=Outcome.REFER,
        table="capacities",
        row=rows[0][0],
        rule="limit-unknown",
        when={"product": str(product)},
        zh=f"无法测算额度,以下各项均无数据:{'、'.join(row.zh for _, row in rows)}",
        en=f"Nothing tells how much can be lent; not known: {', '.join(row.en for _, row in rows)}",
    )


def _no_programme(case: Case, terms: Terms) -> Finding:
    return Finding(
        effect=Outcome.REFER,
        table="programmes",
        row=None,
        rule="guarantee-not-available",
        when={"amount": terms.amount},
        zh=f"没有担保计划可承保该笔贷款({refusals_said(case, terms.sharing, 'zh')}),需人工审核",
        en=f"No guarantee programme takes this loan ({refusals_said(case, terms.sharing, 'en')}); a person must decide",
    )


def _too_little(lending: _Lending, limit: LimitParts) -> Finding:
    case, product, amount = lending.case, lending.product, limit.amount or 0
    least, parts = product.min_amount, limit_records(case, limit)
    carrying = max((part for part in parts if part.kind == "base"), key=lambda part: part.amount)
    zh = f"可提供的金额{yuan_zh(amount)}低于产品最低金额{yuan_zh(least)}:{carrying.zh}{yuan_zh(carrying.amount)}"
    en = f"What can be lent, {yuan_en(amount)}, is below the product's minimum of {yuan_en(least)}: "
    en += f"the {carrying.en} is {yuan_en(carrying.amount)}"
    return Finding(
        effect=Outcome.REFER,
        table="products",
        row=case.product_row,
        rule=BELOW_MINIMUM,
        when={"amount": amount, "min_amount": least},
        zh=zh + _adjusted(parts, carrying, "zh") + ";需人工审核",
        en=en + _adjusted(parts, carrying, "en") + "; a person must decide",
    )
