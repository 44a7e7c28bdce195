"""An officer who works on while others send what they should not: how long each answer takes, and how much memory the workers hold."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread
from typing import Self

import orjson

from trials.house import PRODUCTS, House
from trials.processes import resident_bytes

__all__ = ["Bystander"]

PAUSE = 0.05
TIMEOUT = 60.0
OK = (200, 201)


@dataclass(slots=True)
class Bystander:
    """Asks for a decision and for the list of decisions in turn, with a pause between; and looks at the workers' memory."""

    house: House
    token: str
    workers: Callable[[], list[int]]
    milliseconds: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    most_bytes: int = 0
    _over: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Begin."""
        for work in (self._ask, self._look):
            thread = Thread(target=work, name="bystander", daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave."""
        self._over.set()
        for thread in self._threads:
            thread.join(TIMEOUT)

    def _look(self) -> None:
        while not self._over.wait(PAUSE):
            self.most_bytes = max([self.most_bytes, *(resident_bytes(worker) or 0 for worker in self.workers())])

    def _ask(self) -> None:
        number = 0
        while not self._over.wait(PAUSE):
            began = time.perf_counter()
            try:
                status = self._answered(number)
            except (OSError, HTTPException) as error:
                self.refused.append(type(error).__name__)
                continue
            number += 1
            self.milliseconds.append((time.perf_counter() - began) * 1e3)
            if status not in OK:
                self.refused.append(str(status))

    def _answered(self, number: int) -> int:
        connection = HTTPConnection("127.0.0.1", self.house.settings.port, timeout=TIMEOUT)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        try:
            if number % 2:
                connection.request("GET", "/v1/decisions?limit=20", headers=headers)
            else:
                asked = {
                    "firm_id": self.house.firms[number % len(self.house.firms)],
                    "product": PRODUCTS[number // 2 % len(PRODUCTS)],
                    "amount": 3_000_000,
                    "term_months": 24,
                    "as_of": self.house.as_of.isoformat(),
                }
                connection.request("POST", "/v1/decisions", orjson.dumps(asked), headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()
