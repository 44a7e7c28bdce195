"""The examiner's routes and commands: checkpoint, entries, proofs, verification, and who looked at what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import update

from service.cli.main import cli
from service.config import Settings
from service.desk import Desk
from service.ledger.checkpoint import Checkpoint
from service.ledger.note import Verifier, open_note
from service.ledger.proofs import is_consistent, is_included
from service.ledger.tree import leaf_hash
from service.store import Store
from service.store.models import LedgerEntry

Headers = dict[str, str]


@pytest.fixture
def auditor(as_role: Callable[[str], Headers]) -> Headers:
    return as_role("auditor")


@pytest.fixture
def decided(client: FlaskClient, desk: Desk, officer: Headers, asked: dict[str, Any]) -> str:
    """The number of a decision that is under a checkpoint."""
    answer = client.post("/v1/decisions", json=asked, headers=officer)
    desk.sealer.seal_now()
    return str(answer.json["decision_id"])  # type: ignore[index]


@pytest.fixture
def jifen(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Run a command on the test's database; gives its exit code and output."""
    monkeypatch.setenv("JIFEN_HOME", str(settings.home))
    monkeypatch.setenv("JIFEN_DATABASE_URL", settings.database_url)

    def run(*line: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, list(line))
        return done.exit_code, done.stdout

    return run


def steps(path: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(step) for step in path]


def test_the_checkpoint_opens_with_the_keys_beside_it(client: FlaskClient, desk: Desk, decided: str, auditor: Headers) -> None:
    """The newest note verifies with the public keys, and says the size that the answer says."""
    desk.sealer.seal_now()
    page = client.get("/v1/audit/checkpoint", headers=auditor).json
    assert page is not None
    text, _ = open_note(page["checkpoint"], [Verifier.parse(key) for key in page["public_keys"]])
    checkpoint = Checkpoint.parse(text)
    assert (checkpoint.origin, checkpoint.size) == (page["origin"], page["size"])
    assert page["unsealed"] == 0
    assert decided


def test_a_decision_is_proved_to_be_in_the_log(client: FlaskClient, decided: str, officer: Headers) -> None:
    """From the answer alone: the entry hashes to the leaf, the path leads to the root, and the root is the signed one."""
    proof = client.get(f"/v1/audit/inclusion?decision_id={decided}", headers=officer).json
    assert proof is not None
    leaf = leaf_hash(proof["entry"].encode())
    assert leaf.hex() == proof["leaf"]
    assert is_included(leaf, proof["seq"], proof["size"], steps(proof["path"]), bytes.fromhex(proof["root"]))
    assert Checkpoint.parse(proof["checkpoint"].rpartition("\n\n")[0] + "\n").root.hex() == proof["root"]
    body = client.get(f"/v1/decisions/{decided}", headers=officer)
    assert orjson.loads(proof["entry"])["content"] == body.headers["ETag"].strip('"')


def test_the_log_of_today_begins_with_that_of_yesterday(client: FlaskClient, desk: Desk, decided: str, auditor: Headers) -> None:
    """Who kept an earlier checkpoint can prove that nothing before it was changed."""
    earlier = client.get("/v1/audit/checkpoint", headers=auditor).json
    client.get(f"/v1/decisions/{decided}", headers=auditor)
    desk.sealer.seal_now()
    proof = client.get(f"/v1/audit/consistency?before={earlier['size']}", headers=auditor).json  # type: ignore[index]
    assert proof is not None
    assert proof["after"] > proof["before"]
    roots = bytes.fromhex(proof["root_before"]), bytes.fromhex(proof["root_after"])
    assert is_consistent(proof["before"], proof["after"], steps(proof["path"]), *roots)
    assert proof["checkpoint_before"] == earlier["checkpoint"]  # type: ignore[index]


def test_what_an_examiner_reads_is_itself_on_record(client: FlaskClient, decided: str, officer: Headers, auditor: Headers) -> None:
    """Each request of an examiner is an entry, by whom and about what; an officer's reading is not."""
    client.get(f"/v1/decisions/{decided}", headers=officer)
    client.get(f"/v1/decisions/{decided}", headers=auditor)
    page = client.get(f"/v1/audit/entries?subject={decided}", headers=auditor).json
    assert page is not None
    assert [(entry["kind"], entry["actor"]["role"]) for entry in page["entries"]] == [("decision", "officer"), ("audit", "auditor")]
    shown = client.get(f"/v1/audit/entries/{page['entries'][1]['seq']}", headers=auditor).json
    assert shown is not None
    assert shown["content"]["action"] == "GET /v1/decisions/<decision_id>"


def test_entries_are_listed_by_kind_actor_and_page(client: FlaskClient, decided: str, auditor: Headers, risk: Headers) -> None:
    """Lists are cut into pages, and narrowed by what was done and by whom."""
    token = risk["Authorization"].split("_")[1]
    by_actor = client.get(f"/v1/audit/entries?actor={token}", headers=auditor).json
    by_kind = client.get("/v1/audit/entries?kind=decision", headers=auditor).json
    first = client.get("/v1/audit/entries?limit=1", headers=auditor).json
    assert by_actor is not None
    assert by_kind is not None
    assert first is not None
    assert [entry["kind"] for entry in by_actor["entries"]] == ["ingest"]
    assert [entry["subject"] for entry in by_kind["entries"]] == [decided]
    second = client.get(f"/v1/audit/entries?limit=1&after={first['next']}", headers=auditor).json
    assert second is not None
    assert [page["entries"][0]["seq"] for page in (first, second)] == [0, 1]


def test_an_entry_shows_what_it_commits_to(client: FlaskClient, decided: str, auditor: Headers) -> None:
    """The decision's entry shows the decision; the loading's entry lists the versions it made."""
    entries = client.get("/v1/audit/entries", headers=auditor).json["entries"]  # type: ignore[index]
    contents = {one["kind"]: client.get(f"/v1/audit/entries/{one['seq']}", headers=auditor).json["content"] for one in entries}  # type: ignore[index]
    assert contents["decision"]["decision_id"] == decided
    assert contents["ingest"]["versions"][0]["version"] == 1
    assert contents["key"]["public_key"].startswith("jifen/")


def test_the_whole_ledger_is_verified_over_the_api(client: FlaskClient, decided: str, auditor: Headers, store: Store) -> None:
    """Intact until something is changed; then the first entry concerned is named in both languages."""
    assert client.post("/v1/audit/verify", headers=auditor).json["intact"] is True  # type: ignore[index]
    with store.writing(silent=True) as unit:
        unit.execute(update(LedgerEntry).where(LedgerEntry.seq == 1).values(entry=b"{}"))
    page = client.post("/v1/audit/verify", headers=auditor).json
    assert page is not None
    assert (page["intact"], page["findings"][0]["seq"]) == (False, 1)
    assert "1" in page["findings"][0]["zh"]
    assert decided


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("inclusion?seq=999", 404, "not under a checkpoint"),
        ("inclusion?decision_id=nothing", 404, "no entry of a decision"),
        ("inclusion", 422, "either seq or decision_id"),
        ("consistency?before=999", 404, "0 < before <= after"),
        ("consistency?before=0", 422, "at least 1"),
        ("entries/999", 404, "has no entry 999"),
        ("entries/x", 404, "no place in the ledger"),
        ("entries?kind=nonsense", 422, "one of"),
    ],
)
def test_wrong_questions_are_told_what_to_ask(
    client: FlaskClient, decided: str, auditor: Headers, path: str, status: int, words: str
) -> None:
    """An entry that is not there, a size that is too large or a kind that is none gets an answer that says what there is."""
    answer = client.get(f"/v1/audit/{path}", headers=auditor)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert decided


def test_the_command_line_verifies(jifen: Callable[..., tuple[int, str]], decided: str, store: Store) -> None:
    """Exit code 0 and `intact`, and 1 with the entry's number once something was changed."""
    code, said = jifen("audit", "verify", "--operator", "examiner")
    assert (code, "intact" in said) == (0, True), said
    code, said = jifen("audit", "log", "--kind", "audit")
    assert "examiner" in said
    with store.writing(silent=True) as unit:
        unit.execute(update(LedgerEntry).where(LedgerEntry.seq == 1).values(entry=b"{}"))
    code, said = jifen("audit", "verify")
    assert (code, "entry 1" in said) == (1, True), said
    code, said = jifen("audit", "verify", "--json")
    assert (code, orjson.loads(said)["intact"]) == (1, False)
    assert decided


def test_the_command_line_proves(jifen: Callable[..., tuple[int, str]], decided: str) -> None:
    """Proofs, keys and checkpoint are printed for use elsewhere."""
    proof = orjson.loads(jifen("audit", "prove", decided)[1])
    assert orjson.loads(jifen("audit", "prove", str(proof["seq"]))[1]) == proof
    assert orjson.loads(jifen("audit", "consistency", "1")[1])["after"] == proof["size"]
    keys, note = jifen("audit", "keys")[1], jifen("audit", "checkpoint")[1]
    assert open_note(note, [Verifier.parse(keys)])


def test_the_command_line_rotates_the_key(jifen: Callable[..., tuple[int, str]], decided: str, desk: Desk) -> None:
    """The new key is entered under a checkpoint of both; everything verifies as before."""
    code, said = jifen("audit", "rotate-key", "--operator", "admin")
    assert (code, "both signatures" in said) == (0, True)
    assert len(jifen("audit", "keys")[1].splitlines()) == 2
    assert jifen("audit", "verify")[0] == 0
    assert decided
    assert desk
