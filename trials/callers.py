"""Callers that do not give up: every request has a key and is sent again with it until it is answered."""

from __future__ import annotations

import hashlib
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Lock, Thread

import orjson

from trials.house import PRODUCTS, House

__all__ = ["Acknowledged", "Callers"]

TIMEOUT = 20.0
PATIENCE = 120.0
"""Seconds after which a caller gives up on a request, which then counts as unanswered."""
PAUSE = 0.1
AGAIN, WITH = 0.1, 0.1
"""Shares of requests that ask again with a key that was answered, and with a key that another caller is asking with just now."""
CREATED = 201


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An answer with status 201: its key, its decision's number, and the hash of its bytes."""

    key: str
    decision_id: str
    sha256: str


@dataclass(slots=True)
class _Errand:
    key: str
    body: bytes


@dataclass(slots=True)
class Callers:
    """Threads that ask for decisions one after the other, and keep each answer in memory and in a file, as a client's own books."""

    house: House
    token: str
    books: Path
    dice: random.Random
    answers: dict[str, Acknowledged] = field(default_factory=dict)
    trouble: Counter[str] = field(default_factory=Counter)
    """Answers that were none, by status or kind."""
    differing: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    newest: float = 0.0
    """When the request was sent (by `time.monotonic`) that was answered last."""
    _lock: Lock = field(default_factory=Lock)
    _over: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)
    _done: list[_Errand] = field(default_factory=list)
    _open: list[_Errand] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Take up the books of an earlier run."""
        if self.books.exists():
            for line in self.books.read_text("ascii").split("\n")[:-1]:
                one = Acknowledged(*line.split("\t"))
                self.answers[one.key] = one

    def start(self, callers: int) -> None:
        """Begin to ask."""
        for number in range(callers):
            thread = Thread(target=self._work, args=(random.Random(self.dice.random()),), name=f"caller-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def finish(self) -> None:
        """Let every caller get its last answer, or give up."""
        self._over.set()
        for thread in self._threads:
            thread.join(PATIENCE + TIMEOUT)
        self._threads.clear()

    def snapshot(self) -> dict[str, Acknowledged]:
        """Give what has been answered so far."""
        with self._lock:
            return dict(self.answers)

    def _work(self, dice: random.Random) -> None:
        connection = HTTPConnection("127.0.0.1", self.house.settings.port, timeout=TIMEOUT)
        with self.books.open("a", encoding="ascii") as books:
            while not self._over.is_set():
                errand = self._errand(dice)
                one = self._insist(connection, errand)
                with self._lock:
                    if errand in self._open:
                        self._open.remove(errand)
                    self._keep(errand, one, books)
        connection.close()

    def _errand(self, dice: random.Random) -> _Errand:
        with self._lock:
            fall = dice.random()
            if fall < AGAIN and self._done:
                return dice.choice(self._done)
            if fall < AGAIN + WITH and self._open:
                return dice.choice(self._open)
            body = {
                "firm_id": dice.choice(self.house.firms),
                "product": dice.choice(PRODUCTS),
                "amount": 3_000_000,
                "term_months": 24,
                "as_of": self.house.as_of.isoformat(),
                "recourse": False,
            }
            errand = _Errand(f"{dice.getrandbits(128):032x}", orjson.dumps(body))
            self._open.append(errand)
            return errand

    def _keep(self, errand: _Errand, one: Acknowledged | None, books: object) -> None:
        if one is None:
            self.unanswered.append(errand.key)
            return
        before = self.answers.setdefault(one.key, one)
        if before != one:
            self.differing.append(one.key)
        elif before is one:
            self._done.append(errand)
            books.write(f"{one.key}\t{one.decision_id}\t{one.sha256}\n")  # type: ignore[attr-defined]
            books.flush()  # type: ignore[attr-defined]

    def _insist(self, connection: HTTPConnection, errand: _Errand) -> Acknowledged | None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            sent = time.monotonic()
            try:
                status, body = self._ask(connection, errand)
            except (OSError, HTTPException) as error:
                connection.close()
                self.trouble[type(error).__name__] += 1
                time.sleep(PAUSE)
                continue
            if status == CREATED:
                self.newest = max(self.newest, sent)
                return Acknowledged(errand.key, str(orjson.loads(body)["decision_id"]), hashlib.sha256(body).hexdigest())
            self.trouble[f"{status} {_code(body)}"] += 1
            time.sleep(PAUSE)
        return None

    def _ask(self, connection: HTTPConnection, errand: _Errand) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}", "Idempotency-Key": errand.key}
        connection.request("POST", "/v1/decisions", errand.body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def _code(body: bytes) -> str:
    try:
        return str(orjson.loads(body)["code"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
