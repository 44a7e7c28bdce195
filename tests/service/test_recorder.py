"""Group commit: together, exactly once, and never acknowledged before."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import builders_cases as cases
import pytest
from builders_service import wait_until
from sqlalchemy.exc import IntegrityError

from service.errors import KeyReused, NotRecorded
from service.identifiers import new_decision_id
from service.ledger import Actor
from service.recorder import Recorder
from service.store import Store
from service.store.records import Entry, Key, Receipt, Record, commit, find_decision, list_decisions


def record(number: int = 0, **said: Any) -> Record:
    usual: dict[str, Any] = {
        "decision_id": new_decision_id(cases.NOW),
        "firm_id": cases.FIRM_ID,
        "decided_at": cases.NOW,
        "outcome": "approve",
        "product": "startup-credit",
        "token_id": "0" * 12,
        "actor": Actor(kind="token", id="0" * 12, role="officer"),
        "sha256": cases.HASH,
        "body": b"%d" % number,
    }
    return Record(**(usual | said))


def receipts(records: Sequence[Record]) -> list[Entry]:
    return [Receipt(one.decision_id, one.sha256, one.body) for one in records]


def committing(store: Store) -> Callable[[Sequence[Record]], list[Entry]]:
    def commit_batch(records: Sequence[Record]) -> list[Entry]:
        with store.writing() as unit:
            return commit(unit, records)

    return commit_batch


def test_records_that_wait_are_committed_together() -> None:
    """What arrives while a commit runs is in the next one, all of it, in the order of arrival."""
    first_runs, go_on, batches = Event(), Event(), []

    def slow(records: Sequence[Record]) -> list[Entry]:
        batches.append([one.body for one in records])
        first_runs.set()
        assert go_on.wait(60)
        return receipts(records)

    recorder = Recorder(slow)
    with ThreadPoolExecutor(6) as threads:
        answers = [threads.submit(recorder.record, record(0))]
        assert first_runs.wait(60)
        answers += [threads.submit(recorder.record, record(number)) for number in range(1, 6)]
        wait_until(lambda: recorder._waiting.qsize() == 5)
        go_on.set()
        assert [answer.result(60).body for answer in answers] == [b"0", b"1", b"2", b"3", b"4", b"5"]
    assert [len(batch) for batch in batches] == [1, 5]


def test_a_batch_lingers_only_for_what_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record alone is committed at once; one that another will follow waits for it, so both are committed together."""
    sizes: list[int] = []
    naps: list[float] = []
    recorder = Recorder(receipts, committed=sizes.append)
    with ThreadPoolExecutor(1) as follower:

        def nap(seconds: float) -> None:
            naps.append(seconds)
            follower.submit(recorder.record, record(2))
            wait_until(lambda: recorder._waiting.qsize() == 1)

        monkeypatch.setattr("service.recorder.sleep", nap)
        with recorder.expected():
            recorder.record(record(0))
        with recorder.expected(), recorder.expected():
            recorder.record(record(1))
    assert (sizes, naps) == ([1, 2], [0.004])


def test_a_batch_has_an_upper_size() -> None:
    """Ten waiting records with a limit of four are committed in several goes, and the sizes are told."""
    sizes: list[int] = []
    recorder = Recorder(receipts, batch=4, committed=sizes.append)
    with ThreadPoolExecutor(10) as threads:
        list(threads.map(lambda n: recorder.record(record(n)), range(10)))
    assert sum(sizes) == 10
    assert max(sizes) <= 4


def test_a_failed_commit_acknowledges_nothing() -> None:
    """An error of the database is told to every waiting request."""

    def fail(_: Sequence[Record]) -> list[Entry]:
        raise OSError("disk full")

    with pytest.raises(NotRecorded, match="did not take") as caught:
        Recorder(fail).record(record())
    assert isinstance(caught.value.__cause__, OSError)


def test_one_bad_record_fails_alone() -> None:
    """Where the content of one record is refused, the others of its batch are committed."""
    ready = Event()

    def commit_unless_bad(records: Sequence[Record]) -> list[Entry]:
        assert ready.wait(60)
        if any(one.body == b"1" for one in records):
            raise IntegrityError("INSERT", {}, Exception("unique"))
        return receipts(records)

    recorder = Recorder(commit_unless_bad)
    with ThreadPoolExecutor(4) as threads:
        answers = [threads.submit(recorder.record, record(number)) for number in range(4)]
        ready.set()
        assert [answer.exception(60) is None for answer in answers] == [True, False, True, True]


def test_a_commit_that_takes_too_long_is_not_waited_for() -> None:
    """After the limit the request is refused, though the record may still become durable."""
    never = Event()

    def hang(records: Sequence[Record]) -> list[Entry]:
        never.wait(60)
        return receipts(records)

    with pytest.raises(NotRecorded, match="not durable within"):
        Recorder(hang, seconds=0.01).record(record())
    never.set()


def test_a_forked_process_gets_its_own_recorder_thread() -> None:
    """A process forked after the first record goes on recording."""
    recorder = Recorder(receipts)
    recorder.record(record())
    recorder._process = -1  # as it looks from a child
    assert recorder.record(record(7)).body == b"7"
    assert recorder._process == os.getpid()


def test_a_batch_is_kept_as_it_was_given(store: Store) -> None:
    """Records are read back byte for byte, and numbered in the order of the batch."""
    batch = [record(number) for number in range(3)]
    assert committing(store)(batch) == receipts(batch)
    with store.reading() as unit:
        assert find_decision(unit, batch[1].decision_id) == Receipt(batch[1].decision_id, batch[1].sha256, b"1")
        listed = list_decisions(unit, firm_id=None, after=0, limit=10)
    assert [(line.decision_id, line.decided_at) for line in listed] == [(one.decision_id, cases.NOW) for one in batch]


def test_within_a_batch_the_first_of_a_key_wins(store: Store) -> None:
    """Of three records under one key the first is kept, the same request is answered with it, another one refused."""
    same, other = Key("0" * 12, "k", "same"), Key("0" * 12, "k", "other")
    batch = [record(0, key=same), record(1, key=same), record(2, key=other)]
    first, second, third = committing(store)(batch)
    assert first == Receipt(batch[0].decision_id, cases.HASH, b"0")
    assert second == Receipt(batch[0].decision_id, cases.HASH, b"0", replayed=True)
    assert isinstance(third, KeyReused)
    with store.reading() as unit:
        assert len(list_decisions(unit, firm_id=None, after=0, limit=10)) == 1


def test_a_batch_is_kept_whole_or_not_at_all(store: Store) -> None:
    """When a record of a batch cannot be written, neither are those before it nor its key."""
    good = record(0, key=Key("0" * 12, "k", "x"))
    with pytest.raises(IntegrityError):
        committing(store)([good, record(1), record(2, decision_id=good.decision_id)])
    with store.reading() as unit:
        assert list_decisions(unit, firm_id=None, after=0, limit=10) == []
    assert committing(store)([good]) == receipts([good])


def test_two_recorders_share_one_database(store: Store) -> None:
    """Two writers at once, as two workers are, keep every record and one order, and agree on every key."""
    recorders = [Recorder(committing(store)), Recorder(committing(store))]

    def keep(number: int) -> str:
        key = Key("0" * 12, f"key-{number // 2}", "same")
        return recorders[number % 2].record(record(number, key=key)).decision_id

    with ThreadPoolExecutor(8) as threads:
        kept = list(threads.map(keep, range(100)))
    assert [kept[n] == kept[n + 1] for n in range(0, 100, 2)] == [True] * 50
    with store.reading() as unit:
        listed = list_decisions(unit, firm_id=None, after=0, limit=200)
    assert sorted(line.decision_id for line in listed) == sorted(set(kept))
    assert [line.seq for line in listed] == sorted(line.seq for line in listed)
