from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from builders_training import NOW, QUICK, toy_book

from training.assembly import TrainResult, train_book
from training.bundle import Bundle
from training.bundle import native as native_module
from training.bundle.files import FILES, INDEX, RELEASE, folder_hash, json_bytes, sha256
from training.errors import BundleError
from training.profile import binned


def rehash(folder: Path) -> None:
    """Make the index agree with the files again, as a forger would."""
    digests = {name: sha256((folder / name).read_bytes()) for name in FILES}
    (folder / INDEX).write_bytes(json_bytes({"files": digests, "hash": folder_hash(digests)}))


def rewrite(path: Path, **changes: object) -> None:
    path.write_bytes(json_bytes(json.loads(path.read_bytes()) | changes))


def test_a_bundle_says_what_it_is(toy: TrainResult):
    """Name, version, segment, hash and features come back from the folder."""
    bundle = Bundle.load(toy.folder)
    assert (bundle.name, bundle.version, bundle.segment, bundle.base_score, bundle.simulated) == ("jifen-toy", "1", "toy", 600, False)
    assert bundle.features == ("size", "debt", "age", "kind", "noise")
    assert bundle.hash == toy.bundle.hash
    assert re.fullmatch("sha256:[0-9a-f]{64}", bundle.hash)
    assert bundle.created_at == NOW
    assert bundle.meta["metrics"]["test"]["n"] == 300


def test_the_same_book_and_seed_give_the_same_hash(toy: TrainResult, tmp_path: Path):
    """Trained again at another time under another version, the bundle's hash is the same."""
    again = train_book(toy_book(), out=tmp_path, now=NOW + timedelta(days=9), settings=QUICK, version="other")
    assert (again.bundle.hash, again.bundle.version) == (toy.bundle.hash, "other")


def test_another_book_gives_another_hash(toy: TrainResult, tmp_path: Path):
    """The hash is of the model, not of its name."""
    other = train_book(toy_book(seed=2), out=tmp_path, now=NOW, settings=QUICK)
    assert other.bundle.hash != toy.bundle.hash


def test_versions_count_up_and_are_never_overwritten(tmp_path: Path):
    """The next version is the next whole number; a folder in use is refused."""
    first, second = (train_book(toy_book(400), out=tmp_path, now=NOW, settings=QUICK) for _ in range(2))
    assert (first.folder.name, second.folder.name) == ("1", "2")
    with pytest.raises(BundleError, match="never overwritten"):
        train_book(toy_book(400), out=tmp_path, now=NOW, settings=QUICK, version="2")


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_refused_by_name(copied: Path, name: str):
    """One byte more in any file that counts stops the bundle."""
    (copied / name).write_bytes((copied / name).read_bytes() + b" ")
    with pytest.raises(BundleError, match=f"{re.escape(name)} was changed"):
        Bundle.load(copied)


@pytest.mark.parametrize("name", [*FILES, INDEX, RELEASE])
def test_a_missing_file_is_refused_by_name(copied: Path, name: str):
    """A bundle is whole or it is not a bundle."""
    (copied / name).unlink()
    with pytest.raises(BundleError, match=re.escape(name)):
        Bundle.load(copied)


def test_the_release_note_is_outside_the_hash(copied: Path, toy: TrainResult):
    """Version and time of writing may differ between two copies of one model."""
    rewrite(copied / RELEASE, version="7")
    assert (Bundle.load(copied).version, Bundle.load(copied).hash) == ("7", toy.bundle.hash)


@pytest.mark.parametrize("text", ["{", "[]", '{"files": {}}'])
def test_an_index_that_is_none_is_refused(copied: Path, text: str):
    """A torn or foreign index names itself."""
    (copied / INDEX).write_text(text)
    with pytest.raises(BundleError, match=re.escape(INDEX)):
        Bundle.load(copied)


def test_an_index_with_a_hash_of_something_else_is_refused(copied: Path):
    """The one hash is recomputed from the digests, never believed."""
    rewrite(copied / INDEX, hash="sha256:" + "0" * 64)
    with pytest.raises(BundleError, match="does not sum to its own hash"):
        Bundle.load(copied)


def test_a_manifest_with_an_unknown_key_is_refused(copied: Path):
    """A bundle of a later format is not guessed at."""
    rewrite(copied / "manifest.json", surprise=1)
    rehash(copied)
    with pytest.raises(BundleError, match="surprise"):
        Bundle.load(copied)


def test_a_model_and_a_manifest_that_disagree_are_refused(copied: Path):
    """Columns are positional in LightGBM: one feature less in the manifest would shift the others."""
    manifest = json.loads((copied / "manifest.json").read_bytes())
    rewrite(copied / "manifest.json", features=manifest["features"][:-1])
    rehash(copied)
    with pytest.raises(BundleError, match=r"reads 5 features, manifest\.json lists 4"):
        Bundle.load(copied)


def test_a_model_text_that_is_none_is_refused(copied: Path):
    """LightGBM's own complaint is passed on."""
    (copied / "model.txt").write_text("not a model")
    rehash(copied)
    with pytest.raises(BundleError, match="LightGBM refused"):
        Bundle.load(copied)


def test_a_bundle_that_scores_differently_is_refused(copied: Path):
    """A forged calibration with a consistent index is caught by the golden cases."""
    manifest = json.loads((copied / "manifest.json").read_bytes())
    rewrite(copied / "manifest.json", calibration=manifest["calibration"] | {"slope": manifest["calibration"]["slope"] * 1.5})
    rehash(copied)
    with pytest.raises(BundleError, match="golden score"):
        Bundle.load(copied)


def test_a_pd_that_moves_is_refused(copied: Path):
    """Golden PDs may differ in the last bits between C libraries, not more."""
    golden = json.loads((copied / "golden.json").read_bytes())
    rewrite(copied / "golden.json", pd=[pd + 1e-6 for pd in golden["pd"]])
    rehash(copied)
    with pytest.raises(BundleError, match="pd moved"):
        Bundle.load(copied)


def test_golden_cases_cover_the_range_and_a_blank_row(toy: TrainResult):
    """A few dozen rows from the safest to the riskiest, and one where nothing is known."""
    golden = json.loads((toy.folder / "golden.json").read_bytes())
    train = toy_book().matrix[:900]
    margins = toy.bundle.predict(train).margin
    assert len(golden["rows"]) == 33
    assert golden["rows"][-1] == [None] * 5
    assert (min(golden["margin"]), max(golden["margin"])) == (margins.min(), margins.max())


def test_loading_imports_neither_mlflow_nor_pandas_nor_shap(toy: TrainResult):
    """A serving process pays for numpy, pydantic and LightGBM's library, and for nothing else of the training stack."""
    code = (
        "import sys; from training.bundle import Bundle; b = Bundle.load(sys.argv[1]); b.score(b.row(dict.fromkeys(b.features)));"
        "heavy = {'mlflow', 'pandas', 'shap', 'sklearn', 'scipy', 'lightgbm', 'matplotlib', 'polars'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(toy.folder)], capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout.strip() == "[]"


def test_without_lightgbm_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A missing package and a wheel without its library are told apart."""
    monkeypatch.setattr(native_module.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(BundleError, match="lightgbm is not installed"):
        native_module.load_library()
    monkeypatch.setattr(native_module.importlib.util, "find_spec", lambda _: type("Spec", (), {"origin": str(tmp_path / "x.py")}))
    with pytest.raises(BundleError, match="library is missing"):
        native_module.load_library()


def test_the_profile_describes_the_training_rows(toy: TrainResult):
    """Deciles and missing share of each number, shares of each category, and of the score."""
    profile = toy.bundle.reference_profile
    debt = toy_book().matrix[:900, 1]
    assert profile["rows"] == 900
    assert profile["features"]["debt"]["missing"] == pytest.approx(np.isnan(debt).mean(), abs=1e-6)
    assert len(profile["features"]["debt"]["edges"]) == 9
    assert profile["features"]["debt"]["shares"] == pytest.approx([0.1] * 10, abs=0.01)
    assert sum(profile["features"]["kind"]["categories"].values()) == pytest.approx(1, abs=1e-5)
    assert sum(profile["score"]["shares"]) == pytest.approx(1, abs=1e-5)


def test_a_profile_of_repeats_and_of_nothing():
    """A value that fills many deciles is one edge; an empty column has shares of nothing."""
    assert binned(np.array([0.0] * 8 + [1.0, 2.0])) == {"missing": 0.0, "edges": [0.0, 1.0], "shares": [0.8, 0.1, 0.1]}
    assert binned(np.full(3, np.nan)) == {"missing": 1.0, "edges": [], "shares": []}
    assert binned(np.zeros(0))["missing"] == 0.0
