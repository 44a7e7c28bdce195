"""The model card of a validated model: what it is for, what it was made of, how it did, and where it must not be used."""

from __future__ import annotations

from html import escape
from typing import Final

from training.bundle import Bundle
from training.metrics import Interval
from training.validation.chapter import Cell, Measure, Words
from training.validation.report import VERDICTS, Language, page, told
from training.validation.run import Validated

__all__ = ["render_model_card"]

SHOWN: Final = {
    "auc": Words("AUC（区分，DeLong）", "AUC (ranking, DeLong)"),
    "ks": Words("KS（自助法）", "KS (bootstrap)"),
    "calibration_slope": Words("校准斜率（理想 1，Wald）", "calibration slope (1 is right, Wald)"),
    "calibration_intercept": Words("校准截距（理想 0，Wald）", "calibration intercept (0 is right, Wald)"),
    "ece": Words("期望校准误差（自助法）", "expected calibration error (bootstrap)"),
    "auc_gap": Words("折外与测试之差", "out of fold minus held out"),
    "red_grades": Words("红灯等级数（n = 有样本的等级）", "grades on red (n = grades with rows)"),
    "weak_spots": Words("薄弱切片（n = 看过的切片）", "weak slices (n = slices seen)"),
    "features_for_80": Words("覆盖 80 % 解释的特征数", "features that carry 80 % of an explanation"),
    "reasons_kept": Words("噪声下原因保留率", "reasons kept under noise"),
    "air_region": Words("地区最低不利影响比（n = 组数）", "least adverse-impact ratio by region (n = groups)"),
    "air_ownership": Words("所有制最低不利影响比（n = 组数）", "least adverse-impact ratio by ownership (n = groups)"),
}
PURPOSE = Words(
    "为科技企业贷款申请给出一年期违约概率与解释。不得用于个人，不得用于其训练分段以外的企业，不得在未经两人批准的发布之外作出决定。",
    "Gives a one-year probability of default, with its explanation, for loan applications "
    "of technology firms. Not for natural persons, not for firms "
    "outside the segment it was trained on, and not to decide anything but in a release that two people approved.",
)
LIMITS = Words(
    "仅在已放款的申请上验证：被拒者的结局不可见。检验假定违约独立。小组别只报样本数。",
    "Validated on loans that were made: what became of those declined is not seen. The "
    "tests assume independent defaults. Small groups show counts only.",
)


def _cell(measure: Measure) -> Cell:
    if measure.value is None or measure.low is None or measure.high is None:
        return measure.value
    return Interval(measure.value, measure.low, measure.high, measure.method)


def _rows(rows: list[tuple[str, str, str]]) -> str:
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(n)}</td><td class="number">{escape(value)}</td></tr>\n'
        for name, n, value in rows
    )
    return f"<table>\n{body}</table>\n"


def _made_of(bundle: Bundle) -> list[tuple[str, str, str]]:
    manifest = bundle.manifest
    said = {key: value for key, value in manifest.training.items() if not isinstance(value, dict)}
    said |= {f"{name} hash": value for name, value in manifest.hashes.model_dump().items() if value}
    said |= {"libraries": "; ".join(f"{name} {version}" for name, version in manifest.libraries.items())}
    return [(key, "", str(value)) for key, value in said.items()]


def render_model_card(found: Validated, bundle: Bundle, lang: Language) -> str:
    """Write the card of the validated bundle."""
    record = found.record
    heads = {"zh": ("用途", "表现", "限制", "来源"), "en": ("Purpose", "Performance", "Limits", "Made of")}[lang]
    measures = {name: one for chapter in found.chapters for name, one in chapter.measures.items()}
    shown = [
        (told(words, lang), f"n {measures[name].n:,}", told(_cell(measures[name]), lang))
        for name, words in SHOWN.items()
        if name in measures
    ]
    failed = ", ".join(record.standing("fail")) or {"zh": "无", "en": "none"}[lang]
    short = ", ".join(record.standing("not-enough-data")) or {"zh": "无", "en": "none"}[lang]
    lines = {"zh": ("验证结论", "未通过的门槛", "数据不足的门槛"), "en": ("verdict", "gates failed", "gates with too few data")}[lang]
    verdict = _rows([(lines[0], "", told(VERDICTS[record.verdict], lang)), (lines[1], "", failed), (lines[2], "", short)])
    origin = {True: Words("模拟数据", "simulated data"), False: Words("真实数据", "real data")}[bundle.simulated]
    body = (
        f"<p><strong>{escape(told(origin, lang))}</strong> · {escape(bundle.name)}@{escape(bundle.version)} "
        f"· {escape(bundle.segment)} · {bundle.hash}</p>\n"
        f"<h2>{heads[0]}</h2>\n<p>{escape(told(PURPOSE, lang))}</p>\n"
        f"<h2>{heads[1]}</h2>\n{verdict}{_rows(shown)}"
        f"<h2>{heads[2]}</h2>\n<p>{escape(told(LIMITS, lang))}</p>\n"
        f"<h2>{heads[3]}</h2>\n{_rows(_made_of(bundle))}"
    )
    return page({"zh": "模型卡", "en": "Model card"}[lang] + f": {bundle.name}@{bundle.version}", body, lang)
