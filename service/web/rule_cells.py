"""Cells of the documents of policies and schemes in Chinese: codes of indicators and products by their names, conditions in words.

The documents write English sentences of a few fixed shapes; each shape has its Chinese here. What has none stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from features.indicators import CATALOGUE
from features.stages import STAGES_ZH
from features.tables import TABLES
from features.vocabulary import GuaranteeProgramme, Product

__all__ = ["in_chinese"]

HAN = re.compile(r"[\u4e00-\u9fff]")
CODE = re.compile(r"`([^`]+)`")
FACTS: Mapping[str, str] = MappingProxyType(
    {
        "tech-sme-rubric": "达到科技型中小企业评价标准",
        "relay-loan": "有可承接的存量贷款",
        "relay-clean": "拟承接贷款近12个月无逾期",
        "relay-stage-moved": "成长阶段已提升",
        "relay-points-kept": "积分不低于原放款时",
    }
)
WORDS: Mapping[str, str] = MappingProxyType(
    {
        **STAGES_ZH,
        **{one.value: one.zh for one in Product if one is not Product.OTHER},
        **{one.value: one.zh for one in GuaranteeProgramme if one is not GuaranteeProgramme.NONE},
        "none": "信用（无抵质押）",
        "ip-pledge": "知识产权质押",
        "guarantee": "保证担保",
        "mortgage": "抵押",
        "insurance": "保险",
        "lease": "租赁",
        "all": "全部",
        "any": "任意",
        "always": "始终",
        "otherwise": "其他",
        "approve": "同意",
        "decline": "不同意",
        "refer": "转人工",
        "ignore": "不计",
        "note": "仅提示",
        "bound": "约束",
        "base": "测算",
        "floor": "下限",
        "cap": "上限",
        "funding": "资金成本",
        "operating": "运营成本",
        "expected loss": "预期损失",
        "capital": "资本成本",
        "margin": "目标利差",
        "technology benefit": "科技优惠",
        "relending": "再贷款贴息",
        "every loan": "每笔贷款",
        "by the levers": "见差异化措施",
        "by the tier": "见创新档位",
        "see Levers": "见差异化措施",
        "see Innovation": "见创新档位",
        "relay": "接力",
        "investors": "投资方",
        "paths": "利率路径",
        "rights": "约定权利",
        "restructuring": "重组",
        "entry_by_investors": "仅凭投资方入池",
        "equipment": "设备更新",
        "digitalisation": "数字化改造",
        "the firm declares it": "由企业声明",
        "direct pass": "直接通过",
        "waived by a direct pass": "直接通过者免",
        "loan 100 %": "贷款 100%",
        "LPR less": "LPR 减",
        "LPR plus": "LPR 加",
        "above": "更高",
        "below": "以下",
        "longer": "更长",
        "lpr": "贷款市场报价利率（LPR）",
        "access": "准入",
        "limit": "额度",
        "speed": "时效",
        "collateral": "担保",
        "allocation": "资金",
        "control": "贷后",
        "institution": "研发机构",
        "funds: relending": "资金：再贷款",
        "funds: curve": "资金：内部资金曲线",
        "standard": "常规",
        "express": "绿色通道",
        "extended": "尽职调查",
        "general": "一般",
        "priority": "优先",
        "monthly": "每月",
        "quarterly": "每季度",
        "half-yearly": "每半年",
        "PD x LGD x the bank's share; hazards by year": "违约概率×违约损失率×本行分担比例，逐年计算",
        "capital_ratio x (hurdle - funding)": "资本比例×（要求回报率−资金成本）",
        "for 60 % of a loan allotted relending funds": "贷款的 60% 使用再贷款资金",
        "pays off a running `startup-credit`, performing when not past due in 12 months": "结清存量初创信用贷，近12个月无逾期视为正常",
        "hazards of later years by the model instead, where it carries a term structure": "模型给出期限结构时，以后各年改用模型的违约率",
        "peer-percentile": "同类百分位",
        "peer-percentile, less is better": "同类百分位，越低越好",
    }
)
"""Cells, and members of lists, by what is written."""
PARTIES: Mapping[str, str] = MappingProxyType(
    {
        "provincial-re-guarantee": "省再担保",
        "provincial-guarantee": "省级担保机构",
        "national-fund": "国家融资担保基金",
        "guarantors together": "担保机构合计",
        "guarantor": "担保机构",
        "government": "地方政府",
        "bank": "银行",
        "loan": "贷款",
        "lease": "租赁",
    }
)
PHRASES: tuple[tuple[str, str], ...] = (
    (
        r"points, risk and price as if no round had been closed; gates see the rounds, a capacity on (.+?) may raise the limit, .*",
        r"积分、风险与定价均不计投资；准入条件计入投资轮次，按\1的测算额可提高额度；不计投资方时无授信者，计入后仍无授信",
    ),
    (
        r"rate path: 12 months at ([\d.]+) % less, 12 months at ([\d.]+) % less, then the step .+ at ([\d.]+) % discount\.",
        r"利率路径：前12个月低 \1%，再12个月低 \2%，之后上调一次予以补足（折现率 \3%）。",
    ),
    (r"`listing` ([^/]+) / [^:]+:", r"\1："),
    (r"`title-lost` ([^/]+) / [^:]+:", r"\1："),
    (r"`[a-z-]+` ([^/]+) / [^:]+: ([\d.]+) % of the loan, ends after (\d+) months", r"\1：贷款金额的 \2%，\3 个月后终止"),
    (
        r"at most (\d+) % of a direct loan, (\d+) % of a guaranteed one, (\d+) % extra; public money at most (\d+) %",
        r"直接贷款至多 \1%，有担保贷款至多 \2%，另加 \3%；公共资金合计至多 \4%",
    ),
    (r"; stops at ([\d.]+) % of compensation", r"；代偿率达 \1% 时停止"),
    (r"only for ", "仅限："),
    (r"for others", "其余企业"),
    (r"(\d+) % by fact `?tech-sme-rubric`?", r"\1%（达到科技型中小企业评价标准）"),
    (r"(\d+) % by `?tech-sme-rubric`?", r"\1%（达到科技型中小企业评价标准）"),
    (r"(\d+) % by (`[a-z_0-9]+`)", r"\1%（\2）"),
    (r"best of (.+) \(out of (\d+)\)", r"取较高者：\1（满分 \2）"),
    (r"best of ", "取较高者："),
    (r"deduction: ", "扣分："),
    (r"linear from ([\d.]+) to ([\d.]+)", r"由 \1 至 \2 线性计分"),
    (r"([\d.]+) per 1, at most (\d+)", r"每 1 得 \1 分，至多 \2 分"),
    (r"points of `technical-staff` > 0", "科技人员指标得分大于 0"),
    (r"points of `total` >= (\d+)", r"总分不低于 \1"),
    (r"; where unknown", "；未知时适用"),
    (r"peer-percentile", "同类百分位"),
    (r"([\d,]+) \(whole loans only\)", r"\1（仅限整笔）"),
    (r"([\d.]+) to ([\d.]+) million yuan", r"\1 至 \2 百万元"),
    (r"below ([\d.]+) million yuan", r"\1 百万元以下"),
    (r"([\d.]+) million yuan and above", r"\1 百万元及以上"),
    (r"up to (\d+) months", r"至 \1 个月"),
    (r"every 1 months", "每月"),
    (r"every (\d+) months", r"每 \1 个月"),
    (r"(\d+) working days", r"\1 个工作日"),
    (r"below ([\d.]+ %)", r"低于 \1"),
    (r"at most ([\d.]+)", r"至多 \1"),
    (r"at least ([\d.]+)", r"至少 \1"),
    (r"\bothers: ", "其余企业："),
    (r"([\d.]+) % to ([\d.]+) %", r"\1% 至 \2%"),
    (r"\b(T?\d+) to (T?\d+)\b", r"\1 至 \2"),
    (r"LGD ", "违约损失率 "),
    (r", if ", "，条件："),
    (r"fact `([^`]+)`", r"fact `\1`"),
    (r" x years", " × 年数"),
    (r"([\d.]+) % of (`[a-z_0-9]+`)", r"\2的 \1%"),
    (r" or ", " 或 "),
    (r" \((?:count|ratio)\)", ""),
    (r">=", "≥"),
    (r"<=", "≤"),
)


@lru_cache(maxsize=4_096)
def in_chinese(cell: str) -> str:
    """Write a cell of a document in Chinese; what nothing here knows is left as it is."""
    if cell in WORDS:
        return WORDS[cell]
    members = cell.split(", ")
    if all(one in WORDS for one in members):
        return "、".join(WORDS[one] for one in members)
    alone = CODE.fullmatch(cell)
    if alone:
        return TABLES[alone[1]].zh if alone[1] in TABLES else CATALOGUE[alone[1]].zh if alone[1] in CATALOGUE else cell
    return _phrased(cell)


def _phrased(cell: str) -> str:
    if re.fullmatch(r"T\d+ to T\d+", cell):
        return cell.replace(" to ", " 至 ")
    named = re.match(r"`([^`]+)` (?=[\u4e00-\u9fff])", cell)
    if named and " / " not in cell:
        return cell[named.end() :]  # a name stands beside its code
    for written, said in PHRASES:
        cell = re.sub(written, said, cell)
    for party, zh in PARTIES.items():
        cell = re.sub(rf"\b{party}(?= (?:\d|至))", zh, cell)
    cell = re.sub(r"fact `([^`]+)`", lambda found: FACTS.get(found[1], found[0]), cell)
    cell = CODE.sub(lambda found: CATALOGUE[found[1]].zh if found[1] in CATALOGUE else WORDS.get(found[1], found[0]), cell)
    return re.sub(r"(?<=\d) %", "%", cell).replace(": ", "：").replace("; ", "；").replace(", ", "，") if HAN.search(cell) else cell
