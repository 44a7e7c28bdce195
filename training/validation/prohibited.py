"""Does the model read what it must not? Its features, and the columns they are made of, against the list of prohibited factors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from features.indicators import CATALOGUE
from training.bundle import Feature
from training.validation.chapter import Chapter, Grid, Measure, Words

__all__ = ["found_in", "prohibited_factors"]

ABOUT = Words(
    "把模型的每个特征及其来源列（目录指标则为其读取的基础量）按词与禁用因素清单逐一比对；清单见门槛文件 [prohibited]。",
    "Each feature, and the columns it is made of (for an indicator of the catalogue "
    "the measures it reads), is compared word by word with the "
    "list of prohibited factors in the file of gates.",
)


def _words(name: str) -> set[str]:
    return set(re.split(r"[^a-z0-9]+", name.lower())) | {name.lower()}


def found_in(features: Iterable[Feature], factors: Sequence[str]) -> list[tuple[str, str, str]]:
    """Feature, the name it reads, and the prohibited factor that name has a word of."""
    banned = {factor.lower() for factor in factors}
    found = []
    for feature in features:
        reads = CATALOGUE[feature.name].measures if feature.name in CATALOGUE else ()
        for name in dict.fromkeys((feature.name, feature.source, *reads)):
            found += [(feature.name, name, factor) for factor in sorted(_words(name) & banned)]
    return found


def prohibited_factors(features: Sequence[Feature], *, factors: Sequence[str]) -> Chapter:
    """Compare; measure `prohibited_factors` counts the matches, n the features."""
    found = found_in(features, factors)
    columns = (Words("特征", "feature"), Words("读取", "reads"), Words("禁用因素", "prohibited factor"))
    note = Words(f"清单：{'、'.join(factors)}。", f"The list: {', '.join(factors)}.")
    return Chapter(
        id="prohibited",
        title=Words("禁用因素", "Prohibited factors"),
        about=ABOUT,
        measures={"prohibited_factors": Measure(value=float(len(found)), n=len(features), method="word by word")},
        grids=(Grid(title=Words("命中", "Matches"), columns=columns, rows=tuple(found)),),
        notes=(note,),
    )
