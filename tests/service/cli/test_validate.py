"""`jifen validate`: from a model and its loan book to a verdict, reports and an exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders_training import toy_files

from service.domain import shipped_policy
from service.retraining.validating import scales_of
from training.bundle import read_validation
from training.registry import Registry


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    return toy_files(tmp_path)


def test_a_table_s_model_is_validated_logged_and_kept(jifen, contract: Path, tmp_path: Path) -> None:
    """Exit code and verdict agree, the record stands beside the bundle, the reports in their folder and in the model's MLflow run."""
    assert jifen("train-table", contract).code == 0
    bundle = tmp_path / "home" / "bundles" / "toy" / "1"
    said = jifen("validate", "toy@1", "--contract", contract, "--operator", "zhao")
    record = read_validation((bundle / "validation.json").read_bytes())
    assert said.code == (0 if record.verdict == "passed" else 1)
    assert f"toy@1: {record.verdict} on n {record.data.n:,}" in said.out
    assert record.operator == "zhao"
    assert "calibration_slope.high >= 0.9" in said.out
    for name in ("report.zh.html", "report.en.html", "model-card.zh.html", "model-card.en.html"):
        assert (tmp_path / "home" / "validations" / "toy" / "1" / name).is_file()
    assert "logged to MLflow run" in said.err
    (version,) = Registry(tmp_path / "home").versions("toy")
    logged = {path.name for path in (tmp_path / "home" / "mlartifacts").rglob(f"{version.run_id}/artifacts/validation/*")}
    assert logged == {"report.zh.html", "report.en.html", "model-card.zh.html", "model-card.en.html", "validation.json"}
    assert version.run_id in said.err


def test_a_model_that_fails_ends_with_code_1(jifen, contract: Path, tmp_path: Path) -> None:
    """A bank's own gates decide; a model below them does not pass, and nothing is logged when that is not wanted."""
    assert jifen("train-table", contract, "--no-register").code == 0
    strict = tmp_path / "strict.toml"
    text = Path("training/gates/illustrative-2026.toml").read_text("utf-8")
    strict.write_text(text.replace("at_least = 0.5\n", "at_least = 0.999\n"), "utf-8")
    folder = tmp_path / "home" / "bundles" / "toy" / "1"
    said = jifen("validate", folder, "--contract", contract, "--gates", strict, "--no-log", "--out", tmp_path / "out")
    assert said.code == 1
    assert "failed" in said.out
    assert (tmp_path / "out" / "validation.json").is_file()
    again = jifen("validate", folder, "--contract", contract, "--champion", folder)
    assert "no registry on this machine" in again.err


def test_rows_must_be_given_one_way(jifen, contract: Path, province: Path) -> None:
    """Evidence or a contract, not both and not neither; a name that is no model is told."""
    assert "say either --evidence" in jifen("validate", "x").err
    assert jifen("validate", "x", "--evidence", province, "--contract", contract).code == 2
    assert "no folder and not NAME@VERSION" in jifen("validate", "x", "--evidence", province).err


def test_the_scale_is_the_policy_s() -> None:
    """Eleven grades up to 100 %, and the cutoff is the last grade that any tier is lent at: 8, 6.5 %."""
    scales = scales_of(shipped_policy())
    assert (len(scales.bounds), scales.bounds[0], scales.bounds[-1]) == (11, 0.001, 1.0)
    assert scales.cutoff == 0.065
