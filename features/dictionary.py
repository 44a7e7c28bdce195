"""The data dictionary, written from the tables themselves: Markdown for people, JSON Schema for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain
from typing import Any

from features.checks import RULES
from features.evidence import MOST_ROWS, FirmEvidence
from features.tables import REGISTERS, TABLES, Column, Table
from features.vocabulary import Word

__all__ = ["data_dictionary", "evidence_schema"]

INTRODUCTION = f"""# Data dictionary

Written by `features.dictionary` from the tables' models; change those, not this file.

Files are CSV (UTF-8, a header, commas) or Parquet, one a table, named after the table. Numbers are whole and in plain digits,
days are `YYYY-MM-DD`, yes and no are `true` and `false`, words are the English ones below. An empty cell means *unknown*, never
zero. Columns that are not required may be left out. A request (JSON) carries the same columns, at most {MOST_ROWS:,} rows of a table.

Each row counts from the day in its *visible from* column on; facts with the clock *later* count from their own day on.
*happened* is when a fact took place, *known* since when it could be known, *planned* a day fixed ahead. None but *planned*
may lie in the future.

The event registers are {", ".join(REGISTERS)}.
A firm without a row in one has none only where `firms.searched` names the register; otherwise it is unknown whether it has any."""

COLUMN_HEAD = "| column | 名称 | meaning | type | required | admitted | unit | clock |\n|---|---|---|---|---|---|---|---|"
WORDS_HEAD = "| word | 名称 |\n|---|---|"
RULES_HEAD = "| rule | what it demands |\n|---|---|"


def data_dictionary(tables: Sequence[str] | None = None) -> str:
    """Give the dictionary of all tables, or of those named, as Markdown that ends in a line break."""
    chosen = [TABLES[name] for name in tables or TABLES]
    parts = [INTRODUCTION, *map(_table_part, chosen), _words_part(chosen), _rules_part()]
    return "\n\n".join(parts) + "\n"


def evidence_schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of one firm's evidence, as a request carries it."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **FirmEvidence.model_json_schema()}


def _table_part(table: Table) -> str:
    key = ", ".join(f"`{name}`" for name in table.key)
    facts = f"Key: {key}. Visible from: `{table.known}`. Supplied by: {table.document} ({table.document_en})."
    head = f"## {table.name} {table.zh}\n\n{_said(table)}\n\n{facts}"
    columns = "\n".join([COLUMN_HEAD, *(_column_line(column) for column in table.columns)])
    rules = "\n".join(f"- {rule.statement}" for rule in table.rules)
    return "\n\n".join(part for part in (head, columns, rules) if part)


def _said(table: Table) -> str:
    return " ".join((table.model.__doc__ or "").split())


def _column_line(column: Column) -> str:
    required = "yes" if column.required else ""
    clock = column.clock.value if column.clock else ""
    unit = "" if column.unit == "date" else column.unit
    cells = (f"`{column.name}`", column.zh, column.en, column.kind, required, _admitted(column), unit, clock)
    return f"| {' | '.join(cells)} |"


def _admitted(column: Column) -> str:
    if column.words:
        return f"[{column.words.__name__}](#{column.words.__name__.lower()})"
    if column.low is not None and column.high is not None:
        return f"{_end(column.low)} to {_end(column.high)}"
    if column.example:
        return f"like `{column.example}`"
    if column.format == "uscc":
        return "18 characters, check digit right"
    return f"at most {column.max_length} characters" if column.max_length else ""


def _end(end: int | date) -> str:
    return f"{end:,}" if isinstance(end, int) and abs(end) >= 10_000 else str(end)


def _words_part(tables: Sequence[Table]) -> str:
    columns = chain.from_iterable(table.columns for table in tables)
    lists = {column.words.__name__: column.words for column in columns if column.words}
    return "\n\n".join(["## Word lists", *chain.from_iterable(_word_list(words) for _, words in sorted(lists.items()))])


def _word_list(words: type[Word]) -> Iterator[str]:
    yield f"### {words.__name__}"
    yield " ".join((words.__doc__ or "").split())
    yield "\n".join([WORDS_HEAD, *(f"| `{word.value}` | {word.zh} |" for word in words)])


def _rules_part() -> str:
    said = "Evidence that breaks one of these is refused as a whole, with every place that breaks it."
    return f"## Rules that a refusal names\n\n{said}\n\n" + "\n".join(
        [RULES_HEAD, *(f"| `{name}` | {text} |" for name, text in RULES.items())]
    )
