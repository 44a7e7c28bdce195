"""The running loan of each firm that another product would take over, and the firm on the day it was granted: `prior_of`, by columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import narwhals as nw
import polars as pl

from features.build import build_features
from features.frames import engine_of
from features.points import Reference, Scheme, points_frame
from features.stages import STAGES
from features.tables import TABLES
from features.vocabulary import GuaranteeProgramme, LoanDecision
from service.domain import Policy

__all__ = ["RELAY", "RELAY_TYPES", "granted", "looked_up", "with_relay"]

RELAY: Mapping[str, str] = {
    name: f"relay_{name}"
    for name in ("searched", "loan_id", "amount", "granted_on", "overdue_on", "stage", "points", "programme", "guaranteed")
}
"""What is looked up -> the column that holds it."""
RELAY_TYPES: Mapping[str, Any] = {
    "relay_searched": pl.Boolean,
    "relay_loan_id": pl.String,
    "relay_amount": pl.Int64,
    "relay_granted_on": pl.Int64,
    "relay_overdue_on": pl.Int64,
    "relay_stage": pl.String,
    "relay_points": pl.Int64,
    "relay_programme": pl.String,
    "relay_guaranteed": pl.Int64,
}
COLUMNS = (
    "firm_id",
    "loan_id",
    "product",
    "decision",
    "amount",
    "applied_on",
    "drawn_on",
    "closed_on",
    "overdue_on",
    "programme",
    "guaranteed",
)


def granted(loans: Any, policy: Policy, as_of: int) -> Any:
    """Give of each firm the loan that would be taken over: of those that run the one drawn last, then the highest number.

    A native frame of any engine, one row a firm: firm_id and the columns of `RELAY` that the loan itself tells.
    """
    rule = policy.relay
    assert rule is not None  # asked only where the policy has one
    engine = engine_of(loans, {})
    rows = engine.taken(loans, {name: TABLES["loans"].column(name).kind for name in COLUMNS})
    running = (
        (nw.col("product") == str(rule.takes_over))
        & (nw.col("decision") == LoanDecision.APPROVED.value)
        & (nw.col("drawn_on") <= as_of)
        & (nw.col("closed_on").is_null() | (nw.col("closed_on") > as_of))
    )
    rows = rows.filter(running)
    for last in ("drawn_on", "loan_id"):
        rows = rows.filter(nw.col(last) == nw.col(last).max().over("firm_id"))
    covered = nw.when(nw.col("guaranteed").is_null()).then(nw.col("amount")).otherwise(nw.col("guaranteed"))
    uncovered = nw.when(nw.col("programme") == GuaranteeProgramme.NONE.value).then(nw.lit(0, dtype=nw.Int64)).otherwise(covered)
    return nw.to_native(
        rows.select(
            "firm_id",
            nw.col("loan_id").alias("relay_loan_id"),
            nw.col("amount").alias("relay_amount"),
            nw.col("applied_on").alias("relay_granted_on"),
            nw.when(nw.col("overdue_on") <= as_of).then(nw.col("overdue_on")).alias("relay_overdue_on"),
            nw.col("programme").alias("relay_programme"),
            uncovered.alias("relay_guaranteed"),
        )
    )


def looked_up(firms: Any, loans: Any | None) -> Any:
    """Tell of each firm whether its loans were searched: it has some on record, or the search found none. A native frame."""
    engine = engine_of(firms, {})
    listed = engine.taken(firms, {"firm_id": "text", "searched": "text"})
    searched = nw.col("searched").str.contains("loans", literal=True)
    if loans is None:
        told = listed.with_columns(nw.when(searched.is_null()).then(nw.lit(value=False)).otherwise(searched).alias("relay_searched"))
        return nw.to_native(told.select("firm_id", "relay_searched"))
    borrowers = engine.taken(loans, {"firm_id": "text"}).unique(subset=["firm_id"]).with_columns(nw.lit(1).alias("_there"))
    joined = listed.join(borrowers, on="firm_id", how="left")
    there = ~nw.col("_there").is_null() | (~nw.col("searched").is_null() & searched)
    return nw.to_native(
        joined.with_columns(nw.when(there).then(nw.lit(value=True)).otherwise(nw.lit(value=False)).alias("relay_searched")).select(
            "firm_id", "relay_searched"
        )
    )


def stood(taken: pl.DataFrame, build: Callable[[pl.DataFrame], pl.DataFrame], scheme: Scheme, reference: Reference | None) -> pl.DataFrame:
    """Add how each firm stood when its loan was granted: stage, and points where the stage is known."""
    asked = taken.select(
        application_id="firm_id",
        firm_id="firm_id",
        as_of="relay_granted_on",
        amount=pl.lit(None, pl.Int64),
        term_months=pl.lit(None, pl.Int64),
    )
    then = build(asked)
    total = points_frame(scheme, reference, then)["total"]
    stages = [None if stage is None else STAGES[int(stage)] for stage in then["growth_stage"].to_list()]
    told = pl.DataFrame({"firm_id": then["firm_id"], "relay_stage": pl.Series(stages, dtype=pl.String), "relay_points": total})
    told = told.with_columns(pl.when(pl.col("relay_stage").is_not_null()).then("relay_points").alias("relay_points"))
    return taken.join(told, on="firm_id", how="left")


def with_relay(
    frame: pl.DataFrame, evidence: Mapping[str, pl.DataFrame], policy: Policy, scheme: Scheme, reference: Reference | None, as_of: int
) -> pl.DataFrame:
    """Join to each row of indicators what `prior_of` would look up for its firm."""
    if policy.relay is None:
        return frame.with_columns(pl.lit(None, kind).alias(name) for name, kind in RELAY_TYPES.items())
    loans = evidence.get("loans")
    frame = frame.join(looked_up(evidence["firms"], loans).lazy().collect(), on="firm_id", how="left", maintain_order="left")
    if loans is None:
        return frame.with_columns(pl.lit(None, RELAY_TYPES[name]).alias(name) for name in RELAY_TYPES if name != "relay_searched")
    names = tuple(dict.fromkeys((*scheme.indicators, "growth_stage")))
    own = granted(loans, policy, as_of).lazy().collect()
    taken = stood(own, lambda asked: build_features(asked, evidence, indicators=names), scheme, reference)
    return frame.join(taken, on="firm_id", how="left", maintain_order="left")
