"""One definition, four ways to run it: one firm, pandas, Polars, Spark."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
import polars as pl
import pytest
from builders_features import applications, province
from builders_spark import small_spark
from polars.testing import assert_frame_equal

from features.build import build_features
from features.errors import EvidenceError
from features.indicators import CATALOGUE

FIRMS = 24
Evidence = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return province(FIRMS)


@pytest.fixture(scope="module")
def built(evidence: Evidence) -> pl.DataFrame:
    return build_features(applications(FIRMS), evidence)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    with small_spark(1) as session:
        yield session


def test_r2_pandas_gives_the_same_bits_as_polars(evidence: Evidence, built: pl.DataFrame) -> None:
    """Pandas frames go in and come out, and every number is the same to the last bit."""
    frames = {name: frame.to_pandas() for name, frame in evidence.items()}
    result = build_features(applications(FIRMS).to_pandas(), frames)
    assert isinstance(result, pd.DataFrame)
    assert {str(result[name].dtype) for name in (*CATALOGUE, "coverage")} == {"float64"}
    same = pl.from_pandas(result, nan_to_null=True).cast(dict(built.schema))
    assert_frame_equal(same, built, check_exact=True)


@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
def test_spark_agrees_with_polars(spark: Any, evidence: Evidence) -> None:
    """Spark frames go in and a lazy Spark frame comes out that agrees to 1e-9, with unknown where Polars has unknown."""
    lacking = evidence | {"patents": evidence["patents"].drop("pledged_on")}
    built = build_features(applications(FIRMS), lacking)
    frames = {name: spark.createDataFrame(frame.to_arrow()) for name, frame in lacking.items()}
    result = build_features(spark.createDataFrame(applications(FIRMS).to_arrow()), frames)
    assert type(result).__module__.startswith("pyspark.sql")
    rows = pl.from_arrow(result.toArrow())
    ordered = built.select("application_id").join(rows, on="application_id", how="left").select(built.columns)
    assert_frame_equal(ordered, built, rel_tol=1e-9, abs_tol=1e-9)


def test_lazy_frames_stay_lazy(evidence: Evidence, built: pl.DataFrame) -> None:
    """Polars plans go in and a plan comes out."""
    result = build_features(applications(FIRMS).lazy(), {name: frame.lazy() for name, frame in evidence.items()})
    assert isinstance(result, pl.LazyFrame)
    assert_frame_equal(result.collect(), built, check_exact=True)


def test_day_numbers_and_times_are_read_like_dates(evidence: Evidence, built: pl.DataFrame) -> None:
    """A date column may hold dates, day numbers or times."""

    def as_numbers(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.col(pl.Date).to_physical())

    def as_times(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.col(pl.Date).cast(pl.Datetime("us")))

    for change in (as_numbers, as_times):
        changed = {name: change(frame) for name, frame in evidence.items()}
        assert_frame_equal(build_features(change(applications(FIRMS)), changed), built, check_exact=True)
    numbers = {name: as_numbers(frame).to_pandas() for name, frame in evidence.items()}
    from_pandas = build_features(as_numbers(applications(FIRMS)).to_pandas(), numbers)
    assert pl.from_pandas(from_pandas, nan_to_null=True)["rd_capital"].equals(built["rd_capital"])


def test_r2_row_order_changes_no_bit(evidence: Evidence, built: pl.DataFrame) -> None:
    """Shuffled tables and applications give the same rows, in the order of the applications."""
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=5) for name, frame in evidence.items()}
    asked = applications(FIRMS).sample(fraction=1, shuffle=True, seed=6)
    result = build_features(asked, shuffled)
    assert result["application_id"].to_list() == asked["application_id"].to_list()
    assert_frame_equal(result.sort("application_id"), built.sort("application_id"), check_exact=True)


def test_r2_thread_count_changes_no_bit(built: pl.DataFrame) -> None:
    """A process with another number of threads gives the same bits."""
    program = (
        "from builders_features import applications, province\n"
        "from features.build import build_features\n"
        "import polars as pl, sys\n"
        "assert pl.thread_pool_size() == 1\n"
        f"sys.stdout.buffer.write(build_features(applications({FIRMS}), province({FIRMS})).serialize())\n"
    )
    environment = os.environ | {"POLARS_MAX_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], env=environment, capture_output=True, check=True)
    assert_frame_equal(pl.DataFrame.deserialize(io.BytesIO(done.stdout)), built, check_exact=True)


def test_one_application_gives_the_bits_of_the_batch(evidence: Evidence, built: pl.DataFrame) -> None:
    """Building an application alone changes nothing, one row being a special case for vectorised arithmetic."""
    for row in (0, 17):
        alone = build_features(applications(FIRMS)[row : row + 1], evidence)
        assert_frame_equal(alone, built[row : row + 1], check_exact=True)


def test_a_selection_reads_only_the_tables_it_needs(evidence: Evidence, built: pl.DataFrame) -> None:
    """Chosen indicators keep their values and order, and only the tables behind them are dated."""
    picked = ["cash_cover_months", "invention_applications"]
    result = build_features(applications(FIRMS), evidence, indicators=picked)
    assert [c for c in result.columns if c.startswith("known_")] == ["known_financials", "known_patents"]
    assert_frame_equal(result.select(picked), built.select(picked), check_exact=True)
    shares = built.select(pl.mean_horizontal(pl.col(name).is_not_null().cast(pl.Float64) for name in picked))
    assert result["coverage"].to_list() == shares.to_series().to_list()


def test_request_indicators_alone_have_no_coverage(evidence: Evidence) -> None:
    """Coverage speaks of the firm; without a firm indicator there is none to give."""
    result = build_features(applications(FIRMS), evidence, indicators=["loan_amount"])
    assert result["coverage"].null_count() == result.height


def test_optional_columns_may_lack(evidence: Evidence) -> None:
    """A table or an application without an optional column is like one where nobody filled it in."""
    asked = applications(FIRMS)
    lacking = evidence | {"financials": evidence["financials"].drop("cash")}
    empty = evidence | {"financials": evidence["financials"].with_columns(cash=pl.lit(None, dtype=pl.Int64))}
    assert_frame_equal(build_features(asked, lacking), build_features(asked, empty))
    bare = build_features(asked.drop("amount", "term_months").to_pandas(), {n: f.to_pandas() for n, f in lacking.items()})
    assert bare["loan_to_revenue"].isna().all()
    assert bare["cash_ratio"].isna().all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda e: {n: f for n, f in e.items() if n != "firms"}, "no table firms"),
        (lambda e: e | {"orders": e["firms"]}, "tables orders; the eleven are"),
        (lambda e: e | {"financials": e["financials"].drop("revenue", "year")}, "financials has no column year, revenue"),
        (lambda e: e | {"patents": e["patents"].to_pandas()}, "patents is a pandas frame where applications is polars"),
        (lambda e: e | {"patents": [1, 2]}, "patents is a list"),
        (lambda e: e | {"patents": e["patents"].to_arrow()}, "patents is a pyarrow frame; jifen reads"),
    ],
)
def test_unusable_evidence_is_refused_by_name(evidence: Evidence, change: Any, said: str) -> None:
    """The error names the table, what is wrong and what to do."""
    with pytest.raises(EvidenceError, match=said):
        build_features(applications(FIRMS), change(evidence))


def test_unusable_applications_are_refused_by_name(evidence: Evidence) -> None:
    """An application needs its own id, a firm and a date; an indicator must exist."""
    with pytest.raises(EvidenceError, match="applications has no column as_of"):
        build_features(applications(FIRMS).drop("as_of"), evidence)
    with pytest.raises(EvidenceError, match="there is no indicator 'cash'"):
        build_features(applications(FIRMS), evidence, indicators=["cash"])


def test_an_unknown_firm_is_unknown_throughout(evidence: Evidence) -> None:
    """An application of a firm nobody knows gets its row, with nothing in it but what was asked for."""
    stranger = pl.DataFrame({"application_id": ["S"], "firm_id": ["NOBODY"], "as_of": [date(2025, 6, 30)], "amount": [10_000]})
    row = build_features(stranger, evidence).row(0, named=True)
    assert {name for name in CATALOGUE if row[name] is not None} == {"loan_amount"}
    assert (row["coverage"], row["field"]) == (0.0, None)
