"""The examiner's zip: whole, verified with bare Python, and no manipulation of it passes."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import builders_cases as cases
import pytest
from builders_evidence import request as evidence_request
from builders_pack import forged, run, verified
from builders_releases import office_of, released, wanted
from builders_service import Clock
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.artefacts import Shelf, scheme_artefact
from service.config import Settings
from service.desk import Desk
from service.ledger import Actor, Draft, Kind
from service.store import Store, open_store
from service.store.ledger import append
from service.use_cases.export import Exported, export
from service.use_cases.tokens import create_token

EXAMINER = Actor(kind="person", id="examiner", role="auditor")


def released_app(settings: Settings, store: Store, clock: Clock, folders: Path) -> Flask:
    """A service whose small real models are released from the database."""
    scheme = scheme_artefact(cases.SCHEME.format(tiers=cases.LOW_TIERS))
    released(office_of(store, settings.home, clock), wanted(folders, scheme=scheme))
    return create_app(settings, clock=clock)


def two_decisions(client: FlaskClient, officer: dict[str, str], evidence: dict[str, Any]) -> list[str]:
    """Two decisions, one of them with an offer."""
    row = evidence["invoices"][0] | {"month": "2025-04-01", "known_on": "2025-04-30"}
    clean = evidence | {"loans": [], "invoices": [row]}
    numbers = []
    for product in ("loan-investment", "growth-relay"):
        asked = {"product": product, "amount": 2_000_000, "term_months": 24, "evidence": clean, "as_of": "2025-04-30"}
        answer = client.post("/v1/decisions", json=asked, headers=officer)
        assert answer.status_code == 201
        numbers.append(answer.json["decision_id"])  # type: ignore[index]
    return numbers


def exported(desk: Desk, path: Path, *numbers: str, kept: tuple[int, ...] = ()) -> tuple[Path, Exported]:
    """Export decisions to a file."""
    shelf = Shelf(desk.store, desk.settings.home)
    with path.open("wb") as sink:
        return path, export(desk.store, desk.sealer, shelf, desk.clock, sink, chosen=numbers, actor=EXAMINER, kept=kept)


@pytest.fixture
def app(settings: Settings, store: Store, clock: Clock, folders: Path) -> Iterator[Flask]:
    app = released_app(settings, store, clock, folders)
    yield app
    app.extensions["jifen"].store.close()


@pytest.fixture
def decided(client: FlaskClient, officer: dict[str, str], evidence: dict[str, Any]) -> list[str]:
    return two_decisions(client, officer, evidence)


@pytest.fixture
def taken(desk: Desk, tmp_path: Path) -> Callable[..., tuple[Path, Exported]]:
    def take(*numbers: str, kept: tuple[int, ...] = ()) -> tuple[Path, Exported]:
        return exported(desk, tmp_path / "pack.zip", *numbers, kept=kept)

    return take


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory, migrated: Path, folders: Path) -> tuple[bytes, str]:
    """An honest pack, taken once to be manipulated many times, and its first decision."""
    home, clock = tmp_path_factory.mktemp("honest"), Clock(cases.NOW)
    shutil.copy(migrated, home / "jifen.db")
    settings = Settings(home=home, lock_seconds=5, seal_milliseconds=3_600_000, log_level="ERROR", clock_seconds=10**9)
    store = open_store(settings.database)
    app = released_app(settings, store, clock, folders)
    officer = {"Authorization": f"Bearer {create_token(store, name='an officer', role='officer', clock=clock).text}"}
    numbers = two_decisions(app.test_client(), officer, evidence_request())
    desk = app.extensions["jifen"]
    pack, _ = exported(desk, home / "pack.zip", *numbers)
    desk.store.close()
    store.close()
    return pack.read_bytes(), numbers[0]


@pytest.fixture
def pack(honest: tuple[bytes, str], tmp_path: Path) -> Path:
    """A copy of the honest pack, free to be changed."""
    path = tmp_path / "pack.zip"
    path.write_bytes(honest[0])
    return path


Taken = Callable[..., tuple[Path, Exported]]


def test_r25_the_pack_holds_everything_a_decision_stands_on(taken: Taken, decided: list[str]) -> None:
    """Decision, evidence, indicators, lineage, replay, pictures, models with cards, policy, scheme, proofs, keys, guides and program."""
    pack, done = taken(*decided)
    with zipfile.ZipFile(pack) as archive:
        names = set(archive.namelist())
        manifest = json.loads(archive.read("manifest.json"))
        entries = [json.loads(line) for line in archive.read("ledger/entries.jsonl").splitlines()]
    for number in decided:
        files = ("decision.json", "evidence.json", "features.json", "lineage.json", "replay.json", "sheet.zh.svg", "sheet.en.svg")
        assert {f"decisions/{number}/{file}" for file in files} <= names
    assert {
        "verify.py",
        "ed25519.py",
        "README.zh.md",
        "README.en.md",
        "decisions.csv",
        "ledger/checkpoint",
        "ledger/public-keys.txt",
    } <= names
    assert any(name.endswith("/card.md") for name in names)
    assert sum(name.startswith("artefacts/policies/") for name in names) == 2
    assert any(name.startswith("artefacts/validations/") for name in names)
    assert manifest["decisions"] == decided
    assert manifest["ledger"]["export_entry"] == done.entry
    assert manifest["simulated"] is True
    kinds = {json.loads(one["entry"])["kind"] for one in entries}
    assert {"decision", "release", "proposal", "verdict", "key"} <= kinds


def test_r25_bare_python_finds_nothing_in_an_honest_pack(taken: Taken, decided: list[str], desk: Desk) -> None:
    """With the pinned key and without any package, the pack's own program finds nothing, and says in both languages what it did."""
    pack, _ = taken(*decided)
    code, said = verified(pack, "--key", desk.sealer.keys.known[0].text)
    assert (code, "nothing was found" in said, "未发现问题" in said) == (0, True, True), said
    assert "no key was given" in verified(pack)[1]


def test_an_unpacked_pack_verifies_from_its_own_folder(taken: Taken, decided: list[str], tmp_path: Path) -> None:
    """Unzipped, the program checks the folder it lies in."""
    pack, _ = taken(*decided)
    with zipfile.ZipFile(pack) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert run(tmp_path / "unpacked" / "verify.py")[0] == 0
    (tmp_path / "unpacked" / "decisions.csv").write_bytes(b"")
    code, said = run(tmp_path / "unpacked" / "verify.py")
    assert (code, "decisions.csv" in said) == (1, True)


MANIPULATIONS: list[tuple[str, Callable[[bytes], bytes | None]]] = [
    ("decisions/{one}/decision.json", lambda body: body.replace(b'"amount":2000000', b'"amount":9000000', 1)),
    ("decisions/{one}/decision.json", lambda _: None),
    ("decisions/{one}/evidence.json", lambda body: body[:-2] + b" }"),
    ("decisions/{one}/evidence.json", lambda _: None),
    ("decisions/{one}/features.json", lambda body: body.replace(b"value", b"valve", 1)),
    ("decisions/{one}/lineage.json", lambda body: body + b" "),
    ("decisions/{one}/replay.json", lambda body: body.replace(b'"identical": true', b'"identical": false')),
    ("decisions/{one}/sheet.zh.svg", lambda body: body + b"<!-- -->"),
    ("decisions.csv", lambda body: body + b"x"),
    ("ledger/entries.jsonl", lambda body: body.replace(b"wang", b"wong", 1)),
    ("ledger/entries.jsonl", lambda body: b"".join(body.splitlines(keepends=True)[1:])),
    ("ledger/entries.jsonl", lambda body: b"\n".join(body.splitlines()[::-1])),
    ("ledger/checkpoint", lambda body: body.replace(b"\n", b"\n1", 1)),
    ("ledger/checkpoint", lambda body: body.replace(b"\n\xe2\x80\x94", b"\nX", 1)),
    ("ledger/public-keys.txt", lambda body: body.replace(b"A", b"B", 1)),
    ("verify.py", lambda body: body + b"\n"),
    ("extra.txt", lambda _: b"added"),
    ("manifest.note", lambda body: body[:-6] + b"AAAA=\n"),
]


@pytest.mark.parametrize("careful", [True, False], ids=["manifest-rewritten", "manifest-kept"])
@pytest.mark.parametrize("number", range(len(MANIPULATIONS)))
def test_r25_every_planted_manipulation_is_found(pack: Path, honest: tuple[bytes, str], number: int, *, careful: bool) -> None:
    """Whatever is changed, taken out or added, even with the manifest written anew, is found with bare Python."""
    name, change = MANIPULATIONS[number]
    code, said = verified(forged(pack, name.format(one=honest[1]), change, careful=careful))
    assert code == 1, said
    assert "DOES NOT HOLD" in said


ENDS = {"models": "model.txt", "policies": ".json", "schemes": ".json"}


@pytest.mark.parametrize("kind", ["models", "policies", "schemes"])
def test_another_artefact_is_found(pack: Path, kind: str) -> None:
    """A model, policy or scheme that is not the one the decision pins is found by its hash, not only by the manifest."""
    with zipfile.ZipFile(pack) as archive:
        name = next(one for one in archive.namelist() if one.startswith(f"artefacts/{kind}/") and one.endswith(f"{ENDS[kind]}"))
    code, said = verified(forged(pack, name, lambda body: body + b" "))
    assert code == 1
    assert "is not what the decision was made" in said or "is not the model" in said, said


def test_a_pack_of_another_ledger_is_found_by_the_pinned_key(taken: Taken, decided: list[str]) -> None:
    """A pack that is consistent in itself, but signed by a ledger of somebody else, does not pass the key you hold."""
    pack, _ = taken(*decided)
    other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    code, said = verified(pack, "--key", other)
    assert (code, "the key you hold" in said) == (1, True), said


def test_r3_history_since_a_kept_checkpoint_is_proved(
    taken: Taken, decided: list[str], desk: Desk, tmp_path: Path, store: Store, clock: Clock
) -> None:
    """Who kept a checkpoint sees that the ledger still begins with it; another ledger's checkpoint, or one unproved, is told."""
    desk.sealer.seal_now()
    kept = tmp_path / "kept"
    kept.write_text((desk.settings.home / "witness" / "checkpoint").read_text("utf-8"), encoding="utf-8")
    size = int(kept.read_text("utf-8").splitlines()[1])
    with store.writing() as unit:
        append(unit, [Draft(kind=Kind.AUDIT, subject="x", actor=EXAMINER, at=clock(), content=b"{}")])
    pack, _ = taken(*decided, kept=(size,))
    assert verified(pack, "--checkpoint", str(kept))[0] == 0
    unproved, _ = taken(*decided)
    code, said = verified(unproved, "--checkpoint", str(kept))
    assert (code, "ask for it" in said) == (1, True)


def test_an_export_is_itself_on_record(taken: Taken, decided: list[str], client: FlaskClient, as_role: Any) -> None:
    """Who took which decisions away stands in the ledger, under the pack's own checkpoint."""
    _, done = taken(*decided)
    shown = client.get(f"/v1/audit/entries/{done.entry}", headers=as_role("auditor")).json
    assert shown is not None
    assert (shown["entry"]["kind"], shown["entry"]["actor"]["id"]) == ("export", "examiner")
    assert shown["content"]["decisions"] == decided


def test_the_same_decisions_make_the_same_files(taken: Taken, decided: list[str], tmp_path: Path) -> None:
    """But for what has happened since, two packs of the same decisions hold the same bytes."""
    first = taken(*decided)[0].rename(tmp_path / "first.zip")
    second, _ = taken(*decided)
    with zipfile.ZipFile(first) as one, zipfile.ZipFile(second) as two:
        same = [name for name in one.namelist() if one.read(name) == two.read(name)]
        assert set(one.namelist()) - set(same) == {"ledger/checkpoint", "ledger/entries.jsonl", "manifest.json", "manifest.note"}


def test_the_examiner_takes_a_pack_over_the_api(client: FlaskClient, decided: list[str], as_role: Any, tmp_path: Path) -> None:
    """One request answers the zip, which verifies; unknown numbers and none at all are told."""
    headers = as_role("auditor")
    answer = client.post("/v1/audit/exports", json={"decisions": decided}, headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    pack = tmp_path / "over-http.zip"
    pack.write_bytes(answer.data)
    answer.close()
    assert verified(pack)[0] == 0
    assert client.post("/v1/audit/exports", json={"decisions": ["nothing"]}, headers=headers).status_code == 404
    assert client.post("/v1/audit/exports", json={"decisions": []}, headers=headers).status_code == 422


def test_a_broken_zip_is_told(tmp_path: Path, taken: Taken, decided: list[str]) -> None:
    """A file that is no pack has exit code 2 and a reason."""
    pack, _ = taken(*decided)
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no zip")
    code, said = verified(pack, "--checkpoint", str(broken.with_name("missing")))
    assert (code, "cannot be read" in said) == (2, True)
