"""What the decision's page shows, laid out: the record is the decision's own, this adds places of bars, names and who may do what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from features.points.breakdown import NOTES
from features.vocabulary import TechnologyField
from service.active import Active
from service.domain import Decision, Purpose
from service.domain.policy import Policy
from service.domain.record.parts import ItemRecord
from service.sessions import Session
from service.tokens import Holder, Permission
from service.use_cases.case_file import CaseFile
from service.web.officer.what_if_form import WhatIf
from service.web.officer.words import POLICY_TABLES, evidence_name, used_on
from service.web.pages import Frame
from service.web.waterfall import Bar, Waterfall, bars_of, indicator_value, waterfall_of
from service.web.words import MARKS, OUTCOMES, STAGE_WORDS, TONES, Words

__all__ = ["Acts", "CasePage", "Heading", "acts_of", "case_page", "heading_of"]

LABELS: Mapping[str, Words] = {
    "product": Words("产品", "Product"),
    "amount": Words("金额", "Amount"),
    "term_months": Words("期限", "Term"),
    "purpose": Words("用途", "Purpose"),
}
PINS: Mapping[str, Words] = {
    "bundle": Words("模型", "Model"),
    "scheme": Words("积分方案", "Points scheme"),
    "reference": Words("参照组", "Peers"),
    "policy": Words("政策", "Policy"),
    "evidence": Words("证据", "Evidence"),
    "features": Words("指标值", "Indicator values"),
    "catalogue": Words("指标定义", "Indicator definitions"),
    "code": Words("程序版本", "Program"),
}
LEFT, RIGHT, TOP = 330.0, 560.0, 38
RAIL, BARS_TOP = 500.0, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Whose case it is; `years` since it was founded, None where nobody knows any more."""

    name: str
    firm_id: str
    stage: Words | None
    field: Words | None
    years: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What this reader may do with the case now."""

    override: bool
    note: bool
    review: bool
    sign: str | None
    conclude: str | None
    new_request: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FiredLine:
    """A row of the policy that was used."""

    table: Words
    row: int | None
    used_on: str
    effect: Words | None
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """An item of the points with its source in words."""

    item: ItemRecord
    value: str
    source: Words | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """The decision's page, and the full sheet for the file where `is_sheet`: the same with everything unfolded."""

    frame: Frame
    file: CaseFile
    heading: Heading
    verdict: Words
    tone: str
    decided: Words
    waterfall: Waterfall | None
    bars: tuple[Bar, ...]
    peers: int | None
    fired: tuple[FiredLine, ...]
    items: tuple[ItemLine, ...]
    marks: tuple[Words, ...]
    acts: Acts
    what_if: WhatIf | None
    is_sheet: bool
    names: Mapping[str, Words]
    today: date
    pins: tuple[tuple[Words, str | None], ...]
    audit_path: str | None

    outcomes: ClassVar = OUTCOMES
    tones: ClassVar = TONES

    @property
    def what_if_labels(self) -> Mapping[str, Words]:
        """Name the fields of the panel."""
        levers = self.what_if.levers if self.what_if else ()
        return {**LABELS, **{lever.name: lever.label for lever in levers}}

    @property
    def decision(self) -> Decision:
        """The record."""
        return self.file.decision

    def who(self, actor: str) -> str:
        """Name somebody who had a part."""
        return self.file.names.get(actor, actor)


def case_page(
    frame: Frame,
    file: CaseFile,
    acts: Acts,
    found: Active | object,
    *,
    today: date,
    audit_path: str | None,
    what_if: WhatIf | None = None,
    is_sheet: bool = False,
) -> CasePage:
    """Lay a case out."""
    decision, lang = file.decision, frame.lang
    record = _pictured(decision)
    names = _names(decision, found.policy if isinstance(found, Active) else None)
    terms = file.standing.terms
    return CasePage(
        frame=frame,
        file=file,
        heading=heading_of(file, lang),
        verdict=OUTCOMES[terms.outcome],
        tone=TONES[terms.outcome],
        decided=OUTCOMES[decision.outcome],
        waterfall=waterfall_of(record, lang, left=LEFT, right=RIGHT, top=TOP) if decision.risk else None,
        bars=bars_of(record["points"]["groups"], lang, rail=RAIL, top=BARS_TOP) if decision.points else (),
        peers=max((item.peers or 0 for item in decision.points.items), default=0) or None if decision.points else None,
        fired=tuple(_fired(decision, names, lang)),
        items=tuple(_items(decision, lang)),
        marks=tuple(MARKS.get(mark, Words(mark, mark)) for mark in decision.warnings),
        acts=acts,
        what_if=what_if,
        is_sheet=is_sheet,
        names=names,
        today=today,
        pins=tuple((said, getattr(decision.pins, name)) for name, said in PINS.items()),
        audit_path=audit_path,
    )


def acts_of(file: CaseFile, holder: Holder, session: Session | None) -> Acts:
    """Say what a reader may do: only who is signed in as a person, and nobody on what they brought themselves."""
    may = {one for one in Permission if session is not None and holder.may(one)}
    pending, review = file.pending, file.open_review
    signs = Permission.SIGN in may and pending is not None and pending.proposed_by != holder.person
    concludes = Permission.SIGN in may and review is not None and review.opened_by != holder.person
    return Acts(
        override=Permission.OVERRIDE in may,
        note=Permission.NOTE in may,
        review=Permission.DECIDE in may and review is None,
        sign=pending.override_id if signs and pending else None,
        conclude=review.review_id if concludes and review else None,
        new_request=Permission.DECIDE in may,
    )


def heading_of(file: CaseFile, lang: str) -> Heading:
    """Say whose case it is."""
    decision, firm = file.decision, file.firm
    founded = firm.get("founded_on")
    field = firm.get("field") or (decision.points.field if decision.points else None)
    return Heading(
        name=firm.get("name") or decision.application.firm_id,
        firm_id=decision.application.firm_id,
        stage=STAGE_WORDS.get(decision.points.stage) if decision.points else None,
        field=_field(field),
        years=_years(date.fromisoformat(founded), decision.as_of, lang) if founded else None,
    )


def _years(founded: date, as_of: date, lang: str) -> str:
    years = f"{(as_of - founded).days / 365.25:.1f}"
    return f"成立 {years} 年" if lang == "zh" else f"founded {years} years ago"


def _field(value: str | None) -> Words | None:
    if value not in set(TechnologyField):
        return None
    return Words(TechnologyField(value).zh, value.capitalize())  # type: ignore[call-arg]


def _pictured(decision: Decision) -> Mapping[str, Any]:
    """Give the parts that pictures are drawn from as JSON values."""
    return decision.model_dump(mode="json", include={"risk", "contributions", "points"})


def _names(decision: Decision, policy: Policy | None) -> dict[str, Words]:
    """Gather the names of the record's own words: security, repayment, parts of the limit."""
    names = {purpose.value: Words(purpose.zh, purpose.value.replace("-", " ")) for purpose in Purpose}
    if policy is not None:
        names |= {row.collateral: Words(row.zh, row.en) for row in policy.collaterals}
        names |= {row.programme: Words(row.zh, row.en) for row in policy.programmes}
        names |= {row.authority: Words(row.zh, row.en) for row in policy.authorities}
    if decision.offer is not None:
        offer = decision.offer
        named = (offer.collateral, offer.repayment, offer.authority, *((offer.combination,) if offer.combination else ()))
        names |= {one.id: Words(one.zh, one.en) for one in named}
        names |= {part.name: Words(part.zh, part.en) for part in offer.limit_parts}
    return names


def _fired(decision: Decision, names: Mapping[str, Words], lang: str) -> Iterator[FiredLine]:
    for one in decision.fired:
        yield FiredLine(
            table=POLICY_TABLES.get(one.table, Words(one.table, one.table)),
            row=one.row,
            used_on=used_on(one, names, lang),
            effect=OUTCOMES[one.effect] if one.effect else None,
            tone=TONES[one.effect] if one.effect else "",
        )


def _items(decision: Decision, lang: str) -> Iterator[ItemLine]:
    for item in decision.points.items if decision.points else ():
        yield ItemLine(
            item=item,
            value=indicator_value(item.indicator, item.value, lang),
            source=evidence_name(item.source_table) if item.source_table else None,
            note=("；" if lang == "zh" else "; ").join(NOTES[code][0 if lang == "zh" else 1] for code in item.note if code in NOTES),
        )
