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


@dataclass(slots=True)
class _Connection:
    sock: socket.socket
    began: float = 0.0
    received: bytes = b""


def post(path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    """The bytes of a keep-alive POST of a JSON body."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _complete(received: bytes) -> bool:
    head, found, body = received.partition(b"\r\n\r\n")
    if not found:
        return False
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    if at >= 0:
        return len(body) >= int(lowered[at + 15 :].split(b"\r\n", 1)[0])
    return body.endswith(b"0\r\n\r\n")


def run(
    port: int, requests: Callable[[int], bytes], *, connections: int, seconds: float, at_most: int = 200_000, host: str = "127.0.0.1"
) -> Load:
    """Load `host`, which must be loopback, with `connections` closed loops for `seconds` or `at_most` requests."""
    if not host.startswith("127."):
        raise ValueError(f"host {host} is not loopback; this load is for the machine it runs on")
    numbers = count()
    latencies: list[float] = []
    failed, first_failure = 0, ""
    with selectors.DefaultSelector() as selector:

        def send(connection: _Connection) -> None:
            connection.received, connection.began = b"", time.perf_counter()
            connection.sock.sendall(requests(next(numbers)))

        def dial() -> _Connection:
            connection = _Connection(socket.create_connection((host, port), timeout=30))
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection.sock, selectors.EVENT_READ, connection)
            return connection

        began = time.perf_counter()
        for _ in range(connections):
            send(dial())
        while time.perf_counter() - began < seconds and len(latencies) + failed < at_most:
            for key, _ in selector.select(timeout=1.0):
                connection = key.data
                chunk = connection.sock.recv(262_144)
                connection.received += chunk
                if chunk and not _complete(connection.received):
                    continue
                if chunk and connection.received[9:10] == b"2":
                    latencies.append((time.perf_counter() - connection.began) * 1e3)
                else:
                    failed += 1
                    first_failure = first_failure or connection.received[:2000].decode(errors="replace")
                if not chunk or b"\r\nconnection: close" in connection.received[:600].lower():
                    selector.unregister(connection.sock)
                    connection.sock.close()
                    connection = dial()
                send(connection)
        took = time.perf_counter() - began
        for key in list(selector.get_map().values()):
            key.data.sock.close()
    return Load(len(latencies), failed, took, tuple(sorted(latencies)), first_failure)
