"""Batches of firms with their investors (贷投批量联动): three lists, as JSON or as CSV files, refused as a whole with every bad row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo

from features.checks import Fault
from features.tables import FirmId
from features.vocabulary import FundingRound, InvestorTier, Product
from service.days import Day
from service.domain.allocation.candidate import Candidate
from service.domain.allocation.errors import BatchFaults
from service.domain.allocation.plan_file import DEFAULT
from service.domain.application import MAX_AMOUNT, MAX_TERM
from service.lineage import Lineage
from service.web.parsing import faults_of

__all__ = [
    "MOST_FIRMS",
    "AllocationRequest",
    "Batch",
    "BatchFirm",
    "BatchInvestor",
    "BatchRound",
    "check_batch",
    "read_batch",
    "read_candidates",
]

MOST_FIRMS = 5_000
"""Firms of one batch; the time of a job grows with them."""
MOST_ROUNDS = 20_000
Model = TypeVar("Model", bound=BaseModel)
Rows = list[dict[str, str | int]]
Columns = Mapping[str, FieldInfo]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class BatchFirm(_Row):
    """A firm of the batch and what it asks for."""

    firm_id: FirmId
    amount: int = Field(ge=1, le=MAX_AMOUNT, description="Amount asked for, in whole yuan")
    term_months: int = Field(ge=1, le=MAX_TERM, description="Term asked for, in months")


class BatchRound(_Row):
    """A round of venture capital that an investor led in a firm of the batch."""

    firm_id: FirmId
    investor: str = Field(min_length=1, max_length=64, description="The lead investor, as named in `investors`")
    round: FundingRound
    amount: int = Field(ge=1, le=100 * MAX_AMOUNT, description="Amount of the round, in whole yuan")
    closed_on: Day
    known_on: Day = Field(description="Since when the bank knows of it; decisions as of an earlier day do not count it")


class BatchInvestor(_Row):
    """An investor and how strong it is."""

    investor: str = Field(min_length=1, max_length=64)
    tier: InvestorTier


class Batch(_Row):
    """Firms that ask for one product, with their rounds and investors."""

    product: Product = Field(default=Product.LOAN_INVESTMENT, description="The product all firms of the batch ask for")
    firms: Annotated[tuple[BatchFirm, ...], Field(min_length=1, max_length=MOST_FIRMS)]
    rounds: Annotated[tuple[BatchRound, ...], Field(max_length=MOST_ROUNDS)] = ()
    investors: Annotated[tuple[BatchInvestor, ...], Field(max_length=MOST_ROUNDS)] = ()
    lineage: Lineage | None = Field(default=None, description="Where the rounds and investors come from")


class AllocationRequest(Batch):
    """An envelope to be spread over the firms of a batch, which are decided first, or over decisions on record."""

    firms: Annotated[tuple[BatchFirm, ...], Field(max_length=MOST_FIRMS, description="Firms on file, to be decided now")] = ()
    decisions: Annotated[tuple[str, ...], Field(max_length=MOST_FIRMS, description="Or numbers of decisions on record, one a firm")] = ()
    envelope: int = Field(ge=1, le=1_000 * MAX_AMOUNT, description="The most that may be lent in all, in whole yuan")
    plan: str = Field(default=DEFAULT, max_length=64, description="Name of the plan with costs, caps and take-up curves")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if bool(self.firms) == bool(self.decisions):
            raise ValueError("must hold either firms or decisions; send one of the two lists with at least one entry")
        return self


class _Candidates(_Row):
    candidates: Annotated[tuple[Candidate, ...], Field(min_length=1)]


def check_batch(batch: Batch, today: date) -> list[Fault]:
    """Give every fault between rows: repeated firms and rounds, strangers, rounds of the future or known before they closed."""
    faults = (
        [] if batch.product is not Product.OTHER else [_fault("batch", 0, "product", "other", "is no product to ask for", "name another")]
    )
    faults += _repeated("firms", "firm_id", [(one.firm_id,) for one in batch.firms])
    faults += _repeated("investors", "investor", [(one.investor,) for one in batch.investors])
    faults += _repeated("rounds", "round", [(one.firm_id, one.round, one.investor, one.closed_on) for one in batch.rounds])
    firms, investors = {one.firm_id for one in batch.firms}, {one.investor for one in batch.investors}
    for row, one in enumerate(batch.rounds, start=1):
        if one.firm_id not in firms:
            faults.append(
                _fault("rounds", row, "firm_id", one.firm_id, "must be a firm of the batch", "add it to firms, or drop the round")
            )
        if one.investor not in investors:
            faults.append(_fault("rounds", row, "investor", one.investor, "must be named in investors", "add it there with its tier"))
        faults += _clock_faults(row, one, today)
    return faults


def _clock_faults(row: int, one: BatchRound, today: date) -> Iterator[Fault]:
    if one.closed_on > today:
        yield _fault("rounds", row, "closed_on", one.closed_on, f"must not lie after today, {today}", "leave planned rounds out")
    if one.known_on < one.closed_on:
        yield _fault("rounds", row, "known_on", one.known_on, "must not lie before closed_on", "correct one of the two")
    if one.known_on > today:
        yield _fault("rounds", row, "known_on", one.known_on, f"must not lie after today, {today}", "send it once it is known")


def _repeated(table: str, column: str, keys: Iterable[tuple[Any, ...]]) -> Iterator[Fault]:
    first: dict[tuple[Any, ...], int] = {}
    for row, key in enumerate(keys, start=1):
        before = first.setdefault(key, row)
        if before != row:
            yield _fault(table, row, column, key[0], f"is the same as row {before}", "keep one of the two")


def _fault(table: str, row: int, column: str, value: object, rule: str, remedy: str) -> Fault:
    return Fault(table, row, column, str(value), rule, remedy)


def read_batch(path: Path, today: date) -> Batch:
    """Read a JSON file, a CSV file of firms, or a folder with firms.csv and, if there are any, rounds.csv and investors.csv.

    `BatchFaults` lists every wrong value of the files with its row (the first under the header is 1) and what to do.
    """
    if path.is_dir():
        batch = _of_tables(Batch, {name: path / f"{name}.csv" for name in ("firms", "rounds", "investors")}, needed="firms")
    else:
        batch = _of_tables(Batch, {"firms": path}) if path.suffix == ".csv" else _of_json(Batch, path)
    faults = check_batch(batch, today)
    if faults:
        raise BatchFaults(faults)
    return batch


def read_candidates(path: Path) -> tuple[Candidate, ...]:
    """Read candidates from CSV, or from JSON as `{"candidates": [...]}`; `BatchFaults` lists every wrong value."""
    found = _of_tables(_Candidates, {"candidates": path}) if path.suffix == ".csv" else _of_json(_Candidates, path)
    faults = list(_repeated("candidates", "firm_id", [(one.firm_id,) for one in found.candidates]))
    if faults:
        raise BatchFaults(faults)
    return found.candidates


def _of_json(model: type[Model], path: Path) -> Model:
    return _validated(model, path.read_bytes())


def _validated(model: type[Model], content: bytes) -> Model:
    try:
        return model.model_validate_json(content, strict=True)
    except ValidationError as error:
        raise BatchFaults(_placed(error)) from error


def _of_tables(model: type[Model], files: Mapping[str, Path], needed: str = "") -> Model:
    tables: dict[str, Rows] = {}
    faults: list[Fault] = []
    for name, path in files.items():
        if name == needed or path.exists():
            tables[name], wrong = _table(name, path, _columns(model, name))
            faults += wrong
    if faults:
        raise BatchFaults(faults)
    return _validated(model, orjson.dumps(tables))


def _table(name: str, path: Path, columns: Columns) -> tuple[Rows, list[Fault]]:
    """Read a CSV file, empty cells left out; a wrong header or a ragged line is a fault of its own."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, FileNotFoundError) as error:
        return [], [_fault(name, 0, "", path.name, f"cannot be read ({error})", "give a CSV file in UTF-8")]
    reader = csv.reader(io.StringIO(text))
    header = next(reader, [])
    faults = list(_header_faults(name, header, columns))
    rows = [(number, line) for number, line in enumerate(reader, start=1) if line]
    faults += [
        _fault(name, number, "", ",".join(line)[:80], f"has {len(line)} values where the header has {len(header)}", "correct the line")
        for number, line in rows
        if len(line) != len(header)
    ]
    if faults:
        return [], faults
    return [
        {column: _cell(columns[column], cell.strip()) for column, cell in zip(header, line, strict=True) if cell.strip()}
        for _, line in rows
    ], []


def _cell(column: FieldInfo, text: str) -> str | int:
    """Give digits of a number's column as a number; everything else is judged as the text it is."""
    return int(text) if column.annotation is int and text.isascii() and text.isdigit() else text


def _columns(model: type[BaseModel], table: str) -> Columns:
    inner: type[BaseModel] = model.model_fields[table].annotation.__args__[0]  # type: ignore[union-attr]  # each table is tuple[Row, ...]
    return inner.model_fields


def _header_faults(name: str, header: Sequence[str], known: Columns) -> Iterator[Fault]:
    for column in header:
        if column not in known or header.count(column) > 1:
            yield _fault(name, 0, column, column, "is not a column, or stands twice", f"the columns are {', '.join(known)}")
    for column in known:
        if column not in header:
            yield _fault(name, 0, column, "", "is a column that must be there", "add it")


def _placed(error: ValidationError) -> list[Fault]:
    """Turn `/firms/0/amount` into table, row 1 and column."""
    return [_of_pointer(fault.field, fault.value, fault.rule, fault.remedy) for fault in faults_of(error)]


def _of_pointer(pointer: str, value: str, rule: str, remedy: str) -> Fault:
    parts = pointer.strip("/").split("/")
    row = int(parts[1]) + 1 if len(parts) > 1 and parts[1].isdigit() else 0
    return Fault(parts[0] or "batch", row, "/".join(parts[2:] if row else parts[1:]), value, rule, remedy)
