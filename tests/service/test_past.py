"""Programs of earlier days: kept whole, held to the hash that decisions pin, and asked again after an upgrade."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import builders_cases as cases
import orjson
import pytest
from builders_pack import verified
from builders_releases import office_of, released, wanted
from builders_service import Clock
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.artefacts import Shelf, scheme_artefact
from service.clock import system_clock
from service.config import Settings
from service.desk import Desk
from service.domain import Decision
from service.domain.program import PACKAGES, code_version, hash_of_files, hash_of_version, program_files
from service.errors import ArtefactUnusable
from service.kit import Kit, pinned
from service.ledger import Actor
from service.past import Past
from service.programs import ABOUT, Programs
from service.replayer import answer
from service.store import Store
from service.store.records import find_decision
from service.use_cases.export import export
from service.use_cases.replay import Certificate, evidence_of, replay, replay_body
from service.wsgi import application

ROOT = Path(__file__).parents[2]


@pytest.fixture
def app(settings: Settings, store: Store, clock: Clock, folders: Path) -> Iterator[Flask]:
    """A service whose small real models are released from the database."""
    scheme = scheme_artefact(cases.SCHEME.format(tiers=cases.LOW_TIERS))
    released(office_of(store, settings.home, clock), wanted(folders, scheme=scheme))
    app = create_app(settings, clock=clock)
    yield app
    app.extensions["jifen"].store.close()


@pytest.fixture
def decided(client: FlaskClient, officer: dict[str, str], evidence: dict[str, Any]) -> str:
    row = evidence["invoices"][0] | {"month": "2025-04-01", "known_on": "2025-04-30"}
    asked = {"product": "loan-investment", "amount": 2_000_000, "term_months": 24, "as_of": "2025-04-30"}
    answered = client.post("/v1/decisions", json=asked | {"evidence": evidence | {"loans": [], "invoices": [row]}}, headers=officer)
    assert answered.status_code == 201
    return str(answered.get_json()["decision_id"])


@pytest.fixture
def programs(settings: Settings) -> Programs:
    return Programs(settings.program_folder)


@pytest.fixture
def _definitions_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process take itself for a later program, with other definitions of the indicators."""
    monkeypatch.setattr("service.use_cases.replay.catalogue_hash", lambda: cases.HASH)
    monkeypatch.setattr("service.use_cases.replay.code_version", lambda: "0.2.0+sha256." + "f" * 64)


def body_of(store: Store, decision_id: str) -> bytes:
    with store.reading() as unit:
        found = find_decision(unit, decision_id)
    assert found is not None
    return found.body


def certificate(store: Store, settings: Settings, decision_id: str, programs: Programs, *, seconds: float = 60) -> Certificate:
    with Past(store, programs, seconds=seconds) as past:
        found = replay(store, Shelf(store, settings.home).of, decision_id, system_clock, past)
    assert found is not None
    return found


def pretend(programs: Programs, contents: dict[str, bytes]) -> str:
    """Keep a made-up program; gives the version that decisions of it would pin."""
    programs.folder.mkdir(parents=True, exist_ok=True)
    digest = hash_of_files(contents)
    with zipfile.ZipFile(programs.folder / f"{digest}.zip", "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return f"0.0.1+sha256.{digest}"


def made_by(body: bytes, code: str) -> bytes:
    said = orjson.loads(body)
    said["pins"]["code"] = code
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def test_a_decision_pins_the_very_files_that_decided(store: Store, decided: str) -> None:
    """The pinned version has the hash of every file of the three packages, and of nothing else."""
    code = orjson.loads(body_of(store, decided))["pins"]["code"]
    contents = program_files()
    assert code == code_version()
    assert hash_of_version(code) == hash_of_files(contents)
    assert {path.split("/")[0] for path in contents} == set(PACKAGES)
    assert not [path for path in contents if path.endswith(".pyc")]
    assert {"service/domain/decide.py", "service/web/templates/layout.html", "features/schemes/cn-core-18.toml"} <= set(contents)


def test_any_changed_name_or_byte_is_another_program() -> None:
    """The hash is over names and contents, whatever their order."""
    one = hash_of_files({"a": b"1", "b": b"2"})
    assert one == hash_of_files({"b": b"2", "a": b"1"})
    assert len({one, hash_of_files({"a": b"1", "b": b"3"}), hash_of_files({"a": b"1", "c": b"2"}), hash_of_files({"a": b"1"})}) == 4


@pytest.mark.parametrize("code", ["0.1.0", "1.4.0+g1a2b3c4", "0.1.0+sha256.", "0.1.0+sha256." + "g" * 64, "0.1.0+sha256." + "a" * 63])
def test_a_version_without_a_whole_hash_has_none(code: str, programs: Programs) -> None:
    """Early versions name no files: nothing is looked for, and nothing outside the folder can be named."""
    assert hash_of_version(code) is None
    assert programs.path(code) is None
    assert not programs.has(code)


def test_a_service_keeps_its_program_before_it_decides(settings: Settings, programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    """What gunicorn loads keeps the program once, with the Python and libraries it runs with."""
    monkeypatch.setenv("JIFEN_HOME", str(settings.home))
    monkeypatch.setattr("gc.freeze", lambda: None)
    application().extensions["jifen"].store.close()
    path = programs.path(code_version())
    assert path is not None
    before = path.stat().st_mtime_ns
    assert programs.keep() == path
    assert path.stat().st_mtime_ns == before
    with zipfile.ZipFile(path) as archive:
        about = json.loads(archive.read(ABOUT))
    assert about["program"] == code_version()
    assert {"lightgbm", "numpy", "polars"} <= set(about["libraries"])
    assert [one.name for one in programs.folder.iterdir()] == [path.name]


@pytest.mark.usefixtures("_definitions_changed")
def test_r1_the_program_that_decided_replays_after_the_definitions_changed(
    store: Store, settings: Settings, decided: str, programs: Programs
) -> None:
    """Today's program cannot; the kept one does, bit for bit, and the certificate says who replayed and where today differs."""
    programs.keep()
    found = certificate(store, settings, decided, programs)
    assert (found.identical, found.first_difference, found.today) == (True, None, "features")
    assert "other" in found.today_detail or "definitions" in found.today_detail
    assert found.program == code_version()
    assert found.recorded == found.replayed


def test_r1_a_changed_program_replays_by_the_one_that_decided(
    store: Store, settings: Settings, database: str, decided: str, programs: Programs, tmp_path: Path
) -> None:
    """`jifen audit replay` of a later release, whose indicators and policy code differ, finds the decision of this one identical."""
    programs.keep()
    later = tmp_path / "later"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, later / package, ignore=shutil.ignore_patterns("__pycache__"))
    measures = later / "features" / "measures" / "recognition.py"
    measures.write_text(measures.read_text("utf-8").replace("INCUBATION_DAYS = 1_461", "INCUBATION_DAYS = 1_278"), "utf-8")
    out = tmp_path / "certificates.jsonl"
    start = f"import sys; sys.path.insert(0, {str(later)!r}); from service.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", start, "audit", "replay", decided, "--out", str(out)],
        check=False,
        env={**os.environ, "JIFEN_HOME": str(settings.home), "JIFEN_DATABASE_URL": database},
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 1 decisions are identical" in done.stdout
    assert "1 of them by the program that decided" in done.stdout
    said = json.loads(out.read_text("utf-8"))
    assert (said["program"], said["today"]) == (code_version(), "features")


@pytest.mark.usefixtures("_definitions_changed")
def test_a_program_that_is_not_kept_is_missed_by_name(store: Store, settings: Settings, decided: str, programs: Programs) -> None:
    """The certificate differs, and says which program would be needed and where it was looked for."""
    found = certificate(store, settings, decided, programs)
    assert (found.identical, found.first_difference, found.today) == (False, "features", None)
    assert f"the program {code_version()} is not kept in {programs.folder}" in found.stages[1].detail


@pytest.mark.usefixtures("_definitions_changed")
def test_a_program_that_was_changed_is_not_run(store: Store, settings: Settings, decided: str, programs: Programs) -> None:
    """One byte in one file of the zip: its hash is not the one on record, so nothing of it is started."""
    path = programs.keep()
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    contents["service/replayer.py"] += b"\n"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    assert "was changed" in certificate(store, settings, decided, programs).stages[1].detail
    path.write_bytes(b"PK, but no zip")
    assert "cannot be read" in certificate(store, settings, decided, programs).stages[1].detail


def test_this_program_is_not_asked_twice(store: Store, settings: Settings, decided: str) -> None:
    """A record that was changed differs by this very program, which decided it: no other one is started."""

    class Never:
        def replay(self, body: bytes) -> Certificate:
            raise AssertionError(body)

    said = orjson.loads(body_of(store, decided))
    said["coverage"] = "0.0001"
    found = replay_body(evidence_of(store), Shelf(store, settings.home).of, orjson.dumps(said), system_clock, Never())
    assert (found.identical, found.first_difference, found.today) == (False, "points", None)


@pytest.mark.parametrize(
    ("text", "words", "seconds"),
    [
        (b"raise RuntimeError('no such library')", "no such library", 60.0),  # on a busy machine it dies late
        (b"import time\n\ndef main():\n    time.sleep(600)", "took too long", 1.0),
    ],
)
def test_a_program_that_does_not_answer_is_told_of(
    store: Store, decided: str, programs: Programs, text: bytes, words: str, seconds: float
) -> None:
    """Its last words are passed on, and what would run it; a program that hangs is ended."""
    code = pretend(programs, {"service/__init__.py": b"", "service/replayer.py": text})
    body = made_by(body_of(store, decided), code)
    with Past(store, programs, seconds=seconds) as past:
        with pytest.raises(ArtefactUnusable, match=words) as told:
            past.replay(body)
        assert ABOUT in str(told.value)
        with pytest.raises(ArtefactUnusable, match=words):  # it is started anew, not taken for running
            past.replay(body)


def test_evidence_that_is_gone_is_not_asked_about(store: Store, decided: str, programs: Programs) -> None:
    """A record whose dossier is not on file is refused before it is packed."""
    programs.keep()
    said = orjson.loads(body_of(store, decided))
    said["pins"]["evidence"] = cases.HASH
    with Past(store, programs) as past, pytest.raises(ArtefactUnusable, match=cases.HASH):
        past.replay(orjson.dumps(said))


@pytest.mark.parametrize("name", ["../outside.py", "/tmp/outside.py"])
def test_no_member_is_written_outside(programs: Programs, tmp_path: Path, name: str) -> None:
    """Even of an archive with the right hash."""
    code = pretend(programs, {name: b""})
    with pytest.raises(ArtefactUnusable, match="outside"):
        programs.extract(code, tmp_path / "here")


def test_an_archive_far_too_large_is_refused(programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size is read before its contents."""
    code = pretend(programs, {"service/big.py": b"0" * 1000})
    monkeypatch.setattr("service.programs.MOST_BYTES", 999)
    with pytest.raises(ArtefactUnusable, match="larger than 999"):
        programs.extract(code, tmp_path / "here")


def test_the_replayer_answers_from_a_kit_alone(store: Store, settings: Settings, decided: str, tmp_path: Path) -> None:
    """Two questions, two certificates, no database: and what the kit lacks is named."""
    body = body_of(store, decided)
    decision = Decision.model_validate_json(body)
    shelf = Shelf(store, settings.home)
    whole, poor = Kit(tmp_path / "whole"), Kit(tmp_path / "poor")
    evidence = evidence_of(store)(decision.pins.evidence)
    for kit, source in ((whole, shelf.source), (poor, lambda *_: None)):
        kit.pack(body, decided, decision.pins, evidence=evidence, source=source)
    (poor.folder / "decisions" / "x.json").write_bytes(made_by(body, "0.0.1"))
    lines = [{"kit": str(whole.folder), "decision": decided}, {"kit": str(whole.folder), "decision": decided}]
    lines.append({"kit": str(poor.folder), "decision": "x"})
    sink = io.BytesIO()
    answer(io.BytesIO(b"".join(orjson.dumps(line) + b"\n" for line in lines)), sink)
    first, second, third = map(orjson.loads, sink.getvalue().splitlines())
    assert first["identical"]
    assert second["identical"]
    assert (third["identical"], third["first_difference"]) == (False, "points")
    assert len(pinned(decision.pins)) == 3  # a model, a scheme and a policy; these peers are none
    with pytest.raises(ValueError, match="no evidence"):
        whole.evidence(cases.HASH)


def test_the_pack_takes_the_program_along(desk: Desk, settings: Settings, decided: str, programs: Programs, tmp_path: Path) -> None:
    """Whoever takes a decision home has the program that made it; the pack still verifies with bare Python."""
    kept = programs.keep()
    pack = tmp_path / "pack.zip"
    with pack.open("wb") as sink, Past(desk.store, programs) as past:
        actor = Actor(kind="person", id="examiner", role="auditor")
        export(desk.store, desk.sealer, desk.shelf, desk.clock, sink, chosen=[decided], actor=actor, past=past)
    with zipfile.ZipFile(pack) as archive:
        assert archive.read(f"artefacts/programs/{kept.name}") == kept.read_bytes()
    code, said = verified(pack, "--key", desk.sealer.keys.known[0].text)
    assert (code, "nothing was found" in said) == (0, True), said


@pytest.mark.usefixtures("_definitions_changed")
def test_a_pack_says_that_its_definitions_are_others(
    desk: Desk, decided: str, programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade the pack holds the certificate of the program that decided, and no indicators by definitions of today."""
    programs.keep()
    monkeypatch.setattr("service.use_cases.export.catalogue_hash", lambda: cases.HASH)
    pack = tmp_path / "pack.zip"
    with pack.open("wb") as sink, Past(desk.store, programs) as past:
        actor = Actor(kind="person", id="examiner", role="auditor")
        export(desk.store, desk.sealer, desk.shelf, desk.clock, sink, chosen=[decided], actor=actor, past=past)
    with zipfile.ZipFile(pack) as archive:
        features = json.loads(archive.read(f"decisions/{decided}/features.json"))
        said = json.loads(archive.read(f"decisions/{decided}/replay.json"))
    assert features["indicators"] == []
    assert "artefacts/programs" in features["note"]
    assert (said["identical"], said["today"]) == (True, "features")


@pytest.mark.usefixtures("_definitions_changed")
def test_the_api_asks_the_program_that_decided(client: FlaskClient, decided: str, programs: Programs, as_role: Any) -> None:
    """An examiner's replay over HTTP says which program replayed."""
    programs.keep()
    said = client.post(f"/v1/audit/replays/{decided}", headers=as_role("auditor")).get_json()
    assert (said["identical"], said["today"], said["program"]) == (True, "features", code_version())
