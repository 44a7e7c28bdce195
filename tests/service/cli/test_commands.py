"""Every command does its job, and a wrong input is one clear message with exit code 2."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import orjson
import polars as pl
import pytest
from builders_cases import LOW_TIERS, NOW, FakeBundle, two_items
from builders_evidence import request as evidence_request

from service.active import Active
from service.cli.main import COMMANDS, cli
from service.domain import shipped_policy


def test_every_command_explains_itself(jifen) -> None:
    """`jifen COMMAND --help` shows usage and says what the command is for."""
    for name in COMMANDS:
        said = jifen(name, "--help")
        assert said.code == 0
        assert f"Usage: jifen {name}" in said.out


def test_help_loads_no_command() -> None:
    """`jifen --help` imports no model, frame or web library, so it answers at once."""
    heavy = "{'polars', 'lightgbm', 'mlflow', 'flask', 'sqlalchemy', 'pandas'}"
    code = f"import sys; import service.cli.main; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_summary_in_the_list_is_the_command_s_own() -> None:
    """The list of commands and each command's help begin with the same words."""
    for name, (_, summary) in COMMANDS.items():
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert (command.help or "").lower().split()[:2] == summary.lower().split()[:2]


def test_an_unknown_command_is_refused(jifen) -> None:
    """An unknown command ends with exit code 2 and a usage line."""
    said = jifen("promote-everything")
    assert said.code == 2
    assert "No such command" in said.err


def test_simulate_writes_evidence_that_check_accepts(jifen, tmp_path: Path) -> None:
    """A simulated province passes every check of evidence files."""
    folder = tmp_path / "p"
    assert jifen("simulate", "--firms", 60, "--seed", 5, "--until", "2026-06-30", "--out", folder, "--format", "csv").code == 0
    said = jifen("check", folder)
    assert said.code == 0
    assert "all values are valid" in said.out


def test_simulate_never_writes_over_something(jifen, province: Path) -> None:
    """A folder with content is refused by name."""
    said = jifen("simulate", "--firms", 60, "--out", province)
    assert said.code == 2
    assert "is not empty" in said.err


def test_a_date_that_is_none_is_refused_with_an_example(jifen, tmp_path: Path) -> None:
    """Dates are ISO; the message shows one."""
    said = jifen("simulate", "--firms", 60, "--until", "30.6.2026", "--out", tmp_path / "x")
    assert said.code == 2
    assert "write it as 2026-06-30" in said.err


def test_check_names_row_column_value_and_rule(jifen, province: Path, tmp_path: Path) -> None:
    """A negative revenue is reported with its row, and every fault goes to the report file."""
    folder = shutil.copytree(province, tmp_path / "bad")
    table = pl.read_csv(folder / "financials.csv", infer_schema=False)
    table.with_columns(revenue=pl.when(pl.int_range(pl.len()) == 6).then(pl.lit("-5")).otherwise("revenue")).write_csv(
        folder / "financials.csv"
    )
    said = jifen("check", folder, "--report", tmp_path / "faults.csv")
    assert said.code == 2
    assert "financials row 7 revenue: '-5'" in said.err
    reported = pl.read_csv(tmp_path / "faults.csv")
    assert reported.filter(pl.col("column") == "revenue")["row"].to_list() == [7]


def test_features_are_written_for_every_firm(jifen, province: Path, tmp_path: Path) -> None:
    """One row a firm, at the as-of date."""
    assert jifen("features", "--evidence", province, "--as-of", "2026-06-30", "--out", tmp_path / "f.parquet").code == 0
    built = pl.read_parquet(tmp_path / "f.parquet")
    assert built.height == 400
    assert {"rd_intensity", "coverage", "growth_stage"} <= set(built.columns)


def test_features_of_an_unknown_firm_are_refused(jifen, province: Path, tmp_path: Path) -> None:
    """The message names the code that was asked for."""
    said = jifen("features", "--evidence", province, "--firm", "91340100MA2XXXXX0Q", "--out", tmp_path / "f.csv")
    assert said.code == 2
    assert "'91340100MA2XXXXX0Q' is not in" in said.err


def test_an_out_file_of_unknown_kind_is_refused(jifen, province: Path, tmp_path: Path) -> None:
    """Only Parquet and CSV are written."""
    said = jifen("features", "--evidence", province, "--out", tmp_path / "f.xlsx")
    assert said.code == 2
    assert "use .parquet or .csv" in said.err


def test_points_of_one_firm_are_shown_item_by_item(jifen, province: Path, tmp_path: Path) -> None:
    """Against frozen peers, each of the 18 items stands on a line of its own."""
    peers = tmp_path / "peers.json"
    assert jifen("reference", "--evidence", province, "--as-of", "2026-06-30", "--name", "test", "--out", peers).code == 0
    firm = pl.read_csv(province / "firms.csv")["firm_id"][0]
    said = jifen("points", "--evidence", province, "--reference", peers, "--as-of", "2026-06-30", "--firm", firm)
    assert said.code == 0
    assert "illustrative" in said.out
    for item in ("rd_intensity", "venture_capital", "invention_applications"):
        assert item in said.out


def test_points_of_every_firm_go_to_a_file(jifen, province: Path, tmp_path: Path) -> None:
    """The official rubric needs no peers."""
    assert (
        jifen("points", "--evidence", province, "--scheme", "tech-sme-rubric", "--as-of", "2026-06-30", "--out", tmp_path / "p.csv").code
        == 0
    )
    assert pl.read_csv(tmp_path / "p.csv").height == 400


def test_points_need_a_firm_or_a_file(jifen, province: Path) -> None:
    """Neither or both is a usage error that says how to call it."""
    said = jifen("points", "--evidence", province)
    assert said.code == 2
    assert "--firm CODE" in said.err


def test_an_unknown_scheme_is_refused_with_the_known_ones(jifen, province: Path) -> None:
    """The message lists the shipped schemes."""
    said = jifen("points", "--evidence", province, "--scheme", "nope", "--out", "x.csv")
    assert said.code == 2
    assert "cn-core-18" in said.err


def test_training_on_few_defaults_is_refused_with_the_counts(jifen, province: Path) -> None:
    """Fewer than 50 defaults train nothing, unless forced."""
    said = jifen("train", "--evidence", province, "--segment", "startup", "--no-register")
    assert said.code == 2
    assert "training-refused" in said.err


CONTRACT = """
[book]
name = "shop-loans"
file = "loans.csv"

[label]
column = "outcome"
default = ["bad"]
good = ["good"]

[split]
kind = "random"
seed = 1
test_share = 0.3

[columns.income]
type = "number"
known = "application"
direction = 1

[columns.trade]
type = "category"
known = "application"
"""


@pytest.fixture
def shop_loans(tmp_path: Path) -> Path:
    """A loan book of 900 rows in which low income means default, and its contract."""
    dice = np.random.default_rng(4)
    income = dice.normal(50, 15, 900).round(1)
    bad = dice.random(900) < 1 / (1 + np.exp((income - 38) / 6))
    trade = dice.choice(["bakery", "garage", "salon"], 900)
    pl.DataFrame({"income": income, "trade": trade, "outcome": np.where(bad, "bad", "good")}).write_csv(tmp_path / "loans.csv")
    (tmp_path / "shops.toml").write_text(CONTRACT, encoding="utf-8")
    return tmp_path / "shops.toml"


def test_any_labelled_table_trains_and_its_bundle_scores_rows_of_the_same_shape(jifen, shop_loans: Path, tmp_path: Path) -> None:
    """train-table writes a bundle; score reads rows as the table has them, and says which category is new."""
    trained = jifen("train-table", shop_loans, "--no-register", "--no-challengers")
    assert trained.code == 0
    assert "auc" in trained.out
    rows = tmp_path / "new.csv"
    rows.write_text("income,trade\n20,bakery\n80,garage\n60,florist\n", encoding="utf-8")
    bundle = tmp_path / "home" / "bundles" / "shop-loans" / "1"
    said = jifen("score", "--bundle", bundle, "--rows", rows, "--out", tmp_path / "scored.csv")
    assert said.code == 0
    assert "florist" in said.out
    scored = pl.read_csv(tmp_path / "scored.csv")
    assert scored["score"][1] > scored["score"][0]
    parts = scored.select(pl.sum_horizontal("points_income", "points_trade"))["points_income"]
    assert (parts + 600).to_list() == scored["score"].to_list()


def test_a_column_known_too_late_is_refused_by_name(jifen, shop_loans: Path) -> None:
    """A column known only after the decision may not be used to decide."""
    shop_loans.write_text(
        CONTRACT.replace('type = "number"\nknown = "application"', 'type = "number"\nknown = "after-decision"'), encoding="utf-8"
    )
    said = jifen("train-table", shop_loans)
    assert said.code == 2
    assert "training-refused" in said.err
    assert "income" in said.err


def test_models_says_what_to_do_while_there_are_none(jifen) -> None:
    """An empty registry is no error; the answer says how to fill it."""
    said = jifen("models", "list")
    assert said.code == 0
    assert "jifen train" in said.out


def test_proposing_an_unknown_model_is_refused(jifen) -> None:
    """A release needs registered models, or folders."""
    said = jifen("release", "propose", "--model", "jifen-startup@1", "--reason", "because", "--operator", "someone")
    assert said.code == 2
    assert "registry-error" in said.err


def test_tokens_are_made_listed_and_revoked(jifen) -> None:
    """The secret is printed once; the list shows who holds which role."""
    made = jifen("token", "create", "--name", "core banking", "--role", "officer")
    assert made.code == 0
    assert made.out.startswith("jf_")
    listed = jifen("token", "list")
    assert "core banking" in listed.out
    assert made.out.strip().split("_", 2)[2] not in listed.out
    token_id = made.out.split("_")[1]
    assert jifen("token", "revoke", token_id).code == 0
    assert jifen("token", "revoke", "nobody").code == 2


def test_ingest_loads_all_or_nothing(jifen, province: Path, tmp_path: Path) -> None:
    """A folder goes on file whole; the same again makes no new version; a bad one changes nothing."""
    first = jifen("ingest", province)
    assert first.code == 0
    assert "400 firms have a new version" in first.out
    assert "0 firms have a new version" in jifen("ingest", province).out
    bad = shutil.copytree(province, tmp_path / "bad")
    (bad / "firms.csv").write_text("firm_id,name\nx,y\n", encoding="utf-8")
    assert jifen("ingest", bad).code == 2


def test_indicators_are_computed_ahead_once(jifen, province: Path) -> None:
    """A nightly run computes every firm on file, and nothing twice."""
    jifen("ingest", province)
    assert "400 firms computed" in jifen("materialise").out
    assert "0 firms computed" in jifen("materialise").out


def test_score_says_how_to_call_it(jifen) -> None:
    """Without an application or rows there is nothing to score."""
    said = jifen("score")
    assert said.code == 2
    assert "--evidence" in said.err
    assert "Error: --evidence, --amount missing: give --evidence" in jifen("score", "--product", "common-growth", "--term", 12).err


def test_score_refuses_evidence_that_is_none(jifen, tmp_path: Path) -> None:
    """Before any model is loaded for nothing, a release must be in force; the message says what to do."""
    file = tmp_path / "firm.json"
    file.write_bytes(orjson.dumps({"firm": {}}))
    said = jifen("score", "--evidence", file, "--product", "startup-credit", "--amount", 100_000, "--term", 12)
    assert said.code == 2
    assert "no approved release is in force" in said.err


@pytest.fixture
def firm_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A firm's evidence as a file: a clean firm in its growth stage, and models that can judge it."""
    models = {segment: FakeBundle(segment=segment) for segment in ("startup", "growth")}
    active = Active(models, two_items(LOW_TIERS), None, shipped_policy())
    monkeypatch.setattr("service.cli.score.load_in_force", lambda *_: active)
    monkeypatch.setenv("JIFEN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("service.cli.score.system_clock", lambda: NOW)
    evidence = evidence_request() | {"conduct": [], "loans": []}
    file = tmp_path / "firm.json"
    file.write_bytes(orjson.dumps(evidence))
    return file


ASKED = ("--product", "common-growth", "--amount", 2_000_000, "--term", 36, "--as-of", "2025-04-20")


def test_score_takes_what_the_loan_is_for(jifen, firm_file: Path) -> None:
    """Equipment brings a combination of loan and lease; without a purpose the same firm is offered a plain loan."""
    decision = orjson.loads(jifen("score", "--evidence", firm_file, *ASKED, "--purpose", "equipment", "--json").out)
    assert decision["application"]["purpose"] == "equipment"
    assert [part["instrument"] for part in decision["offer"]["split"]] == ["loan", "lease"]
    told = jifen("score", "--evidence", firm_file, *ASKED, "--purpose", "equipment")
    assert "split:    bank loan " in told.out, told.out
    assert orjson.loads(jifen("score", "--evidence", firm_file, *ASKED, "--json").out)["offer"]["split"] == []


def test_score_refuses_a_purpose_that_is_none(jifen, firm_file: Path) -> None:
    """The purposes are listed; an amount that no bank lends is refused with the remedy."""
    said = jifen("score", "--evidence", firm_file, *ASKED, "--purpose", "gold")
    assert (said.code, "'equipment', 'digitalisation'" in said.err) == (2, True)
    said = jifen("score", "--evidence", firm_file, "--product", "common-growth", "--amount", 2 * 10**9, "--term", 36)
    assert said.code == 2
    assert "must be a whole number of yuan from 1 to 1,000,000,000" in said.err


@pytest.mark.parametrize("words", [("score", "--amount", "-5"), ("serve", "--port", "70000"), ("simulate", "--firms", "0")])
def test_numbers_out_of_range_are_refused(jifen, words: tuple[str, ...]) -> None:
    """The message gives the range."""
    said = jifen(*words)
    assert said.code == 2
    assert "range" in said.err
