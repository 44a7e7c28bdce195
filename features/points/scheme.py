"""A points scheme ready to score with: loaded from a file, checked in every part, hashed."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from typing import Any, Protocol

from pydantic import ValidationError

from features.errors import SchemeError
from features.indicators import CATALOGUE
from features.points.checks import faults_between, indicators_of_item, weights_of
from features.points.faults import SchemeFault, SchemeFaults, faults_of
from features.points.parts import GatePart, GroupPart, ItemPart, SchemePart, StagePart, TierPart
from features.points.rules import PeerPercentile, SimpleRule
from features.points.shares import Share

__all__ = ["SHIPPED", "Branch", "Item", "Measured", "Scheme", "load_scheme", "ranking_tier", "shipped_scheme"]

SHIPPED = ("cn-core-18", "tech-sme-rubric", "local-1000")
"""The schemes that come with the package, in the order documents list them."""


class Measured(Protocol):
    """What a scheme needs to know of an indicator; `features.indicators.Indicator` has it."""

    @property
    def zh(self) -> str:
        """Chinese name."""

    @property
    def en(self) -> str:
        """English name."""

    @property
    def unit(self) -> str:
        """Unit of its values."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables it reads, the main one first."""

    @property
    def zero_inflated(self) -> bool:
        """Are most values zero, so that ties at zero are no rank?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One way to earn an item: an indicator and either a share of its own (`share`) or a rank among peers (None)."""

    indicator: str
    unit: str
    tables: tuple[str, ...]
    share: Share | None
    direction: int
    zero_inflated: bool
    """Ranked among peers and mostly zero: only the upper side is winsorised."""

    @property
    def zero_earns_nothing(self) -> bool:
        """Does a zero score zero instead of the rank of its many ties? Not where less is better."""
        return self.zero_inflated and self.direction == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item with its weights by stage (hundredths, in the order of the scheme's stages) and its branches, best counts."""

    id: str
    group: str
    zh: str
    en: str
    weights: tuple[int, ...]
    deducts: bool
    branches: tuple[Branch, ...]


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """A checked scheme; `out_of` in hundredths, `hash` over everything in the file that has a meaning.

    `indicators` names what scoring reads, in order of first use: stages, items, gates, direct passes.
    """

    name: str
    version: str
    status: str
    title_zh: str
    title_en: str
    source: str
    hash: str
    out_of: int
    stages: tuple[StagePart, ...]
    stage_if_unknown: str
    groups: tuple[GroupPart, ...]
    items: tuple[Item, ...]
    gates: tuple[GatePart, ...]
    direct: tuple[GatePart, ...]
    tiers: tuple[TierPart, ...]
    indicators: tuple[str, ...]
    part: SchemePart
    """The file as it was read, for documents and pages."""

    def canonical(self) -> bytes:
        """Write what the hash is over: the file's meaning, without layout and comments."""
        return _meaning(self.part, self.items)

    @property
    def reference_needed(self) -> bool:
        """Does an item rank the firm among peers?"""
        return any(branch.share is None for item in self.items for branch in item.branches)

    @property
    def label(self) -> str:
        """Name and version, as decisions pin them."""
        return f"{self.name}@{self.version}"


def ranking_tier(points_total: int, scheme: Scheme) -> str | None:
    """Give the best tier whose bound the total (hundredths) reaches; None where the scheme has no tiers."""
    for tier in scheme.tiers:
        if tier.at_least is None or points_total >= tier.at_least:
            return tier.id
    return None


def load_scheme(text: str, *, catalogue: Mapping[str, Measured] = CATALOGUE, file: str = "scheme") -> Scheme:
    """Read a scheme from the text of its TOML file; `file` is only named in faults.

    Raises `SchemeFaults`, which lists every fault with its section, item, value and remedy.
    """
    part = _read(text, file)
    found = faults_between(file, part, catalogue)
    if found:
        raise SchemeFaults(found)
    return _scheme(part, catalogue)


def shipped_scheme(name: str) -> Scheme:
    """Load a scheme that ships with the package; an unknown name is a `SchemeError` that lists them."""
    if name not in SHIPPED:
        raise SchemeError(f"there is no shipped scheme {name!r}; use one of {', '.join(SHIPPED)} or load a file")
    file = resources.files("features") / "schemes" / f"{name}.toml"
    return load_scheme(file.read_text(encoding="utf-8"), file=file.name)


def _read(text: str, file: str) -> SchemePart:
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise SchemeFaults([SchemeFault(file, "file", "", "text", f"is not TOML: {error}", "correct the syntax")]) from error
    try:
        return SchemePart.model_validate(raw)
    except ValidationError as error:
        raise SchemeFaults(faults_of(file, raw, error)) from error


def _scheme(part: SchemePart, catalogue: Mapping[str, Measured]) -> Scheme:
    stages = [stage.id for stage in part.stages]
    items = tuple(_item(item, stages, catalogue) for item in part.items)
    told = ("name", "version", "status", "title_zh", "title_en", "source", "out_of", "stages", "stage_if_unknown", "groups")
    return Scheme(
        **{name: getattr(part, name) for name in (*told, "gates", "direct", "tiers")},
        items=items,
        hash="sha256:" + hashlib.sha256(_meaning(part, items)).hexdigest(),
        indicators=_indicators(part),
        part=part,
    )


def _indicators(part: SchemePart) -> tuple[str, ...]:
    used = [condition.indicator for stage in part.stages for condition in stage.when]
    used += [name for item in part.items for name in indicators_of_item(item)]
    used += [gate.indicator for gate in (*part.gates, *part.direct) if gate.indicator is not None]
    return tuple(dict.fromkeys(used))


def _meaning(part: SchemePart, items: tuple[Item, ...]) -> bytes:
    """Write the meaning of the file (layout and comments do not count) and which zeros earn nothing: what the hash is over."""
    zeros = sorted({b.indicator for item in items for b in item.branches if b.zero_inflated})
    meaning: dict[str, Any] = {"scheme": part.model_dump(mode="json"), "zero_inflated": zeros}
    return json.dumps(meaning, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _item(item: ItemPart, stages: list[str], catalogue: Mapping[str, Measured]) -> Item:
    first = catalogue[indicators_of_item(item)[0]]
    return Item(
        id=item.id,
        group=item.group,
        zh=item.zh or first.zh,
        en=item.en or first.en,
        weights=weights_of(item, stages),
        deducts=item.rule.kind == "deduction",
        branches=tuple(_branch(name, rule, catalogue[name]) for name, rule in _ways(item)),
    )


def _ways(item: ItemPart) -> list[tuple[str, SimpleRule]]:
    if item.rule.kind == "best-of":
        return [(way.indicator, way.rule) for way in item.rule.alternatives]
    rule = item.rule.by if item.rule.kind == "deduction" else item.rule
    return [(item.indicator or item.id, rule)]


def _branch(name: str, rule: SimpleRule, measured: Measured) -> Branch:
    direction = rule.direction if isinstance(rule, PeerPercentile) else 1
    return Branch(
        indicator=name,
        unit=measured.unit,
        tables=tuple(measured.tables),
        share=rule.share(),
        direction=direction,
        zero_inflated=isinstance(rule, PeerPercentile) and measured.zero_inflated,
    )
