"""A PostgreSQL cluster of the trial's own, on loopback, whose processes it may kill."""

from __future__ import annotations

import os
import pwd
import random
import shlex
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from trials.processes import children_of

__all__ = ["Cluster", "free_port", "has_postgresql"]

OWNER = "postgres"


def free_port() -> int:
    """Give a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parent.parent.name))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    return Path(there).parent if there else None


def has_postgresql() -> bool:
    """Are the programs of a server installed, and a user who may run them?"""
    if _programs() is None:
        return False
    if os.getuid() != 0:
        return True
    with suppress(KeyError):
        return bool(pwd.getpwnam(OWNER))
    return False


class Cluster:
    """One server with one database, in a folder that its owner can reach; found again there by a later run."""

    def __init__(self, folder: Path) -> None:
        programs = _programs()
        if programs is None:
            raise RuntimeError("PostgreSQL's server is not installed; install the package postgresql, or try on SQLite only")
        self._programs, self.folder = programs, folder
        self._port = folder / "port"
        if not self._port.exists():
            self._make()
        self.port = int(self._port.read_text("ascii"))

    @property
    def address(self) -> str:
        """The database's SQLAlchemy address."""
        return f"postgresql+psycopg://jifen@127.0.0.1:{self.port}/jifen"

    @property
    def postmaster(self) -> int:
        """The process all others of the server are children of."""
        return int((self.folder / "data" / "postmaster.pid").read_text("ascii").split("\n", 1)[0])

    def start(self) -> None:
        """Start, and recover what a death left behind; tries again while processes of the last one are still leaving."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        line = ["pg_ctl", "-D", str(self.folder / "data"), "-w", "-t", "60", "-o", options, "-l", str(self.folder / "log"), "start"]
        for _ in range(60):
            if self._run(*line).returncode == 0:
                return
            time.sleep(0.5)
        raise RuntimeError(f"the database server did not start again; its log is {self.folder / 'log'}")

    def stop(self) -> None:
        """Stop in order."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "fast", "-w", "stop")

    def kill_server(self) -> None:
        """End the server and every process of it at once, as a power cut would."""
        first = self.postmaster
        for one in (first, *children_of(first)):
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)

    def kill_postmaster(self) -> None:
        """End the parent process only; its children find that out by themselves."""
        os.kill(self.postmaster, signal.SIGKILL)

    def kill_backend(self, dice: random.Random) -> None:
        """End one process of the server; the server then resets every connection and recovers."""
        with suppress(ProcessLookupError):
            os.kill(dice.choice(children_of(self.postmaster)), signal.SIGKILL)

    def _make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.getuid() == 0:
            shutil.chown(self.folder, OWNER, OWNER)
        self.port = free_port()
        made = self._run("initdb", "-D", str(self.folder / "data"), "-A", "trust", "-U", "jifen", "-E", "UTF8")
        if made.returncode != 0:
            raise RuntimeError(f"no database could be made in {self.folder}; {OWNER} must be able to reach it: {made.stderr.decode()}")
        self.start()
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "jifen", "jifen")
        self.stop()
        self._port.write_text(str(self.port), "ascii")

    def _run(self, program: str, *rest: str) -> subprocess.CompletedProcess[bytes]:
        """Run one of PostgreSQL's programs, which refuse to be run by root."""
        line = [str(self._programs / program), *rest]
        if os.getuid() == 0:
            line = ["su", OWNER, "-s", "/bin/sh", "-c", shlex.join(line)]
        return subprocess.run(line, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/")
