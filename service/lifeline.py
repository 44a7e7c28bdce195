"""Workers die with the process that started them, so that the next start finds the port free.

A worker that outlives it would close its door but keep its place: new callers wait at a socket on which nobody accepts, and the next
start cannot listen, for as long as idle connections are kept open. What was answered is on record; what was not is asked again
with its key.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

__all__ = ["die_with"]

PR_SET_PDEATHSIG = 1
"""Of prctl(2): the signal a process gets when its parent ends."""


def die_with(parent: int) -> None:
    """Let the kernel end this process at once when `parent`, which has just started it, ends; elsewhere than on Linux nothing happens."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:  # it ended before the kernel was told
        os._exit(1)
