"""The closed word lists of the evidence tables, each with its Chinese name.

A word list is a `StrEnum` whose members carry `zh`; files and requests use the English value, pages show either.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

__all__ = [
    "ConductKind",
    "ContractRole",
    "FundingRound",
    "GuaranteeProgramme",
    "InvestorTier",
    "Level",
    "LoanDecision",
    "Ownership",
    "PatentKind",
    "Product",
    "ProgrammeKind",
    "QualificationKind",
    "TechnologyField",
    "Word",
]


class Word(StrEnum):
    """A member of a closed word list; `zh` is the term a Chinese page shows."""

    zh: str

    def __new__(cls, value: str, zh: str) -> Self:
        """Make a string member that also carries its Chinese term."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh
        return member


class TechnologyField(Word):
    """The eight high-tech fields the state supports (国家重点支持的高新技术领域)."""

    ELECTRONICS = "electronics", "电子信息"
    BIOMEDICINE = "biomedicine", "生物与新医药"
    AEROSPACE = "aerospace", "航空航天"
    MATERIALS = "materials", "新材料"
    SERVICES = "services", "高技术服务"
    ENERGY = "energy", "新能源与节能"
    ENVIRONMENT = "environment", "资源与环境"
    MANUFACTURING = "manufacturing", "先进制造与自动化"


class Ownership(Word):
    """Who controls the firm."""

    PRIVATE = "private", "民营"
    STATE = "state", "国有"
    FOREIGN = "foreign", "外资"
    JOINT = "joint", "合资"
    COLLECTIVE = "collective", "集体"


class PatentKind(Word):
    """Kinds of intellectual property kept in `patents`; invention and pct are Class I, the others Class II."""

    INVENTION = "invention", "发明专利"
    UTILITY = "utility", "实用新型"
    DESIGN = "design", "外观设计"
    PCT = "pct", "PCT国际申请"
    SOFTWARE = "software", "软件著作权"


class ProgrammeKind(Word):
    """What public science bodies grant a firm."""

    PROJECT = "project", "科技计划项目"
    PLATFORM = "platform", "研发或创新平台"
    AWARD = "award", "科技奖励"
    INCUBATION = "incubation", "孵化入驻"
    STANDARD = "standard", "主导制定标准"


class Level(Word):
    """The level of government that granted a programme or a title."""

    NATIONAL = "national", "国家级"
    PROVINCIAL = "provincial", "省级"
    MUNICIPAL = "municipal", "市级"
    COUNTY = "county", "县区级"


class ContractRole(Word):
    """The firm's side of a registered technology contract; only a seller earns from it."""

    SELLER = "seller", "卖方"
    BUYER = "buyer", "买方"


class FundingRound(Word):
    """Rounds of venture capital."""

    SEED = "seed", "种子轮"
    ANGEL = "angel", "天使轮"
    A = "a", "A轮"
    B = "b", "B轮"
    C = "c", "C轮"
    LATER = "later", "后期"


class InvestorTier(Word):
    """How strong the lead investor of a round is."""

    TOP = "top", "头部机构"
    ESTABLISHED = "established", "知名机构"
    GUIDANCE = "guidance", "政府引导基金"
    OTHER = "other", "其他"


class QualificationKind(Word):
    """Official titles of technology firms."""

    HIGH_TECH = "high-tech", "高新技术企业"
    TECH_SME = "tech-sme", "科技型中小企业"
    INNOVATIVE_SME = "innovative-sme", "创新型中小企业"
    SRDI = "srdi", "专精特新中小企业"
    LITTLE_GIANT = "little-giant", "专精特新小巨人企业"
    GAZELLE = "gazelle", "瞪羚企业"
    UNICORN = "unicorn", "独角兽企业"


class ConductKind(Word):
    """Records of a public-credit report."""

    PENALTY = "penalty", "行政处罚"
    LAWSUIT = "lawsuit", "涉诉"
    ABNORMAL_LIST = "abnormal-list", "经营异常名录"
    DISHONESTY_LIST = "dishonesty-list", "严重违法失信名单"
    TAX_ARREARS = "tax-arrears", "欠税"


class Product(Word):
    """The loan products a firm may ask for; `other` marks loans outside the named products."""

    STARTUP_CREDIT = "startup-credit", "初创信用贷"
    GROWTH_RELAY = "growth-relay", "成长接力贷"
    LOAN_INVESTMENT = "loan-investment", "贷投批量联动"
    COMMON_GROWTH = "common-growth", "共同成长计划"
    ACQUISITION = "acquisition", "并购贷款"
    OTHER = "other", "其他贷款"


class GuaranteeProgramme(Word):
    """The public guarantee programme behind a loan; `none` says that there is none, an empty cell that nobody knows."""

    NONE = "none", "无担保计划"
    SCIENCE = "science-guarantee", "安徽科技担"
    NATIONAL = "national-special-guarantee", "科技创新专项担保计划"
    ANHUI_4321 = "anhui-4321", "安徽“4321”政银担"
    OTHER = "other-guarantee", "其他担保计划"


class LoanDecision(Word):
    """What became of an application."""

    APPROVED = "approved", "同意"
    DECLINED = "declined", "拒绝"
    WITHDRAWN = "withdrawn", "撤回"
