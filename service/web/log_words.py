"""Lines of a retraining's log in Chinese. What works on it writes English, once; a page says it again in its reader's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from service.web.words import Words

__all__ = ["PHRASES", "told"]

PHRASES: Final[Sequence[tuple[re.Pattern[str], str]]] = tuple(
    (re.compile(pattern), chinese)
    for pattern, chinese in (
        (r"evidence on file of ([\d,]+) firms", r"库中 \1 家企业的证据"),
        (r"evidence on file of ([\d,]+) firms, simulated", r"库中 \1 家企业的证据（模拟数据）"),
        (r"folder (.+), simulated", r"文件夹 \1（模拟数据）"),
        (r"folder (.+)", r"文件夹 \1"),
        (r"labelling loans", "标注贷款的结果"),
        (r"building indicators of ([\d,]+) loans", r"计算 \1 笔贷款的指标"),
        (r"assuming outcomes of the declined", "推定被拒申请的结果"),
        (r"reading the loan book", "读取贷款台账"),
        (r"checking what each column may know", "检查各列当时可知的内容"),
        (r"trial ([\d,]+) of ([\d,]+)", r"调参第 \1 次，共 \2 次"),
        (r"binning and cross-validating", "分箱与交叉验证"),
        (r"calibrating", "校准"),
        (r"training", "训练"),
        (r"comparing with deeper and unconstrained models", "与更深的、不加约束的模型比较"),
        (r"bounding what is not known", "给未知部分定界"),
        (r"measuring on unseen rows", "在未见过的样本上度量"),
        (r"challenger ([\d,]+) of ([\d,]+): (.+)", r"挑战者 \1/\2：\3"),
        (r"writing the bundle", "写出模型包"),
        (r"ranking and calibration", "排序能力与校准"),
        (r"weak spots, overfit, noise and shift", "薄弱处、过拟合、噪声与偏移"),
        (r"explanations, leakage and fairness", "解释、泄漏与公平性"),
        (r"what tricks buy", "取巧能换来什么"),
        (r"champion against challenger", "现用模型与新模型对比"),
        (r"held-out rows", "留出样本"),
        (
            r"(\S+), which is in force, reads other features; the two cannot be compared on these rows",
            r"现用的 \1 读取不同的特征，无法在这些样本上比较",
        ),
        (r"verdict passed on n ([\d,]+), defaults ([\d,]+)", r"结论：通过（样本 \1，违约 \2）"),
        (r"verdict failed on n ([\d,]+), defaults ([\d,]+)", r"结论：未通过（样本 \1，违约 \2）"),
        (r"verdict (\S+) on n ([\d,]+), defaults ([\d,]+)", r"结论：数据不足（样本 \2，违约 \3）"),
        (r"trying the models on the applications on record", "用在案申请试算新模型"),
        (r"the log is full; what follows is not kept", "日志已满，其后内容不再保留"),
    )
)
"""Whole lines, the first that fits; groups are put into the Chinese line."""


def told(line: str) -> Words:
    """Give a line in both languages; one that no phrase fits, such as a name with its hash, stays as it is."""
    for phrase, chinese in PHRASES:
        found = phrase.fullmatch(line)
        if found:
            return Words(found.expand(chinese), line)
    return Words(line, line)
