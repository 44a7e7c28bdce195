"""The columns of a portfolio's rows, defined once: their types, and what they mean; documentation and schema are derived from here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from features.build import CONTEXT
from service.active import Active
from service.domain import Policy

__all__ = ["COLUMNS", "OFFER", "Column", "columns_page", "contributions_of", "prefix_of", "schema_of"]

TEXTS = pl.List(pl.String)


@dataclass(frozen=True, slots=True)
class Column:
    """A column, or a family of them where the name has a part in angle brackets."""

    name: str
    type: Any
    meaning: str


IDENTITY = (
    Column("firm_id", pl.String, "Unified social credit code"),
    Column("as_of", pl.Date, "Nothing that became known after this day was used"),
    *(Column(name, pl.String, f"The firm's {name}, a code of the data dictionary; null where its row does not tell") for name in CONTEXT),
    Column("stage", pl.String, "Growth stage: start-up, growth or stable; null where the evidence does not tell"),
    Column("is_lead", pl.Boolean, "No loan of the firm is running on record; null where its loans were not searched"),
)
POINTS = (
    Column("points", pl.Int64, "Innovation points, hundredths"),
    Column("points_coverage", pl.Int64, "Share of the points' weight whose indicators are known, hundredths"),
    Column("tier", pl.String, "Innovation tier of the points"),
    Column("points_<item>", pl.Int64, "Points of one item of the scheme, hundredths; 0 where it is not known, below zero where it deducts"),
)
RISK = (
    Column("model", pl.String, "Model that answered, name@version; null where the stage is unknown or no model serves it"),
    Column("pd", pl.Float64, "One-year probability of default, of five decimals"),
    Column("pd_low", pl.Float64, "Lower end of the interval of the PD; null where the model gives none"),
    Column("pd_high", pl.Float64, "Upper end of the interval of the PD"),
    Column("grade", pl.Int64, "Grade of the PD by the policy, 1 the safest"),
    Column("grade_low", pl.Int64, "Grade of the interval's lower end"),
    Column("grade_high", pl.Int64, "Grade of the interval's upper end"),
    Column("score", pl.Int64, "Credit score, higher is safer; base and contributions make it exactly"),
    Column("contribution_<indicator>", pl.Int64, "Signed score points of an indicator; null where the firm's model does not read it"),
    Column("reasons_against", TEXTS, "Codes of the four indicators that cost the most score points, the weightiest first"),
    Column("reasons_for", TEXTS, "Codes of the four indicators that earned the most"),
)
KNOWN = (
    Column("coverage", pl.Int64, "Share of the indicators that are known, basis points"),
    Column("missing", TEXTS, "Evidence tables of which nothing is known"),
    Column("stale", TEXTS, "Evidence tables whose newest fact is older than the policy admits"),
    Column("warnings", TEXTS, "As in a decision: illustrative_weights, illustrative_policy, simulated_data"),
)
OFFER = (
    Column("outcome", pl.String, "approve, counter, refer or decline: what the product answers to the amount and term of the run"),
    Column("causes", TEXTS, "Rules that declined or referred, in the order of a decision, or that made an offer smaller or shorter"),
    Column("levers", pl.String, "Set of levers of grade and tier; null where a rule closed the case before the grid"),
    Column("points", pl.Int64, "Points the product saw, hundredths: without investors where the policy judges so"),
    Column("pd", pl.Float64, "PD the product saw"),
    Column("grade", pl.Int64, "Its grade"),
    Column("amount", pl.Int64, "Offered, yuan; null without an offer, as all that follows"),
    Column("lent", pl.Int64, "Part that the bank itself lends, yuan"),
    Column("term_months", pl.Int64, "Term offered"),
    Column("rate_bp", pl.Int64, "Yearly rate, basis points"),
    Column("collateral", pl.String, "Security asked for"),
    Column("programme", pl.String, "Guarantee programme that shares the loss; null where none does"),
    Column("bank_share_bp", pl.Int64, "Part of the loss that the bank carries, basis points"),
    Column("authority", pl.String, "Who may sign the amount"),
    Column("income_fen", pl.Int64, "Expected risk-adjusted income of a year, fen, at the plan's take-up; null where it has no such grade"),
)
PINS = (
    Column("model_hash", pl.String, "Hash of the model's bundle"),
    Column("scheme_hash", pl.String, "Hash of the points scheme"),
    Column("reference_hash", pl.String, "Hash of the base of peers; null where the scheme needs none"),
    Column("policy_hash", pl.String, "Hash of the policy"),
    Column("catalogue_hash", pl.String, "Hash of the definitions of the indicators"),
    Column("program", pl.String, "The program that wrote the row: its version and the hash of its files"),
)
COLUMNS: Mapping[str, Sequence[Column]] = {
    "The firm": IDENTITY,
    "Points": POINTS,
    "Risk": RISK,
    "What is known": KNOWN,
    "Each product, with its name in front, as in `startup_credit_amount`": OFFER,
    "What it rests on": PINS,
}


def prefix_of(product: str) -> str:
    """Give what stands before the columns of a product."""
    return f"{product.replace('-', '_')}_"


def contributions_of(active: Active) -> tuple[str, ...]:
    """Name every indicator that a model in use reads, the start-ups' model first."""
    return tuple(dict.fromkeys(name for _, bundle in sorted(active.bundles.items(), reverse=True) for name in bundle.features))


def schema_of(active: Active, *, with_offers: bool) -> dict[str, Any]:
    """Give every column of a run and its type, in their order."""
    families = {"<item>": [item.id for item in active.scheme.items], "<indicator>": contributions_of(active)}
    schema: dict[str, Any] = {}
    for column in (*IDENTITY, *POINTS, *RISK, *KNOWN):
        schema |= dict.fromkeys(_names(column.name, families), column.type)
    if with_offers:
        for product in _products(active.policy):
            schema |= {f"{prefix_of(product)}{column.name}": column.type for column in OFFER}
    return schema | {column.name: column.type for column in PINS}


def _products(policy: Policy) -> Iterator[str]:
    return (str(row.product) for row in policy.products)


def _names(name: str, families: Mapping[str, Sequence[str]]) -> list[str]:
    part = next((part for part in families if part in name), None)
    return [name] if part is None else [name.replace(part, one) for one in families[part]]


def columns_page() -> str:
    """Write the columns down as a document."""
    about = "Written by `jifen docs` from the code. One row is one firm; [portfolio.md](portfolio.md) says how it is made."
    lines = ["# Columns of a portfolio", "", about]
    for title, columns in COLUMNS.items():
        lines += ["", f"## {title}", "", "| column | type | meaning |", "|---|---|---|"]
        lines += [f"| `{one.name}` | {_type(one.type)} | {one.meaning} |" for one in columns]
    return "\n".join(lines) + "\n"


def _type(kind: Any) -> str:
    named = {pl.String: "text", pl.Int64: "whole number", pl.Float64: "number", pl.Date: "day", pl.Boolean: "yes or no"}
    return "texts" if kind == TEXTS else named[kind]
