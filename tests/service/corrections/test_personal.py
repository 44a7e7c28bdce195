"""Personal data is minimal, sealed at rest under a key of each record, and gone for good once that key is."""

from __future__ import annotations

import base64
import sys
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from builders_corrections import GROUNDS, override, person
from builders_service import Clock
from flask.testing import FlaskClient
from sqlalchemy import select

from features.indicators import CATALOGUE
from features.tables import TABLES
from service.cli import main
from service.desk import Desk
from service.domain import Decision
from service.errors import KeysUnusable
from service.ledger import Actor
from service.personal import PERSONAL
from service.requests import DecisionRequest
from service.sealing import KEY_FILE, MasterKeys, new_data_key, open_text, seal_text, unwrap, wrap
from service.store.correction_rows import OverrideRow, SealedKeyRow, SealedText
from service.store.models import Base, Blob
from service.use_cases.shredding import rotate_master_key, shred_texts

Decide = Callable[..., dict[str, Any]]
SYSTEM = Actor(kind="system", id="dpo")
ASKED = {"asked_by": "李四(财务总监)", "channel": "电话 13900001111", "text": "我司新增订单未被计入,请人工复核。"}


@pytest.fixture
def overridden(client: FlaskClient, decide: Decide) -> dict[str, Any]:
    """A decision with an override whose grounds speak of a person."""
    decision = decide()
    made = client.post(f"/v1/decisions/{decision['decision_id']}/overrides", json=override(), headers=person("branch.wang"))
    assert made.status_code == 201, made.text
    return dict(made.json)


def dump(desk: Desk) -> bytes:
    """Everything in the database, blobs unpacked too."""
    parts: list[bytes] = []
    with desk.store.reading() as unit:
        for table in Base.metadata.sorted_tables:
            for row in unit.execute(select(table)):
                parts += [value if isinstance(value, bytes) else str(value).encode() for value in row]
        parts += [zlib.decompress(packed) for packed in unit.scalars(select(Blob.packed))]
    if desk.store.engine.dialect.name == "sqlite":
        file = Path(str(desk.store.engine.url.database))
        parts += [path.read_bytes() for path in file.parent.glob("jifen.db*")]
    return b"\n".join(parts)


def test_r26_the_list_of_personal_fields_is_the_schemas() -> None:
    """Exactly the listed columns are of the sealed type, in whatever table: a new one must be listed, and a listed one sealed."""
    columns = [(table.name, column) for table in Base.metadata.sorted_tables for column in table.columns]
    sealed = {(table, column.name) for table, column in columns if isinstance(column.type, SealedText)}
    assert sealed == {(table, column) for table, columns in PERSONAL.items() for column in columns}


def test_r26_no_personal_field_reaches_the_features() -> None:
    """Neither evidence, nor a request for a decision, nor an indicator, nor the record knows one of them."""
    names = {column for columns in PERSONAL.values() for column in columns}
    assert not names & {column.name for spec in TABLES.values() for column in spec.columns}
    assert not names & set(CATALOGUE)
    assert not names & set(DecisionRequest.model_fields)
    assert not names & set(Decision.model_fields)


def test_r26_a_dump_of_the_database_never_holds_the_plain_text(
    client: FlaskClient, desk: Desk, overridden: dict[str, Any], officer: dict[str, str]
) -> None:
    """Not in a row, not in the ledger's contents, not in the files of the database; nor does the master key."""
    review = client.post(f"/v1/decisions/{overridden['decision_id']}/review", json=ASKED, headers=officer)
    assert review.status_code == 201, review.text
    kept = dump(desk)
    key = (desk.settings.key_folder / KEY_FILE).read_bytes().strip()
    for text in (GROUNDS, "13800000000", *ASKED.values()):
        assert text.encode() not in kept
        assert orjson.dumps(text)[1:-1] not in kept
    assert key not in kept
    assert base64.b64decode(key) not in kept
    assert b"13800000000" in dump_of_texts(client, overridden).encode()


def dump_of_texts(client: FlaskClient, overridden: dict[str, Any]) -> str:
    """What those who may read it read."""
    listed = client.get(f"/v1/decisions/{overridden['decision_id']}/overrides", headers=person("head.wu")).json["overrides"]
    return str(listed[0]["text"])


def test_r26_after_shredding_nobody_reads_it_and_the_ledger_still_verifies(
    client: FlaskClient, desk: Desk, clock: Clock, overridden: dict[str, Any], verified: Callable[[], Any], entries: Any
) -> None:
    """The ledger committed to what is sealed, so nothing in it changes; the text is gone from every copy of the database."""
    before = verified()
    with desk.store.reading() as unit:
        sealed, wrapped = unit.scalar(select(OverrideRow.text)), unit.scalar(select(SealedKeyRow.wrapped))
    content = [content for kind, _, content in entries(overridden["decision_id"]) if kind == "override"]
    assert base64.b64encode(bytes(sealed or b"")).decode() in content[0].decode()
    shred_texts(desk.store, overridden["override_id"], clock(), actor=SYSTEM, reason="request of the person concerned")
    after = verified()
    assert (before.is_intact, after.is_intact) == (True, True), after.findings
    assert dump_of_texts(client, overridden) == "None"
    assert wrapped
    assert bytes(wrapped) not in dump_rows(desk)
    if desk.store.engine.dialect.name == "sqlite":
        with desk.store.reading() as unit:
            unit.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        assert bytes(wrapped) not in Path(str(desk.store.engine.url.database)).read_bytes()


def dump_rows(desk: Desk) -> bytes:
    """The rows of the table of keys."""
    with desk.store.reading() as unit:
        return b"".join(bytes(row.wrapped or b"") for row in unit.execute(select(SealedKeyRow.wrapped)))


def test_r26_a_rotation_wraps_every_key_anew(client: FlaskClient, desk: Desk, overridden: dict[str, Any], tmp_path: Path) -> None:
    """Texts stay as they are and readable; the old master key opens nothing any more."""
    old = (desk.settings.key_folder / KEY_FILE).read_bytes()
    assert rotate_master_key(desk.store, desk.settings.key_folder) == 1
    assert old not in (desk.settings.key_folder / KEY_FILE).read_bytes()
    assert dump_of_texts(client, overridden) == GROUNDS
    with desk.store.reading() as unit:
        row = unit.execute(select(SealedKeyRow.record_id, SealedKeyRow.wrapped)).one()
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / KEY_FILE).write_bytes(old)
    (tmp_path / "old" / KEY_FILE).chmod(0o600)
    with pytest.raises(KeysUnusable, match="does not open"):
        unwrap(MasterKeys(tmp_path / "old").current(), row.record_id, row.wrapped)


def test_r26_a_rotation_cut_off_half_way_loses_nothing(client: FlaskClient, desk: Desk, overridden: dict[str, Any]) -> None:
    """After the new key is in front and before anything is wrapped under it, the old one still opens; the next run finishes."""
    MasterKeys(desk.settings.key_folder).begin_rotation()
    assert dump_of_texts(client, overridden) == GROUNDS
    rotate_master_key(desk.store, desk.settings.key_folder)
    assert len((desk.settings.key_folder / KEY_FILE).read_bytes().split()) == 1
    assert dump_of_texts(client, overridden) == GROUNDS


def test_r26_the_key_file_is_private(client: FlaskClient, desk: Desk, decide: Decide, overridden: dict[str, Any]) -> None:
    """It is made readable by its owner only; where others can read it, nothing is sealed or opened."""
    path = desk.settings.key_folder / KEY_FILE
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    refused = client.get(f"/v1/decisions/{overridden['decision_id']}/overrides", headers=person("head.wu"))
    assert (refused.status_code, refused.json["code"]) == (503, "keys-unusable")
    assert "0640" in refused.json["detail"]
    made = client.post(f"/v1/decisions/{decide()['decision_id']}/overrides", json=override(), headers=person("branch.wang"))
    assert made.json["code"] == "keys-unusable"


@pytest.mark.parametrize("content", [b"", b"no key\n", base64.b64encode(b"short") + b"\n"])
def test_a_damaged_key_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """It is never replaced: what it sealed would be lost."""
    path = tmp_path / KEY_FILE
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeysUnusable, match="restore"):
        MasterKeys(tmp_path).current()
    assert path.read_bytes() == content


def test_processes_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    """The first to make it wins, the others use it, and no draft is left."""
    found: list[str] = []
    start = threading.Barrier(8)

    def look() -> None:
        start.wait()
        found.append(MasterKeys(tmp_path / "shared").current().id)

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert [path.name for path in (tmp_path / "shared").iterdir()] == [KEY_FILE]


def test_what_is_sealed_opens_in_its_own_place_only(tmp_path: Path) -> None:
    """Moved to another field or record, changed in one byte, or under another key, it does not open; equal texts look different."""
    key, master = new_data_key(), MasterKeys(tmp_path).current()
    sealed = seal_text(key, "A", "text", "密")
    assert open_text(key, "A", "text", sealed) == "密"
    assert seal_text(key, "A", "text", "密") != sealed
    for wrong in (
        lambda: open_text(key, "B", "text", sealed),
        lambda: open_text(key, "A", "reason", sealed),
        lambda: open_text(new_data_key(), "A", "text", sealed),
        lambda: open_text(key, "A", "text", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        lambda: open_text(key, "A", "text", b"\x02" + sealed[1:]),
        lambda: open_text(key, "A", "text", b""),
        lambda: unwrap(master, "B", wrap(master, "A", key).wrapped),
        lambda: MasterKeys(tmp_path).of("0" * 16),
    ):
        with pytest.raises(KeysUnusable):
            wrong()


def test_the_command_rotates_too(
    client: FlaskClient,
    overridden: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    database: str,
    tmp_path: Path,
) -> None:
    """`jifen personal rotate-key` wraps every record's key anew; running services read the file each time."""
    monkeypatch.setenv("JIFEN_HOME", str(tmp_path))
    monkeypatch.setenv("JIFEN_DATABASE_URL", database)
    monkeypatch.setattr(sys, "argv", ["jifen", "personal", "rotate-key"])
    main()
    assert "1 record" in capsys.readouterr().out
    assert dump_of_texts(client, overridden) == GROUNDS
