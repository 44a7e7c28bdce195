"""A heavy day: more than it takes is refused at once and by name, a stop finishes what was taken, batches give way to people."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread
from typing import Any

import pytest
from builders_evidence import FIRM, request
from builders_running import Running, free_port, release_small
from builders_service import wait_until

from service.background import Background
from service.config import Settings
from service.crowd import Crowd
from service.outages import DatabaseUnavailable, Overloaded
from service.store import Store, open_store, upgrade
from service.store.records import list_decisions
from service.use_cases.tokens import create_token

BODY = {"product": "startup-credit", "amount": 500_000, "term_months": 12, "firm_id": FIRM}


class Shop:
    """A running service with little room, its database, and an officer's headers."""

    def __init__(self, settings: Settings) -> None:
        self.store: Store = open_store(settings.database)
        upgrade(self.store)
        release_small(self.store, settings)
        self.headers = {"Authorization": f"Bearer {create_token(self.store, name='o', role='officer').text}"}
        risk = {"Authorization": f"Bearer {create_token(self.store, name='r', role='risk').text}"}
        self.service = Running(settings)
        assert self.service.ask("POST", "/v1/firms", request(), risk)[0] == 201
        assert self.decide()[0] == 201

    def decide(self) -> tuple[int, dict[str, str], dict[str, Any]]:
        """Give status, headers and body of a decision."""
        connection = HTTPConnection("127.0.0.1", self.service.settings.port, timeout=60)
        try:
            connection.request("POST", "/v1/decisions", json.dumps(BODY), {"Content-Type": "application/json", **self.headers})
            answer = connection.getresponse()
            return answer.status, dict(answer.headers), json.loads(answer.read())
        finally:
            connection.close()

    def recorded(self) -> int:
        with self.store.reading() as unit:
            return len(list_decisions(unit, firm_id=None, after=0, limit=100_000))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    home = tmp_path_factory.mktemp("shop")
    shop = Shop(Settings(home=home, port=free_port(), workers=1, threads=2, waiting=1, wait_seconds=30, log_level="ERROR"))
    yield shop
    if shop.service.process.poll() is None:
        shop.service.stop()
    shop.store.close()


def test_what_is_more_than_it_takes_is_refused_at_once(shop: Shop) -> None:
    """While the database keeps every thread, two are worked on, one waits, the others are told when to come again; health answers."""
    with ThreadPoolExecutor(8) as threads:
        with shop.store.writing():
            asked = [threads.submit(shop.decide) for _ in range(8)]
            wait_until(lambda: sum(one.done() for one in asked) == 5)
            began = time.monotonic()
            assert shop.service.ask("GET", "/healthz")[0] == 200
            assert shop.service.ask("GET", "/readyz")[0] == 200
            numbers = shop.service.ask("GET", "/metrics")[1].decode()
            assert time.monotonic() - began < 10
        answers = [one.result(60) for one in asked]
    assert sorted(status for status, _, _ in answers) == [201] * 3 + [503] * 5
    refused = [(headers["Retry-After"], body["code"]) for status, headers, body in answers if status == 503]
    assert refused == [("1", "overloaded")] * 5
    assert 'jifen_problems_total{code="overloaded"} 5.0' in numbers
    assert "jifen_requests_inside 2.0" in numbers
    assert "jifen_requests_waiting 1.0" in numbers


def test_a_disk_that_is_full_under_the_running_service_is_named_and_passes(shop: Shop) -> None:
    """A limit on the size of files, set and lifted while it runs, stands for the disk: refused by name, nothing kept, on by itself."""
    before = shop.recorded()
    (worker,) = shop.service.workers()
    resource.prlimit(worker, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    status, headers, body = shop.decide()
    assert (status, body["code"], headers["Retry-After"]) == (503, "storage-full", "30"), body
    assert shop.recorded() == before
    resource.prlimit(worker, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert shop.decide()[0] == 201


def test_a_stop_under_load_finishes_what_it_took(shop: Shop) -> None:
    """Stopped by SIGTERM in the middle of its work, the service answers every decision that it recorded, and ends in order."""
    before, answered = shop.recorded(), []

    def send() -> None:
        while True:
            try:
                status, _, body = shop.decide()
            except (OSError, HTTPException):
                return
            assert status in {201, 503}, body
            if status == 201:
                answered.append(body["decision_id"])

    clients = [Thread(target=send) for _ in range(3)]
    for one in clients:
        one.start()
    wait_until(lambda: len(answered) >= 12, seconds=180)
    shop.service.process.terminate()
    assert shop.service.process.wait(60) == 0
    for one in clients:
        one.join(60)
    assert shop.recorded() - before == len(answered) >= 12


def test_a_crowd_waits_only_so_long() -> None:
    """At the door nobody waits longer than the limit; who leaves lets the next one in."""
    crowd = Crowd(room=1, waiting=1, long=1, seconds=0.05)
    crowd.enter()
    with pytest.raises(Overloaded):
        crowd.enter()
    assert (crowd.inside, crowd.at_door) == (1, 0)
    crowd._seconds = 60
    came = Event()
    Thread(target=lambda: (crowd.enter(), came.set())).start()
    wait_until(lambda: crowd.at_door == 1)
    with pytest.raises(Overloaded), crowd.admitted():
        pass
    crowd.leave()
    assert came.wait(60)
    assert (crowd.inside, crowd.at_door) == (1, 0)


def test_what_takes_long_never_fills_the_room() -> None:
    """With one long request under way another is refused, and short ones are not."""
    crowd = Crowd(room=4, waiting=1, long=1, seconds=1)
    with crowd.admitted(takes_long=True):
        with pytest.raises(Overloaded), crowd.admitted(takes_long=True):
            pass
        with crowd.admitted():
            assert crowd.inside == 2
    with crowd.admitted(takes_long=True):
        pass
    assert crowd.inside == 0


def test_work_in_the_background_gives_way_but_never_stands_still() -> None:
    """With nobody inside it goes on at once; with somebody inside for good it goes on after the limit."""
    crowd = Crowd(room=4, waiting=1, long=1, seconds=1)
    began = time.monotonic()
    crowd.give_way(seconds=20)
    assert time.monotonic() - began < 10
    with crowd.admitted():
        began = time.monotonic()
        crowd.give_way(seconds=0.05)
        assert time.monotonic() - began >= 0.05


def test_work_that_meets_an_outage_is_tried_again() -> None:
    """A job that was acknowledged outlives a database that is gone for a while; another failure ends it."""
    tries, done = [], Event()

    def work() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise DatabaseUnavailable
        done.set()

    background = Background(pause=0.01)
    background.take_up("a", work)
    assert done.wait(60)
    wait_until(lambda: background.waiting == 0)
    assert len(tries) == 3
