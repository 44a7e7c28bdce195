"""The dossier: equal evidence has equal bytes, and nothing is lost or added on the way."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import polars as pl
import pytest
import rfc8785
from builders_evidence import FIRM, OTHER, ROWS, evidence_texts, request, texts, written
from hypothesis import given, settings
from hypothesis import strategies as st

from features.checks import checked_tables
from features.errors import EvidenceError
from features.evidence import (
    FirmEvidence,
    dossier_frames,
    dossier_json,
    dossier_of,
    evidence_hash,
    merge_dossiers,
    split_dossiers,
)
from features.tables import REGISTERS, TABLES

EPOCH = date(1970, 1, 1)


def dossier(**changes: Any) -> bytes:
    return dossier_of(FirmEvidence.model_validate(request(**changes)))


def patents(*numbers: str, **changes: Any) -> list[dict[str, Any]]:
    return [{**request()["patents"][0], "patent_id": number, **changes} for number in numbers]


def test_a_small_dossier_byte_for_byte() -> None:
    """Sorted keys, day numbers, no white space; no firm_id but the firm's, no column without a value, no empty table."""
    firm = {**request()["firm"], "searched": "loans;patents"}
    contract = {**request()["contracts"][0], "registered_on": "1970-01-11"}
    read = FirmEvidence.model_validate({"firm": firm, "contracts": [contract], "conduct": []})
    assert dossier_of(read).decode() == (
        '{"contracts":{"amount":[1200000],"contract_id":["HT-1"],"registered_on":[10],"role":["seller"]},'
        '"firms":{"field":["electronics"],"firm_id":["91340100MA2XXXXX0C"],"founded_on":[18022],"industry":["C39"],'
        '"name":["合肥示例科技有限公司"],"ownership":["private"],"paid_in_capital":[6000000],"region":["340100"],'
        '"registered_capital":[10000000],"searched":["conduct;loans;patents"]}}'
    )


def test_the_hash_is_that_of_the_bytes() -> None:
    """The evidence hash is SHA-256 of the dossier, as hexadecimal digits with its name in front."""
    assert evidence_hash(b"{}") == "sha256:" + sha256(b"{}").hexdigest()


@settings(max_examples=50, deadline=None)
@given(name=st.text(min_size=1).filter(lambda text: text.isprintable() and text.strip()), amount=st.integers(0, 10**13))
def test_the_bytes_are_canonical_json(name: str, amount: int) -> None:
    """Any name and amount: the bytes equal those of RFC 8785 written by another library."""
    firm = {**request()["firm"], "name": name[:200], "registered_capital": amount, "paid_in_capital": None}
    written_bytes = dossier_of(FirmEvidence.model_validate({"firm": firm}))
    assert rfc8785.dumps(json.loads(written_bytes)) == written_bytes


def test_the_order_of_rows_and_fields_does_not_matter() -> None:
    """Rows are put in key order, so a shuffled request has the same dossier."""
    body = request(patents=patents("c", "a", "b", "B"))
    shuffled = dict(reversed(request(patents=patents("B", "b", "a", "c")).items()))
    kept = dossier_of(FirmEvidence.model_validate(body))
    assert dossier_of(FirmEvidence.model_validate(shuffled)) == kept
    assert json.loads(kept)["patents"]["patent_id"] == ["B", "a", "b", "c"]


def test_another_value_is_another_hash() -> None:
    """Each single changed column of each table changes the hash."""
    hashes = {evidence_hash(dossier())}
    for table in TABLES.values():
        for column in (c for c in table.columns if not c.required and c.name != "searched"):
            body = request()
            row = body["firm"] if table.name == "firms" else body[table.name][0]
            row[column.name] = None
            if column.name == "drawn_on":
                row |= dict.fromkeys(("overdue_on", "default_on", "closed_on", "loss"))
            if column.name == "programme":
                row["guaranteed"] = None
            hashes.add(evidence_hash(dossier_of(FirmEvidence.model_validate(body))))
    optional = sum(not column.required for table in TABLES.values() for column in table.columns)
    assert len(hashes) == optional


def test_frames_carry_every_column_with_days_as_numbers() -> None:
    """The indicators get each supplied table with all its columns, in the model's order; days are Int64."""
    frames = dossier_frames(dossier(patents=patents("a", claims=None)))
    assert set(frames) == set(TABLES)
    for name, frame in frames.items():
        assert frame.columns == [column.name for column in TABLES[name].columns]
        for column in TABLES[name].columns:
            expected = {"integer": pl.Int64, "date": pl.Int64, "boolean": pl.Boolean}.get(column.kind, pl.String)
            assert frame.schema[column.name] == expected
    assert frames["patents"].row(0)[:5] == (FIRM, "a", "invention", (date(2021, 3, 1) - EPOCH).days, (date(2022, 8, 30) - EPOCH).days)
    assert frames["patents"]["claims"].to_list() == [None]


def test_a_table_not_supplied_has_no_frame_and_a_searched_one_an_empty_frame() -> None:
    """Unknown and none are told apart: an empty register is a frame without rows and is named in `searched`."""
    body = {"firm": {**request()["firm"], "searched": "loans"}, "conduct": []}
    frames = dossier_frames(dossier_of(FirmEvidence.model_validate(body)))
    assert {name: frame.height for name, frame in frames.items()} == {"firms": 1, "conduct": 0, "loans": 0}
    assert frames["firms"]["searched"].to_list() == ["conduct;loans"]


def test_rows_for_people_have_iso_days_in_the_models_order() -> None:
    """What the API shows is what was sent: tables and columns in the model's order, days in ISO form."""
    shown = dossier_json(dossier())
    assert list(shown) == list(TABLES)
    for name, (row,) in shown.items():
        sent = request()["firm"] if name == "firms" else request()[name][0]
        if name == "firms":
            sent["searched"] = "conduct;patents"
        assert list(row.items()) == list(sent.items())


def test_a_shown_dossier_can_be_sent_again() -> None:
    """Showing and sending again gives the same bytes."""
    shown = dossier_json(dossier(conduct=[]))
    (firm,) = shown.pop("firms")
    assert dossier_of(FirmEvidence.model_validate({"firm": firm, **shown})) == dossier(conduct=[])


def test_a_province_splits_into_the_dossiers_of_its_requests() -> None:
    """Bulk files and requests with the same facts give the same bytes, whatever the order of rows or the kind of days."""
    tables = evidence_texts(firms=[FIRM, OTHER])
    tables["patents"] = texts("patents", [written("patents", patent_id=number, firm_id=f) for number in "ba" for f in (FIRM, OTHER)])
    tables["talent"] = texts("talent", [written("talent", firm_id=OTHER)])
    typed = checked_tables({name: frame.sample(fraction=1, shuffle=True, seed=4) for name, frame in tables.items()})
    numbered = {name: frame.with_columns(pl.selectors.date().cast(pl.Int64)) for name, frame in typed.items()}
    split = list(split_dossiers(typed))
    assert split == [(OTHER, dict(split)[OTHER]), (FIRM, dossier(patents=patents("a", "b"), talent=None))]
    assert list(split_dossiers(numbered)) == split


def test_splitting_in_batches_gives_what_one_batch_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of firms taken at once changes nothing."""
    tables = checked_tables(evidence_texts(firms=[FIRM, OTHER]))
    whole = list(split_dossiers(tables))
    monkeypatch.setattr("features.evidence.split.FIRMS_AT_ONCE", 1)
    assert list(split_dossiers(tables)) == whole


def test_a_firm_without_rows_is_unknown_in_a_province_too() -> None:
    """A register that does not speak of a firm is no table of its dossier, unless `searched` names it."""
    tables = checked_tables({"firms": texts("firms", [written("firms", searched="loans")]), "loans": texts("loans", [])})
    ((_, kept),) = split_dossiers({**tables, "patents": checked_tables({"patents": texts("patents", [])})["patents"]})
    assert {name: frame.height for name, frame in dossier_frames(kept).items()} == {"firms": 1, "loans": 0}


def test_merging_corrects_adds_and_keeps() -> None:
    """The same key is a correction, another key an addition; tables not sent again are kept."""
    old = dossier(patents=patents("a", "b"))
    new = dossier_of(FirmEvidence.model_validate({"firm": {**request()["firm"], "name": "改名"}, "patents": patents("b", "c", claims=99)}))
    merged = dossier_json(merge_dossiers(old, new))
    assert [(row["patent_id"], row["claims"]) for row in merged["patents"]] == [("a", 10), ("b", 99), ("c", 99)]
    assert merged["firms"][0]["name"] == "改名"
    assert merged["loans"] == dossier_json(old)["loans"]


def test_a_register_once_searched_stays_searched() -> None:
    """A later request that says nothing about a register does not make it unknown again."""
    old = dossier(conduct=[], patents=None)
    new = dossier(conduct=None, loans=[], patents=None)
    assert dossier_json(merge_dossiers(old, new))["firms"][0]["searched"] == "conduct;loans;patents"


def test_a_row_found_later_joins_a_register_that_was_empty() -> None:
    """A new record of an empty register is there after the merge."""
    merged = dossier_json(merge_dossiers(dossier(conduct=[]), dossier()))
    assert [row["record_id"] for row in merged["conduct"]] == ["XF-9"]


def test_two_firms_are_never_merged() -> None:
    """A dossier under another code is refused with both codes."""
    tables = checked_tables(evidence_texts(firms=[FIRM, OTHER]))
    (_, other), (_, mine) = split_dossiers(tables)
    with pytest.raises(EvidenceError, match=f"evidence of firm {OTHER} cannot be merged into that of firm {FIRM}"):
        merge_dossiers(mine, other)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_merging_is_stable(seed: int) -> None:
    """Merging the same evidence again changes nothing, and a merge equals sending the final rows at once."""
    draw = random.Random(seed)
    firsts = draw.sample("abcdefgh", draw.randint(1, 8))
    seconds = draw.sample("abcdefgh", draw.randint(1, 8))
    old, new = dossier(patents=patents(*firsts, claims=1)), dossier(patents=patents(*seconds, claims=2))
    merged = merge_dossiers(old, new)
    assert merge_dossiers(merged, new) == merged
    assert merge_dossiers(old, old) == old
    kept = patents(*(n for n in firsts if n not in seconds), claims=1)
    assert merged == dossier(patents=[*kept, *patents(*seconds, claims=2)])


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"1",
        b'{"firms":{}}',
        b'{"firms":{"firm_id":[]}}',
        b'{"firms":{"firm_id":["x"]},"nope":{}}',
        b'{"firms":[]}',
    ],
)
def test_bytes_that_are_no_dossier_are_refused(broken: bytes) -> None:
    """Cut or foreign bytes give a named error, never half a firm."""
    with pytest.raises(EvidenceError, match="the stored evidence is not a dossier"):
        dossier_frames(broken)


def test_days_before_1970_survive() -> None:
    """A firm founded in 1958 has a negative day number and comes back the same."""
    body = {"firm": {**request()["firm"], "founded_on": "1958-09-16"}}
    kept = dossier_of(FirmEvidence.model_validate(body))
    assert dossier_frames(kept)["firms"]["founded_on"].to_list() == [-(EPOCH - date(1958, 9, 16)) // timedelta(days=1)]
    assert dossier_json(kept)["firms"][0]["founded_on"] == "1958-09-16"


def test_registers_are_the_tables_of_events() -> None:
    """Every register is a table, and the valid example of the builders searches two of them."""
    assert set(REGISTERS) < set(TABLES)
    assert ROWS["firms"]["searched"] == "patents;conduct"
