"""A TCP proxy on loopback that can be taken away and brought back, as a server or a network is."""

from __future__ import annotations

import contextlib
import select
import socket
from threading import Thread


class Proxy:
    """Carries connections to a server until it is cut; then they break, and new ones are refused."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._port = 0
        self._open: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self.restore()

    @property
    def port(self) -> int:
        return self._port

    def restore(self) -> None:
        """Listen (again), on the same port."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        listener.listen()
        self._port, self._listener = listener.getsockname()[1], listener
        Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        listener, self._listener = self._listener, None
        for one in (listener, *self._open):
            if one is not None:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self._to)
                self._open += [near, far]
                Thread(target=_carry, args=(near, far), daemon=True).start()


def _carry(near: socket.socket, far: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        while True:
            for ready in select.select([near, far], [], [])[0]:
                data = ready.recv(65_536)
                if not data:
                    return
                (far if ready is near else near).sendall(data)
