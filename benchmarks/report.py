"""What a benchmark found: figures, ratios and aims, written as JSON and gathered in `benchmarks/README.md`."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

__all__ = ["Result", "aims_table", "gather", "rewrite", "write_result"]

FOLDER = Path(__file__).parent / "results"
HEAD = """# Benchmarks

`make bench` measures on the machine it runs on and writes this page. Machines differ and are noisy: what is meant to be compared are the
ratios, each between medians of runs that took turns on the same machine. Nothing here is a timed test.
"""


@dataclass(frozen=True, slots=True)
class Result:
    """One row: what was measured, and its figures with their units in the names."""

    name: str
    values: Mapping[str, float]


def write_result(
    key: str,
    title: str,
    about: str,
    results: Sequence[Result],
    ratios: Mapping[str, float],
    aims: Mapping[str, tuple[float, str]],
    limits: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write `results/<key>.json`, say it on the terminal, and gather all pages again; `aims` maps a ratio to a bound and its sense.

    `limits` says of a ratio, in figures of this run, where the time goes and what stands in the way; it is shown where the aim is missed.
    """
    FOLDER.mkdir(exist_ok=True)
    found: dict[str, Any] = {
        "title": title,
        "about": about.strip(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "results": [asdict(result) for result in results],
        "ratios": dict(ratios),
        "aims": {
            name: {"bound": bound, "sense": sense, "reached": _reached(ratios[name], bound, sense)} for name, (bound, sense) in aims.items()
        },
    }
    missed = {name: said for name, said in limits.items() if not found["aims"][name]["reached"]}
    if missed:
        found["limits"] = missed
    (FOLDER / f"{key}.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(_section(found))
    gather()


def _reached(value: float, bound: float, sense: str) -> bool:
    return value >= bound if sense == "at least" else value <= bound


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 or float(value).is_integer() else f"{value:.3g}"


def _section(found: Mapping[str, object]) -> str:
    results: Sequence[Mapping[str, object]] = found["results"]  # type: ignore[assignment]
    lines = [f"## {found['title']}", "", str(found["about"]), "", f"Measured on {found['machine']}.", ""]
    for row in results:
        values: Mapping[str, float] = row["values"]  # type: ignore[assignment]
        lines.append(f"- {row['name']}: " + ", ".join(f"{name} {_number(value)}" for name, value in values.items()))
    if not found["ratios"]:
        return "\n".join(lines) + "\n"
    lines += ["", "| ratio | found | aim | reached |", "|---|---|---|---|"]
    aims: Mapping[str, Mapping[str, object]] = found["aims"]  # type: ignore[assignment]
    ratios: Mapping[str, float] = found["ratios"]  # type: ignore[assignment]
    for name, value in ratios.items():
        aim = aims.get(name)
        said = (f"{aim['sense']} {aim['bound']}", "yes" if aim["reached"] else "**no**") if aim else ("", "")
        lines.append(f"| {name} | {_number(value)} | {said[0]} | {said[1]} |")
    limits: Mapping[str, str] = found.get("limits", {})  # type: ignore[assignment]
    lines += ["", *(f"- Missed, {name}: {said}" for name, said in limits.items())] if limits else []
    return "\n".join(lines) + "\n"


def rewrite(page: Path, marks: tuple[str, str], text: str) -> None:
    """Put `text` between two marks of a page, in place of what stood there."""
    before, rest = page.read_text("utf-8").split(marks[0])
    page.write_text(before + marks[0] + text + marks[1] + rest.split(marks[1], 1)[1], encoding="utf-8")


def gather() -> None:
    """Write `benchmarks/README.md` from every result on file: all aims first, and then what each benchmark found."""
    found = _on_file()
    parts = [_section(one) for one in found.values()]
    (FOLDER.parent / "README.md").write_text("\n".join([HEAD, aims_table(found), *parts]), encoding="utf-8")


def _on_file() -> dict[str, Mapping[str, object]]:
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def aims_table(found: Mapping[str, Mapping[str, object]] | None = None) -> str:
    """Set out every aim of every result with what was reached."""
    lines = ["## Every aim", "", "| measured by | what | aim | found | reached |", "|---|---|---|---|---|"]
    for key, one in (_on_file() if found is None else found).items():
        ratios: Mapping[str, float] = one["ratios"]  # type: ignore[assignment]
        aims: Mapping[str, Mapping[str, object]] = one["aims"]  # type: ignore[assignment]
        for name, aim in aims.items():
            reached = "yes" if aim["reached"] else "**no**"
            lines.append(f"| {key} | {name} | {aim['sense']} {aim['bound']} | {_number(ratios[name])} | {reached} |")
    return "\n".join(lines) + "\n"
