"""Replay across forms of the record: decisions that tell an interval and later years, and those from before records told them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import builders_cases as cases
import orjson
import pytest
from builders_models import DOUBT, LATER, small_bundle
from builders_releases import office_of, released, wanted
from builders_service import Clock
from flask.testing import FlaskClient
from sqlalchemy import update

from service.app import create_app
from service.artefacts import Shelf, policy_artefact, policy_text, scheme_artefact
from service.config import Settings
from service.domain import Decision, content_hash
from service.store import Store
from service.store.models import DecisionRow
from service.store.records import find_decision
from service.use_cases.replay import Certificate, replay
from training.bundle import write_validation

OLD_POLICY = Path(__file__).parents[1] / "golden" / "decision-1" / "policy.toml"
ASKED = [(product, amount, 36) for product in ("startup-credit", "common-growth") for amount in (300_000, 1_500_000)]


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small real bundles that give an interval and a term structure."""
    from builders_validation import validation_of  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("telling")
    for segment in ("startup", "growth"):
        bundle = small_bundle(folder / segment, segment, doubt=DOUBT, term_structure=LATER)
        write_validation(bundle.folder, validation_of(bundle))
    return folder


def served(settings: Settings, store: Store, clock: Clock, folders: Path, policy: str) -> Iterator[FlaskClient]:
    scheme = scheme_artefact(cases.SCHEME.format(tiers=cases.LOW_TIERS))
    released(office_of(store, settings.home, clock), wanted(folders, scheme=scheme, policy=policy_artefact(policy)))
    app = create_app(settings, clock=clock)
    yield app.test_client()
    app.extensions["jifen"].store.close()


def answers(client: FlaskClient, officer: dict[str, str], evidence: dict[str, Any]) -> list[dict[str, Any]]:
    """Decide a firm without loans on two products and amounts, as of a day on which its papers were fresh."""
    row = evidence["invoices"][0] | {"month": "2025-04-01", "known_on": "2025-04-30"}
    clean, made = evidence | {"loans": [], "invoices": [row]}, []
    for product, amount, term in ASKED:
        asked = {"evidence": clean, "as_of": "2025-04-30", "product": product, "amount": amount, "term_months": term}
        answer = client.post("/v1/decisions", json=asked, headers=officer)
        assert answer.status_code == 201, answer.text
        made.append(orjson.loads(answer.data))
    return made


def certificate(store: Store, settings: Settings, clock: Clock, decision_id: str) -> Certificate:
    found = replay(store, Shelf(store, settings.home).of, decision_id, clock)
    assert found is not None
    return found


class TestTelling:
    """Models that give an interval and a term structure, under the shipped policy."""

    @pytest.fixture
    def client(self, settings: Settings, store: Store, clock: Clock, telling: Path) -> Iterator[FlaskClient]:
        """A service with such models."""
        yield from served(settings, store, clock, telling, policy_text("technology-2026-11") or "")

    def test_interval_and_later_years_are_recorded_and_replay(
        self, client: FlaskClient, officer: dict[str, str], evidence: dict[str, Any], store: Store, settings: Settings, clock: Clock
    ) -> None:
        """Level, method and grades beside the PD; the model's hazards within the policy's bounds; every byte again."""
        made = answers(client, officer, evidence)
        for record in made:
            interval = record["risk"]["pd_interval"]
            assert (record["format"], interval["level"]) == ("decision/2", "0.9")
            assert interval["method"] == "binomial-by-margin,conformal-by-missing"
            assert interval["low"] < record["risk"]["pd"] < interval["high"]
            found = certificate(store, settings, clock, record["decision_id"])
            assert found.identical, [stage.detail for stage in found.stages]
        offers = [record["offer"] for record in made if record["offer"]]
        assert offers
        assert {(one["term_structure"]["source"], *one["term_structure"]["hazards_bp"]) for one in offers} == {
            ("model", 10_000, 16_487, 13_499)
        }

    def test_the_page_shows_how_far_the_pd_may_be_off(self, client: FlaskClient, officer: dict[str, str], evidence: dict[str, Any]) -> None:
        """With its level, beside the PD; and the years of an offer, with whose they are."""
        record = next(one for one in answers(client, officer, evidence) if one["offer"])
        interval, page = record["risk"]["pd_interval"], client.get(f"/decisions/{record['decision_id']}?lang=en", headers=officer).text
        assert f"90%: {float(interval['low']) * 100:.2f}–{float(interval['high']) * 100:.2f}%" in page
        assert "later years by the model" in page


class TestEarlier:
    """A service that is still on the policy of before."""

    @pytest.fixture
    def client(self, settings: Settings, store: Store, clock: Clock, folders: Path) -> Iterator[FlaskClient]:
        """Small models without interval, the old policy in force."""
        yield from served(settings, store, clock, folders, OLD_POLICY.read_text("utf-8"))

    def test_a_decision_on_record_in_the_first_form_still_replays(
        self, client: FlaskClient, officer: dict[str, str], evidence: dict[str, Any], store: Store, settings: Settings, clock: Clock
    ) -> None:
        """As the program of then wrote it: without the two parts that it did not know. Each replays in its own form, byte for byte."""
        for record in answers(client, officer, evidence):
            del record["risk"]["pd_interval"]
            if record["offer"]:
                del record["offer"]["term_structure"]
            body = orjson.dumps(record | {"format": "decision/1"}, option=orjson.OPT_SORT_KEYS)
            with store.writing() as unit:
                mine = DecisionRow.decision_id == record["decision_id"]
                unit.execute(update(DecisionRow).where(mine).values(body=body, sha256=content_hash(body)))
            found = certificate(store, settings, clock, record["decision_id"])
            assert found.identical, [stage.detail for stage in found.stages]
            assert found.replayed == content_hash(body)
            with store.reading() as unit:
                kept = find_decision(unit, record["decision_id"])
            assert kept is not None
            assert Decision.model_validate_json(kept.body).canonical() == body
            page = client.get(f"/decisions/{record['decision_id']}?lang=en", headers=officer)
            assert page.status_code == 200
            assert "later years by" not in page.text
