"""The page that lists every indicator, written from the catalogue itself."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from features.algebra import Term, text_of
from features.indicators import CATALOGUE, CORE, FIRM, REQUEST
from features.indicators.spec import Indicator
from features.measures import READINGS, Reading
from features.tables import TABLES

__all__ = ["indicators_page"]

INTRODUCTION = f"""# Indicators

Written by `features.indicators.document` from the catalogue; change that, not this file.

{len(CATALOGUE)} indicators: {len(CORE)} core ones of the national innovation points system, {len(FIRM)} that describe the firm (the core
ones among them) and {len(REQUEST)} that set the request against it. Each is unknown (null) where the evidence does not say;
unknown is never zero. An event register without a row gives zero only where `firms.searched` names it. Only facts known by
the as-of date count, and of a restated period the version known last.

*Better* is the direction of lower default risk, `+` up, `-` down, blank undeclared; models are held to it. *Fresh* is how old, in
days, the newest fact of the tables may be. *Step* is the smallest realistic change where the firm can act at all.
Formulas name the measures that stand below them; `ratio(a, b)` is unknown unless b is above zero, `fill(a, b)` is b where a is
unknown, `when(c, a, b)` is a where c holds, else b."""

GROUPS: Mapping[str, str] = {
    "technology": "Core: technology 技术创新",
    "growth": "Core: growth 成长经营",
    "auxiliary": "Core: auxiliary 辅助",
    "patents": "Intellectual property 知识产权",
    "research": "R&D 研发",
    "talent": "Talent 人才",
    "finance": "Statements 财务",
    "invoices": "Invoices 发票",
    "recognition": "Recognition 认可",
    "conduct": "Conduct 信用",
    "profile": "Profile 概况",
    "request": "Request 申请",
}
HEAD = "| indicator | 名称 | unit | better | range | fresh | step |\n|---|---|---|---|---|---|---|"
MEASURE_HEAD = "| measure | how | of each row |\n|---|---|---|"
SIGNS = {1: "+", -1: "-", 0: ""}


def indicators_page() -> str:
    """Give the page as Markdown that ends in a line break."""
    groups = [_group(name, list(members)) for name, members in groupby(CATALOGUE.values(), key=lambda i: i.group)]
    measures = "## Measures\n\nExact whole numbers that one application's visible rows of a table add up to."
    return "\n\n".join([INTRODUCTION, *groups, measures, *map(_reading, READINGS.values())]) + "\n"


def _group(name: str, members: list[Indicator]) -> str:
    table = "\n".join([HEAD, *map(_row, members)])
    return "\n\n".join([f"## {GROUPS[name]}", table, "\n".join(map(_definition, members))])


def _row(indicator: Indicator) -> str:
    action = indicator.action
    cells = (
        f"`{indicator.id}` {indicator.en}",
        indicator.zh,
        indicator.unit,
        SIGNS[indicator.direction],
        f"{_bound(indicator.low)} to {_bound(indicator.high)}",
        str(indicator.horizon_days or ""),
        f"{action.step:+g} {action.zh} {action.en}" if action else "",
    )
    return f"| {' | '.join(cells)} |"


def _bound(value: float | None) -> str:
    return "any" if value is None else f"{value:,.10g}"


def _definition(indicator: Indicator) -> str:
    tables = ", ".join(indicator.tables) or "the application"
    return f"- `{indicator.id}` = {_code(indicator.formula)} from {tables}. {indicator.source}."


def _code(term: Term) -> str:
    text = text_of(term)
    return f"`{text[1:-1] if text.startswith('(') else text}`"


def _reading(reading: Reading) -> str:
    rows = [f"| `{m.name}` | {m.how} | {_code(m.value).replace('|', chr(92) + '|')} |" for m in reading.measures]
    told = [f"Rows count where {_code(reading.visible)}."]
    told += [f"Of rows with the same {reading.period} those with the latest `{reading.known}` count."] if reading.period else []
    told += [f"`{m.name}` is {_code(m.value)}." for m in reading.marks]
    told += [f"`{a.name}` is the {a.how} of {_code(a.value)} over the firm's rows." for a in reading.anchors]
    head = f"### {reading.table} {TABLES[reading.table].zh}"
    return "\n\n".join([head, " ".join(told), "\n".join([MEASURE_HEAD, *rows])])
