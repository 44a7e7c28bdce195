"""The offer as it is recorded, with every part in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from service.domain.case import Case
from service.domain.finance.limit import LimitParts
from service.domain.finance.price import RateParts
from service.domain.finance.rate_path import RatePath
from service.domain.finance.rights import Right
from service.domain.finance.risk_sharing import RiskSharing
from service.domain.finance.schedule import Repayment, Schedule, schedule_of
from service.domain.offering.defaults import Defaults, defaults_over, defaults_record
from service.domain.offering.growth import path_of, path_record, rights_of, rights_record
from service.domain.offering.pricing import price_of, sharing_of
from service.domain.offering.security import Security, split_of
from service.domain.offering.shared_loss import sharing_record
from service.domain.offering.words import INSTRUMENT_WORDS, LIMIT_WORDS, RATE_WORDS
from service.domain.policy.kinds import Said
from service.domain.policy.levers import LeverRow
from service.domain.policy.money import LOAN
from service.domain.policy.specials import RightRow
from service.domain.policy.verdicts import allocation_for, authority_for, control_for, repayment_for, speed_for
from service.domain.record.offers import (
    InstalmentRecord,
    LimitPart,
    Named,
    Offer,
    RatePart,
    ScheduleRecord,
    SplitRecord,
)
from service.domain.risk import Risk

__all__ = ["Terms", "authority_named", "offer_of", "terms_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was worked out for `amount` yuan over `term_months`; `split` says which part the bank lends."""

    amount: int
    split: Mapping[str, int]
    term_months: int
    levers: LeverRow
    security: Security
    limit: LimitParts
    rate: RateParts
    sharing: RiskSharing
    repayment: Repayment
    defaults: Defaults
    schedule: Schedule
    path: RatePath | None
    rights: tuple[tuple[RightRow, Right], ...]

    @property
    def lent(self) -> int:
        """What the bank itself lends, yuan."""
        return self.split[LOAN]


def terms_of(case: Case, risk: Risk, levers: LeverRow, security: Security, limit: LimitParts, *, amount: int, term_months: int) -> Terms:
    """Work out split, price, shared loss and schedule of `amount` yuan whose limit is known."""
    split = split_of(case, security, amount)
    lent = split[LOAN]
    repayment = repayment_for(case.policy, case.application.product, term_months)[1]
    sharing, defaults = sharing_of(case, security, lent), defaults_over(case.policy, risk, term_months)
    rate = price_of(
        case,
        risk,
        levers,
        security,
        amount=lent,
        term_months=term_months,
        repayment=repayment,
        bank_share_bp=sharing.bank_bp,
        structure=defaults.structure,
    )
    path = path_of(case, rate, amount=lent, term_months=term_months, repayment=repayment, structure=defaults.structure)
    schedule = schedule_of(repayment, amount=lent, rate_bp=rate.rate_bp, term_months=term_months, drawn_on=case.application.as_of)
    return Terms(
        amount=amount,
        split=split,
        term_months=term_months,
        levers=levers,
        security=security,
        limit=limit,
        rate=rate,
        sharing=sharing,
        repayment=repayment,
        defaults=defaults,
        schedule=schedule if path is None else path.schedule,
        path=path,
        rights=rights_of(case, lent),
    )


def offer_of(case: Case, terms: Terms, *, told: bool) -> Offer:
    """Write the terms down in words; the offer stands for the policy's days from the as-of date.

    `told`: does the record's format have a place for how the PD spreads over the term?
    """
    policy, levers, combination = case.policy, terms.levers, terms.security.combination
    return Offer(
        amount=terms.amount,
        lent=terms.lent,
        term_months=terms.term_months,
        rate_bp=terms.rate.rate_bp,
        levers=levers.set,
        channel=_named(levers.speed, speed_for(policy, levers.speed)),
        collateral=_named(terms.security.form.collateral, terms.security.form),
        allocation=_named(levers.allocation, allocation_for(policy, levers.allocation)),
        monitoring=_named(levers.control, control_for(policy, levers.control)),
        combination=None if combination is None else _named(combination[1].id, combination[1]),
        instruments=() if combination is None else combination[1].instruments,
        split=() if combination is None else tuple(_split(terms.split)),
        authority=authority_named(case, terms.amount),
        valid_until=case.application.as_of + timedelta(days=policy.validity_days),
        limit_parts=limit_records(case, terms.limit),
        limit_missing=terms.limit.missing,
        rate_parts_bp=tuple(RatePart(name=p.name, zh=RATE_WORDS[p.name][0], en=RATE_WORDS[p.name][1], bp=p.bp) for p in terms.rate.parts),
        risk_sharing=sharing_record(case, terms.sharing),
        term_structure=defaults_record(terms.defaults) if told else None,
        repayment=Named(id=terms.repayment.value, zh=terms.repayment.zh, en=terms.repayment.value.replace("-", " ")),
        schedule=_schedule(terms.schedule),
        rate_path=None if terms.path is None else path_record(case, terms.path, terms.rate),
        rights=rights_record(terms.rights),
    )


def authority_named(case: Case, amount: int) -> Named:
    """Say who signs an amount, or decides it."""
    row = authority_for(case.policy, amount)[1]
    return _named(row.authority, row)


def _named(name: str | None, row: Said) -> Named:
    return Named(id=name or "", zh=row.zh, en=row.en)


def limit_records(case: Case, parts: LimitParts) -> tuple[LimitPart, ...]:
    """Give the parts of a limit with their names; those of the policy's capacities come from their rows."""
    rows = {row.name: (row.zh, row.en) for row in case.policy.capacities if case.application.product in row.products}
    words = {**LIMIT_WORDS, **rows}
    return tuple(
        LimitPart(name=p.name, zh=words[p.name][0], en=words[p.name][1], amount=p.amount, kind=p.kind, binding=p.binding)
        for p in parts.parts
    )


def _split(split: Mapping[str, int]) -> Iterator[SplitRecord]:
    for instrument, amount in split.items():
        zh, en = INSTRUMENT_WORDS[instrument]
        yield SplitRecord.model_validate({"instrument": instrument, "zh": zh, "en": en, "amount": amount})


def _schedule(schedule: Schedule) -> ScheduleRecord:
    lines = (
        InstalmentRecord(number=i.number, due_on=i.due_on, principal=i.principal, interest=str(i.interest), balance=i.balance)
        for i in schedule.instalments
    )
    return ScheduleRecord(interest=str(schedule.interest), instalments=tuple(lines))
