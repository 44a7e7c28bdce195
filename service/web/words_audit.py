"""Words of the pages that stand for values of the code: what may be named in any template."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from features.vocabulary import Product
from service.domain.override import Direction, OverrideReason
from service.domain.override_outcomes import Became
from service.ledger import Kind
from service.web.figures import word
from service.web.words import OUTCOMES, STAGE_WORDS, Words
from service.web.words_retraining import REJECTS, RETRAINING_STATES, RETRAINING_STEPS, SWAP_SETS, VALIDATION_VERDICTS
from service.web.words_risk import CHECKS, GATE_STANDINGS, MEASURES, RIVALS, VERDICTS, WATCHED

__all__ = [
    "ACTS",
    "BECAME",
    "DIRECTIONS",
    "GROUP_NAMES",
    "IMPACT_GROUPS",
    "KINDS",
    "OVERRIDE_REASONS",
    "OVERRIDE_STATUS",
    "OVERRIDE_TONES",
    "PRODUCTS",
    "SCOPES",
    "SEGMENT_NAMES",
    "SLOTS",
    "STATES",
    "WORD_LISTS",
]

PRODUCTS: Mapping[str, Words] = MappingProxyType({one.value: Words(one.zh, word(one, "en")) for one in Product})
KINDS: Mapping[str, Words] = MappingProxyType(
    {
        Kind.DECISION.value: Words("决定", "Decision"),
        Kind.INGEST.value: Words("证据入库", "Evidence loaded"),
        Kind.KEY.value: Words("签名密钥", "Signing key"),
        Kind.TOKEN.value: Words("访问令牌", "Access token"),
        Kind.USER.value: Words("用户", "User"),
        Kind.SIGN_IN.value: Words("登录", "Sign-in"),
        Kind.PROPOSAL.value: Words("提议", "Proposal"),
        Kind.VERDICT.value: Words("批复", "Verdict"),
        Kind.RELEASE.value: Words("发布", "Release"),
        Kind.SWITCH.value: Words("停用开关", "Switch"),
        Kind.OVERRIDE.value: Words("人工调整", "Override"),
        Kind.REVIEW.value: Words("人工复核", "Review"),
        Kind.NOTE.value: Words("备注", "Note"),
        Kind.SHADOW.value: Words("影子评分", "Shadow"),
        Kind.HOLD.value: Words("法律保全", "Legal hold"),
        Kind.TOMBSTONE.value: Words("到期删除", "Deletion"),
        Kind.AUDIT.value: Words("审计查看", "Examiner's look"),
        Kind.EXPORT.value: Words("导出", "Export"),
        Kind.MONITORING.value: Words("监测", "Monitoring"),
        Kind.RETRAINING.value: Words("再训练", "Retraining"),
        Kind.LEADS.value: Words("客户名单", "Leads"),
    }
)
ACTS: Mapping[tuple[str, str], Words] = MappingProxyType(
    {
        (Kind.DECISION.value, ""): Words("作出决定", "decided"),
        (Kind.OVERRIDE.value, "propose"): Words("提出人工调整", "proposed an override"),
        (Kind.OVERRIDE.value, "signed"): Words("签署人工调整", "signed the override"),
        (Kind.OVERRIDE.value, "refused"): Words("否决人工调整", "refused the override"),
        (Kind.REVIEW.value, "open"): Words("登记复核申请", "filed a request for review"),
        (Kind.REVIEW.value, "uphold"): Words("复核后维持原决定", "upheld the decision on review"),
        (Kind.REVIEW.value, "override"): Words("复核后改变决定", "changed the decision on review"),
        (Kind.NOTE.value, ""): Words("写了备注", "wrote a note"),
        (Kind.AUDIT.value, "post_replay"): Words("重放", "replayed it"),
        (Kind.AUDIT.value, "replay_record"): Words("重放", "replayed it"),
        (Kind.AUDIT.value, "get_certificate"): Words("下载重放证书", "took the replay certificate"),
        (Kind.AUDIT.value, "verify_record"): Words("校验账本", "verified the ledger"),
        (Kind.AUDIT.value, "get_proof"): Words("下载包含证明", "took the proof of inclusion"),
        (Kind.AUDIT.value, "get_inclusion"): Words("取包含证明", "took the proof of inclusion"),
        (Kind.AUDIT.value, "get_lineage"): Words("查看数据来源", "looked at the lineage"),
        (Kind.AUDIT.value, "get_lineage_page"): Words("查看数据来源", "looked at the lineage"),
        (Kind.AUDIT.value, "put_in_basket"): Words("放入导出篮", "put it in the export basket"),
        (Kind.AUDIT.value, "take_out_of_basket"): Words("移出导出篮", "took it out of the export basket"),
        (Kind.AUDIT.value, ""): Words("查看", "looked at it"),
        (Kind.EXPORT.value, ""): Words("导出带走", "took it away in an export"),
        (Kind.TOMBSTONE.value, ""): Words("到期删除", "deleted by the rules"),
        (Kind.HOLD.value, ""): Words("法律保全", "legal hold"),
        (Kind.SHADOW.value, ""): Words("影子评分", "shadow"),
        (Kind.MONITORING.value, ""): Words("监测运行", "monitoring run"),
        (Kind.RETRAINING.value, "started"): Words("发起再训练", "started a retraining"),
        (Kind.RETRAINING.value, "ended"): Words("再训练结束", "the retraining ended"),
        (Kind.LEADS.value, "started"): Words("发起客户名单", "asked for a list of leads"),
        (Kind.LEADS.value, "ended"): Words("客户名单结束", "the list of leads ended"),
    }
)
"""What somebody did, by the entry's kind and its act (or, of a look, its operation)."""
DIRECTIONS: Mapping[str, Words] = MappingProxyType(
    {
        Direction.UP.value: Words("更有利", "better for the firm"),
        Direction.DOWN.value: Words("更不利", "worse for the firm"),
        Direction.LEVEL.value: Words("相当", "other terms"),
    }
)
OVERRIDE_REASONS: Mapping[str, Words] = MappingProxyType({one.value: Words(one.zh, word(one, "en")) for one in OverrideReason})
OVERRIDE_STATUS: Mapping[str, Words] = MappingProxyType(
    {
        "pending": Words("待第二人签署", "Waits for a second person"),
        "in-force": Words("生效", "In force"),
        "refused": Words("已否决", "Refused"),
        "expired": Words("已到期", "Expired"),
    }
)
OVERRIDE_TONES: Mapping[str, str] = MappingProxyType({"pending": "warn", "in-force": "good", "refused": "bad", "expired": ""})
"""Colours of an override's status; the word always stands beside them."""
BECAME: Mapping[str, Words] = MappingProxyType(
    {
        Became.PERFORMING.value: Words("正常还款", "Performing"),
        Became.OVERDUE.value: Words("曾逾期", "Overdue"),
        Became.DEFAULTED.value: Words("违约", "Defaulted"),
        Became.NOT_DRAWN.value: Words("未提款", "Not drawn"),
        Became.UNKNOWN.value: Words("尚未可知", "Not known yet"),
    }
)
SLOTS: Mapping[str, Words] = MappingProxyType(
    {
        "model startup": Words("初创期模型", "Start-up model"),
        "model growth": Words("成长期模型", "Growth model"),
        "challenger startup": Words("初创期挑战者", "Start-up challenger"),
        "challenger growth": Words("成长期挑战者", "Growth challenger"),
        "scheme": Words("积分方案", "Points scheme"),
        "reference": Words("参照组", "Reference base"),
        "policy": Words("政策", "Policy"),
    }
)
SEGMENT_NAMES: Mapping[str, Words] = MappingProxyType(
    {"startup": Words("初创期", "Start-ups"), "growth": Words("成长期与稳定期", "Growing and stable firms")}
)
STATES: Mapping[str, Words] = MappingProxyType(
    {
        "proposed": Words("待批", "Waits for approval"),
        "approved": Words("已批准", "Approved"),
        "refused": Words("已否决", "Refused"),
        "in-force": Words("在用", "In force"),
    }
)
IMPACT_GROUPS: Mapping[str, Words] = MappingProxyType(
    {
        "product": Words("按产品", "By product"),
        "stage": Words("按成长阶段", "By growth stage"),
        "region": Words("按地区（行政区划代码）", "By region (GB/T 2260 code)"),
        "size": Words("按规模", "By size"),
    }
)
GROUP_NAMES: Mapping[str, Words] = MappingProxyType(
    {
        **PRODUCTS,
        **STAGE_WORDS,
        "micro": Words("微型", "Micro"),
        "small": Words("小型", "Small"),
        "medium": Words("中型", "Medium"),
        "large": Words("大型", "Large"),
        "unknown": Words("未知", "Unknown"),
    }
)
SCOPES: Mapping[str, Words] = MappingProxyType(
    {
        "all": Words("全部自动决定", "All automatic decisions"),
        **{f"product {value}": Words(f"产品：{words.zh}", f"Product: {words.en}") for value, words in PRODUCTS.items() if value != "other"},
        **{f"segment {value}": Words(f"客群：{words.zh}", f"Segment: {words.en}") for value, words in SEGMENT_NAMES.items()},
    }
)
"""What a stop is over: `all`, or `product <id>`, or `segment <id>`."""
WORD_LISTS: Mapping[str, Mapping[str, Words]] = MappingProxyType(
    {
        "OUTCOMES": OUTCOMES,
        "PRODUCTS": PRODUCTS,
        "KINDS": KINDS,
        "DIRECTIONS": DIRECTIONS,
        "OVERRIDE_REASONS": OVERRIDE_REASONS,
        "OVERRIDE_STATUS": OVERRIDE_STATUS,
        "BECAME": BECAME,
        "SLOTS": SLOTS,
        "SEGMENT_NAMES": SEGMENT_NAMES,
        "STATES": STATES,
        "IMPACT_GROUPS": IMPACT_GROUPS,
        "GROUP_NAMES": GROUP_NAMES,
        "SCOPES": SCOPES,
        "CHECKS": CHECKS,
        "GATE_STANDINGS": GATE_STANDINGS,
        "MEASURES": MEASURES,
        "RIVALS": RIVALS,
        "VERDICTS": VERDICTS,
        "WATCHED": WATCHED,
        "RETRAINING_STATES": RETRAINING_STATES,
        "RETRAINING_STEPS": RETRAINING_STEPS,
        "REJECTS": REJECTS,
        "SWAP_SETS": SWAP_SETS,
        "VALIDATION_VERDICTS": VALIDATION_VERDICTS,
    }
)
"""What templates may name values with."""
