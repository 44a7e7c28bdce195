"""Two pictures of a report as inline SVG: reliability, and AUC by group with its interval. They print, and need no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from training.metrics import Interval
from training.validation.chapter import Curve, Grid

__all__ = ["draw_forest", "draw_reliability"]

SIDE: Final = 320
PAD: Final = 44
INK, FAINT = "#1f3a5f", "#9aa5b1"


def _svg(width: int, height: int, body: Sequence[str], label: str) -> str:
    head = f'<svg role="img" aria-label="{escape(label)}" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    return head + "".join(body) + "</svg>"


def _text(x: float, y: float, said: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="11" text-anchor="{anchor}" fill="#333">{escape(said)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dash: str = "") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{dashed}/>'


def draw_reliability(curve: Curve, *, across: str, up: str) -> str:
    """Default rate with its interval over mean PD, bin by bin, beside the diagonal of a perfect model."""
    top = max([0.01, *(x for x, _, _ in curve.points), *(rate.high for _, rate, _ in curve.points)])

    def place(value: float) -> float:
        return value / top * (SIDE - 2 * PAD)

    body = [
        _line(PAD, SIDE - PAD, SIDE - PAD, PAD, FAINT, "4 3"),
        _line(PAD, SIDE - PAD, SIDE - PAD, SIDE - PAD, FAINT),
        _line(PAD, SIDE - PAD, PAD, PAD, FAINT),
    ]
    for x, rate, _ in curve.points:
        across_at, low, high, value = PAD + place(x), *(SIDE - PAD - place(y) for y in (rate.low, rate.high, rate.value))
        body.append(_line(across_at, low, across_at, high, INK))
        body.append(f'<circle cx="{across_at:.1f}" cy="{value:.1f}" r="3" fill="{INK}"/>')
    body += [
        _text(SIDE / 2, SIDE - 8, f"{across} (0 - {top:.1%})"),
        _text(6, PAD - 12, f"{up} (0 - {top:.1%})", "start"),
    ]
    return _svg(SIDE, SIDE, body, f"{up} / {across}")


def draw_forest(grids: Sequence[Grid], *, column: int, label: str) -> str:
    """Every group that has an interval in `column` of its grid, on one axis; the dashed line is chance."""
    rows = [(str(row[0]), int(str(row[1])), row[column]) for grid in grids for row in grid.rows]
    shown = [(name, n, found) for name, n, found in rows if isinstance(found, Interval)]
    if not shown:
        return ""
    low = min(0.5, *(found.low for _, _, found in shown))
    left, right, step = 190, 560, 18

    def place(value: float) -> float:
        return left + (value - low) / (1 - low) * (right - left)

    bottom = 20 + step * len(shown)
    body = [_line(place(0.5), 8, place(0.5), bottom, FAINT, "4 3")]
    for number, (name, n, found) in enumerate(shown):
        y = 20 + step * number
        body.append(_text(left - 8, y + 4, f"{name} (n {n:,})", "end"))
        body.append(_line(place(found.low), y, place(found.high), y, INK))
        body.append(f'<circle cx="{place(found.value):.1f}" cy="{y}" r="3" fill="{INK}"/>')
    body.append(_text((left + right) / 2, bottom + 16, f"{label} ({low:.2f} - 1.00)"))
    return _svg(right + 20, bottom + 26, body, label)
