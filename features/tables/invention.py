"""What the firm invents and who recognises it: patents, programmes, technology contracts, titles, investors."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from features.tables.columns import Clock, code, count, day, flag, identifier, word, yuan
from features.tables.firms import FirmId
from features.tables.row import Row
from features.tables.rules import NotBefore, Rule
from features.vocabulary import ContractRole, FundingRound, InvestorTier, Level, PatentKind, ProgrammeKind, QualificationKind

__all__ = ["Contract", "Funding", "Patent", "Programme", "Qualification"]


class Patent(Row):
    """A right or an application; it is visible from `published_on` (up to 18 months after filing), a grant from its own day."""

    firm_id: FirmId
    patent_id: str = identifier("申请号", "Application number")
    kind: PatentKind = word("类型", "Kind")
    filed_on: date = day("申请日", "Filed on", Clock.HAPPENED)
    published_on: date = day("公开日", "Published on", Clock.KNOWN)
    granted_on: date | None = day("授权日", "Granted on", Clock.LATER, optional=True)
    lapsed_on: date | None = day("失效日", "Lapsed on", Clock.LATER, optional=True)
    acquired_on: date | None = day("受让日", "Acquired from another owner on", Clock.LATER, optional=True)
    pledged_on: date | None = day("质押登记日", "Pledged on", Clock.LATER, optional=True)
    ipc: str | None = code("主分类号", "Main IPC subclass", r"^[A-H][0-9]{2}[A-Z]$", example="H01L", max_length=4, optional=True)
    claims: int | None = count("权利要求数", "Claims", high=10_000, optional=True)
    citations_3y: int | None = count(
        "公开后三年被引次数", "Citations within three years of publication; known three years after it", optional=True
    )
    main_business: bool | None = flag("与主营业务相关", "Related to the main business")

    rules: ClassVar[tuple[Rule, ...]] = tuple(
        NotBefore(column, "filed_on") for column in ("published_on", "granted_on", "lapsed_on", "acquired_on", "pledged_on")
    )


class Programme(Row):
    """A project, platform, award, standard or place in an incubator that a public body granted; public on its day."""

    firm_id: FirmId
    programme_id: str = identifier("编号", "Programme number")
    kind: ProgrammeKind = word("类型", "Kind")
    level: Level = word("级别", "Level")
    granted_on: date = day("认定日期", "Granted on", Clock.KNOWN)
    amount: int | None = yuan("资助金额", "Amount granted", optional=True)


class Contract(Row):
    """A technology contract in the national register; public on its day."""

    firm_id: FirmId
    contract_id: str = identifier("合同登记号", "Contract number")
    role: ContractRole = word("角色", "Role")
    amount: int = yuan("成交额", "Amount")
    registered_on: date = day("登记日期", "Registered on", Clock.KNOWN)


class Funding(Row):
    """A round of venture capital."""

    firm_id: FirmId
    round_id: str = identifier("编号", "Round number")
    round: FundingRound = word("轮次", "Round")
    investor_tier: InvestorTier = word("领投机构层级", "Lead investor's tier")
    amount: int = yuan("融资金额", "Amount")
    closed_on: date = day("交割日期", "Closed on", Clock.HAPPENED)
    known_on: date = day("可知日期", "Known on", Clock.KNOWN)

    rules: ClassVar[tuple[Rule, ...]] = (NotBefore("known_on", "closed_on"),)


class Qualification(Row):
    """A title the firm holds from `valid_from` to `valid_until`."""

    firm_id: FirmId
    kind: QualificationKind = word("称号", "Title")
    level: Level = word("级别", "Level")
    valid_from: date = day("生效日期", "Valid from", Clock.KNOWN)
    valid_until: date = day("到期日期", "Valid until", Clock.PLANNED)

    rules: ClassVar[tuple[Rule, ...]] = (NotBefore("valid_until", "valid_from"),)
