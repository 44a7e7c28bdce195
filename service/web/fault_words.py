"""Faults of forms and files in words of the page: the rules are the code's own, in English; here each has its Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from features.checks.faults import RULES
from features.tables import TABLES
from features.tables.columns import Column
from service.domain.wording import yuan_zh
from service.web.words import OUTCOMES, Words

__all__ = ["FILE_RULES", "column_words", "fault_words", "limits_of"]

Say = Callable[[re.Match[str]], str]


def _plain(template: str) -> Say:
    return lambda found: template.format(*found.groups())


def _bounds(found: re.Match[str]) -> str:
    low, high, unit = found[1], found[2], found[3].split(",")[0]
    if unit == "yuan":
        return f"应在{yuan_zh(int(low.replace(',', '')))}至{yuan_zh(int(high.replace(',', '')))}之间（产品限额与申请金额以内）"
    if unit == "months":
        return f"应在 {low} 至 {high} 个月之间"
    return f"应在 {int(low.replace(',', '')) / 100:.2f}% 至 {int(high.replace(',', '')) / 100:.2f}% 之间（政策下限与上限）"


def _as_asked(found: re.Match[str]) -> str:
    return f"与条件不符：申请为 {found[2]} 元、{found[3]} 个月，此条件应选“{OUTCOMES[found[1]].zh}”"


CHINESE: tuple[tuple[re.Pattern[str], Say], ...] = tuple(
    (re.compile(pattern), say if callable(say) else _plain(say))
    for pattern, say in (
        (r"is required where the outcome is (?:approve|counter)", "此结论须填写本项"),
        (r"is required where the verdict is override.*", "结论为“以人工调整为准”时须选择一项，其他情况不填"),
        (r"is required", "请填写本项"),
        (r"must have (\d+) to (\d+) characters, and has (\d+)", "新密码应为 {} 至 {} 个字符，现有 {} 个"),
        (r"must not be the login", "新密码不得与登录名相同"),
        (r"is among the first that are guessed", "新密码过于常见，容易被猜中"),
        (r"has fewer than (\d+) characters besides the login .*", "新密码除登录名与本系统常用词外，不足 {} 个字符"),
        (r"must be a folder with firms.* right below JIFEN_HOME", "应为 JIFEN_HOME 下含 firms.csv 或 firms.parquet 的文件夹"),
        (r"must be a whole number", "请填写整数"),
        (r"must be at least ([\d,.]+)", "不得小于 {}"),
        (r"must be at most ([\d,.]+)", "不得大于 {}"),
        (r"must be above ([\d,.]+)", "应大于 {}"),
        (r"must have at least (\d+) characters", "至少填写 {} 个字"),
        (r"must have at most ([\d,]+) characters", "至多填写 {} 个字"),
        (r"must be one of .*", "请从列出的选项中选择"),
        (r"must be a number", "请填写数字"),
        (r"must be a date of the calendar", "请填写日期，如 2026-11-23"),
        (r"must be a date", "请填写日期，如 2026-11-23"),
        (r"must lie after today in China \(([\d-]+)\) and at most (\d+) days ahead", "应晚于今天（{}），且不超过 {} 天"),
        (r"must not lie after today, ([\d-]+)", "不得晚于今天（{}）"),
        (r"must not lie before closed_on", "不得早于交割日期"),
        (r"must be from ([\d,]+) to ([\d,]+) \((.*)\)", _bounds),
        (r"must be (approve|counter) for these terms: ([\d,]+) yuan over (\d+) months were asked", _as_asked),
        (r"is the machine's own answer", "与系统结论相同，无需调整"),
        (r"may not lend over a rule that declined.*", "系统因规则拒绝，只有“政策例外审批”并经最高权限签署才可放款"),
        (r"is not offered by the policy in force", "现行政策不提供该产品"),
        (r"has no place where the outcome is .*", "此结论不填本项"),
        (r"must be an override of decision .* that is in force", "须为本决定的一项生效中的人工调整"),
        (r"must be a firm of the batch", "须为本批企业"),
        (r"must be named in investors", "须在投资机构清单中"),
        (r"is the same as row (\d+)", "与第 {} 行重复"),
        (r"is not a column, or stands twice", "不是本表的列，或出现两次"),
        (r"is a column that must be there", "缺少必需的列"),
        (r"has (\d+) values where the header has (\d+)", "有 {} 个值，而表头有 {} 列"),
        (r"cannot be read \(.*\)", "文件无法读取，请保存为 UTF-8 编码的 CSV"),
        (r"is no product to ask for", "不是可申请的产品"),
        (r"must be a text", "请填写文字"),
        (r"must match .*", "格式不正确"),
        (r"cannot be reached by what the firm can do", "企业无法通过现实可行的行动达到此值，只能填写更好的值"),
        (r"no evidence of the firm is on file", "库中没有该企业，请核对代码，或上传其证据"),
        (r"must be a unified social credit code.*", "请填写 18 位统一社会信用代码"),
        (
            r"(?:firm_id )?(?:has|must|is|needs) .*(?:GB 32100|check digit|18 characters|control).*",
            "统一社会信用代码不正确，请对照营业执照核对",
        ),
        (r"must hold one firm", "一次只能上传一家企业的证据"),
        (r"must hold at least one table.*", "除企业信息外至少上传一张表"),
        (r"must be given once", "只能填写一次"),
    )
)
"""By the English rule; the first that matches counts."""

FILE_RULES: Mapping[str, str] = MappingProxyType(
    {
        "above-range": "数值超过本列上限",
        "below-range": "数值低于本列下限",
        "boolean": "应填 true 或 false",
        "clock-order": "日期先后矛盾：可知日期不早于发生日期，后续事件不早于之前事件",
        "credit-code": "统一社会信用代码的校验位不正确",
        "duplicate-column": "表头中同一列出现两次",
        "duplicate-key": "与另一行的主键相同",
        "empty": "必填项为空",
        "encoding": "文件不是 UTF-8 编码",
        "first-of-month": "月份应写为当月第一天",
        "future-date": "日期晚于今天",
        "iso-date": "日期应写为 YYYY-MM-DD",
        "missing-column": "缺少必需的列",
        "missing-table": "缺少企业信息表 firms",
        "needs": "填写本项时，与其相关的另一项也须填写",
        "one-file": "一张表只能上传一个文件",
        "only-when": "本项只在特定情况下填写",
        "part-of-whole": "部分大于整体",
        "pattern": "代码格式不正确",
        "ragged-row": "本行的值与表头的列数不同",
        "registers": "只能填写登记簿的名称",
        "text": "文本含有控制字符",
        "too-large": "上传的文件超过一次可处理的上限",
        "too-long": "文本过长",
        "unknown-column": "本表没有这一列",
        "formula": "是公式，请复制后粘贴为数值",
        "cell-error": "单元格有错误，请更正或留空",
        "long-number": "数字过长，已被表格截断；请把该列设为文本后重新填写",
        "unknown-file": "应为 XLSX、CSV 或 Parquet 文件",
        "unknown-firm": "企业不在企业信息表中",
        "unknown-table": "没有这张表",
        "unknown-word": "不在可选词表中",
        "unreadable": "文件无法打开",
        "whole-number": "应为整数，只写数字",
    }
)
"""What each rule of evidence files demands, in Chinese; the English is the rule's own."""


def fault_words(rule: str, remedy: str = "") -> Words:
    """Give a fault in both languages; a rule of files by its name, any other by its text."""
    if rule in RULES:
        return Words(FILE_RULES[rule], f"{RULES[rule]}: {remedy}" if remedy else RULES[rule])
    zh = next((say(found) for pattern, say in CHINESE if (found := pattern.fullmatch(rule))), "填写有误，请核对")
    return Words(zh, f"{rule}; {remedy}" if remedy else rule)


def column_words(table: str, name: str) -> Words:
    """Name a column of an evidence table; by itself where there is none of that name."""
    column = _column(table, name)
    return Words(column.zh, column.en) if column else Words(name, name)


def limits_of(table: str, name: str) -> str:
    """Say what a column admits: its range or its words; empty where any text goes."""
    column = _column(table, name)
    if column is None:
        return ""
    if column.words is not None:
        return ", ".join(column.words)
    return f"{column.low:,} – {column.high:,}" if isinstance(column.low, int) and isinstance(column.high, int) else column.example or ""


def _column(table: str, name: str) -> Column | None:
    known = TABLES.get(table)
    return next((one for one in known.columns if one.name == name), None) if known else None
