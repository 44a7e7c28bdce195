"""What the page of a firm shows, laid out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from features.evidence.visible import VisibleRow
from features.points.breakdown import ItemPoints
from features.tables import TABLES, Column
from features.vocabulary import Product, TechnologyField
from service.domain.application import MAX_AMOUNT, MAX_TERM
from service.use_cases.firm_sheet import FirmSheet, TableState
from service.use_cases.offers import SideBySide
from service.web.figures import money, word
from service.web.forms import Typed
from service.web.officer.words import GATES, evidence_name
from service.web.pages import Frame
from service.web.waterfall import Bar, bars_of, indicator_value
from service.web.words import OUTCOMES, STAGE_WORDS, TONES, Words

__all__ = ["DEFAULT_AMOUNT", "DEFAULT_TERM", "FirmPage", "OffersAsked", "firm_page"]

DEFAULT_AMOUNT, DEFAULT_TERM = 2_000_000, 24
"""What the comparison asks for before anybody typed anything."""
RAIL = 500.0
ROWS = 24
"""Rows of a table that are listed, the newest first."""
HISTORY_WIDTH, HISTORY_HEIGHT = 500.0, 110.0
SHORT: Mapping[str, Words] = {
    "fresh": Words("有效", "fresh"),
    "stale": Words("过期", "out of date"),
    "missing": Words("缺失", "missing"),
    "nothing": Words("已检索，无记录", "searched, nothing on record"),
}
STATE_TONES: Mapping[str, str] = {"fresh": "good", "stale": "warn", "missing": "warn", "nothing": "good"}


class OffersAsked(BaseModel):
    """What the comparison asks for."""

    amount: int = Field(ge=1, le=MAX_AMOUNT)
    term_months: int = Field(ge=1, le=MAX_TERM)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLine:
    """A table of the evidence: its state, and its rows as texts."""

    state: TableState
    name: Words
    document: Words
    now: str
    count: int
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricLine:
    """An item of the technology-SME rubric."""

    item: ItemPoints
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """Points of a year, and where they lie."""

    label: str
    said: str
    tier: str
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmPage:
    """The page of a firm."""

    frame: Frame
    sheet: FirmSheet
    firm: Mapping[str, Any]
    facts: tuple[tuple[Words, str], ...]
    stage: Words | None
    field: Words
    bars: tuple[Bar, ...]
    dots: tuple[Dot, ...]
    evidence: tuple[EvidenceLine, ...]
    rubric: tuple[RubricLine, ...]
    typed: Typed
    offers: SideBySide | None
    may_apply: bool

    outcomes: ClassVar[Mapping[str, Words]] = OUTCOMES
    tones: ClassVar[Mapping[str, str]] = TONES
    gates: ClassVar[Mapping[str, Words]] = GATES
    gate_tones: ClassVar[Mapping[str, str]] = {"pass": "good", "fail": "bad", "unknown": "warn", "declared": ""}
    states: ClassVar[Mapping[str, Words]] = SHORT
    state_tones: ClassVar[Mapping[str, str]] = STATE_TONES
    labels: ClassVar[Mapping[str, Words]] = {"amount": Words("金额", "Amount"), "term_months": Words("期限", "Term")}

    def product(self, value: str) -> str:
        """Name a product."""
        return word(Product(value), self.frame.lang)  # type: ignore[call-arg]

    def table(self, name: str) -> EvidenceLine:
        """Give a table of the evidence."""
        return next(one for one in self.evidence if one.state.table == name)


def firm_page(frame: Frame, sheet: FirmSheet, typed: Typed, offers: SideBySide | None, *, today: date, may_apply: bool) -> FirmPage:
    """Lay a firm out."""
    lang, firm = frame.lang, sheet.rows("firms")[0].raw
    points = sheet.points
    return FirmPage(
        frame=frame,
        sheet=sheet,
        firm=firm,
        facts=tuple(_facts(firm, lang)),
        stage=STAGE_WORDS.get(points.stage) if points else None,
        field=_field(str(firm["field"])),
        bars=bars_of([group.to_dict() for group in points.groups], lang, rail=RAIL, top=4) if points else (),
        dots=tuple(_dots(sheet, today)),
        evidence=tuple(_evidence(state, lang, today) for state in sheet.tables),
        rubric=tuple(RubricLine(item=item, value=_value(item, lang)) for item in sheet.rubric.items),
        typed=typed,
        offers=offers,
        may_apply=may_apply,
    )


def _field(value: str) -> Words:
    known = TechnologyField(value)  # type: ignore[call-arg]
    return Words(known.zh, word(known, "en"))


def _facts(firm: Mapping[str, Any], lang: str) -> Iterator[tuple[Words, str]]:
    for column in TABLES["firms"].columns:
        if column.name not in {"firm_id", "name", "searched"} and firm.get(column.name) is not None:
            yield Words(column.zh, column.en), _cell(column, firm[column.name], lang)


def _value(item: ItemPoints, lang: str) -> str:
    return indicator_value(item.indicator, None if item.value is None else repr(item.value), lang)


def _dots(sheet: FirmSheet, today: date) -> Iterator[Dot]:
    """Draw the points of each year as columns of one height for all of them."""
    days = [(str(one.on.year), one.points) for one in sheet.history]
    days += [(today.isoformat(), sheet.points)] if sheet.points else []
    for place, (label, points) in enumerate(days):
        height = round(HISTORY_HEIGHT * max(0, points.total) / (points.out_of or 1), 1)
        x = HISTORY_WIDTH / max(1, len(days)) * (place + 0.5)
        yield Dot(
            label=label,
            said=f"{points.total / 100:.2f}",
            tier=points.tier or "",
            x=round(x, 1),
            y=round(20 + HISTORY_HEIGHT - height, 1),
            height=height,
        )


def _evidence(state: TableState, lang: str, today: date) -> EvidenceLine:
    spec, name = TABLES[state.table], evidence_name(state.table)
    rows = state.rows or ()
    columns = [column for column in spec.columns if column.name != "firm_id"]
    newest = sorted(rows, key=lambda row: row.known_on or "", reverse=True)[:ROWS]
    return EvidenceLine(
        state=state,
        name=name,
        document=Words(spec.document, spec.document_en[:1].upper() + spec.document_en[1:]),
        now=_state(state, today),
        count=len(rows),
        head=tuple(column.zh if lang == "zh" else column.en for column in columns),
        rows=tuple(_cells(columns, row, lang) for row in newest),
    )


def _state(state: TableState, today: date) -> str:
    if state.rows is None:
        return "missing"
    if not state.rows:
        return "nothing" if state.version else "missing"
    return "stale" if state.fresh_until and state.fresh_until < today else "fresh"


def _cells(columns: Sequence[Column], row: VisibleRow, lang: str) -> tuple[str, ...]:
    return tuple(_cell(column, row.known[column.name], lang) for column in columns)


def _cell(column: Column, value: Any, lang: str) -> str:
    """Write a cell with its unit."""
    if value is None:
        return "—"
    if column.words is not None:
        return word(column.words(value), lang)  # type: ignore[call-arg]
    if column.unit == "yuan":
        return money(int(value), lang)
    if column.unit == "basis points":
        return f"{value / 100:.2f}%"
    if column.kind == "boolean":
        return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
    return f"{value:,}" if isinstance(value, int) and column.unit != "year" else str(value)
