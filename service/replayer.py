"""The program of another day, asked to replay: it reads a request a line and answers a certificate a line.

Later programs start this module from the files of this one, so its requests and answers keep their form: a request is
`{"kit": folder, "decision": number}`, an answer the certificate as JSON.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import IO

import orjson

from service.artefacts import Shelf
from service.clock import Clock, system_clock
from service.kit import Kit
from service.use_cases.replay import replay_body

__all__ = ["answer", "main"]


def answer(requests: IO[bytes], answers: IO[bytes], clock: Clock = system_clock) -> None:
    """Answer until there is no further line; artefacts are loaded once."""
    shelves: dict[str, tuple[Kit, Shelf]] = {}
    with tempfile.TemporaryDirectory(prefix="jifen-replay-") as home:
        for line in requests:
            asked = orjson.loads(line)
            folder = asked["kit"]
            if folder not in shelves:
                kit = Kit(Path(folder))
                shelves[folder] = (kit, Shelf(kit.artefact, Path(home)))
            kit, shelf = shelves[folder]
            found = replay_body(kit.evidence, shelf.of, kit.body(asked["decision"]), clock)
            answers.write(orjson.dumps(asdict(found)) + b"\n")
            answers.flush()


def main() -> None:
    """Serve standard input and output."""
    answer(sys.stdin.buffer, sys.stdout.buffer)
