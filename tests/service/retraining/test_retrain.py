"""One command from evidence to a proposal: a small simulated province, real models, real gates, a real registry.

The runs below build on each other in one home, for training is slow: a first release from a folder, then a retraining on the evidence on
file that stricter gates hold back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from builders_people import entries_of
from builders_releases import LI
from builders_retraining import gate, model
from click.testing import CliRunner

from features.build import build_features
from features.points import build_reference, shipped_scheme
from service.cli.points import all_firms
from service.cli.retrain import _tell_model, retrain
from service.clock import day_in_china, system_clock
from service.config import settings_from
from service.errors import BadRetraining
from service.ledger import Actor
from service.retraining.evidence import evidence_on_file, folders_below, read_for_training
from service.retraining.jobs import newest_retrainings, show_retraining
from service.retraining.plan import Plan, RejectsMethod, SegmentName
from service.retraining.retrain import _comparable, _effort
from service.retraining.work import bench_of
from service.store import Store, open_store
from service.store.blobs import get_blob
from service.store.models import Blob
from service.store.retrainings import Kept, report_bytes
from service.uploads import read_folder
from service.use_cases.ingest import ingest
from training.bundle import Bundle
from training.evidence import SEGMENTS
from training.registry import Registry
from training.rejects import ASSUMPTIONS
from training.simulate import simulate, write_province

UNTIL = date(2026, 6, 30)
WANG = Actor(kind="person", id="wang")


@dataclass(frozen=True)
class Ran:
    """What a run of the command left: exit code, both streams, and its record."""

    code: int
    out: str
    err: str
    job: Kept


@dataclass(frozen=True)
class Home:
    """A home in which both runs were made."""

    path: Path
    evidence: Path
    first: Ran
    second: Ran
    store: Store


def gates(path: Path, **bounds: float) -> Path:
    """A file of two gates that hold for any sound model; `auc` is the bound of a third."""
    text = Path("training/gates/illustrative-2026.toml").read_text("utf-8")
    head, *gates = text[: text.index("[prohibited]")].split("[[gates]]")
    wanted = [one for one in gates if re.search(r'id = "(points-sum|no-firm-twice|ranks)"', one)]
    wanted = [re.sub(r"at_least = [\d.]+", f"at_least = {bounds['auc']}", one) for one in wanted]
    path.write_text("[[gates]]".join([head, *wanted]) + text[text.index("[prohibited]") :], "utf-8")
    return path


def peers(path: Path, tables: object) -> Path:
    """The province's own peers, frozen at its last day."""
    firms = tables["firms"]  # type: ignore[index]
    built = build_features(all_firms(firms, UNTIL), tables)  # type: ignore[arg-type]
    path.write_bytes(build_reference(built, shipped_scheme("cn-core-18"), name="p", as_of=UNTIL, simulated=True).to_bytes())
    return path


def run(store: Store, *words: object) -> Ran:
    """Call the command and read back what it recorded."""
    done = CliRunner().invoke(retrain, [str(word) for word in words], help_option_names=NAMES)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return Ran(done.exit_code, done.stdout, done.stderr, newest_retrainings(store, system_clock, 1)[0])


NAMES = ["-h", "--help"]
"""As below the whole command line: a command keeps the first it is asked for, and the documents are written from it."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    path = tmp_path_factory.mktemp("retrain")
    evidence = path / "province"
    write_province(simulate(firms=6000, seed=3, until=UNTIL), evidence, format="parquet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JIFEN_HOME", str(path))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        settings = settings_from()
        loaded = read_folder(evidence, day_in_china(system_clock()))
        store = open_store(settings.database)
        told = ("--no-challengers", "--reason", "a quarter has passed", "--operator", "wang")
        reference = ("--reference", peers(path / "peers.json", loaded.tables))
        lenient, strict = gates(path / "lenient.toml", auc=0.2), gates(path / "strict.toml", auc=0.999)
        from service.store import upgrade  # noqa: PLC0415

        upgrade(store)
        first = run(store, "--evidence", evidence, "--gates", lenient, *reference, *told)
        assert first.job.outcome is not None, first.err
        office = bench_of(store, settings, system_clock).office
        office.approve(first.job.outcome.proposal_id or "", reason="looks right", actor=LI)
        ingest(store, system_clock, loaded, actor=WANG, source="a folder")
        second = run(store, "--segment", "startup", "--gates", strict, *told)
        yield Home(path, evidence, first, second, store)
        store.close()


def test_every_gate_held_so_a_release_is_proposed_and_not_approved(home: Home) -> None:
    """In the name of the person who started it, with validation and impact; exit code 0, every number with n and interval."""
    ran = home.first
    made = ran.job.outcome
    assert (ran.code, ran.job.state) == (0, "done")
    assert made is not None
    standing = bench_of(home.store, settings_from({"JIFEN_HOME": str(home.path)}), system_clock).office.show(made.proposal_id or "")
    assert (standing.proposal.proposed_by.id, standing.proposal.reason) == ("wang", "a quarter has passed")
    assert [one.standing for one in standing.proposal.models] == ["passed", "passed"]
    assert standing.verdict is not None  # the fixture's second person gave it, after the run
    assert f"proposed as release {made.proposal_id}" in ran.out
    assert re.search(r"auc +0\.\d{4} +0\.\d{4} to 0\.\d{4} \(DeLong\) +552", ran.out)
    assert "step 1 of 8: evidence" in ran.err
    assert "step 8 of 8: propose" in ran.err


def test_a_gate_that_fails_is_told_and_nothing_is_proposed(home: Home) -> None:
    """Which gate, its bound, what was found on how many rows; exit code 1, and what is in force stays."""
    ran = home.second
    assert (ran.code, ran.job.state) == (1, "done")
    assert ran.job.outcome is not None
    assert ran.job.outcome.proposal_id is None
    (made,) = ran.job.outcome.models
    (held,) = made.holding_back
    assert (held.id, held.at_least, held.n, made.verdict) == ("ranks", 0.999, 552, "failed")
    assert "HOLDS IT BACK: ranks (AUC clearly better than chance): auc.low >= 0.999, found 0." in ran.out
    assert "not proposed: jifen-startup@2 did not pass; what is in force stays so" in ran.out
    office = bench_of(home.store, settings_from({"JIFEN_HOME": str(home.path)}), system_clock).office
    assert len(office.newest(10)) == 1
    assert ran.job.step == "validate-startup"


def test_the_same_evidence_and_seed_give_the_same_bundle(home: Home) -> None:
    """From a folder and from the database, in two runs: one hash."""
    assert home.first.job.outcome is not None
    assert home.second.job.outcome is not None
    first, second = home.first.job.outcome.models[0], home.second.job.outcome.models[0]
    assert (first.version, second.version) == ("1", "2")
    assert first.sha256 == second.sha256
    assert second.simulated
    assert home.second.job.outcome.evidence == "evidence on file of 6,000 firms"


def test_the_model_in_force_is_compared_in_money_and_reasons(home: Home) -> None:
    """The same model is no better than itself: nobody is swapped, no reason changes; the first had none to be compared with."""
    assert home.first.job.outcome is not None
    assert home.second.job.outcome is not None
    assert home.first.job.outcome.models[0].versus is None
    versus = home.second.job.outcome.models[0].versus
    assert versus is not None
    assert versus.champion == "jifen-startup@1"
    assert versus.auc_difference is not None
    assert versus.reasons_changed is not None
    assert (versus.auc_difference.value, versus.auc_difference.n, versus.reasons_changed.value) == (0.0, 552, 0.0)
    sets = {one.set: one for one in versus.sets}
    assert (sets["in"].n, sets["out"].n) == (0, 0)
    assert sum(one.n for one in versus.sets) == 552
    assert sets["both"].asked is not None
    assert sets["both"].asked > 1_000_000
    assert "in: n 0, defaults 0, 0 yuan asked, of it 0 defaulted" in home.second.out


def test_reports_are_on_file_and_in_the_registry(home: Home) -> None:
    """Both languages under their hashes for every machine, and the models as candidates whose run carries the reports."""
    assert home.first.job.outcome is not None
    for made in home.first.job.outcome.models:
        assert set(made.reports) == {f"{kind}.{lang}.html" for kind in ("report", "model-card") for lang in ("zh", "en")}
        with home.store.reading() as unit:
            page = report_bytes(unit, made.reports["report.en.html"])
            assert page is not None
            assert made.sha256.encode() in page
            assert report_bytes(unit, made.validation) is None  # not a report, so not given out as one
        registered = Registry(home.path).versions(made.name)
        assert registered[-1].run_id == made.run_id
        assert list((home.path / "mlartifacts").rglob(f"{made.run_id}/artifacts/validation/report.zh.html"))


def test_start_and_end_stand_in_the_ledger(home: Home) -> None:
    """Each run twice; the end names bundles, validations and reports by hash, and the proposal."""
    entries = entries_of(home.store, "retraining")
    assert [entry.said["act"] for entry in entries] == ["started", "ended", "started", "ended"]
    assert [entry.actor.id for entry in entries] == ["wang", "retraining", "wang", "retraining"]
    assert entries[3].said["outcome"]["models"][0]["held_back_by"] == ["ranks"]
    assert entries[1].said["outcome"]["proposal_id"] == entries_of(home.store, "proposal")[0].subject


def test_the_log_tells_each_step(home: Home) -> None:
    """As it was told on the terminal."""
    lines = show_retraining(home.store, system_clock, home.first.job.job_id).lines
    assert [line.step for line in lines if not line.said] == list(home.first.job.plan.steps)
    assert any(line.said.startswith("verdict passed on n 552") for line in lines)


def test_evidence_of_a_folder_below_home(home: Home) -> None:
    """Is found by its name; what its manifest says of simulation counts."""
    assert folders_below(home.path) == ["province"]
    found = read_for_training("province", store=home.store, home=home.path, today=day_in_china(system_clock()), simulated=False)
    assert (found.simulated, found.source, found.tables["firms"].height) == (True, "folder province", 6000)


def test_evidence_on_file_is_read_whole_or_not_at_all(home: Home) -> None:
    """A dossier that is gone stops it, and the first firm is named."""
    tables, firms = evidence_on_file(home.store)
    assert firms == tables["firms"].height == 6000
    lost = tables["firms"]["firm_id"].min()
    with home.store.writing() as unit:
        from service.store.evidence import latest_hash  # noqa: PLC0415

        sha256 = latest_hash(unit, str(lost)) or ""
        kept = get_blob(unit, sha256)
        unit.execute(Blob.__table__.update().where(Blob.sha256 == sha256).values(packed=b"gone"))  # type: ignore[attr-defined]
    with pytest.raises(BadRetraining, match=f"the evidence of 1 of 6,000 firms cannot be read, first {lost}"):
        evidence_on_file(home.store)
    with home.store.writing() as unit:
        import zlib  # noqa: PLC0415

        unit.execute(Blob.__table__.update().where(Blob.sha256 == sha256).values(packed=zlib.compress(kept, 6)))  # type: ignore[attr-defined]


def test_a_champion_of_other_features_is_not_compared(home: Home) -> None:
    """That is said, and the model is still validated."""
    champion = Bundle.load(home.path / "bundles" / "jifen-growth" / "1")

    class Other:
        features = ("x",)

    found, why = _comparable(champion, Other())  # type: ignore[arg-type]
    assert found is None
    assert why.startswith("jifen-growth@1, which is in force, reads other features")


def test_options_become_effort_and_names_are_those_of_training() -> None:
    """What the plan may say is what training takes."""
    effort = _effort(Plan(reason="x", trials=5, seconds=60))
    assert effort.challengers
    assert effort.tuning is not None
    assert (effort.tuning.trials, effort.tuning.seconds) == (5, 60)
    assert _effort(Plan(reason="x", challengers=False)).tuning is None
    assert set(SegmentName.__args__) == set(SEGMENTS)  # type: ignore[attr-defined]
    assert set(RejectsMethod.__args__) == set(ASSUMPTIONS)  # type: ignore[attr-defined]


def test_wrong_input_ends_with_code_2(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And what to do: nothing was approved in a fresh home, and no peers are named."""
    monkeypatch.setenv("JIFEN_HOME", str(tmp_path))
    done = CliRunner().invoke(retrain, ["--evidence", str(home.evidence), "--reason", "x", "--operator", "wang"], help_option_names=NAMES)
    assert done.exit_code == 2
    assert "failed (retraining-invalid): nothing was approved yet" in done.stderr


def test_the_terminal_tells_what_cannot_be_measured(capsys: pytest.CaptureFixture[str]) -> None:
    """Challengers' rows, a comparison that cannot be made or lacks data, gates that lack data and warn."""
    open_gate = gate(id="later", found=None, standing="not-enough-data", holds_back=False)
    said = model(gates=(gate(), open_gate, gate(id="buys", holds_back=False)))
    assert said.versus is not None
    _tell_model(said)
    _tell_model(model(versus=said.versus.model_copy(update={"why_not": "they cannot be compared"})))
    none = said.versus.model_copy(update={"auc_difference": None, "sets": (said.versus.sets[0].model_copy(update={"asked": None}),)})
    _tell_model(model(versus=none, simulated=False))
    told = capsys.readouterr().out
    for words in (
        "scorecard: level",
        "they cannot be compared",
        "not enough data",
        "open: later",
        "warns: buys",
        "AUC +0.0123 (-0.0100 to",
    ):
        assert words in told
    assert "too few rows" in told
