"""The validation report: one self-contained HTML page a language, from the verdict to every number with n, interval, formula."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final, Literal

from training.bundle import GateOutcome, Validation
from training.metrics import Interval
from training.validation.chapter import Cell, Chapter, Grid, Words
from training.validation.picture import draw_forest, draw_reliability
from training.validation.run import Validated

__all__ = ["LANGUAGES", "STANDINGS", "STYLE", "VERDICTS", "Language", "page", "render_report", "told"]

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
VERDICTS: Final = {
    "passed": Words("通过", "passed"),
    "failed": Words("未通过", "failed"),
    "not-enough-data": Words("数据不足", "not enough data"),
}
STANDINGS: Final = {"pass": Words("通过", "pass"), "fail": Words("未通过", "fail"), "not-enough-data": VERDICTS["not-enough-data"]}
STYLE: Final = (
    "body{font:15px/1.5 system-ui,'Noto Sans CJK SC',sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;margin:.6rem 0 1.2rem;font-size:13px}th,td{border:1px "
    "solid #cfd6dd;padding:.25rem .5rem;text-align:left}"
    "th{background:#f2f5f8}td.number{text-align:right;font-variant-numeric:tabular-nums}.fail,.failed{color:#a01818;font-weight:600}"
    ".pass,.passed{color:#1b6b3a;font-weight:600}.about{color:#555;max-width:60rem}@media print{body{margin:0}h2{break-after:avoid}}"
)
SIGNATURES: Final = (Words("验证人", "validated by"), Words("复核人", "reviewed by"), Words("日期", "date"))
BLOCKED: Final = Words("未通过（阻止发布）", "fails and blocks")
WARNED: Final = Words("未通过（提示）", "fails and warns")
SIMULATED: Final = Words(
    "本次验证使用模拟数据：数字说明方法，不说明真实企业。",
    "This validation ran on simulated data: its numbers show the method and say nothing about real firms.",
)
ILLUSTRATIVE: Final = Words("门槛为示例，须由本行替换。", "The gates are illustrative and are to be replaced by the bank's own.")


def told(cell: Cell, lang: Language) -> str:
    """Write a cell: three to four significant digits, intervals in brackets, and words for what is not known."""
    if cell is None:
        return str(getattr(VERDICTS["not-enough-data"], lang))
    if isinstance(cell, Words):
        return str(getattr(cell, lang))
    if isinstance(cell, Interval):
        return f"{_number(cell.value)} ({_number(cell.low)} – {_number(cell.high)})"
    if isinstance(cell, float):
        return _number(cell)
    return f"{cell:,}" if isinstance(cell, int) else cell


def _number(value: float) -> str:
    if value != 0 and abs(value) < 0.0001:
        return f"{value:.1e}"
    return f"{value:,.4f}" if abs(value) < 10 else f"{value:,.1f}"


def _table(heads: list[str], rows: list[list[tuple[str, str]]]) -> str:
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join("<tr>" + "".join(f'<td class="{kind}">{escape(said)}</td>' for said, kind in row) + "</tr>\n" for row in rows)
    return f"<table>\n<thead><tr>{top}</tr></thead>\n<tbody>\n{body}</tbody></table>\n"


def _kind(cell: Cell) -> str:
    return "number" if isinstance(cell, int | float | Interval) else ""


def _grid(grid: Grid, lang: Language) -> str:
    heads = [told(column, lang) for column in grid.columns]
    rows = [[(told(cell, lang), _kind(cell)) for cell in row] for row in grid.rows]
    nothing = {"zh": "无", "en": "none"}[lang]
    return f"<h3>{escape(told(grid.title, lang))}</h3>\n" + (_table(heads, rows) if rows else f"<p>{nothing}</p>\n")


def _chapter(chapter: Chapter, lang: Language) -> Iterator[str]:
    yield f'<h2 id="{chapter.id}">{escape(told(chapter.title, lang))}</h2>\n<p class="about">{escape(told(chapter.about, lang))}</p>\n'
    if chapter.curve is not None:
        words = {"zh": ("平均PD", "违约率"), "en": ("mean PD", "default rate")}[lang]
        yield draw_reliability(chapter.curve, across=words[0], up=words[1])
    if chapter.id == "discrimination":
        yield draw_forest(chapter.grids, column=3, label="AUC")
    yield from (_grid(grid, lang) for grid in chapter.grids)
    yield from (f"<p>{escape(told(note, lang))}</p>\n" for note in chapter.notes)


def _threshold(outcome: GateOutcome) -> str:
    bound = f"≥ {outcome.at_least:g}" if outcome.at_least is not None else f"≤ {outcome.at_most:g}"
    return f"{outcome.measure}{'' if outcome.of == 'value' else f' ({outcome.of})'} {bound}"


def _gates(record: Validation, lang: Language) -> str:
    heads = {
        "zh": ["门槛", "条件", "所得", "n", "结果", "作用", "门槛为何在此"],
        "en": ["gate", "condition", "found", "n", "result", "effect", "why there"],
    }[lang]
    effects = {True: Words("阻止发布", "blocks"), False: Words("提示", "warns")}
    rows = [
        [
            (getattr(one, lang), ""),
            (_threshold(one), ""),
            (told(one.found, lang), "number"),
            (f"{one.n:,}", "number"),
            (told(STANDINGS[one.standing], lang), one.standing),
            (told(effects[one.blocks], lang), ""),
            (getattr(one, f"why_{lang}"), ""),
        ]
        for one in record.outcomes
    ]
    return _table(heads, rows)


def page(title: str, body: str, lang: Language) -> str:
    """Wrap a body as a whole page that needs nothing from anywhere."""
    tag = {"zh": "zh-CN", "en": "en"}[lang]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title><style>{STYLE}</style>'
    return f'<!doctype html>\n<html lang="{tag}">\n<head>{head}</head>\n<body>\n<h1>{escape(title)}</h1>\n{body}</body>\n</html>\n'


def _summary(record: Validation, lang: Language) -> Iterator[str]:
    verdict = told(VERDICTS[record.verdict], lang)
    yield f'<p class="{record.verdict}">{ {"zh": "结论", "en": "Verdict"}[lang] }: {escape(verdict)}</p>\n'
    named = {BLOCKED: record.blocked, WARNED: record.warned, VERDICTS["not-enough-data"]: record.standing("not-enough-data")}
    for words, ids in named.items():
        if ids:
            yield f"<p>{escape(told(words, lang))}: {escape(', '.join(ids))}</p>\n"
    if record.data.simulated:
        yield f"<p>{escape(told(SIMULATED, lang))}</p>\n"
    if record.gates.status != "approved":
        yield f"<p>{escape(told(ILLUSTRATIVE, lang))}</p>\n"
    names = {
        "zh": ("模型", "模型包", "数据", "样本", "违约", "门槛文件", "执行人", "时间"),
        "en": ("model", "bundle", "data", "n", "defaults", "gates", "run by", "at"),
    }[lang]
    data, gates = record.data, record.gates
    values = (
        f"{record.model}@{record.version} ({record.segment})",
        record.bundle,
        data.sha256,
        f"{data.n:,}",
        f"{data.defaults:,}",
        f"{gates.name} {gates.version} ({gates.status}) {gates.sha256}",
        record.operator,
        record.made_at.isoformat(timespec="seconds"),
    )
    said = [[(name, ""), (value, "")] for name, value in zip(names, values, strict=True)]
    said += [[(key, ""), (str(value), "")] for key, value in data.said.items() if not isinstance(value, dict)]
    yield _table(["", ""], said)


def render_report(found: Validated, lang: Language) -> str:
    """Write the report of a validation: summary, gates, every chapter, and lines to sign on."""
    record = found.record
    title = {"zh": "验证报告", "en": "Validation report"}[lang] + f": {record.model}@{record.version}"
    parts = [*_summary(record, lang), f"<h2>{ {'zh': '门槛', 'en': 'Gates'}[lang] }</h2>\n", _gates(record, lang)]
    parts += [part for chapter in found.chapters for part in _chapter(chapter, lang)]
    parts.append("<h2>" + {"zh": "签字", "en": "Signatures"}[lang] + "</h2>\n")
    parts += [f"<p>{escape(told(words, lang))}: ______________________</p>\n" for words in SIGNATURES]
    return page(title, "".join(parts), lang)
