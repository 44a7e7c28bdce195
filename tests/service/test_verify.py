"""A ledger with decisions, loadings and keys in it, and everything somebody with the database's password could do to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from builders_ledger import AT
from flask.testing import FlaskClient
from sqlalchemy import delete, insert, select, update

from service.desk import Desk
from service.ledger import Actor, Draft, Kind
from service.ledger.entry import entry_bytes
from service.ledger.note import Signer, sign
from service.store import Store
from service.store.blobs import hash_of, pack
from service.store.ledger import append, size_of
from service.store.models import Blob, CheckpointRow, DecisionRow, LedgerEntry
from service.use_cases.verify import Report, verify

DECISIONS = 4
Verified = Callable[[], Report]
Tamper = Callable[[Any], None]


@pytest.fixture
def decided(client: FlaskClient, desk: Desk, officer: dict[str, str], asked: dict[str, Any]) -> list[str]:
    """Numbers of four decisions, sealed after each."""
    numbers = []
    for place in range(DECISIONS):
        answer = client.post("/v1/decisions", json=asked | {"amount": 2_000_000 + place}, headers=officer)
        assert answer.status_code == 201
        numbers.append(answer.json["decision_id"])  # type: ignore[index]
        desk.sealer.seal_now()
    return numbers


@pytest.fixture
def verified(desk: Desk) -> Verified:
    return lambda: verify(desk.store, desk.sealer.keys, desk.sealer.witness)


@pytest.fixture
def tamper(store: Store) -> Tamper:
    """Change the database behind the service's back."""

    def run(statement: Any) -> None:
        with store.writing(silent=True) as unit:
            unit.execute(statement)

    return run


def seq_of(store: Store, decision_id: str) -> int:
    with store.reading() as unit:
        return int(unit.scalar(select(LedgerEntry.seq).where(LedgerEntry.subject == decision_id)) or 0)


def first(report: Report) -> tuple[str, int | None]:
    assert report.findings, "nothing was found"
    return report.findings[0].cause, report.findings[0].seq


def test_an_untouched_ledger_is_intact(decided: list[str], verified: Verified) -> None:
    """Every entry, content and checkpoint was looked at, and nothing found."""
    report = verified()
    assert report.is_intact
    assert report.entries == report.contents == DECISIONS + 4  # two tokens, the firm's evidence and the key
    assert (report.decisions, report.checkpoints, report.sightings) == (len(decided), DECISIONS, DECISIONS)
    assert report.unsealed == 0


def test_entries_behind_the_last_checkpoint_are_counted(
    client: FlaskClient, officer: dict[str, str], asked: dict[str, Any], decided: list[str], verified: Verified
) -> None:
    """What was recorded within the last second is told apart: whole, but not signed yet."""
    client.post("/v1/decisions", json=asked, headers=officer)
    report = verified()
    assert (report.is_intact, report.unsealed, report.decisions) == (True, 1, len(decided) + 1)


def test_r3_a_changed_answer_is_named(decided: list[str], store: Store, verified: Verified, tamper: Tamper) -> None:
    """Wherever a byte of a recorded answer is changed, its entry is named, even when its hash beside it was changed too."""
    for decision_id in decided[:2]:
        with store.reading() as unit:
            body = unit.scalar(select(DecisionRow.body).where(DecisionRow.decision_id == decision_id))
        assert body is not None
        for place in range(0, len(body), len(body) // 25):
            changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
            row = update(DecisionRow).where(DecisionRow.decision_id == decision_id)
            tamper(row.values(body=changed, sha256=hash_of(changed)))
            assert first(verified()) == ("content-changed", seq_of(store, decision_id)), place
            tamper(row.values(body=body, sha256=hash_of(body)))
    assert verified().is_intact


def test_r3_a_rewritten_record_is_named_although_all_hashes_fit(
    decided: list[str], store: Store, verified: Verified, tamper: Tamper
) -> None:
    """An answer that was rewritten with its hash and its entry is found by what was signed, and named by what was witnessed."""
    with store.reading() as unit:
        on = DecisionRow.decision_id == LedgerEntry.subject
        query = select(DecisionRow.body, LedgerEntry.entry, LedgerEntry.seq).join(LedgerEntry, on)
        row = unit.execute(query.where(DecisionRow.decision_id == decided[1])).one()
    body = row.body.replace(b'"amount":2000001', b'"amount":9000001')
    entry = row.entry.replace(hash_of(row.body).encode(), hash_of(body).encode())
    tamper(update(DecisionRow).where(DecisionRow.decision_id == decided[1]).values(body=body, sha256=hash_of(body)))
    tamper(update(LedgerEntry).where(LedgerEntry.seq == row.seq).values(entry=entry, content=hash_of(body)))
    assert first(verified()) == ("changed", row.seq)


def test_r3_a_forger_without_the_key_cannot_sign_anew(
    decided: list[str], store: Store, desk: Desk, verified: Verified, tamper: Tamper
) -> None:
    """Checkpoints signed with another key of the same name are forged, and the witness still has the true ones."""
    forger = Signer.new(desk.sealer.keys.origin)
    with store.reading() as unit:
        notes = unit.execute(select(CheckpointRow.size, CheckpointRow.note)).all()
    for row in notes:
        text = row.note.rpartition("\n\n")[0] + "\n"
        tamper(update(CheckpointRow).where(CheckpointRow.size == row.size).values(note=sign(text, [forger])))
    assert first(verified())[0] == "forged"
    assert decided


@pytest.mark.parametrize("cut", range(1, DECISIONS + 3))
def test_r3_every_cut_tail_is_found(decided: list[str], store: Store, cut: int, verified: Verified, tamper: Tamper) -> None:
    """However much is cut off the end, with its decisions and its checkpoints, the witness names the first missing entry."""
    with store.reading() as unit:
        size = size_of(unit)
    kept = size - cut
    with store.reading() as unit:
        gone = list(unit.scalars(select(LedgerEntry.subject).where(LedgerEntry.seq >= kept)))
    tamper(delete(LedgerEntry).where(LedgerEntry.seq >= kept))
    tamper(delete(DecisionRow).where(DecisionRow.decision_id.in_(gone)))
    tamper(delete(CheckpointRow).where(CheckpointRow.size > kept))
    assert first(verified()) == ("cut-off", kept)
    assert decided


def test_a_removed_decision_is_named(decided: list[str], store: Store, verified: Verified, tamper: Tamper) -> None:
    """A decision taken out of its table leaves its entry; one taken out with its entry leaves a gap."""
    seq = seq_of(store, decided[2])
    tamper(delete(DecisionRow).where(DecisionRow.decision_id == decided[2]))
    assert first(verified()) == ("content-missing", seq)
    tamper(delete(LedgerEntry).where(LedgerEntry.seq == seq))
    assert first(verified()) == ("removed", seq)


def test_an_inserted_decision_is_named(decided: list[str], store: Store, verified: Verified, tamper: Tamper) -> None:
    """A decision that was put into its table from outside has no entry."""
    with store.reading() as unit:
        row = dict(unit.execute(select(*DecisionRow.__table__.columns).limit(1)).one()._mapping)
    del row["seq"]
    tamper(insert(DecisionRow).values(row | {"decision_id": "0" * 26}))
    report = verified()
    assert first(report) == ("unrecorded", None)
    assert "0" * 26 in report.findings[0].en
    assert decided


def test_columns_that_find_a_record_must_say_what_it_says(decided: list[str], store: Store, verified: Verified, tamper: Tamper) -> None:
    """An outcome changed only in the column that lists show is found; so is a column of the ledger itself."""
    seq = seq_of(store, decided[0])
    tamper(update(DecisionRow).where(DecisionRow.decision_id == decided[0]).values(outcome="lost"))
    assert first(verified()) == ("content-changed", seq)
    tamper(update(LedgerEntry).where(LedgerEntry.seq == seq).values(actor="nobody"))
    assert first(verified()) == ("changed", seq)


def test_changed_evidence_is_named_by_its_decision(decided: list[str], store: Store, verified: Verified, tamper: Tamper) -> None:
    """The evidence a decision stands on is held to the hash that the decision pins; so is what any other entry commits to."""
    with store.reading() as unit:
        body = orjson.loads(unit.scalar(select(DecisionRow.body).limit(1)) or b"")
        ingest = unit.execute(select(LedgerEntry.seq, LedgerEntry.content).where(LedgerEntry.kind == "ingest")).one()
    other = pack("x", b"{}")["packed"]
    tamper(update(Blob).where(Blob.sha256 == body["pins"]["evidence"]).values(packed=other))
    assert first(verified()) == ("content-changed", seq_of(store, decided[0]))
    tamper(update(Blob).where(Blob.sha256 == ingest.content).values(packed=b"no zip"))
    assert first(verified()) == ("content-changed", ingest.seq)


def test_a_content_may_only_be_gone_with_a_tombstone(
    decided: list[str], store: Store, verified: Verified, tamper: Tamper, clock: Any
) -> None:
    """A body that was deleted by the rules is counted, one that is just gone is a finding."""
    with store.reading() as unit:
        sha256 = unit.scalar(select(DecisionRow.sha256).where(DecisionRow.decision_id == decided[3]))
    tamper(delete(DecisionRow).where(DecisionRow.decision_id == decided[3]))
    assert first(verified())[0] == "content-missing"
    content = orjson.dumps({"deleted": [sha256], "reason": "five years after the loan's end"})
    with store.writing() as unit:
        stone = Draft(kind=Kind.TOMBSTONE, subject=decided[3], actor=Actor(kind="system", id="x"), at=clock(), content=content)
        append(unit, [stone])
    report = verified()
    assert (report.is_intact, report.deleted) == (True, 1)


def test_a_witness_that_was_changed_is_told(decided: list[str], desk: Desk, verified: Verified) -> None:
    """A line of the witness that no longer verifies is a finding of its own."""
    (path,) = (desk.settings.home / "witness").glob("*.jsonl")
    path.write_bytes(path.read_bytes().replace(b"jifen/", b"jifem/", 1))
    assert first(verified()) == ("forged", None)
    assert decided


def test_a_checkpoint_under_the_wrong_size_is_told(decided: list[str], verified: Verified, tamper: Tamper, store: Store) -> None:
    """A row that says another size than its signed note is a finding."""
    with store.reading() as unit:
        size = size_of(unit)
    tamper(update(CheckpointRow).where(CheckpointRow.size == size).values(size=size + 5))
    assert "another size" in verified().findings[0].en
    assert decided


def test_a_forged_entry_of_the_next_place_is_no_harm_until_it_is_signed(store: Store, decided: list[str], verified: Verified) -> None:
    """Entries behind the last checkpoint are not signed yet, so one put there with a content of its own is only told as missing it."""
    with store.writing(silent=True) as unit:
        place = size_of(unit)
        draft = Draft(kind=Kind.AUDIT, subject="x", actor=Actor(kind="system", id="x"), at=AT, content=b"{}")
        row = {"seq": place, "kind": "audit", "subject": "x", "actor": "x", "at": AT, "content": draft.content_hash}
        unit.execute(insert(LedgerEntry).values(entry=entry_bytes(place, draft), **row))
    assert first(verified()) == ("content-missing", place)
    assert decided
