"""Verifying the ledger: entries against what was signed, contents against entries, and rows against contents."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection

from service.keys import KeyRing
from service.ledger import Entry, Kind
from service.ledger.audit import Finding, Signed, held_to, opened
from service.ledger.tombstones import Tombstones
from service.store import Store
from service.store.blobs import hash_of, read_blobs
from service.store.ledger import checkpoint_notes, rows_after
from service.store.records import decisions_without_entry, kept_decisions
from service.witness import Sighting, Witness

__all__ = ["Report", "verify"]

MOST_FINDINGS = 100
BATCH = 500


@dataclass(slots=True)
class Report:
    """What was looked at and what was found; the first finding is the first entry that is not as it was signed."""

    origin: str
    entries: int = 0
    unsealed: int = 0
    decisions: int = 0
    contents: int = 0
    deleted: int = 0
    checkpoints: int = 0
    sightings: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_intact(self) -> bool:
        """Was nothing found?"""
        return not self.findings

    def say(self, finding: Finding) -> None:
        """Keep a finding, up to a number that nobody reads beyond."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)


def verify(store: Store, keys: KeyRing, witness: Witness) -> Report:
    """Verify everything that is on record. Reads only; what is recorded meanwhile is left to the next time."""
    began = time.perf_counter()
    report = Report(keys.origin)
    with store.reading() as unit:
        signed, leaves = _signed(unit, keys, witness, report)
        top = max((one.checkpoint.size for one in signed), default=0)
        _log(unit, signed, leaves, report)
        report.unsealed = max(0, report.entries - top)
        _strangers(unit, report)
    report.findings.sort(key=lambda one: (one.seq is None, one.seq))
    report.seconds = time.perf_counter() - began
    return report


def _signed(unit: Connection, keys: KeyRing, witness: Witness, report: Report) -> tuple[list[Signed], dict[int, bytes]]:
    """Collect every checkpoint whose signature holds, from the database and from the witness, and the witnessed leaves."""
    signed: list[Signed] = []
    leaves: dict[int, bytes] = {}
    for size, note in checkpoint_notes(unit):
        report.checkpoints += 1
        one = opened(note, f"checkpoints/{size}", keys.known, keys.origin)
        if isinstance(one, Signed) and one.checkpoint.size != size:
            one = Finding("forged", None, f"检查点{size}的签名内容是另一大小", f"the row of checkpoint {size} holds one of another size")
        _sort(one, signed, report)
    for path, line, sighting in witness.sightings():
        report.sightings += 1
        place = f"{path.name}:{line}"
        one = _witnessed(sighting, place, keys, leaves)
        _sort(one, signed, report)
    return signed, leaves


def _sort(one: Signed | Finding, signed: list[Signed], report: Report) -> None:
    if isinstance(one, Signed):
        signed.append(one)
    else:
        report.say(one)


def _witnessed(sighting: Sighting | None, place: str, keys: KeyRing, leaves: dict[int, bytes]) -> Signed | Finding:
    if sighting is None:
        return Finding("forged", None, f"见证文件{place}行无法读取", f"line {place} of the witness cannot be read")
    one = opened(sighting.note, place, keys.known, keys.origin)
    if isinstance(one, Signed):
        for number, leaf in enumerate(sighting.leaves, start=sighting.start):
            leaves.setdefault(number, leaf)
    return one


def _log(unit: Connection, signed: list[Signed], leaves: Mapping[int, bytes], report: Report) -> None:
    """Walk the log; entries that stand are held against the rows and contents they speak of, in batches."""
    rows = (_counted(row, report) for row in rows_after(unit))
    tombstones, batch, read = Tombstones(), list[Entry](), set[str]()
    missing: list[tuple[Entry, str]] = []
    for found in held_to(rows, signed, leaves):
        if isinstance(found, Finding):
            report.say(found)
            continue
        batch.append(found)
        if len(batch) == BATCH:
            missing += _contents(unit, batch, report, tombstones, read)
            batch = []
    missing += _contents(unit, batch, report, tombstones, read)
    _missing(missing, tombstones, report)


def _counted(row: Any, report: Report) -> tuple[int, bytes]:
    """Hold the columns that find an entry to the entry itself."""
    report.entries += 1
    try:
        said = orjson.loads(row.entry)
        told = (said["kind"], said["subject"], said["actor"]["id"], said["content"])
    except (ValueError, KeyError, TypeError):
        return row.seq, row.entry  # `held_to` says that it cannot be read
    if told != (row.kind, row.subject, row.actor, row.content):
        report.say(
            Finding("changed", row.seq, f"第{row.seq}条记录的索引列被改动", f"the columns of entry {row.seq} do not say what it says")
        )
    return row.seq, row.entry


def _contents(unit: Connection, entries: list[Entry], report: Report, tombstones: Tombstones, read: set[str]) -> list[tuple[Entry, str]]:
    """Hold contents to their hashes; gives the entries whose content is not there, and what is missing.

    `read` are hashes of evidence that was read already: many decisions stand on one.
    """
    decided = {entry.subject: entry for entry in entries if entry.kind is Kind.DECISION}
    others = {entry.content: entry for entry in entries if entry.kind is not Kind.DECISION}
    missing = [*_decisions(unit, decided, report, read), *_records(unit, others, report, tombstones)]
    report.contents += len(entries) - len(missing)
    return missing


def _decisions(unit: Connection, decided: Mapping[str, Entry], report: Report, read: set[str]) -> Iterator[tuple[Entry, str]]:
    rows = {row.decision_id: row for row in kept_decisions(unit, list(decided))}
    evidence: dict[str, Entry] = {}
    for decision_id, entry in decided.items():
        row = rows.get(decision_id)
        if row is None or row.body is None:
            yield entry, entry.content
            continue
        report.decisions += 1
        said = _decision_says(row, entry)
        if said:
            report.say(said)
            continue
        pinned = orjson.loads(row.body)["pins"]["evidence"]
        if pinned not in read:
            evidence.setdefault(pinned, entry)
    read |= evidence.keys()
    for sha256, content in read_blobs(unit, list(evidence)):
        entry = evidence.pop(sha256)
        if hash_of(content) != sha256:
            report.say(_changed(entry.seq, f"决定{entry.subject}的证据快照", f"the evidence of decision {entry.subject}"))
    for sha256, entry in evidence.items():
        yield entry, sha256


def _decision_says(row: Any, entry: Entry) -> Finding | None:
    """Hold a decision's row to its entry, and its columns to its body."""
    seq = entry.seq
    if hash_of(row.body) != entry.content or row.sha256 != entry.content:
        return _changed(seq, f"决定{entry.subject}", f"decision {entry.subject}")
    body = orjson.loads(row.body)
    told = (body["decision_id"], body["application"]["firm_id"], body["outcome"], body["application"]["product"])
    if told != (row.decision_id, row.firm_id, row.outcome, row.product):
        return _changed(seq, f"决定{entry.subject}的索引列", f"the columns of decision {entry.subject}")
    return None


def _changed(seq: int, zh: str, en: str) -> Finding:
    return Finding("content-changed", seq, f"{zh}被改动(第{seq}条记录)", f"{en} was changed (entry {seq})")


def _records(unit: Connection, others: Mapping[str, Entry], report: Report, tombstones: Tombstones) -> Iterator[tuple[Entry, str]]:
    left = dict(others)
    for sha256, content in read_blobs(unit, list(others)):
        entry = left.pop(sha256)
        if hash_of(content) != sha256:
            report.say(_changed(entry.seq, f"第{entry.seq}条记录的内容", f"the content of entry {entry.seq}"))
        elif entry.kind is Kind.TOMBSTONE:
            tombstones.note(content)
    for sha256, entry in left.items():
        yield entry, sha256


def _missing(missing: list[tuple[Entry, str]], tombstones: Tombstones, report: Report) -> None:
    """What is not there was deleted by the rules, with a tombstone, or it was taken away."""
    for entry, sha256 in missing:
        if sha256 in tombstones:
            report.deleted += 1
            continue
        zh, en = f"第{entry.seq}条记录的内容缺失,且无删除凭证", f"what entry {entry.seq} commits to is gone, and no tombstone says why"
        report.say(Finding("content-missing", entry.seq, zh, en))


def _strangers(unit: Connection, report: Report) -> None:
    """Find decisions that stand in their table but not in the ledger."""
    for decision_id in decisions_without_entry(unit):
        zh, en = f"决定{decision_id}不在账本中", f"decision {decision_id} has no entry in the ledger: it was put there from outside"
        report.say(Finding("unrecorded", None, zh, en))
