"""Append decisions to a ledger as a worker does, from several threads, telling each number only once it is durable. Runs until killed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from threading import Thread

import orjson

from service.clock import system_clock
from service.config import Settings
from service.identifiers import new_decision_id
from service.ledger import Actor
from service.recorder import Recorder
from service.sealer import open_sealer
from service.store import Store, open_store
from service.store.blobs import hash_of, pack
from service.store.records import Record, commit

THREADS = 8
ACTOR = Actor(kind="token", id="0" * 12, role="officer")
EVIDENCE = pack("dossier", b'{"firms":{}}')


def record() -> Record:
    """Make a record with as much of a decision as verification reads."""
    now = system_clock()
    number = new_decision_id(now)
    said = {
        "decision_id": number,
        "application": {"firm_id": "91340100MA2NUWQJ35", "product": "startup-credit"},
        "outcome": "approve",
        "pins": {"evidence": EVIDENCE["sha256"]},
        "filler": "x" * 2_000,
    }
    body = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    return Record(
        decision_id=number,
        firm_id="91340100MA2NUWQJ35",
        decided_at=now,
        outcome="approve",
        product="startup-credit",
        token_id=ACTOR.id,
        actor=ACTOR,
        sha256=hash_of(body),
        body=body,
        evidence=EVIDENCE,
    )


def append(recorder: Recorder) -> None:
    """Record one after the other; a line is written when the recorder says that one is durable."""
    while True:
        receipt = recorder.record(record())
        os.write(1, f"{receipt.decision_id}\n".encode())


def main(home: str, database: str) -> None:
    """Start the threads and wait."""
    settings = Settings(home=Path(home), database_url=database)
    store: Store = open_store(settings.database, connections=THREADS, lock_seconds=30)
    sealer = open_sealer(store, Settings(home=Path(home), database_url=database, seal_milliseconds=20), system_clock)
    store.committed = sealer.poke

    def commit_batch(records):  # type: ignore[no-untyped-def]
        with store.writing() as unit:
            return commit(unit, records)

    recorder = Recorder(commit_batch)
    threads = [Thread(target=append, args=(recorder,), daemon=True) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    threads[0].join()


main(sys.argv[1], sys.argv[2])
