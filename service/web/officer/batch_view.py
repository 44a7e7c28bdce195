"""What the pages of batches show, laid out: what was asked, how far it is, what came of each firm, and the allocation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar

import orjson

from features.checks import Fault
from features.vocabulary import FundingRound, InvestorTier, Product, TechnologyField
from service.batches import AllocationRequest
from service.desk import Desk
from service.store.allocations import KeptAllocation
from service.store.worklist import names_of_firms
from service.use_cases.allocations import AllocationFile, decided_so_far
from service.web.fault_words import fault_words
from service.web.figures import word
from service.web.forms import Choice, Typed
from service.web.officer.apply_evidence import FaultLine, at_cell
from service.web.pages import Frame
from service.web.words import OUTCOMES, TONES, Words
from service.workbooks import Head, Place, SheetPlan, write_workbook

__all__ = [
    "RESULT_COLUMNS",
    "BatchLine",
    "BatchPage",
    "BatchesPage",
    "batch_faults",
    "batch_page",
    "batch_template",
    "batch_workbook",
    "result_rows",
]

TABLES: Mapping[str, Words] = MappingProxyType(
    {"firms": Words("企业", "Firms"), "rounds": Words("融资轮次", "Rounds"), "investors": Words("投资机构", "Investors")}
)
COLUMNS: Mapping[str, Words] = MappingProxyType(
    {
        "firm_id": Words("统一社会信用代码", "Code"),
        "amount": Words("金额（元）", "Amount (yuan)"),
        "term_months": Words("期限（月）", "Term (months)"),
        "investor": Words("投资机构", "Investor"),
        "round": Words("轮次", "Round"),
        "closed_on": Words("交割日期", "Closed on"),
        "known_on": Words("可知日期", "Known on"),
        "tier": Words("机构类别", "Tier"),
    }
)
FILES: Mapping[str, tuple[str, ...]] = {
    "firms": ("firm_id", "amount", "term_months"),
    "rounds": ("firm_id", "investor", "round", "amount", "closed_on", "known_on"),
    "investors": ("investor", "tier"),
}
TROUBLES: Mapping[str, Words] = MappingProxyType(
    {
        "unknown-firm": Words("库中没有该企业的证据", "no evidence of the firm is on file"),
        "gone": Words("原决定已按期删除", "the decision had served its time and was deleted"),
        "decision-refused": Words("无法作出决定", "it could not be decided"),
        "offer-expired": Words("授信已过有效期", "the offer has run out"),
    }
)
CAPS: Mapping[str, Words] = MappingProxyType(
    {
        "envelope": Words("总额度", "Envelope"),
        "grade": Words("信用等级", "Grade"),
        "field": Words("技术领域", "Field"),
        "region": Words("地区", "Region"),
        "firm": Words("单户", "Firm"),
    }
)
RESULT_COLUMNS = ("firm_id", "name", "decision_id", "outcome", "amount_yuan", "rate_bp", "accepts_bp", "expected_profit_yuan", "why")
GUIDE_LINES = (
    "firms 必填；有投资方时另填 rounds 与 investors。第一行是列名，请勿改动；金额为整数元，日期 YYYY-MM-DD；请写数值，不要写公式。",
    "Fill in firms, and rounds and investors if there are any. The first row stays as it is; whole yuan, days YYYY-MM-DD; no formulas.",
)
SHOWN = 500
EVERY = 3
"""Seconds until a page of a running batch loads itself again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """A batch in the list."""

    asked: KeptAllocation
    request: AllocationRequest
    done: bool
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchesPage:
    """The upload, with what was wrong before, and the batches on record."""

    frame: Frame
    typed: Typed
    faults: tuple[FaultLine, ...]
    count: int
    products: tuple[Choice, ...]
    plans: tuple[Choice, ...]
    lines: tuple[BatchLine, ...]
    once: str

    labels: ClassVar[Mapping[str, Words]] = {
        "envelope": Words("总额度", "Envelope"),
        "product": Words("产品", "Product"),
        "plan": Words("分配方案", "Plan"),
        "firms": Words("企业", "Firms"),
        "files": Words("文件", "Files"),
    }

    def product(self, value: str) -> str:
        """Name a product."""
        return word(Product(value), self.frame.lang)  # type: ignore[call-arg]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmLine:
    """A firm of a batch and what came of it; `offer` is its part of the allocation."""

    firm_id: str
    name: str
    decision_id: str | None
    outcome: Words | None
    tone: str
    offer: Mapping[str, Any] | None
    why: Words | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPage:
    """A batch: running (`decided` of `total` so far), done or failed."""

    frame: Frame
    asked: KeptAllocation
    request: AllocationRequest
    status: str
    decided: int
    total: int
    finished_at: datetime | None
    firms: tuple[FirmLine, ...]
    allocation: Mapping[str, Any] | None
    caps: tuple[tuple[Words, str, Mapping[str, Any]], ...]
    failure: Words | None

    @property
    def product(self) -> str:
        """Name its product."""
        return word(self.request.product, self.frame.lang)


def batch_page(frame: Frame, desk: Desk, file: AllocationFile, *, shown: int = SHOWN) -> BatchPage:
    """Lay a batch out as it stands, with at most `shown` of its firms."""
    request = AllocationRequest.model_validate_json(file.asked.request)
    said = orjson.loads(file.result.body) if file.result else {"status": "running", "firms": [], "allocation": None, "error": None}
    total = len(request.firms or request.decisions)
    allocation = said["allocation"]
    return BatchPage(
        frame=frame,
        asked=file.asked,
        request=request,
        status=said["status"],
        decided=total if file.result else min(total, decided_so_far(desk, file.asked)),
        total=total,
        finished_at=file.result.finished_at if file.result else None,
        firms=tuple(_firms(desk, said["firms"][:shown], allocation)),
        allocation=allocation,
        caps=tuple(_caps(allocation["caps"], frame.lang)) if allocation else (),
        failure=_failure(said["error"]),
    )


def _failure(error: Mapping[str, Any] | None) -> Words | None:
    if error is None:
        return None
    return Words("没有得到分配方案，请核对总额度与分配方案。", f"There is no allocation: {error['detail']}")


def _firms(desk: Desk, judged: Sequence[Mapping[str, Any]], allocation: Mapping[str, Any] | None) -> Iterator[FirmLine]:
    placed = {one["firm_id"]: one for one in allocation["placed"]} if allocation else {}
    refused = {one["firm_id"]: Words(one["zh"], one["en"]) for one in allocation["unplaced"]} if allocation else {}
    with desk.store.reading() as unit:
        names = names_of_firms(unit, [one["firm_id"] for one in judged])
    for one in judged:
        firm_id, outcome = one["firm_id"], one["outcome"]
        trouble = TROUBLES.get(one["error"], Words("不能放款", one["detail"] or one["error"])) if one["error"] else None
        yield FirmLine(
            firm_id=firm_id,
            name=names.get(firm_id, firm_id),
            decision_id=one["decision_id"],
            outcome=OUTCOMES.get(outcome),
            tone=TONES.get(outcome, ""),
            offer=placed.get(firm_id),
            why=trouble or refused.get(firm_id),
        )


def _caps(caps: Sequence[Mapping[str, Any]], lang: str) -> Iterator[tuple[Words, str, Mapping[str, Any]]]:
    for cap in caps:
        name = cap["name"]
        shown = word(TechnologyField(name), lang) if name in set(TechnologyField) else name  # type: ignore[call-arg]
        yield CAPS.get(cap["kind"], Words(cap["kind"], cap["kind"])), "" if cap["kind"] == "envelope" else shown, cap


def batch_faults(faults: Sequence[Fault], places: Mapping[str, Place]) -> tuple[FaultLine, ...]:
    """Put faults of a batch's files in words."""
    cells = (at_cell(one, COLUMNS.get(one.column, Words(one.column, one.column)), places) for one in faults[:100])
    return tuple(
        FaultLine(
            table=TABLES.get(one.table, Words(one.table, one.table)),
            row=row,
            column=column,
            value=one.value,
            said=fault_words(one.rule, one.remedy),
            limits="",
        )
        for one, (row, column) in zip(faults, cells, strict=False)
    )


def batch_workbook() -> bytes:
    """Write the three lists as one workbook."""
    plans = [SheetPlan(name, tuple(_head(column) for column in columns)) for name, columns in FILES.items()]
    return write_workbook(GUIDE_LINES, plans)


def _head(column: str) -> Head:
    words = COLUMNS[column]
    listed = {"round": tuple(FundingRound), "tier": tuple(InvestorTier)}.get(column, ())
    return Head(column, f"{words.zh}\n{words.en}", listed, "yyyy-mm-dd" if column.endswith("_on") else "@", required=True)


def batch_template() -> dict[str, str]:
    """Give the header of each of the three files."""
    return {f"{name}.csv": f"\ufeff{','.join(columns)}\r\n" for name, columns in FILES.items()}


def result_rows(page: BatchPage) -> Iterator[tuple[Any, ...]]:
    """Give what came of each firm, in the order of `RESULT_COLUMNS`."""
    lang = page.frame.lang
    for one in page.firms:
        offer = one.offer or {}
        outcome, why = one.outcome[lang] if one.outcome else "", one.why[lang] if one.why else ""
        numbers = (offer.get(name, "") for name in ("amount", "rate_bp", "accepts_bp", "expected_profit"))
        yield one.firm_id, one.name, one.decision_id or "", outcome, *numbers, why
