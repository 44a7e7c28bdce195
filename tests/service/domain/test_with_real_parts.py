"""The decision on real parts: simulated firms, real indicators, the national scheme, peers, and LightGBM bundles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from builders_cases import AS_OF, DAY, HASH, NOW
from builders_catalogue_model import catalogue_bundle

from features.build import build_features
from features.firm_row import FirmRow, build_firm
from features.points import Reference, Scheme, build_reference, shipped_scheme
from service.domain import Application, BundleLike, Decision, decide, misfits, shipped_policies, shipped_policy
from training.bundle import Bundle
from training.simulate import simulate

FIRMS = 160


@dataclass(frozen=True)
class Parts:
    """What a service would have loaded, and the firms it knows."""

    bundles: dict[str, Bundle]
    scheme: Scheme
    reference: Reference
    frame: pl.DataFrame
    rows: list[FirmRow]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    province = simulate(firms=FIRMS, seed=5, until=date(2026, 11, 20))
    firms = province.tables["firms"]["firm_id"]
    asked = {"application_id": firms, "firm_id": firms, "as_of": [DAY] * FIRMS, "amount": [2_000_000] * FIRMS, "term_months": [24] * FIRMS}
    frame = build_features(pl.DataFrame(asked), province.tables)
    scheme, folder = shipped_scheme("cn-core-18"), tmp_path_factory.mktemp("bundles")
    weak = (frame["cash_cover_months"].fill_null(3.0) < 2.0).to_numpy().astype(np.float64)
    bundles = {s: catalogue_bundle(folder / s, frame, weak, segment=s) for s in ("startup", "growth")}
    by_firm = {name: dict(table.partition_by("firm_id", as_dict=True)) for name, table in province.tables.items()}
    rows = [build_firm({name: found[firm,] for name, found in by_firm.items() if (firm,) in found}, AS_OF) for firm in firms]
    return Parts(bundles, scheme, build_reference(frame, scheme, name="peers", as_of=AS_OF, simulated=True), frame, rows)


def decision_of(parts: Parts, row: FirmRow, **given: Any) -> Decision:
    product = "startup-credit" if row.values["growth_stage"] == 0 else "common-growth"
    application = Application(product=product, amount=2_000_000, term_months=24, firm_id=row.firm_id, as_of=DAY)
    usual: dict[str, Any] = {
        "bundles": parts.bundles,
        "scheme": parts.scheme,
        "reference": parts.reference,
        "policy": shipped_policy(),
        "now": NOW,
        "decision_id": "01JDC0V9T7Q2M4X8K6Z3B5N1RA",
        "evidence_hash": HASH,
    }
    return decide(application, row, **(usual | given))


@pytest.fixture(scope="module")
def decisions(parts: Parts) -> list[Decision]:
    return [decision_of(parts, row) for row in parts.rows]


def test_a_real_bundle_fits_the_port(parts):
    """The type checker agrees: a `Bundle` is a `BundleLike`."""
    bundles: dict[str, BundleLike] = dict(parts.bundles)
    assert set(bundles) == {"startup", "growth"}


def test_every_shipped_policy_fits_the_national_scheme(parts):
    """Same tiers, in the same order."""
    assert [misfits(shipped_policy(name), parts.scheme) for name in shipped_policies()] == [[]]


def test_every_firm_of_a_province_gets_a_decision(decisions):
    """Every outcome occurs, each with what belongs to it."""
    assert {str(d.outcome) for d in decisions} == {"approve", "counter", "refer", "decline"}
    assert all(d.reasons for d in decisions if d.outcome != "approve")
    assert all(
        d.risk is not None and set(d.warnings) == {"illustrative_weights", "illustrative_policy", "simulated_data"} for d in decisions
    )


def test_a_decision_has_the_score_of_the_batch_bit_for_bit(parts, decisions):
    """One firm in the request path and the same firm in a frame of all: the same margin, score and contributions."""
    matrix = parts.frame.select(parts.bundles["growth"].features).to_numpy().astype(np.float64)
    batch = parts.bundles["growth"].score(matrix)
    for number, decision in enumerate(decisions):
        assert decision.risk.margin == repr(float(batch.margin[number]))
        assert decision.risk.score == int(batch.score[number])
        points = dict(zip(parts.bundles["growth"].features, batch.contributions[number].tolist(), strict=True))
        assert {c.indicator: c.points for c in decision.contributions} == {name: p for name, p in points.items() if p}


def test_points_items_sum_to_their_groups_and_the_total(decisions):
    """In the record, exactly."""
    for decision in decisions:
        points = decision.points
        assert sum(item.points for item in points.items) == sum(group.points for group in points.groups) == points.total


def test_reasons_cite_the_median_of_comparable_firms(decisions):
    """At least one reason of the province names a value, its peers' median and on which side of it the value stands."""
    texts = [reason.zh for d in decisions for reason in d.reasons if reason.kind == "score"]
    assert any("高于同类企业中位数" in text for text in texts)
    assert any("低于同类企业中位数" in text for text in texts)
    assert not any("未知" in text.partition("同类企业中位数")[2] for text in texts)


def test_a_row_that_was_stored_decides_alike(parts, decisions):
    """A materialised row read back gives the same bytes as the one just built, and the record reads back as itself."""
    for row, decision in zip(parts.rows, decisions, strict=True):
        assert decision_of(parts, FirmRow.from_json(row.to_json())).canonical() == decision.canonical()
        assert Decision.model_validate_json(decision.canonical()) == decision
