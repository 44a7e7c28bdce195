"""A policy that names a published programme keeps its published bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from features.vocabulary import GuaranteeProgramme
from service.domain.errors import PolicyFault
from service.domain.finance.risk_sharing import BANK
from service.domain.policy.model import Policy
from service.domain.policy.published import PUBLISHED, PUBLISHED_POOLS, PublishedProgramme
from service.domain.policy.quantities import percent_text
from service.domain.policy.saying import at
from service.domain.policy.sharing import ProgrammeRow, ShareClassRow

__all__ = ["PUBLISHED_CHECKS"]

OUTSIDE = frozenset({BANK, "government"})
"""Parties that are not of the guarantee system."""


def _programmes(policy: Policy) -> Iterator[PolicyFault]:
    known = [word.value for word in GuaranteeProgramme if word is not GuaranteeProgramme.NONE]
    for row, programme in enumerate(policy.programmes, start=1):
        if programme.programme not in known:
            rule = "is not a programme that loans on record can name, so nobody would know what a firm has used of it"
            yield at("programmes", row, "programme", programme.programme, rule, f"name one of {', '.join(known)}")
        if programme.programme in PUBLISHED:
            bound = PUBLISHED[programme.programme]
            yield from _terms(row, programme, bound)
            for number, entry in enumerate(programme.classes, start=1):
                yield from _class(row, number, entry, bound)


def _terms(row: int, programme: ProgrammeRow, bound: PublishedProgramme) -> Iterator[PolicyFault]:
    if programme.firm_cap > bound.firm_cap:
        rule = f"is above the published {bound.firm_cap:,} yuan of {bound.source}"
        yield at("programmes", row, "firm_cap", f"{programme.firm_cap:,}", rule, "lower it, or rename the programme other-guarantee")
    if programme.fee > bound.fee or (bound.fee_is_open and programme.fee == bound.fee):
        rule = f"is not {'below' if bound.fee_is_open else 'at most'} the published {percent_text(bound.fee)} of {bound.source}"
        yield at("programmes", row, "fee", percent_text(programme.fee), rule, "lower it")
    if bound.ceiling is not None and (programme.compensation_ceiling is None or programme.compensation_ceiling > bound.ceiling):
        said = "nothing" if programme.compensation_ceiling is None else percent_text(programme.compensation_ceiling)
        ceiling = percent_text(bound.ceiling)
        rule = f"is not within the published ceiling of {ceiling} of {bound.source}"
        yield at("programmes", row, "compensation_ceiling", said, rule, f"write compensation_ceiling = '{ceiling}' or less")


def _class(row: int, number: int, entry: ShareClassRow, bound: PublishedProgramme) -> Iterator[PolicyFault]:
    def fault(what: str, value: int, rule: str, remedy: str) -> PolicyFault:
        return at("programmes", row, f"classes.{number}.{what}", percent_text(value), f"{rule} of {bound.source}", remedy)

    for party, least in bound.least.items():
        if entry.shares.get(party, 0) < least:
            yield fault(party, entry.shares.get(party, 0), f"is below the published least of {percent_text(least)}", "raise it")
    for party, most in _most(entry, bound):
        if entry.shares.get(party, 0) > most:
            yield fault(party, entry.shares[party], f"is above the published most of {percent_text(most)} for this class", "lower it")
    system = sum(share for party, share in entry.shares.items() if party not in OUTSIDE)
    if bound.system_most is not None and system > bound.system_most:
        rule = f"is what guarantors carry together, above the published most of {percent_text(bound.system_most)}"
        yield fault("shares", system, rule, "let the bank carry more")
    for party in sorted(bound.exactly.keys() | entry.shares.keys()) if bound.exactly else ():
        wanted = bound.exactly.get(party, 0)
        if entry.shares.get(party, 0) != wanted:
            yield fault(party, entry.shares.get(party, 0), f"is not the published {percent_text(wanted)}", "write the published share")
    yield from _years(row, number, entry, bound)


def _most(entry: ShareClassRow, bound: PublishedProgramme) -> Iterator[tuple[str, int]]:
    """Give the largest shares; of a class that several conditions open, the least of their bounds counts."""
    if bound.by_class is not None:
        party, by_condition, others = bound.by_class
        opened = [by_condition.get(way.fact or way.indicator or "", others) for way in entry.ways]
        yield party, min(opened, default=others)


def _years(row: int, number: int, entry: ShareClassRow, bound: PublishedProgramme) -> Iterator[PolicyFault]:
    if not bound.years:
        return
    wanted = " or ".join(f"{name} <= {years}" for name, years in bound.years.items())
    said = [f"{way.indicator} {way.operator} {way.value}" if way.fact is None else way.fact for way in entry.ways]
    for way, text in zip(entry.ways, said, strict=True):
        most = bound.years.get(way.indicator or "")
        if most is None or way.operator not in ("<", "<=") or way.value is None or way.value > most:
            rule = f"takes firms that {bound.source} does not"
            yield at("programmes", row, f"classes.{number}.any", text, rule, f"write only {wanted}")
    if not entry.ways:
        yield at("programmes", row, f"classes.{number}.any", "nothing", f"takes firms that {bound.source} does not", f"write {wanted}")


def _pool(policy: Policy) -> Iterator[PolicyFault]:
    pool = policy.pool
    bound = None if pool is None else PUBLISHED_POOLS.get(pool.pool)
    for name in ("direct", "guaranteed", "extra", "public_cap") if bound is not None else ():
        share, most = getattr(pool, name), getattr(bound, name)
        if bound is not None and share > most:
            rule = f"is above the published {percent_text(most)} of {bound.source}"
            yield at("pool", None, name, percent_text(share), rule, "lower it, or give the pool another name")


PUBLISHED_CHECKS: Iterable[Callable[[Policy], Iterator[PolicyFault]]] = (_programmes, _pool)
