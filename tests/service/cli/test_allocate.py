"""`jifen allocate`: from files or from the record to offers, and every wrong row by name."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import builders_cases as cases
import orjson
import polars as pl
import pytest
from builders_allocation import candidates

from features.vocabulary import Product
from service.active import Active
from service.cli import allocate as command
from service.config import settings_from
from service.desk import open_desk
from service.domain import shipped_policy
from service.requests import DecisionRequest
from service.tokens import Holder, Role
from service.use_cases.decide import decide_application


@pytest.fixture
def approved(tmp_path: Path) -> Path:
    """Forty approved firms as CSV."""
    path = tmp_path / "approved.csv"
    rows = [one.model_dump(mode="json", exclude={"pd_units"}) for one in candidates(40)]
    pl.DataFrame(rows).write_csv(path)
    return path


@pytest.fixture
def active(monkeypatch: pytest.MonkeyPatch) -> Active:
    """Two fake models decide."""
    bundles = {segment: cases.FakeBundle(segment=segment) for segment in ("startup", "growth")}
    active = Active(bundles, cases.two_items(cases.LOW_TIERS), None, shipped_policy())
    monkeypatch.setattr(command, "load_in_force", lambda *_: active)
    return active


@pytest.fixture
def on_file(jifen: Callable[..., Any], province: Path, active: Active) -> list[str]:
    """The province is on file; gives its first sixty firms."""
    assert jifen("ingest", province).code == 0
    return pl.read_csv(province / "firms.csv")["firm_id"].head(60).to_list()


def test_candidates_get_offers_and_a_proof(jifen, approved: Path, tmp_path: Path) -> None:
    """The terminal says what is lent, earned and proved; the file has a row for each offer."""
    said = jifen("allocate", "--candidates", approved, "--envelope", 30_000_000, "--out", tmp_path / "offers.csv")
    assert said.code == 0, said.err
    assert "proved in integers" in said.out
    assert "without a loan" in said.out
    assert "not recorded" in said.out
    offers = pl.read_csv(tmp_path / "offers.csv")
    assert 0 < offers["amount"].sum() <= 30_000_000
    assert f"{offers.height} firms get {offers['amount'].sum():,} of 30,000,000 yuan" in said.out


def test_the_whole_allocation_is_printed_as_json(jifen, approved: Path) -> None:
    """The same input prints the same bytes."""
    first = jifen("allocate", "--candidates", approved, "--envelope", 30_000_000, "--json")
    again = jifen("allocate", "--candidates", approved, "--envelope", 30_000_000, "--json")
    assert first.out == again.out
    said = orjson.loads(first.out)
    assert len(said["placed"]) + len(said["unplaced"]) == 40


def test_long_lists_are_cut_on_the_terminal(jifen, approved: Path) -> None:
    """With money for everybody, twenty offers are shown and the rest is counted."""
    said = jifen("allocate", "--candidates", approved, "--envelope", 10**9)
    assert "more; --out FILE or --json gives all" in said.out


def test_a_plan_of_one_s_own_is_followed_or_refused_with_its_place(jifen, approved: Path, tmp_path: Path) -> None:
    """A dearer funding earns less; a wrong share is named with file and key."""
    text = (files("service") / "plans" / "illustrative-2026-11.toml").read_text("utf-8")
    plan = tmp_path / "mine.toml"
    profits = []
    for funding in ("1.90 %", "2.10 %"):
        plan.write_text(text.replace('funding = "1.90 %"', f'funding = "{funding}"'), "utf-8")
        said = jifen("allocate", "--candidates", approved, "--envelope", 30_000_000, "--plan", plan, "--json")
        profits.append(float(orjson.loads(said.out)["expected_profit"]))
    assert profits[0] > profits[1] > 0
    plan.write_text(text.replace('region = "40 %"', 'region = "140 %"'), "utf-8")
    said = jifen("allocate", "--candidates", approved, "--envelope", 30_000_000, "--plan", plan)
    assert said.code == 2
    assert "mine.toml: caps region = '140 %'" in said.err


def test_a_batch_is_decided_on_the_evidence_on_file(jifen, on_file: list[str], tmp_path: Path) -> None:
    """Every firm of the batch is placed, left out with a reason, not approved, or unknown; nothing is recorded."""
    rows = [{"firm_id": firm, "amount": 2_000_000, "term_months": 24} for firm in (*on_file, cases.FIRM_ID)]
    (tmp_path / "batch.json").write_bytes(orjson.dumps({"firms": rows}))
    said = jifen("allocate", tmp_path / "batch.json", "--envelope", 20_000_000, "--as-of", "2026-06-30", "--json")
    assert said.code == 0, said.err
    found = orjson.loads(said.out)
    assert [one["firm_id"] for one in found["firms"]] == [row["firm_id"] for row in rows]
    assert found["firms"][-1]["error"] == "unknown-firm"
    lent = [one["firm_id"] for one in found["firms"] if one["outcome"] in {"approve", "counter"}]
    assert lent
    assert sorted(lent) == sorted(one["firm_id"] for one in (*found["placed"], *found["unplaced"]))


def test_offers_on_record_are_spread_without_deciding_again(jifen, on_file: list[str], active: Active) -> None:
    """The newest offer of each firm counts; a firm that was declined since is left out."""
    desk = open_desk(settings_from(), active=active)
    asked = DecisionRequest(product=Product.LOAN_INVESTMENT, amount=2_000_000, term_months=24, firm_id=on_file[0])
    outcomes = {}
    for firm in on_file:
        receipt = decide_application(desk, asked.model_copy(update={"firm_id": firm}), Holder("0" * 12, Role.OFFICER))
        outcomes[firm] = orjson.loads(receipt.body)["outcome"]
    desk.store.close()
    said = jifen("allocate", "--decided", "loan-investment", "--envelope", 20_000_000, "--json")
    assert said.code == 0, said.err
    lent = [firm for firm, outcome in outcomes.items() if outcome in {"approve", "counter"}]
    assert lent
    assert [one["firm_id"] for one in orjson.loads(said.out)["firms"]] == lent


@pytest.mark.parametrize("words", [(), ("--decided", "startup-credit", "--candidates", "FILE")])
def test_one_source_is_named(jifen, approved: Path, words: tuple[str, ...]) -> None:
    """None and two are both refused."""
    said = jifen("allocate", *[approved if word == "FILE" else word for word in words], "--envelope", 1)
    assert said.code == 2
    assert "give one of BATCH, --candidates and --decided" in said.err


def test_a_wrong_row_is_named_with_its_remedy(jifen, approved: Path) -> None:
    """Exit code 2, the row, the column, the value and what to do."""
    table = pl.read_csv(approved, infer_schema=False)
    table.with_columns(pd=pl.when(pl.int_range(pl.len()) == 6).then(pl.lit("7 %")).otherwise("pd")).write_csv(approved)
    said = jifen("allocate", "--candidates", approved, "--envelope", 1_000_000)
    assert said.code == 2
    assert "candidates row 7 pd = '7 %'" in said.err
