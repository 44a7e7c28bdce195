"""Log lines as JSON objects, one a line. They name requests and tokens, never firms, amounts or evidence."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from traceback import format_tb

import orjson

__all__ = ["JsonLines", "write_logs"]

FIELDS = ("request_id", "method", "route", "status", "ms", "token_id", "records", "code", "seconds", "work", "decision_id")
"""What a caller may add to a line with `extra=`."""


class JsonLines(logging.Formatter):
    """Writes a log record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line; an exception is told by its trace, in the field `trace`, without its message: that may quote what was sent."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["trace"] = "".join(_traced(record.exc_info[1]))
        return orjson.dumps(line, default=str).decode()


def _traced(error: BaseException | None) -> Iterator[str]:
    """Tell where an error came from and of which kind it and its causes are; of a database or the system also its own code."""
    while error is not None:
        yield from format_tb(error.__traceback__)
        kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
        codes = [getattr(error, name, None) for name in ("sqlstate", "sqlite_errorname", "errno")]
        yield f"{kind} {' '.join(str(code) for code in codes if code is not None)}".rstrip() + "\n"
        error = error.__cause__ or getattr(error, "orig", None)


def write_logs(level: str) -> None:
    """Send the lines of `service` at `level` and above to standard error, once however often it is called."""
    logger = logging.getLogger("service")
    logger.setLevel(level)
    logger.propagate = False
    if not logger.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(JsonLines())
        logger.addHandler(handler)
