"""The frozen base of peers: bytes, hash, contents, and what is refused."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import date

import polars as pl
import pytest
from builders_points import base_from, base_of, item, scheme_of

from features.errors import SchemeError
from features.points import Reference, build_reference, points_frame

SCHEME = scheme_of(item("worth", '"peer-percentile"'), item("wins_count", '"peer-percentile"'))
FRAME = pl.DataFrame({"worth": [0.1, 0.2, 1e-9, None] * 10, "wins_count": [0, 0, 1, 2] * 10, "age": [1.5] * 40, "field": ["energy"] * 40})


def test_bytes_carry_the_whole_base() -> None:
    """Reading the bytes gives the same base back, float by float, with the same hash."""
    built = build_reference(FRAME, SCHEME, name="peers", as_of=20_000)
    read = Reference.from_bytes(built.to_bytes())
    assert read == built
    assert read.hash == "sha256:" + hashlib.sha256(built.to_bytes()).hexdigest()
    assert read.indicators["worth"].cells["energy", "young"].values.tolist() == [1e-9, 0.1, 0.2]


def test_a_base_says_what_it_is() -> None:
    """Name, date, scheme, counts of firms and whether the firms are invented are part of the hashed bytes."""
    built = build_reference(FRAME, SCHEME, name="peers", as_of=date(2026, 1, 2))
    assert (built.name, built.as_of, built.scheme, built.scheme_hash) == ("peers", date(2026, 1, 2), "test@1", SCHEME.hash)
    assert not built.simulated
    assert built.firms == {("energy", "young"): 40, ("*", "young"): 40, ("*", "old"): 0, ("*", "*"): 40}
    assert built.error_ppm == 0
    assert build_reference(FRAME, SCHEME, name="peers", as_of=date(2026, 1, 2), simulated=True).hash != built.hash


def test_one_more_peer_changes_the_hash() -> None:
    """Every value of the base is under its hash."""
    assert base_of(SCHEME, "worth", [1.0] * 30).hash != base_of(SCHEME, "worth", [1.0] * 31).hash


def test_a_firm_without_a_field_counts_in_its_stage() -> None:
    """An unknown field is no field of its own."""
    built = base_from(SCHEME, [{"worth": 1.0, "age": 1.0, "field": None}] * 30)
    assert set(built.firms) == {("*", "young"), ("*", "old"), ("*", "*")}


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        (FRAME.clear(), "the frame has no rows"),
        (FRAME.drop("worth"), "reads worth: not columns of the frame"),
        (FRAME.drop("field"), "reads field: not columns of the frame"),
        (FRAME.with_columns(worth=pl.lit(float("inf"))), "worth has an infinite value"),
    ],
)
def test_unusable_peers_are_refused(frame: pl.DataFrame, problem: str) -> None:
    """No rows, an absent column or an infinite value stop the building, by name."""
    with pytest.raises(SchemeError, match=problem):
        build_reference(frame, SCHEME, name="peers", as_of=20_000)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"format":"jifen-reference-1"}', b'{"format":"other"}'])
def test_other_bytes_are_refused(data: bytes) -> None:
    """Bytes that are not a reference base are a scheme error that says to build it again."""
    with pytest.raises(SchemeError, match="build it again"):
        Reference.from_bytes(data)


def test_a_batch_refuses_what_one_firm_refuses() -> None:
    """The batch checks the pair of scheme and base, and its columns, before it scores."""
    with pytest.raises(SchemeError, match="give the reference base"):
        points_frame(SCHEME, None, FRAME)
    with pytest.raises(SchemeError, match="build one for this scheme"):
        points_frame(SCHEME, dataclasses.replace(base_from(SCHEME, FRAME.to_dicts()), scheme_hash="sha256:other"), FRAME)


def test_a_batch_of_pandas_like_nan_equals_null() -> None:
    """NaN and null are both unknown, and integer columns are read as numbers."""
    base = build_reference(FRAME, SCHEME, name="peers", as_of=20_000)
    with_nan = FRAME.with_columns(pl.col("worth").fill_null(float("nan")))
    assert points_frame(SCHEME, base, with_nan).equals(points_frame(SCHEME, base, FRAME))


def test_an_empty_batch_has_the_columns() -> None:
    """No firms give no rows, with every column in place."""
    base = build_reference(FRAME, SCHEME, name="peers", as_of=20_000)
    empty = points_frame(SCHEME, base, FRAME.clear())
    assert empty.height == 0
    assert empty.schema == points_frame(SCHEME, base, FRAME).schema
