"""Asking the program that made a decision to replay it: its kept files run in a process of their own, on a kit."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock, Timer
from types import TracebackType
from typing import IO, Any, Final, Self

import orjson

from service.artefacts import Source, source_of
from service.domain import Decision
from service.errors import ArtefactUnusable
from service.kit import Kit
from service.programs import ABOUT, Programs
from service.store import Store
from service.store.blobs import get_blob
from service.use_cases.replay import Certificate, Stage

__all__ = ["Past"]

START: Final = "import sys; sys.path.insert(0, sys.argv[1]); from service.replayer import main; main()"
SECONDS: Final = 120.0
"""A replay takes milliseconds and a start a few seconds; what takes longer has stopped."""


@dataclass(frozen=True, slots=True)
class _Running:
    """A program of earlier days at work, and where its complaints go."""

    process: subprocess.Popen[bytes]
    errors: IO[bytes]

    @property
    def last_words(self) -> str:
        """The last line it complained in."""
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""


class Past:
    """Starts each program of earlier days once and asks it as often as needed; close it when done (it is a context manager)."""

    def __init__(self, store: Store, programs: Programs, *, seconds: float = SECONDS) -> None:
        self.programs = programs
        self._store, self._seconds = store, seconds
        self._source: Source = source_of(store)
        self._running: dict[str, _Running] = {}
        self._lock = Lock()
        self._stack = ExitStack()
        self._kit: Kit | None = None

    def __enter__(self) -> Self:
        """Use it in a `with` statement."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End every program that was started and delete what they worked on."""
        del kind, error, trace
        with self._lock:
            for running in self._running.values():
                _end(running.process)
            self._running.clear()
            self._stack.close()
            self._kit = None

    def replay(self, body: bytes) -> Certificate:
        """Have the program that made this decision replay it. `ArtefactUnusable` when it is not kept, was changed or does not answer."""
        decision = Decision.model_validate_json(body)
        with self._lock:
            running = self._started(decision.pins.code)
            kit = self._packed(body, decision)
            said = self._asked(running, {"kit": str(kit.folder), "decision": decision.decision_id}, decision.pins.code)
        stages = tuple(Stage(**stage) for stage in said["stages"])
        known = Certificate.__dataclass_fields__
        return replace(Certificate(**{name: value for name, value in said.items() if name in known}), stages=stages)

    def _packed(self, body: bytes, decision: Decision) -> Kit:
        if self._kit is None:
            self._kit = Kit(self._folder())
        try:
            with self._store.reading() as unit:
                evidence = get_blob(unit, decision.pins.evidence)
        except ValueError as error:
            raise ArtefactUnusable(str(error)) from error
        self._kit.pack(body, decision.decision_id, decision.pins, evidence=evidence, source=self._source)
        return self._kit

    def _folder(self) -> Path:
        return Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="jifen-past-")))

    def _started(self, code: str) -> _Running:
        if code not in self._running:
            folder = self._folder()
            self.programs.extract(code, folder)
            line = [sys.executable, "-I", "-c", START, str(folder)]
            errors = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 the stack closes it
            process = subprocess.Popen(  # noqa: S603 our own kept files, held to the hash on record
                line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, cwd=folder, env={"HOME": str(folder)}
            )
            self._running[code] = _Running(process, errors)
        return self._running[code]

    def _asked(self, running: _Running, request: dict[str, str], code: str) -> dict[str, Any]:
        process = running.process
        assert process.stdin is not None  # they are pipes
        assert process.stdout is not None
        timer = Timer(self._seconds, process.kill)
        timer.start()
        try:
            process.stdin.write(orjson.dumps(request) + b"\n")
            process.stdin.flush()
            said: dict[str, Any] = orjson.loads(process.stdout.readline())
        except (OSError, orjson.JSONDecodeError) as error:
            _end(process)
            del self._running[code]
            raise ArtefactUnusable(
                f"the program {code} gave no answer ({running.last_words or 'it took too long'}); "
                f"{ABOUT} in {self.programs.path(code)} names the Python and libraries it ran with"
            ) from error
        finally:
            timer.cancel()
        return said


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):  # what was still to be written has no reader
                pipe.close()
    process.wait()
