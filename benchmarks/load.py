"""A closed-loop HTTP load on loopback: each connection sends its next request when the last answer is complete.

One thread and one selector, so the load itself takes as little of the machine as Python can; bounded in time and count.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

__all__ = ["Load", "post", "run"]


@dataclass(frozen=True, slots=True)
class Load:
    """What a run measured: answers with a 2xx status, others, wall seconds, and latencies in milliseconds (sorted)."""

    ok: int
    failed: int
    seconds: float
    latencies: tuple[float, ...]
    first_failure: str

    @property
    def per_second(self) -> float:
        """Answers with a 2xx status per second."""
        return self.ok / self.seconds

    def percentile(self, share: float) -> float:
        """Latency in milliseconds below which `share` of the answers lie."""
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))] if self.latencies else float("nan")


def post(path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    """The bytes of a keep-alive POST of a JSON body."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _complete(received: bytes | bytearray) -> bool:
    head, found, body = received.partition(b"\r\n\r\n")
    if not found:
        return False
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    if at >= 0:
        return len(body) >= int(lowered[at + 15 :].split(b"\r\n", 1)[0])
    return body.endswith(b"0\r\n\r\n")


class _Loop:
    """Connections in flight and what came back on them."""

    def __init__(self, address: tuple[str, int], requests: Callable[[int], bytes], selector: selectors.BaseSelector) -> None:
        self.address, self.requests, self.selector = address, requests, selector
        self.numbers = count()
        self.latencies: list[float] = []
        self.failed, self.first_failure = 0, ""

    @property
    def answered(self) -> int:
        return len(self.latencies) + self.failed

    def dial(self) -> None:
        sock = socket.create_connection(self.address, timeout=30)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.send(self.selector.register(sock, selectors.EVENT_READ, None))

    def send(self, key: selectors.SelectorKey) -> None:
        sock = key.fileobj
        assert isinstance(sock, socket.socket)
        self.selector.modify(sock, selectors.EVENT_READ, (time.perf_counter(), bytearray()))
        sock.sendall(self.requests(next(self.numbers)))

    def receive(self, key: selectors.SelectorKey) -> None:
        began, received = key.data
        chunk = key.fileobj.recv(262_144)
        received += chunk
        if chunk and not _complete(received):
            return
        self.count_answer(bytes(received), began, whole=bool(chunk))
        if not chunk or b"\r\nconnection: close" in received[:600].lower():
            self.selector.unregister(key.fileobj)
            key.fileobj.close()
            self.dial()
        else:
            self.send(key)

    def count_answer(self, answer: bytes, began: float, *, whole: bool) -> None:
        if whole and answer[9:10] == b"2":
            self.latencies.append((time.perf_counter() - began) * 1e3)
            return
        self.failed += 1
        self.first_failure = self.first_failure or answer[:2000].decode(errors="replace")


def run(
    port: int, requests: Callable[[int], bytes], *, connections: int, seconds: float, at_most: int = 200_000, host: str = "127.0.0.1"
) -> Load:
    """Load `host`, which must be loopback, with `connections` closed loops for `seconds` or `at_most` requests."""
    if not host.startswith("127."):
        raise ValueError(f"host {host} is not loopback; this load is for the machine it runs on")
    with selectors.DefaultSelector() as selector:
        loop = _Loop((host, port), requests, selector)
        began = time.perf_counter()
        for _ in range(connections):
            loop.dial()
        while time.perf_counter() - began < seconds and loop.answered < at_most:
            for key, _ in selector.select(timeout=1.0):
                loop.receive(key)
        took = time.perf_counter() - began
        for key in list(selector.get_map().values()):
            key.fileobj.close()
    return Load(len(loop.latencies), loop.failed, took, tuple(sorted(loop.latencies)), loop.first_failure)
