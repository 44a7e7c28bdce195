"""Which evidence is absent or too old, which document would settle it, and what its absence does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from features.indicators import CATALOGUE, FIRM
from features.tables import TABLES, Table
from service.domain.calendar import day_text
from service.domain.case import Case, Finding
from service.domain.policy import Outcome
from service.domain.policy.rules import EvidenceRule

__all__ = ["Gap", "coverage_findings", "coverage_text", "gap_findings", "gaps", "helping"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """An evidence table that is absent (`known_on` None) or stale; `row` is the policy's evidence rule, where it has one."""

    table: Table
    known_on: int | None
    refers: bool
    row: int | None
    max_age_days: int | None

    @property
    def is_stale(self) -> bool:
        """Is it there, but too old?"""
        return self.known_on is not None


@cache
def probes() -> Mapping[str, tuple[str, ...]]:
    """Name, for each table, the firm indicators that read nothing else: all unknown means the table is absent."""
    return {table: tuple(name for name in FIRM if CATALOGUE[name].tables == (table,)) for table in TABLES if table != "firms"}


def gaps(case: Case) -> tuple[Gap, ...]:
    """List the tables that are absent or stale at the as-of date, in the order of the tables."""
    rules = {rule.table: (row, rule) for row, rule in enumerate(case.policy.evidence, start=1)}
    found = (_gap(case, name, *rules.get(name, (None, None))) for name in probes())
    return tuple(gap for gap in found if gap is not None)


def _gap(case: Case, name: str, row: int | None, rule: EvidenceRule | None) -> Gap | None:
    known, oldest = case.firm.known.get(name), None if rule is None else rule.max_age_days
    if known is None:
        is_absent = all(case.values[probe] is None for probe in probes()[name])
        refers = rule is not None and rule.missing == "refer"
        return Gap(table=TABLES[name], row=row, known_on=None, refers=refers, max_age_days=oldest) if is_absent else None
    if oldest is None or case.firm.as_of - known <= oldest:
        return None
    return Gap(table=TABLES[name], row=row, known_on=known, refers=True, max_age_days=oldest)


def gap_findings(found: tuple[Gap, ...]) -> Iterator[Finding]:
    """Refer the case for each gap that the policy does not accept."""
    for gap in found:
        if gap.refers:
            yield _stale(gap) if gap.is_stale else _absent(gap)


def _absent(gap: Gap) -> Finding:
    return Finding(
        effect=Outcome.REFER,
        table="evidence",
        row=gap.row,
        rule=f"{gap.table.name}-missing",
        when={"table": gap.table.name},
        zh=f"缺少{gap.table.document},请补充",
        en=f"The {gap.table.document_en} is missing; please supply it",
    )


def _stale(gap: Gap) -> Finding:
    day = day_text(gap.known_on) or ""
    return Finding(
        effect=Outcome.REFER,
        table="evidence",
        row=gap.row,
        rule=f"{gap.table.name}-stale",
        when={"table": gap.table.name, "known_on": day, "max_age_days": gap.max_age_days or 0},
        zh=f"{gap.table.document}最近一次更新为{day},已超过{gap.max_age_days}天,请补充最新材料",
        en=f"{_capital(gap.table.document_en)}: the newest on file is of {day}, more than {gap.max_age_days} days ago; "
        "please supply a newer one",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def coverage_text(coverage: float) -> str:
    """Write a share with four decimals, cut off rather than rounded: a share below a floor never reads as the floor."""
    return f"{int(coverage * 10_000 + 1e-6) / 10_000:.4f}"


def coverage_findings(case: Case, found: tuple[Gap, ...]) -> Iterator[Finding]:
    """Refer the case when too few indicators, or too little of the points' weight, are known; floors are inclusive."""
    floor = case.policy.coverage
    shares = (
        ("indicators", coverage_text(case.firm.coverage), floor.indicators, "企业指标", "the firm's indicators"),
        ("points", case.points.coverage, floor.points, "积分权重", "the points' weight"),
    )
    for name, share, least, zh, en in shares:
        known = int(share.replace(".", "").ljust(5, "0"))
        if known < least:
            yield _thin(name, share, (known, least), (zh, en), found)


def _thin(name: str, share: str, percent: tuple[int, int], words: tuple[str, str], found: tuple[Gap, ...]) -> Finding:
    known, least = (f"{basis_points / 100:g}%" for basis_points in percent)
    return Finding(
        effect=Outcome.REFER,
        table="coverage",
        row=None,
        rule=f"coverage-of-{name}-low",
        when={name: share},
        zh=f"{words[0]}仅{known}已知,低于{least}{helping(found)[0]}",
        en=f"Only {known} of {words[1]} is known, below {least}{helping(found)[1]}",
    )


def helping(found: tuple[Gap, ...]) -> tuple[str, str]:
    """Name the absent documents as the end of a sentence in both languages; nothing where none is absent."""
    absent = [gap.table for gap in found if not gap.is_stale]
    zh = _listed([table.document for table in absent], ",可补充:", "、")
    return zh, _listed([table.document_en for table in absent], "; these would help: ", ", ")


def _listed(documents: list[str], before: str, between: str) -> str:
    return before + between.join(documents) if documents else ""
