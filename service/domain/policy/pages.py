"""Markdown for the page of a policy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from service.domain.policy.rules import Condition

__all__ = ["Lines", "conditions", "listed", "section", "yuan"]

Lines = Sequence[Sequence[object]]


def section(title: str, text: str, head: Sequence[str], rows: Lines) -> str:
    """Write a section with one table."""
    lines: list[Sequence[object]] = [head, ["---"] * len(head), *rows]
    table = "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
    return f"## {title}\n\n{text}\n\n{table}\n"


def listed(names: Iterable[str]) -> str:
    """Write a list of products; an empty one means all of them."""
    return ", ".join(names) or "all"


def conditions(ways: Sequence[Condition]) -> str:
    """Write conditions of which one must hold."""
    return " or ".join(f"fact `{w.fact}`" if w.fact else f"`{w.indicator}` {w.operator} {w.value}" for w in ways)


def yuan(amount: int | None) -> str:
    """Write an amount; None is no bound."""
    return "any" if amount is None else f"{amount:,}"
