"""Reasons and plans on real parts: simulated firms, real indicators, the national scheme, and constrained LightGBM bundles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from builders_cases import AS_OF, DAY, HASH, NOW
from builders_catalogue_model import catalogue_bundle
from hypothesis import given
from hypothesis import strategies as st

from features.acts import ACTS
from features.build import build_features
from features.firm_row import FirmRow, build_firm
from features.indicators import CATALOGUE
from features.points import Reference, Scheme, build_reference, shipped_scheme
from service.domain import Application, Decision, Outcome, decide, shipped_policy
from service.domain.record.parts import Reason
from service.domain.recourse import with_recourse
from service.domain.recourse.trials import is_better
from training.bundle import Bundle
from training.simulate import simulate

FIRMS = 60
TRIED = 24


@dataclass(frozen=True)
class Parts:
    """What a service would have loaded, and the firms it knows; `decided` counts decisions."""

    bundles: dict[str, Bundle]
    scheme: Scheme
    reference: Reference
    rows: list[FirmRow]
    made: list[Decision]

    def decide(self, asked: Application, row: FirmRow) -> Decision:
        self.made.append(
            decide(
                asked,
                row,
                bundles=self.bundles,
                scheme=self.scheme,
                reference=self.reference,
                policy=shipped_policy(),
                now=NOW,
                decision_id="01JDC0V9T7Q2M4X8K6Z3B5N1RA",
                evidence_hash=HASH,
            )
        )
        return self.made[-1]


def asked_of(row: FirmRow) -> Application:
    product = "startup-credit" if row.values["growth_stage"] == 0 else "common-growth"
    return Application(product=product, amount=4_000_000, term_months=24, firm_id=row.firm_id, as_of=DAY)


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    province = simulate(firms=FIRMS, seed=8, until=date(2026, 11, 20))
    firms = province.tables["firms"]["firm_id"]
    asked = {"application_id": firms, "firm_id": firms, "as_of": [DAY] * FIRMS, "amount": [2_000_000] * FIRMS, "term_months": [24] * FIRMS}
    frame = build_features(pl.DataFrame(asked), province.tables)
    scheme, folder = shipped_scheme("cn-core-18"), tmp_path_factory.mktemp("bundles")
    weak = (frame["cash_cover_months"].fill_null(3.0) < 2.5).to_numpy() | (frame["debt_to_assets"].fill_null(0.3) > 0.4).to_numpy()
    bundles = {s: catalogue_bundle(folder / s, frame, weak.astype(np.float64), segment=s, constrained=True) for s in ("startup", "growth")}
    by_firm = {name: dict(table.partition_by("firm_id", as_dict=True)) for name, table in province.tables.items()}
    rows = [build_firm({name: found[firm,] for name, found in by_firm.items() if (firm,) in found}, AS_OF) for firm in firms]
    return Parts(bundles, scheme, build_reference(frame, scheme, name="peers", as_of=AS_OF, simulated=True), rows, [])


@dataclass(frozen=True)
class Told:
    """A firm's decision with its recourse, and every decision that was made on the way."""

    row: FirmRow
    before: Decision
    decision: Decision
    tried: list[Decision]


@pytest.fixture(scope="session")
def told(parts: Parts) -> list[Told]:
    """Freshen every paper first, so that most firms are decided by model and policy."""
    found = []
    for row in parts.rows[:TRIED]:
        row.known.update({table: AS_OF - 10 for table, day in row.known.items() if day is not None})
        before = parts.decide(asked_of(row), row)
        parts.made.clear()
        decision = with_recourse(before, asked_of(row), row, decide=parts.decide, bundles=parts.bundles, policy=shipped_policy())
        found.append(Told(row, before, decision, list(parts.made)))
    return found


def test_recourse_belongs_to_what_was_not_approved(told: list[Told]) -> None:
    """An approval as asked has none, everything else says what was found, and some firms have a way to yes."""
    assert all((one.decision.recourse is None) == (one.before.outcome is Outcome.APPROVE) for one in told)
    assert any(one.decision.recourse for one in told)
    assert all(one.decision.model_copy(update={"recourse": None}) == one.before for one in told)


def test_r6_every_plan_was_decided_as_a_whole_and_is_better(told: list[Told]) -> None:
    """Its outcome, offer, score, grade and tier are those of a decision that was really made, and that decision is better."""
    for one in told:
        for plan in one.decision.recourse or ():
            same = [
                d
                for d in one.tried
                if (d.outcome, d.risk and d.risk.score, d.offer and (d.offer.amount, d.offer.term_months, d.offer.rate_bp))
                == (plan.outcome, plan.score, plan.amount and (plan.amount, plan.term_months, plan.rate_bp))
            ]
            assert same
            assert is_better(same[0], one.before)
            assert (plan.grade, plan.tier) == (same[0].risk and same[0].risk.grade, same[0].points and same[0].points.tier)


def test_plans_keep_to_the_policy(told: list[Told]) -> None:
    """Number of plans, of changes beside documents, of decisions tried; offers come before referrals, each cheapest first."""
    rule = shipped_policy().recourse
    for one in told:
        plans = one.decision.recourse or ()
        assert len(plans) <= rule.plans
        assert len(one.tried) <= rule.tries
        assert all(sum(change.kind != "document" for change in plan.changes) <= rule.changes for plan in plans)
        order = [(plan.outcome is Outcome.REFER, plan.cost) for plan in plans]
        assert order == sorted(order)


def test_r6_only_what_a_firm_can_change_is_proposed(told: list[Told]) -> None:
    """Every indicator has an act, moves the way its action says by at most the policy's steps, and amounts are whole and smaller."""
    rule = shipped_policy().recourse
    for change in (change for one in told for plan in one.decision.recourse or () for change in plan.changes):
        if change.kind == "indicator":
            assert change.field in ACTS
            assert (float(change.after) - float(change.before)) * CATALOGUE[change.field].action.step > 0
        elif change.kind == "request":
            assert change.field in {"amount", "term_months", "product"}
            assert change.field != "amount" or (0 < change.after < change.before and change.after % 10_000 == 0)
        else:
            assert (change.before, change.after) in {("missing", "supplied"), ("stale", "supplied")}
    assert rule.steps >= 1


def test_no_plan_contains_another(told: list[Told]) -> None:
    """What is good enough without a further change is shown without it."""
    for one in told:
        fields = [frozenset(change.field for change in plan.changes) for plan in one.decision.recourse or ()]
        assert not any(first < second for first in fields for second in fields)


def test_the_same_case_has_the_same_plans(parts: Parts, told: list[Told]) -> None:
    """Byte for byte: a replay finds what the record says."""
    for one in [one for one in told if one.decision.recourse][:4]:
        again = with_recourse(one.before, asked_of(one.row), one.row, decide=parts.decide, bundles=parts.bundles, policy=shipped_policy())
        assert again.canonical() == one.decision.canonical()
        assert Decision.model_validate_json(one.decision.canonical()) == one.decision


def score_of(bundle: Bundle, values: dict[str, float | None]) -> int:
    return int(bundle.score(bundle.row(values)).score[0])


def is_declared(reason: Reason) -> bool:
    """Is the indicator's value known and its direction declared?"""
    return reason.indicator is not None and CATALOGUE[reason.indicator].direction != 0 and not reason.code.endswith("_UNKNOWN")


@given(data=st.data())
def test_r5_moving_a_cited_factor_as_stated_never_lowers_the_score(parts: Parts, told: list[Told], data: Any) -> None:
    """A reason against stands on an indicator with a direction: moving it that way, however far, gives at least the same score."""
    one = data.draw(st.sampled_from(told))
    cited = [r for r in one.decision.reasons if r.kind == "score" and r.direction == "-" and is_declared(r)]
    if not cited:
        return
    reason = data.draw(st.sampled_from(cited))
    asked = one.decision.application
    values = one.row.with_request(asked.amount, asked.term_months)
    bundle = parts.bundles[one.decision.risk.segment]
    moved = data.draw(st.floats(0, 1e6, allow_nan=False)) * CATALOGUE[reason.indicator].direction
    assert score_of(bundle, values) == one.decision.risk.score
    assert score_of(bundle, values | {reason.indicator: values[reason.indicator] + moved}) >= one.decision.risk.score


def test_there_are_reasons_with_a_direction_on_both_sides_of_their_peers(told: list[Told]) -> None:
    """So the law above speaks of something; and the code of each agrees with the value and the median it cites."""
    cited = [(one, r) for one in told for r in one.decision.reasons if r.kind == "score" and r.direction == "-" and is_declared(r)]
    assert {r.code.rsplit("_", 1)[1] for _, r in cited} >= {"LOW", "HIGH"}
    for _, reason in cited:
        assert ("低于" in reason.zh) <= reason.code.endswith("_LOW")
        assert ("高于" in reason.zh) <= reason.code.endswith("_HIGH")
