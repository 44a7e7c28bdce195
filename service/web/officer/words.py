"""Words for what a policy holds and asks: its tables, the values its rows were used on, entry gates, assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from features.indicators import CATALOGUE
from features.indicators.wording import format_value
from features.tables import TABLES as EVIDENCE
from features.vocabulary import Product
from service.domain.record.parts import Fired
from service.web.figures import money, typeset, word
from service.web.waterfall import indicator_name
from service.web.words import STAGE_WORDS, Words

__all__ = ["ASSUMES", "GATES", "POLICY_TABLES", "evidence_name", "used_on"]

POLICY_TABLES: Mapping[str, Words] = MappingProxyType(
    {
        "products": Words("产品", "Products"),
        "gates": Words("准入条件", "Entry gates"),
        "knock_outs": Words("否决规则", "Knock-outs"),
        "referrals": Words("转人工规则", "Referrals"),
        "evidence": Words("证据要求", "Evidence"),
        "coverage": Words("数据完整度", "Coverage"),
        "model": Words("模型检查", "Model checks"),
        "disagreements": Words("积分与模型矛盾", "Points against model"),
        "certainty": Words("模型把握程度", "How sure the model is"),
        "grades": Words("主标尺", "Master scale"),
        "grid": Words("信用等级与创新等级对照表", "Grade and tier grid"),
        "levers": Words("审批杠杆", "Levers"),
        "capacities": Words("额度测算", "Limit"),
        "innovation": Words("创新等级优惠", "Innovation benefit"),
        "collaterals": Words("担保方式", "Security"),
        "combinations": Words("组合融资", "Combinations"),
        "programmes": Words("担保计划", "Guarantee programmes"),
        "repayments": Words("还款方式", "Repayment"),
        "authorities": Words("审批权限", "Authority"),
        "switch": Words("自动审批开关", "Switch"),
        "reviews": Words("人工复核申请", "Requests for review"),
    }
)

WHEN: Mapping[str, Words] = MappingProxyType(
    {
        "product": Words("产品", "product"),
        "stage": Words("阶段", "stage"),
        "amount": Words("金额", "amount"),
        "min_amount": Words("最低金额", "least"),
        "max_amount": Words("上限", "cap"),
        "term_months": Words("期限（月）", "months"),
        "max_term_months": Words("最长期限（月）", "longest"),
        "pd": Words("违约概率", "PD"),
        "grade": Words("信用等级", "grade"),
        "tier": Words("创新等级", "tier"),
        "set": Words("杠杆组", "set"),
        "part": Words("约束项", "part"),
        "collateral": Words("担保方式", "security"),
        "purpose": Words("用途", "purpose"),
        "programme": Words("担保计划", "programme"),
        "value": Words("取值", "value"),
        "table": Words("证据", "evidence"),
        "known_on": Words("可知日期", "known on"),
        "max_age_days": Words("最长天数", "days at most"),
        "segment": Words("模型分段", "segment"),
        "residual": Words("残差", "residual"),
        "scope": Words("范围", "scope"),
        "given_by": Words("指令编号", "order"),
        "low_grade": Words("区间最好等级", "best grade in the interval"),
        "high_grade": Words("区间最差等级", "worst grade in the interval"),
        "beyond": Words("超出可放款等级数", "grades past the last that lends"),
        "within": Words("落入可放款等级数", "grades inside those that lend"),
        "spans": Words("区间等级数", "grades in the interval"),
        "indicators": Words("指标完整度", "indicators"),
        "points": Words("积分完整度", "points"),
    }
)

VALUES: Mapping[str, Words] = MappingProxyType(
    {
        "unknown": Words("未知", "unknown"),
        "all": Words("全部", "all"),
        "none": Words("信用（无抵质押）", "pure credit"),
        "startup": Words("初创", "start-up"),
        "growth": Words("成长", "growth"),
    }
)

GATES: Mapping[str, Words] = MappingProxyType(
    {
        "pass": Words("符合", "Met"),
        "fail": Words("不符合", "Not met"),
        "unknown": Words("缺少数据", "Not known"),
        "declared": Words("由企业声明", "Declared by the firm"),
    }
)

ASSUMES: Mapping[str, Words] = MappingProxyType(
    {
        "other-facts-unchanged": Words("其他情况不变", "other facts stay as they are"),
        "document-confirms": Words("新材料与原材料一致", "the newer document confirms the old one"),
        "peer-median": Words("缺失数据按同类中位数计", "what is missing is as at comparable firms"),
        "nothing-on-record": Words("检索后无记录", "the search finds nothing on record"),
    }
)

SPEAKING = frozenset({"product", "collateral", "programme", "purpose", "table", "stage"})
"""Names whose values are names of their own."""
AMOUNTS = frozenset({"amount", "min_amount", "max_amount"})


def evidence_name(table: str) -> Words:
    """Name an evidence table."""
    known = EVIDENCE.get(table)
    return Words(known.zh, table.capitalize()) if known else Words(table, table)


def used_on(fired: Fired, names: Mapping[str, Words], lang: str) -> str:
    """Say on which values a row of the policy was used; `names` are those of the record's own words."""
    said = dict(fired.when)
    indicator = said.pop("indicator", None)
    parts = (
        [] if indicator is None else [f"{indicator_name(str(indicator), lang)} {_measured(str(indicator), said.pop('value', ''), lang)}"]
    )
    parts += [f"{_key(name, lang)}{_value(name, value, names, lang)}" for name, value in said.items()]
    return ("；" if lang == "zh" else "; ").join(parts)


def _key(name: str, lang: str) -> str:
    """Name what a value is, unless the value says so itself."""
    if name in SPEAKING:
        return ""
    return f"{WHEN[name][lang] if name in WHEN else name} "


def _measured(indicator: str, value: str | int, lang: str) -> str:
    known = CATALOGUE.get(indicator)
    return VALUES["unknown"][lang] if value == "unknown" else format_value(known, float(value), lang) if known else str(value)


def _value(name: str, value: str | int, names: Mapping[str, Words], lang: str) -> str:
    if name in AMOUNTS:
        return money(int(value), lang)
    if name == "pd":
        return f"{float(value):.2%}"
    if name == "table":
        return evidence_name(str(value))[lang]
    if name == "product":
        return word(Product(str(value)), lang)  # type: ignore[call-arg]
    known = names.get(str(value)) or VALUES.get(str(value)) or STAGE_WORDS.get(str(value))
    return typeset(known[lang], lang) if known else str(value)
