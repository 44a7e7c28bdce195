"""`docs/simulation.md`: its tables are written from the parameters and from measurements, the text between them by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, Final

from training.simulate.calibration import Finding, calibration_table, measure
from training.simulate.parameters import DEFAULT, Parameters
from training.simulate.province import simulate

__all__ = ["FIRMS", "SEED", "UNTIL", "measured", "parameters_table", "updated", "with_block"]

FIRMS: Final = 20_000
"""Of the province the page's numbers come from: as large as the demo's."""
SEED: Final = 2026
UNTIL: Final = date(2026, 6, 30)


def parameters_table(parameters: Parameters = DEFAULT) -> str:
    """Write every parameter with its value and meaning as Markdown, one table a part."""
    own = [field for field in fields(parameters) if not is_dataclass(getattr(parameters, field.name))]
    parts = [field.name for field in fields(parameters) if is_dataclass(getattr(parameters, field.name))]
    blocks = [_block("whole", parameters, [field.name for field in own])]
    blocks += [_block(part, getattr(parameters, part), None) for part in parts]
    return "\n\n".join(blocks)


def _block(title: str, holder: Any, names: list[str] | None) -> str:
    chosen = [field for field in fields(holder) if names is None or field.name in names]
    lines = [f"| `{field.name}` | {_shown(getattr(holder, field.name))} | {field.metadata['meaning']} |" for field in chosen]
    return "\n".join([f"### {title}", "", "| parameter | value | meaning |", "|---|---|---|", *lines])


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_shown(inner)}" for key, inner in value.items())
    if isinstance(value, tuple):
        return " / ".join(map(_shown, value))
    return f"{value:,}" if isinstance(value, int) and value >= 10_000 else f"{value:g}"


def measured() -> tuple[Finding, ...]:
    """Simulate the page's province and measure it; half a minute."""
    return measure(simulate(firms=FIRMS, seed=SEED, until=UNTIL))


def with_block(page: str, name: str, content: str) -> str:
    """Replace what stands between `<!-- name -->` and `<!-- /name -->`; a `ValueError` if the page has no such place."""
    opened, closed = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, inner = page.split(opened, maxsplit=1)
    return f"{before}{opened}\n{content}\n{closed}{inner.split(closed, maxsplit=1)[1]}"


def updated(page: str, findings: Sequence[Finding]) -> str:
    """Give the page with both generated parts written anew."""
    return with_block(with_block(page, "parameters", parameters_table()), "measured", calibration_table(findings))
