"""What a loan costs and who carries its loss."""

from __future__ import annotations

from decimal import Decimal

from service.domain.case import Case
from service.domain.facts import fact_of
from service.domain.finance.price import Curve, PriceTerms, RateParts, Relending, TenorRate, price
from service.domain.finance.risk_sharing import Pool, Programme, RiskSharing, ShareClass, SharingCase, Title, TitleRule, share_risk
from service.domain.finance.schedule import Repayment
from service.domain.finance.term_structure import TermStructure
from service.domain.gates import is_open
from service.domain.offering.room import undeclared_of, used_of
from service.domain.offering.security import Security
from service.domain.policy import Policy
from service.domain.policy.levers import LeverRow
from service.domain.policy.sharing import PoolRule, ProgrammeRow
from service.domain.policy.verdicts import allocation_for, innovation_for
from service.domain.risk import Risk

__all__ = ["price_of", "price_terms", "sharing_of"]


def price_terms(policy: Policy) -> PriceTerms:
    """Give the policy's rates as the price formula takes them; `DecisionError` where they contradict each other."""
    rules = policy.price
    return PriceTerms(
        funding=Curve(tuple(TenorRate(up_to_months=row.up_to_months, rate_bp=row.rate) for row in policy.funding)),
        operating_bp=rules.operating,
        capital_ratio_bp=rules.capital_ratio,
        hurdle_bp=rules.hurdle,
        lpr=Curve(tuple(TenorRate(up_to_months=row.up_to_months, rate_bp=row.rate) for row in policy.lpr)),
        floor_spread_bp=-rules.floor_below_lpr,
        cap_spread_bp=rules.cap_above_lpr,
        hazard_multipliers_bp=rules.hazards,
    )


def price_of(
    case: Case,
    risk: Risk,
    levers: LeverRow,
    security: Security,
    *,
    amount: int,
    term_months: int,
    repayment: Repayment,
    bank_share_bp: int,
    structure: TermStructure,
) -> RateParts:
    """Price a loan at the recorded PD as it spreads over the term, under the levers' margin and the tier's benefit."""
    rules = case.policy.price
    is_refinanced = allocation_for(case.policy, levers.allocation).funds == "relending"
    return price(
        price_terms(case.policy),
        pd=Decimal(risk.pd),
        lgd_bp=security.form.lgd,
        amount=amount,
        term_months=term_months,
        repayment=repayment,
        margin_bp=levers.margin or 0,
        benefit_bp=innovation_for(case.policy, case.tier)[1].benefit,
        bank_share_bp=bank_share_bp,
        relending=Relending(rate_bp=rules.relending, share_bp=rules.relending_share) if is_refinanced else None,
        structure=structure,
    )


def sharing_of(case: Case, security: Security, amount: int) -> RiskSharing:
    """Share the risk of a loan as the programmes for its security and the pool allow."""
    policy, product = case.policy, case.application.product
    programmes = [
        row for row in policy.programmes if row.collateral == security.form.collateral and (not row.products or product in row.products)
    ]
    pool = policy.pool
    return share_risk(
        [_programme(row) for row in programmes],
        _pool(pool) if pool and (not pool.products or product in pool.products) else None,
        SharingCase(
            amount=amount,
            as_of=case.application.as_of,
            titles=tuple(Title(name, case.application.as_of) for row in programmes for name in _held(case, row)),
            is_first_loan=fact_of(case, "first-loan") is True,
            is_pure_credit=security.row == 1,
            has_ip_pledge=pool is not None and security.form.collateral == pool.ip_collateral,
            cap_used={row.programme: used_of(case, row.programme) for row in programmes},
            undeclared=undeclared_of(case) or 0,
            compensation_bp={row.programme: row.compensation for row in programmes if row.compensation is not None},
        ),
    )


def _class_name(row: ProgrammeRow, number: int) -> str:
    return f"{row.programme} {number}"


def _held(case: Case, row: ProgrammeRow) -> list[str]:
    """Name the classes whose conditions the firm satisfies; what is not known is not satisfied."""
    return [_class_name(row, number) for number, entry in enumerate(row.classes) if is_open(case, entry.ways) is True]


def _programme(row: ProgrammeRow) -> Programme:
    return Programme(
        id=row.programme,
        classes=tuple(
            ShareClass(shares_bp=entry.shares, titles=(TitleRule(kind=_class_name(row, number)),) if entry.ways else ())
            for number, entry in enumerate(row.classes)
        ),
        firm_cap=row.firm_cap,
        fee_bp=row.fee,
        covers_part=row.covers_part,
        compensation_ceiling_bp=row.compensation_ceiling,
    )


def _pool(rule: PoolRule) -> Pool:
    return Pool(direct_bp=rule.direct, guaranteed_bp=rule.guaranteed, extra_bp=rule.extra, public_cap_bp=rule.public_cap)
