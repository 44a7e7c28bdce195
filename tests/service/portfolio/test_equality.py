"""A row of a portfolio and what the API answers for the same firm and day are the same, product by product, bit for bit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from builders_portfolio import DAY, PRODUCTS, Nation, copied, done, rows_in, same_offer
from builders_releases import WANG
from flask.testing import FlaskClient

from features.points.score import coverage_text
from service.app import create_app
from service.clock import system_clock
from service.domain import Decision, Purpose
from service.domain.allocation import Plan, shipped_plan
from service.domain.allocation.options import expected_profit
from service.portfolio.columns import prefix_of
from service.store.blobs import get_blob
from service.store.evidence import latest_hash
from service.use_cases.allocate import candidate_of
from service.use_cases.switch import Lever
from service.use_cases.tokens import create_token

Row = Mapping[str, Any]
Ask = Callable[..., Decision]
ASKED_BY = {"asked_by": "李四", "channel": "电话", "text": "请人工复核。"}


class Office:
    """The API of a nation, asked over HTTP."""

    def __init__(self, nation: Nation) -> None:
        self.app = create_app(nation.settings)
        self.desk = self.app.extensions["jifen"]
        self.client: FlaskClient = self.app.test_client()
        self.headers = {"Authorization": f"Bearer {create_token(self.desk.store, name='officer', role='officer', clock=system_clock).text}"}

    def decide(self, firm_id: str, product: str, **asked: Any) -> Decision:
        """Decide as of the nation's day; what would change the answer is not looked for."""
        body = {"firm_id": firm_id, "product": product, "as_of": DAY.isoformat(), "recourse": False, **asked}
        answer = self.client.post("/v1/decisions", json=body, headers=self.headers)
        assert answer.status_code == 201, answer.text
        return Decision.model_validate_json(answer.data)

    def ask_review(self, decision: Decision) -> None:
        """Ask for a person."""
        answer = self.client.post(f"/v1/decisions/{decision.decision_id}/review", json=ASKED_BY, headers=self.headers)
        assert answer.status_code == 201, answer.text

    def dossier(self, firm_id: str) -> bytes:
        """Read a firm's evidence on file."""
        with self.desk.store.reading() as unit:
            return get_blob(unit, latest_hash(unit, firm_id) or "")


def opened_at(nation: Nation) -> Iterator[Office]:
    """Open the API and close it."""
    counter = Office(nation)
    yield counter
    counter.desk.store.close()


@pytest.fixture(scope="module")
def counter(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The API with no order in force."""
    yield from opened_at(copied(nation, tmp_path_factory.mktemp("plain")))


@pytest.fixture(scope="module")
def sample(nation: Nation, rows: pl.DataFrame) -> list[str]:
    """Some forty firms: by chance, bare, of unknown stage, with investors, with a loan to relay, and with offers of each product."""
    drawn = rows["firm_id"].sample(10, seed=4).to_list()
    picked = {*drawn, *nation.bare[:3], *nation.stageless[:3]}
    tables = {name: pl.read_parquet(nation.evidence / f"{name}.parquet") for name in ("funding", "loans")}
    running = tables["loans"].filter(
        (pl.col("product") == "startup-credit") & pl.col("drawn_on").is_not_null() & pl.col("closed_on").is_null()
    )
    picked |= set(running["firm_id"].unique().sort().head(8)) | set(tables["funding"]["firm_id"].unique().sort().head(5))
    for product in PRODUCTS:
        offered = rows.filter(pl.col(f"{prefix_of(product)}amount").is_not_null())["firm_id"].to_list()
        picked |= {*offered[:3], *offered[-2:]}
    return sorted(picked)


def rows_by_firm(folder: Path) -> Mapping[str, Row]:
    return {row["firm_id"]: row for row in rows_in(folder).iter_rows(named=True)}


def test_every_row_is_what_the_api_answers(counter: Office, sample: Sequence[str], whole: Path) -> None:
    """3 m yuan over 24 months: what is known, points, risk, reasons, pins, and each product's answer."""
    asked, seen = {"amount": 3_000_000, "term_months": 24}, Counter[str]()
    for firm_id, row in of(whole, sample):
        for product in PRODUCTS:
            decision = counter.decide(firm_id, product, **asked)
            seen[decision.outcome] += 1
            same_offer(row, decision, product)
            same_income(row, decision, product, counter.dossier(firm_id), shipped_plan())
            if product != "loan-investment":  # which may see the firm without its investors
                same_firm(row, decision)
    assert set(seen) == {"approve", "counter", "refer", "decline"}
    assert min(seen.values()) >= 10


def of(folder: Path, sample: Sequence[str]) -> list[tuple[str, Row]]:
    found = rows_by_firm(folder)
    return [(firm_id, found[firm_id]) for firm_id in sample]


def test_a_small_long_loan_for_equipment_is_too(counter: Office, sample: Sequence[str], nation: Nation, tmp_path: Path) -> None:
    """900,000 yuan are below what two products lend, 48 months above the term of three; the purpose brings combinations."""
    asked = {"amount": 900_000, "term_months": 48, "purpose": "equipment"}
    compared(counter, nation, tmp_path, sample[::2], asked)


def test_more_than_any_product_lends_is_cut(counter: Office, sample: Sequence[str], nation: Nation, tmp_path: Path) -> None:
    """60 m yuan over 60 months."""
    compared(counter, nation, tmp_path, sample[1::4], {"amount": 60_000_000, "term_months": 60})


def test_orders_in_force_turn_answers_into_referrals(nation: Nation, sample: Sequence[str], tmp_path: Path) -> None:
    """A stop of a product, one of the start-ups, and requests for a person after declines: as the API has them."""
    ordered = copied(nation, tmp_path / "ordered")
    for counter in opened_at(ordered):
        asked = {"amount": 2_000_000, "term_months": 24}
        reviewed = 0
        for firm_id in sample:
            decision = counter.decide(firm_id, "common-growth", **asked)
            if decision.outcome == "decline" or reviewed < 2:
                counter.ask_review(decision)
                reviewed += 1
        lever = Lever(counter.desk.store, system_clock)
        lever.stop(reason="a test", actor=WANG, scope="product", value="acquisition")
        lever.stop(reason="a test", actor=WANG, scope="segment", value="startup")
        counter.desk.switchboard.forget()
        found = compared(counter, ordered, tmp_path, sample[::2], asked)
    causes = Counter(cause for row in found for product in PRODUCTS for cause in row[f"{prefix_of(product)}causes"])
    assert causes["automatic-decisions-stopped"] > len(found)
    assert causes["human-review-requested"] >= 3


def compared(counter: Office, nation: Nation, tmp_path: Path, sample: Sequence[str], asked: Mapping[str, Any]) -> list[Row]:
    """Run a portfolio and compare the offers of some firms."""
    folder = tmp_path / "run"
    purpose = asked.get("purpose")
    done(nation.wish(folder, **{**asked, "purpose": None if purpose is None else Purpose(purpose), "size": 500}))
    found = of(folder, sample)
    for firm_id, row in found:
        for product in PRODUCTS:
            decision = counter.decide(firm_id, product, **asked)
            same_offer(row, decision, product)
            same_income(row, decision, product, counter.dossier(firm_id), shipped_plan())
    return [row for _, row in found]


def same_income(row: Row, decision: Decision, product: str, dossier: bytes, plan: Plan) -> None:
    """What an allocation expects of the offer at its own amount and rate."""
    told, candidate = row[f"{prefix_of(product)}income_fen"], candidate_of(orjson.loads(decision.canonical()), dossier, plan)
    curve = None if candidate is None else plan.curve_of(candidate.grade)
    if candidate is None or curve is None or decision.offer is None:
        assert told is None
        return
    rate = decision.offer.rate_bp
    assert told == expected_profit(candidate, plan, amount=decision.offer.lent, rate_bp=rate, accepts_bp=curve.accepts(rate))


def same_firm(row: Row, decision: Decision) -> None:
    """All that does not depend on the product."""
    points, pins = decision.points, decision.pins
    assert points is not None
    assert (row["points"], row["tier"], row["stage"] is None) == (points.total, points.tier, bool(points.note))
    assert coverage_text(row["points_coverage"]) == points.coverage
    assert {item.id: row[f"points_{item.id}"] for item in points.items} == {item.id: item.points for item in points.items}
    assert row["coverage"] == round(float(decision.coverage) * 10_000)
    assert sorted([*row["missing"], *row["stale"]]) == sorted(one.table for one in decision.missing)
    assert row["warnings"] == list(decision.warnings)
    assert (row["model_hash"], row["catalogue_hash"], row["program"]) == (pins.bundle, pins.catalogue, pins.code)
    for name in ("scheme", "reference", "policy"):
        assert row[f"{name}_hash"] in str(getattr(pins, name))
    same_risk(row, decision)
    if decision.risk is not None:
        assert row["reasons_for"] == [one.code for one in decision.reasons if one.direction == "+"]
        against = [one.code for one in decision.reasons if one.direction == "-" and one.kind == "score" and one.indicator]
        assert row["reasons_against"][: len(against)] == against


def same_risk(row: Row, decision: Decision) -> None:
    """Model, PD, interval, grades, score and contributions."""
    risk = decision.risk
    contributions = {name: value for name, value in row.items() if name.startswith("contribution_") and value}
    assert contributions == {f"contribution_{one.indicator}": one.points for one in decision.contributions}
    told = [row[name] for name in ("model", "pd", "grade", "score", "pd_low", "pd_high", "grade_low", "grade_high")]
    if risk is None:
        assert told == [None] * 8
        return
    span = risk.pd_interval
    assert span is not None  # both models state one
    ends = [float(span.low), float(span.high), span.low_grade, span.high_grade]
    assert told == [risk.model, float(risk.pd), risk.grade, risk.score, *ends]
    assert (
        sum(value for name, value in row.items() if name.startswith("contribution_") and value is not None) + risk.base_score == risk.score
    )


def test_the_sample_has_every_kind_of_firm(nation: Nation, sample: Sequence[str], rows: pl.DataFrame) -> None:
    """All stages and none, offers of every product, with and without investors; otherwise the comparisons above prove less."""
    own = rows.filter(pl.col("firm_id").is_in(sample))
    assert set(own["stage"]) == {"start-up", "growth", "stable", None}
    for product in PRODUCTS:
        assert own[f"{prefix_of(product)}amount"].is_not_null().any()
    assert (own["loan_investment_points"] != own["points"]).any()
    assert {firm for firm in nation.bare if firm in sample}
    assert own["grade"].n_unique() >= 5
