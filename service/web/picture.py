"""A decision on one picture: verdict, the score as a waterfall of reasons, points against peers. SVG, prints and scales.

Pure: the record goes in, drawing instructions come out; the template only places them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, Template, select_autoescape

from features.stages import STAGES_ZH
from features.vocabulary import Product, TechnologyField
from service.web.waterfall import ROW, Bar, Step, bars_of, waterfall_of
from service.web.words import MARKS, OUTCOMES

__all__ = ["Sheet", "draw", "sheet_of"]

LEFT, RIGHT = 300.0, 520.0
RAIL = 170.0
TOP = 196
PIECES: Final = re.compile(r"[!-~]+ ?|.")
WIDE_FROM: Final = 0x2E7F
"""Characters above are Chinese, two columns wide."""
COLOURS: Final = {"approve": "#1b7f4b", "counter": "#9a6400", "refer": "#0b5cad", "decline": "#b3261e"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a reason; the sign stands on its first line only."""

    sign: str
    text: str
    y: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the template places."""

    lang: str
    verdict: str
    colour: str
    offer: str
    stats: tuple[tuple[str, str], ...]
    base: int
    score: int
    base_x: float
    score_x: float
    steps: tuple[Step, ...]
    bars: tuple[Bar, ...]
    reasons: tuple[Line, ...]
    reasons_y: int
    plans_y: int
    plans: tuple[Line, ...]
    marks: str
    height: int


def draw(decision: Mapping[str, Any], lang: str = "en") -> str:
    """Draw a recorded decision that has points and a risk; `lang` is `en` or `zh`."""
    return _template().render(sheet=sheet_of(decision, lang))


@cache
def _template() -> Template:
    """Compile the template once a process: that takes longer than all the rest."""
    templates = Environment(loader=PackageLoader("service.web"), autoescape=select_autoescape(default=True), trim_blocks=True)
    return templates.get_template("decision.svg")


def sheet_of(decision: Mapping[str, Any], lang: str) -> Sheet:
    """Lay a recorded decision out."""
    waterfall = waterfall_of(decision, lang, left=LEFT, right=RIGHT, top=TOP)
    steps, bars = waterfall.steps, bars_of(decision["points"]["groups"], lang, rail=RAIL, top=TOP)
    top = TOP + 46 * len(bars)
    reasons = tuple(_lines(decision["reasons"], lang, top + 54))
    below = TOP + ROW * len(steps)
    plans = tuple(_plans(decision.get("recourse") or (), lang, below + 82))
    return Sheet(
        lang=lang,
        verdict=OUTCOMES[decision["outcome"]][lang],
        colour=COLOURS[decision["outcome"]],
        offer=_offer(decision, lang),
        stats=_stats(decision, lang),
        base=waterfall.base,
        score=waterfall.score,
        base_x=waterfall.base_x,
        score_x=waterfall.score_x,
        steps=steps,
        bars=bars,
        reasons_y=top + 28,
        plans_y=below + 56,
        plans=plans,
        reasons=reasons,
        marks=_marks(decision, lang),
        height=max([below + 50, *(line.y + 34 for line in (*reasons, *plans))]),
    )


def _lines(reasons: Sequence[Mapping[str, Any]], lang: str, y: int) -> Iterator[Line]:
    """Break the first reasons into lines; a Chinese character is two columns wide."""
    for reason in reasons[:4]:
        parts = _broken(reason[lang], 42)
        for number, text in enumerate(parts):
            yield Line(reason["direction"].replace("-", "−") if number == 0 else "", text, y)
            y += 19
        y += 7


def _broken(text: str, columns: int) -> list[str]:
    """Break a text into lines of so many columns, never inside a word or a number; a Chinese character takes two."""
    lines = [""]
    for piece in PIECES.findall(text):
        if _columns(lines[-1] + piece.rstrip()) > columns:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


def _columns(text: str) -> int:
    return sum(2 if ord(character) > WIDE_FROM else 1 for character in text)


def _plans(recourse: Sequence[Mapping[str, Any]], lang: str, y: int) -> Iterator[Line]:
    """Break the plans that would change the answer into lines."""
    for number, plan in enumerate(recourse[:3], start=1):
        parts = _broken(plan[lang], 74)
        for place, text in enumerate(parts):
            yield Line(str(number) if place == 0 else "", text, y)
            y += 19
        y += 5


def _offer(decision: Mapping[str, Any], lang: str) -> str:
    asked, offer = decision["application"], decision["offer"]
    product = Product(asked["product"])  # type: ignore[call-arg]
    said = product.zh if lang == "zh" else product.value
    if offer is None:
        wants = (
            f"申请 {asked['amount']:,} 元 · {asked['term_months']} 个月"
            if lang == "zh"
            else f"{asked['amount']:,} yuan · {asked['term_months']} months asked"
        )
        return f"{said} · {wants}"
    rate = f"{offer['rate_bp'] / 100:.2f} %"
    if lang == "zh":
        return f"{said} {offer['amount']:,} 元(申请 {asked['amount']:,} 元)· {offer['term_months']} 个月 · {rate}"
    return f"{said} · {offer['amount']:,} of {asked['amount']:,} yuan asked · {offer['term_months']} months · {rate}"


def _stats(decision: Mapping[str, Any], lang: str) -> tuple[tuple[str, str], ...]:
    risk, points = decision["risk"], decision["points"]
    full = f"{points['out_of'] / 100:.0f}"
    titles = (
        ("信用等级", "违约概率", "创新等级", f"积分 / {full}")
        if lang == "zh"
        else ("credit grade", "one-year PD", "innovation tier", f"points / {full}")
    )
    values = (
        str(risk["grade"]),
        f"{float(risk['pd']):.2%}",
        points["tier"] or "-",
        f"{points['total'] / 100:.2f}",
    )
    return tuple(zip(titles, values, strict=True))


def _marks(decision: Mapping[str, Any], lang: str) -> str:
    field = TechnologyField(decision["points"]["field"])  # type: ignore[call-arg]
    said = (
        f"{field.zh} · 数据完整度 {decision['points']['coverage']}"
        if lang == "zh"
        else f"{field.value} · coverage {decision['points']['coverage']}"
    )
    told = [MARKS[mark][lang] if mark in MARKS else mark for mark in decision["warnings"]]
    stage = decision["points"]["stage"]
    return " · ".join([STAGES_ZH.get(stage, stage) if lang == "zh" else stage, said, *told])
