"""From file to indicator by two roads: a province's frames, and each firm's dossier."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.build import build_features
from features.checks import checked_tables
from features.evidence import dossier_frames, split_dossiers
from features.firm_row import build_firm
from training.simulate import simulate

AS_OF = date(2025, 6, 30)


def test_a_dossier_gives_the_indicators_of_the_bulk_tables() -> None:
    """Each indicator of each simulated firm, built from its dossier, equals the one built from the province, bit for bit."""
    tables = checked_tables(simulate(firms=25, seed=3, until=date(2026, 10, 31)).tables, date(2026, 10, 31))
    nothing = pl.lit(None, pl.Int64)
    asked = tables["firms"].select(application_id="firm_id", as_of=pl.lit(AS_OF), amount=nothing, term_months=nothing)
    bulk = build_features(asked.with_columns(firm_id="application_id"), tables)
    by_firm = {row["firm_id"]: row for row in bulk.iter_rows(named=True)}
    for firm_id, dossier in split_dossiers(tables):
        row = build_firm(dossier_frames(dossier), (AS_OF - date(1970, 1, 1)).days)
        assert row.coverage == by_firm[firm_id]["coverage"]
        assert row.with_request(None, None) == {name: by_firm[firm_id][name] for name in row.with_request(None, None)}
    assert bulk["revenue"].drop_nulls().len() > 0
