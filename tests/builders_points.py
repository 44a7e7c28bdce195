"""Schemes, catalogues and firms for the tests of points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from features.points import Reference, Scheme, build_reference, load_scheme


@dataclass(frozen=True)
class FakeIndicator:
    """The little a scheme needs to know of an indicator."""

    id: str
    zero_inflated: bool = False
    tables: tuple[str, ...] = ("financials",)
    unit: str = "count"

    @property
    def zh(self) -> str:
        return f"指标{self.id}"

    @property
    def en(self) -> str:
        return f"indicator {self.id}"


class AnyIndicator(Mapping[str, FakeIndicator]):
    """A catalogue that has every indicator; ids that end in `_count` are zero-inflated."""

    def __getitem__(self, name: str) -> FakeIndicator:
        return FakeIndicator(name, zero_inflated=name.endswith("_count"))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and not name.startswith("unheard")

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


HEAD = """
name = "test"
version = "1"
status = "illustrative"
title_zh = "试验"
title_en = "test"
source = "invented for a test"
out_of = {out_of}
weights_sum = "any"
stage_if_unknown = "old"

[[stages]]
id = "young"
zh = "初创"
en = "young"
when = [{{ indicator = "age", below = 5 }}]

[[stages]]
id = "old"
zh = "成熟"
en = "old"

[[groups]]
id = "first"
zh = "甲"
en = "first"

[[groups]]
id = "second"
zh = "乙"
en = "second"

[[items]]
id = "filler"
group = "second"
indicator = "age"
weight = {filler}
rule = {{ kind = "linear", zero_at = 0, full_at = 10 }}
"""


def item(name: str, rule: str, *, weight: str = "weight = 10", group: str = "first") -> str:
    """Write an item of a scheme file."""
    return f'[[items]]\nid = "{name}"\ngroup = "{group}"\n{weight}\nrule = {rule}\n'


def scheme_text(*items: str, out_of: str = "100", filler: str = "0", rest: str = "") -> str:
    """Write a scheme file with two stages (young below 5 years, old), two groups and the given items of group `first`."""
    return HEAD.format(out_of=out_of, filler=filler) + "\n".join(items) + rest


def scheme_of(*items: str, out_of: str = "100", filler: str = "0", rest: str = "") -> Scheme:
    """Load such a file."""
    return load_scheme(scheme_text(*items, out_of=out_of, filler=filler, rest=rest), catalogue=AnyIndicator())


def base_of(scheme: Scheme, name: str, values: list[float | None], *, field: str = "energy", age: float = 1) -> Reference:
    """Build a reference base of firms in one field and stage, that differ in one indicator."""
    return base_from(scheme, [{name: value, "field": field, "age": age} for value in values])


def base_from(scheme: Scheme, rows: list[dict[str, float | str | None]]) -> Reference:
    """Build a reference base from rows; indicators they do not give are unknown."""
    schema = {**dict.fromkeys(scheme.indicators, pl.Float64), "field": pl.String}
    frame = pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)
    return build_reference(frame, scheme, name="peers", as_of=20_000, simulated=True)
