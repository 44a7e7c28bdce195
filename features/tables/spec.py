"""Tables read off their pydantic models: what engines, checks, forms and the data dictionary derive from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from features.errors import EvidenceError
from features.tables.business import Financial, Invoice, Talent
from features.tables.columns import Column
from features.tables.credit import Conduct, Loan
from features.tables.firms import Firm
from features.tables.invention import Contract, Funding, Patent, Programme, Qualification
from features.tables.row import Row
from features.tables.rules import Rule

__all__ = ["TABLES", "Table", "table"]


@dataclass(frozen=True, slots=True)
class Table:
    """One evidence table: its model, the columns that tell rows apart, and the column that dates a row."""

    name: str
    zh: str
    document: str
    """The paper that would supply the table, as a page asks for it in Chinese."""
    document_en: str
    model: type[Row]
    key: tuple[str, ...]
    known: str
    """A row is visible at an as-of date when this column is on or before it."""
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    """What must hold between the columns of one row."""

    def column(self, name: str) -> Column:
        """Give the column called `name`; an unknown name is an `EvidenceError` that lists the known ones."""
        for candidate in self.columns:
            if candidate.name == name:
                return candidate
        names = ", ".join(c.name for c in self.columns)
        raise EvidenceError(f"table {self.name} has no column {name!r}; its columns are {names}")


def _table(name: str, zh: str, document: str, document_en: str, model: type[Row], key: str, known: str) -> Table:
    return Table(name, zh, document, document_en, model, tuple(key.split()), known, model.columns, model.rules)


TABLES: Mapping[str, Table] = MappingProxyType(
    {
        t.name: t
        for t in (
            _table("firms", "企业", "营业执照", "business licence", Firm, "firm_id", "founded_on"),
            _table("financials", "财务报表", "年度财务报表", "annual financial statement", Financial, "firm_id year known_on", "known_on"),
            _table("patents", "知识产权", "知识产权登记清单", "list of intellectual property", Patent, "firm_id patent_id", "published_on"),
            _table(
                "talent", "人才", "职工与社保名册", "staff and social insurance roll", Talent, "firm_id period_end known_on", "known_on"
            ),
            _table(
                "programmes",
                "科技计划",
                "项目、平台、奖励与入孵证明",
                "certificates of projects, platforms, awards and incubation",
                Programme,
                "firm_id programme_id",
                "granted_on",
            ),
            _table(
                "contracts",
                "技术合同",
                "技术合同登记证明",
                "technology contract registrations",
                Contract,
                "firm_id contract_id",
                "registered_on",
            ),
            _table("funding", "融资", "投资协议与到账凭证", "investment agreements and receipts", Funding, "firm_id round_id", "known_on"),
            _table("qualifications", "资质", "资质证书", "certificates of titles", Qualification, "firm_id kind valid_from", "valid_from"),
            _table("conduct", "信用记录", "公共信用信息报告", "public credit report", Conduct, "firm_id record_id", "known_on"),
            _table("invoices", "发票", "近24个月增值税发票", "VAT invoices of 24 months", Invoice, "firm_id month known_on", "known_on"),
            _table("loans", "贷款", "征信报告", "credit bureau report", Loan, "firm_id loan_id", "applied_on"),
        )
    }
)


def table(name: str) -> Table:
    """Give the table called `name`; an unknown name is an `EvidenceError` that lists the eleven."""
    if name not in TABLES:
        raise EvidenceError(f"there is no table {name!r}; the tables are {', '.join(TABLES)}")
    return TABLES[name]
