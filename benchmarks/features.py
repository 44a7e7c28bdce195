"""Features for 200,000 applications: jifen on Polars against plain pandas and against hand-written DuckDB SQL.

All three compute the 25 indicators of `feature_tables.PICKED` from frames that are already in their own memory, and their
results are compared before any time is reported. Run it as `python -m benchmarks.features`.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from benchmarks.feature_duckdb import by_duckdb, loaded
from benchmarks.feature_pandas import by_pandas
from benchmarks.feature_tables import PICKED, made_applications, made_evidence
from benchmarks.report import Result, write_result
from features.build import build_features
from features.firm_row import build_firm

__all__ = ["main"]

APPLICATIONS, FIRMS, RUNS = 200_000, 100_000, 3


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _refuse_difference(name: str, ours: pl.DataFrame, theirs: pl.DataFrame) -> None:
    """The three must agree, to 1e-9 and in what is unknown, or there is nothing to compare."""
    theirs = theirs.sort("application_id").select(pl.col(column).cast(pl.Float64).fill_nan(None) for column in PICKED)
    ours = ours.sort("application_id").select(PICKED)
    for column in PICKED:
        if not (ours[column].is_null() == theirs[column].is_null()).all():
            raise SystemExit(f"{name}: {column} is unknown for other applications than ours")
        worst = ((ours[column] - theirs[column]).abs() / (1 + ours[column].abs())).max()
        if worst is not None and float(worst) > 1e-9:  # type: ignore[arg-type]
            raise SystemExit(f"{name}: {column} differs by {worst}")


def _batch(runs: int, applications: int, firms: int) -> dict[str, list[float]]:
    asked, evidence = made_applications(applications, firms), made_evidence(firms)
    in_pandas = {name: frame.to_pandas() for name, frame in evidence.items()}
    asked_pandas, connection = asked.to_pandas(), loaded(asked, evidence)
    ours = build_features(asked, evidence, indicators=PICKED)
    _refuse_difference("duckdb", ours, by_duckdb(connection))
    _refuse_difference("pandas", ours, pl.from_pandas(by_pandas(asked_pandas, in_pandas)))
    work: Mapping[str, Callable[[], Any]] = {
        "jifen": lambda: build_features(asked, evidence, indicators=PICKED),
        "duckdb": lambda: by_duckdb(connection),
        "pandas": lambda: by_pandas(asked_pandas, in_pandas),
    }
    rounds = [{name: _seconds(each) for name, each in work.items()} for _ in range(runs)]
    return {name: [times[name] for times in rounds] for name in work}


def _one_firm(firms: int) -> dict[str, float]:
    """Time the request path over the first firms of the same book."""
    evidence = made_evidence(firms)
    ids = evidence["firms"]["firm_id"].to_list()
    parts = {name: frame.partition_by("firm_id", as_dict=True) for name, frame in evidence.items()}
    built, completed = [], []
    for firm in ids:
        own = {name: part[(firm,)] for name, part in parts.items() if (firm,) in part}
        start = time.perf_counter()
        row = build_firm(own, 20_500)
        middle = time.perf_counter()
        row.with_request(5_000_000, 24)
        built.append(middle - start)
        completed.append(time.perf_counter() - middle)
    return {"one_firm_ms": statistics.median(built) * 1e3, "with_request_us": statistics.median(completed) * 1e6}


def main() -> None:
    """Measure and write `benchmarks/results/features.json`; ratios are medians of the runs' own ratios."""
    times = _batch(RUNS, APPLICATIONS, FIRMS)
    one = _one_firm(200)
    ratios = {
        "pandas / jifen, 200,000 applications": _ratio(times["pandas"], times["jifen"]),
        "jifen / DuckDB SQL, 200,000 applications": _ratio(times["jifen"], times["duckdb"]),
        "one firm from raw evidence, ms": one["one_firm_ms"],
    }
    aims = {
        "pandas / jifen, 200,000 applications": (4.0, "at least"),
        "jifen / DuckDB SQL, 200,000 applications": (1.2, "at most"),
        "one firm from raw evidence, ms": (10.0, "at most"),
    }
    results = [Result(name, {"median_s": statistics.median(each), "min_s": min(each), "max_s": max(each)}) for name, each in times.items()]
    results.append(Result("one firm in the request path", one))
    write_result("features", "Indicators of many applications", __doc__ or "", results, ratios, aims)


def _ratio(above: list[float], below: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


if __name__ == "__main__":
    main()
