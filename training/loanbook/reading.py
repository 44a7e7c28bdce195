"""From a contract and its table to a book: labels, decision dates, split, features, and what must be refused or reported."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import numpy as np
import polars as pl

from training.book import Book, Floats, Mask, Targets
from training.bundle import Decided, Feature
from training.bundle.encoding import EPOCH, Columns, day_number, encode, sources_of
from training.errors import BookError, ContractError, TrainingRefused
from training.loanbook.categories import frozen_categories
from training.loanbook.contract import Contract, Known
from training.loanbook.suspicion import guess, look_at, suspicions
from training.provenance import arrays_hash, config_hash
from training.split import from_day, keep_new_firms, stratified

__all__ = ["book_of", "refuse_late_columns"]

SHOWN: Final = 10
EXAMPLES: Final = 3
NEVER: Final = frozenset({"label", "id", "weight", "split"})
"""Roles whose column is never a feature."""


def refuse_late_columns(contract: Contract) -> None:
    """Raise `TrainingRefused` naming each feature that is known only after the decision, itself or through what it is made of.

    The label is known last of all; a row's number and weight say nothing about an applicant.
    """
    late = {name: str(part.known) for name, part in contract.columns.items() if part.known is not Known.APPLICATION}
    late |= {column: role for column, role in contract.roles.items() if role in NEVER}
    offered = [
        f"{name} ({late[key]})"
        for name in contract.used
        for key in dict.fromkeys((name, contract.columns[name].source, contract.columns[name].over))
        if key in late
    ]
    if offered:
        raise TrainingRefused(
            f"{contract.book.name}: {', '.join(offered)} known only after the decision, or not about the applicant, cannot be a feature; "
            "set use = false, or correct `known` if the value is on the application form"
        )


def _refuse_absent(contract: Contract, frame: pl.DataFrame) -> None:
    named = {**contract.roles, **{contract.feature(name).source: f"columns.{name}" for name in contract.columns}}
    named |= {part.over: f"columns.{name}.over" for name, part in contract.columns.items() if part.over}
    absent = [f"{column} ({role})" for column, role in named.items() if column not in frame.columns]
    if absent:
        raise ContractError(
            f"{contract.book.name}: the file has no column {', '.join(absent)}; its columns are {', '.join(frame.columns)}; "
            "correct the names in the contract"
        )


def _labels(contract: Contract, frame: pl.DataFrame) -> tuple[Targets, Mask]:
    """Outcomes of every row, and which rows have one; a text in neither list is refused with its count."""
    label = contract.label
    found = frame[label.column].cast(pl.Utf8).str.strip_chars().fill_null("")
    labelled = (found != "").to_numpy()
    strange = found.filter(~found.is_in([*label.default, *label.good, ""])).value_counts(sort=True)
    if len(strange):
        counts = ", ".join(f"{text!r} x {rows}" for text, rows in strange.head(SHOWN).iter_rows())
        raise BookError(f"label {label.column}: {counts} are in neither `default` nor `good`; add each to one list")
    return found.is_in(list(label.default)).to_numpy().astype(np.int64), labelled


def _decisions(contract: Contract, columns: Columns) -> Floats | None:
    if contract.decision is None:
        return None
    when = Feature(name=contract.decision.date, source=contract.decision.date, type="date", date_format=contract.book.date_format)
    days = encode([when], columns).matrix[:, 0]
    blank = int(np.isnan(days).sum())
    if blank:
        raise BookError(f"decision date {contract.decision.date}: {blank} labelled rows have none; fill it in or remove the rows")
    return days


def _split(contract: Contract, columns: Columns, target: Targets, days: Floats | None) -> Mask:
    split = contract.split
    if split.kind == "column" and split.column is not None:
        marked: Mask = np.isin([str(value) for value in columns[split.column]], split.test)
        return marked
    if split.kind == "date" and split.test_from is not None and days is not None:
        return from_day(days, float(day_number(split.test_from)))
    return stratified(target, share=float(split.test_share or 0), seed=split.seed)


def _weights(contract: Contract, columns: Columns) -> Floats | None:
    name = contract.book.weight
    if name is None:
        return None
    weights = encode([Feature(name=name, source=name)], columns).matrix[:, 0]
    if not (weights > 0).all():
        raise BookError(f"weight {name}: {int((~(weights > 0)).sum())} rows are not above zero; correct them")
    return weights


def _features(contract: Contract, columns: Columns, train: Mask) -> tuple[Feature, ...]:
    """Declared features with the categories that training rows show."""
    picked = np.flatnonzero(train).tolist()
    declared = (contract.feature(name) for name in contract.used)
    return tuple(frozen_categories(f, [columns[f.source][row] for row in picked]) for f in declared)


def _standings(contract: Contract, frame: pl.DataFrame) -> dict[str, str]:
    """Every column worth a look: features, columns set aside, and columns nobody declared; carriers of the book are not."""
    declared = {
        name: "used as a feature" if part.use else f"not used: {part.reason or part.known}" for name, part in contract.columns.items()
    }
    covered = {contract.feature(name).source for name in contract.columns} | set(contract.roles)
    return {**declared, **{column: "undeclared, left out" for column in frame.columns if column not in covered}}


def _looked_at(contract: Contract, name: str, columns: Columns, days: Floats | None, train: Mask) -> tuple[Feature, Floats]:
    """A feature as it is used; a column set aside or undeclared as its values look, for nobody has to keep those clean."""
    if name in contract.used:
        feature = contract.feature(name)
        return look_at(frozen_categories(feature, columns[feature.source]), columns, train, decisions=days)
    source = contract.feature(name).source if name in contract.columns else name
    return look_at(guess(source, columns[source], contract.book.date_format), columns, train)


def _counts(contract: Contract, frame: pl.DataFrame, labelled: Mask, kept: Mask, days: Floats | None) -> dict[str, Any]:
    split = contract.split
    said = {
        "date": f"from {split.test_from}",
        "random": f"random {split.test_share} (seed {split.seed})",
        "column": f"{split.column} is {' or '.join(split.test)}",
    }[split.kind]
    counts = {
        "label": contract.label.meaning,
        "rows_read": frame.height,
        "rows_without_label": int((~labelled).sum()),
        "test_rows_of_training_firms_left_out": int((~kept).sum()),
        "split": said,
    }
    if days is not None:
        counts |= {"first_decision": _iso(days.min()), "last_decision": _iso(days.max())}
    return counts


def _iso(day: float) -> str:
    return date.fromordinal(int(day) + EPOCH).isoformat()


def _groups(contract: Contract, columns: Columns) -> dict[str, Any]:
    name = contract.book.segment
    return {name: np.array([str(value) for value in columns[name]])} if name else {}


def _example(features: tuple[Feature, ...], columns: Columns, test: Mask) -> dict[str, list[Any]]:
    """The first test rows as the file holds them, the columns that features read only."""
    rows = np.flatnonzero(test)[:EXAMPLES].tolist()
    return {name: [columns[name][row] for row in rows] for name in sources_of(features)}


def book_of(contract: Contract, frame: pl.DataFrame) -> Book:
    """Read a table as its contract says.

    Raises `TrainingRefused` for a feature known only after the decision, `ContractError` for columns the file lacks and
    `BookError` for values that are not of their declared type.
    """
    refuse_late_columns(contract)
    _refuse_absent(contract, frame)
    target, labelled = _labels(contract, frame)
    columns: Mapping[str, list[Any]] = frame.filter(pl.Series(labelled)).to_dict(as_series=False)
    target, days = target[labelled], _decisions(contract, columns)
    test = _split(contract, columns, target, days)
    firm = np.array(columns[contract.book.firm], dtype=str) if contract.book.firm else None
    kept = np.ones(len(test), dtype=np.bool_) if firm is None else keep_new_firms(test, firm)
    features = _features(contract, columns, ~test)
    matrix = encode(features, columns, decisions=days).matrix
    standing = _standings(contract, frame)
    looked = {name: _looked_at(contract, name, columns, days, ~test) for name in standing}
    found = suspicions(looked, target[~test], standing)
    weight = _weights(contract, columns)
    return Book(
        name=contract.book.name,
        segment=contract.book.segment or "all",
        features=features,
        matrix=matrix[kept],
        target=target[kept],
        test=test[kept],
        firm=None if firm is None else firm[kept],
        weight=None if weight is None else weight[kept],
        days=None if days is None else days[kept],
        groups={by: labels[kept] for by, labels in _groups(contract, columns).items()},
        decided=Decided(column=contract.decision.date, date_format=contract.book.date_format) if contract.decision else None,
        example=_example(features, columns, test & kept),
        simulated=contract.book.simulated,
        counts=_counts(contract, frame, labelled, kept, days),
        hashes={
            "data": arrays_hash([("matrix", matrix), ("target", target), ("test", test)]),
            "config": config_hash(contract.model_dump(mode="json")),
        },
        findings={"suspicious": [one.to_dict() for one in found]},
    )
