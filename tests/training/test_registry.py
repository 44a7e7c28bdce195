from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders_training import NOW, QUICK, toy_book

from training.assembly import TrainResult, train_book
from training.bundle import Bundle
from training.bundle.scores import Scores
from training.errors import RegistryError
from training.pyfunc import OUTPUTS, ScoringModel
from training.registry import CHALLENGER, CHAMPION, Registered, Registry
from training.shelf import aliases, bundles_of, place, point
from training.tracking import connected

ROWS = toy_book().matrix[:40]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def registry(home: Path) -> Registry:
    return Registry(home)


@pytest.fixture(scope="module")
def registered(registry: Registry, home: Path, toy: TrainResult) -> Registered:
    """The toy model as version 1, and a second model as version 2."""
    first = registry.register(toy, operator="li")
    second = train_book(toy_book(seed=2), out=bundles_of(home), now=NOW, settings=QUICK)
    registry.register(second, operator="wang")
    registry.promote("jifen-toy", "1", reason="the first of its kind", operator="zhao", now=NOW)
    return first


def test_registering_makes_a_candidate_and_never_a_champion(registry: Registry, registered: Registered):
    """Both versions are listed, the newest is the candidate; only the promotion by hand made a champion."""
    newest, oldest = registry.versions("jifen-toy")
    assert (newest.version, newest.aliases, newest.operator) == ("2", ("candidate",), "wang")
    assert (oldest.version, oldest.aliases, oldest.operator) == ("1", ("champion",), "li")
    assert registry.names() == ["jifen-toy"]


def test_the_run_keeps_parameters_metrics_with_bounds_hashes_and_pictures(registry: Registry, registered: Registered, toy: TrainResult):
    """What an examiner looks for is in the run."""
    with connected(registry.uri) as mlflow:
        run = mlflow.MlflowClient().get_run(registered.run_id)
        files = {item.path for item in mlflow.MlflowClient().list_artifacts(registered.run_id)}
        pictures = {item.path for item in mlflow.MlflowClient().list_artifacts(registered.run_id, "figures")}
    measured = toy.test.metrics["auc"]
    assert run.data.metrics["test.auc"] == pytest.approx(measured.value)
    assert run.data.metrics["test.auc.low"] == pytest.approx(measured.low)
    assert (run.data.metrics["test.n"], run.data.metrics["test.half.odd.n"]) == (300, 150)
    assert run.data.params["depth"] == "3"
    assert run.data.tags["bundle_hash"] == toy.bundle.hash
    assert run.data.tags["data_hash"] == "sha256:toy"
    assert run.data.tags["operator"] == "li"
    assert files >= {"card.md", "findings.json"}
    assert pictures == {f"figures/{name}.png" for name in ("calibration", "roc", "shap_bar", "shap_beeswarm")}


def test_the_logged_model_scores_like_the_bundle_to_the_bit(registry: Registry, registered: Registered, toy: TrainResult):
    """`mlflow.pyfunc.load_model` on rows with categories and blanks gives the bundle's own numbers."""
    frame = pd.DataFrame(ROWS, columns=toy.bundle.features).astype({"kind": object})
    frame["kind"] = [toy.bundle.manifest.features[3].categories[int(kind)] for kind in ROWS[:, 3]]
    path = list(sys.path)
    with connected(registry.uri) as mlflow:
        model = mlflow.pyfunc.load_model(registered.model_uri)
        answers = model.predict(frame)
        signature = model.metadata.signature
        example = model.input_example
    sys.path[:] = path
    scores = toy.bundle.score(ROWS)
    for name in ("margin", "log_odds", "pd", "score", "residual"):
        assert np.array_equal(answers[name].to_numpy(), getattr(scores, name)), name
    assert np.array_equal(answers[[f"points_{name}" for name in toy.bundle.features]].to_numpy(), scores.contributions)
    assert signature.inputs.input_names() == list(toy.bundle.features)
    assert list(example.columns) == list(toy.bundle.features)


def test_the_champion_resolves_from_the_shelf_without_mlflow(home: Path, registered: Registered):
    """A process that only resolves and loads never imports MLflow."""
    code = (
        "import sys; from pathlib import Path; from training.registry import Registry; from training.bundle import Bundle;"
        "print(Bundle.load(Registry(Path(sys.argv[1])).resolve('jifen-toy')).version, 'mlflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(home)], capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout.split() == ["1", "False"]


def test_a_lost_shelf_is_filled_from_the_registry(home: Path, registered: Registered, toy: TrainResult, tmp_path: Path):
    """Another machine with the same registry fetches the champion, verified by its hash."""
    elsewhere = Registry(tmp_path, uri=f"sqlite:///{home / 'mlflow.db'}")
    assert Bundle.load(elsewhere.resolve("jifen-toy")).hash == toy.bundle.hash
    assert aliases(tmp_path, "jifen-toy") == {"champion": "1"}
    assert elsewhere.resolve("jifen-toy", refresh=True) == place(tmp_path, "jifen-toy", "1")


def test_a_promotion_keeps_who_when_why_and_what_was_before(registry: Registry, registered: Registered):
    """Every promotion is remembered, oldest first; the alias moves."""
    done = registry.promote(
        "jifen-toy", "2", reason=" better on start-ups ", operator="chen", now=NOW + timedelta(days=1), alias=CHALLENGER
    )
    again = registry.promote("jifen-toy", "1", reason="back", operator="chen", now=NOW + timedelta(days=2), alias=CHALLENGER)
    assert (done.previous, done.reason, done.at) == (None, "better on start-ups", "2026-11-24T08:00:00+00:00")
    assert (again.previous, again.version) == ("2", "1")
    history = registry.history("jifen-toy")
    assert [(one.alias, one.version, one.operator) for one in history] == [
        (CHAMPION, "1", "zhao"),
        (CHALLENGER, "2", "chen"),
        (CHALLENGER, "1", "chen"),
    ]
    assert registry.resolve("jifen-toy", CHALLENGER).name == "1"


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"name": "jifen-none"}, "no registered model 'jifen-none'; there are jifen-toy"),
        ({"version": "9"}, "no version 9; it has 2, 1"),
        ({"alias": "king"}, "no alias 'king'; the aliases are champion, challenger, candidate"),
        ({"reason": "  "}, "needs a reason and an operator"),
        ({"operator": ""}, "needs a reason and an operator"),
    ],
)
def test_a_promotion_that_nobody_could_defend_is_refused(registry: Registry, registered: Registered, said: dict[str, str], error: str):
    """Unknown things are named; an anonymous or groundless promotion does not happen."""
    asked = {"name": "jifen-toy", "version": "1", "reason": "why", "operator": "who", "alias": CHAMPION} | said
    with pytest.raises(RegistryError, match=error):
        registry.promote(asked.pop("name"), asked.pop("version"), now=NOW, **asked)


def test_an_alias_that_nobody_gave_does_not_resolve(home: Path, registered: Registered, tmp_path: Path):
    """No champion, no decision: the error says what to do."""
    fresh = Registry(tmp_path)
    with pytest.raises(RegistryError, match="there are none yet: train one"):
        fresh.resolve("jifen-toy")
    with connected(fresh.uri) as mlflow:
        mlflow.MlflowClient().create_registered_model("jifen-toy")
    with pytest.raises(RegistryError, match="has no champion; promote a version"):
        fresh.resolve("jifen-toy")


def test_another_bundle_under_a_registered_version_is_refused(registered: Registered, home: Path, tmp_path: Path):
    """The shelf must hold what was registered, or the promotion stops."""
    forged = train_book(toy_book(seed=3), out=tmp_path / "other", now=NOW, settings=QUICK, version="1")
    shutil.copytree(forged.folder, place(tmp_path, "jifen-toy", "1"))
    elsewhere = Registry(tmp_path, uri=f"sqlite:///{home / 'mlflow.db'}")
    with pytest.raises(RegistryError, match="is not the bundle registered as jifen-toy 1"):
        elsewhere.promote("jifen-toy", "1", reason="why", operator="who", now=NOW)
    with pytest.raises(RegistryError, match="already holds another bundle"):
        Registry(tmp_path).register(train_book(toy_book(seed=4), out=tmp_path / "third", now=NOW, settings=QUICK), operator="li")


def test_the_shelf_points_at_what_stands_on_it(tmp_path: Path):
    """An alias of a version that is not there is refused; a torn alias file is named."""
    with pytest.raises(RegistryError, match="does not exist; train or fetch"):
        point(tmp_path, "jifen-toy", CHAMPION, "3")
    folder = bundles_of(tmp_path) / "jifen-toy"
    folder.mkdir(parents=True)
    (folder / "aliases.json").write_text("[1")
    with pytest.raises(RegistryError, match="not a map of aliases"):
        aliases(tmp_path, "jifen-toy")


def test_a_server_named_by_the_environment_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Argument before environment before the SQLite file of the home."""
    assert Registry(tmp_path).uri == f"sqlite:///{tmp_path / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://models.example:5000")
    assert Registry(tmp_path).uri == "http://models.example:5000"
    assert Registry(tmp_path, uri="sqlite:///x.db").uri == "sqlite:///x.db"


@pytest.mark.parametrize("before", [None, "http://models.example:5000"])
def test_using_a_registry_leaves_mlflow_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str | None):
    """Not even a failure inside decides where the next registry looks."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    if before:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", before)

    def fail() -> None:
        with connected(f"sqlite:///{tmp_path / 'a.db'}") as mlflow:
            raise RegistryError(mlflow.get_tracking_uri())

    with pytest.raises(RegistryError, match=r"a\.db"):
        fail()
    assert os.environ.get("MLFLOW_TRACKING_URI") == before


def test_scores_have_no_field_the_registry_forgets(bundle: Bundle):
    """Each field of `Scores` but the unrounded points leaves through the logged model, the interval as two columns."""
    assert set(OUTPUTS) | {"contributions", "unrounded", "pd_interval"} == set(Scores.__dataclass_fields__)
    rows, scored = toy_book().matrix[:3], ScoringModel(bundle)
    given = {name: rows[:, position] for position, name in enumerate(bundle.features) if name != "kind"}
    answers = scored.predict(given | {"kind": ["shop", "farm", "mill"]})
    assert (answers["pd_low"] <= answers["pd"]).all()
    assert (answers["pd"] <= answers["pd_high"]).all()
