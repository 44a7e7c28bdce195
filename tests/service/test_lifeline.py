"""A worker does not outlive the process that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from builders_service import wait_until

from service import lifeline

PARENT = """
import os, time
from service.lifeline import die_with
parent = os.getpid()
child = os.fork()
if not child:
    die_with(parent)
    print(os.getpid(), flush=True)
time.sleep(60)
"""


def is_alive(process: int) -> bool:
    """Is it there, and more than a name that nobody has asked for yet?"""
    try:
        said = Path(f"/proc/{process}/stat").read_text("ascii", errors="replace")
    except FileNotFoundError:
        return False
    return said.rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_a_worker_ends_with_its_parent() -> None:
    """The parent is killed; the kernel ends the worker, which had no chance to notice."""
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert is_alive(worker)
        parent.send_signal(signal.SIGKILL)
        parent.wait(10)
    wait_until(lambda: not is_alive(worker))


def test_a_worker_whose_parent_is_gone_already_ends_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ended between the fork and the kernel being told."""
    ended: list[int] = []
    monkeypatch.setattr(lifeline.ctypes, "CDLL", lambda _: type("Libc", (), {"prctl": staticmethod(lambda *_: 0)}))
    monkeypatch.setattr(lifeline.os, "_exit", ended.append)
    lifeline.die_with(os.getppid() + 1)
    lifeline.die_with(os.getppid())
    assert ended == [1]


def test_elsewhere_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other systems have no such call; a worker there finds out by itself."""
    monkeypatch.setattr(lifeline.sys, "platform", "darwin")
    lifeline.die_with(os.getppid() + 1)
