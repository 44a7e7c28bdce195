"""Settings of the service, read once from the environment; `docs/settings.md` is written from this module and tested against it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from service.errors import BadSetting

__all__ = ["Settings", "settings_from", "settings_page"]

PREFIX = "JIFEN_"


def _setting(default: Any, takes: Callable[[str], Any], meaning: str, *, low: int = 0) -> Any:
    return field(default=default, metadata={"takes": takes, "meaning": meaning, "low": low})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an installation may choose; field `x_y` is the environment variable `JIFEN_X_Y`."""

    home: Path = _setting(Path("var"), Path, "Folder that holds everything written at run time.")  # noqa: RUF009 it is a field
    database_url: str = _setting("", str, "SQLAlchemy address of the database; empty means SQLite at `JIFEN_HOME/jifen.db`.")
    host: str = _setting("127.0.0.1", str, "Address `jifen serve` listens on.")
    port: int = _setting(8000, int, "Port `jifen serve` listens on.", low=1)
    workers: int = _setting(2, int, "Worker processes; one a core.", low=1)
    threads: int = _setting(16, int, "Request threads in each worker.", low=1)
    request_bytes: int = _setting(2 * 2**20, int, "Largest JSON body, in bytes.", low=1024)
    ingest_bytes: int = _setting(64 * 2**20, int, "Largest bulk upload, in bytes.", low=1024)
    faults_shown: int = _setting(100, int, "Faults listed in one problem answer; it counts the rest.", low=1)
    page_limit: int = _setting(200, int, "Most decisions on one page of a list.", low=1)
    firm_rows: int = _setting(20_000, int, "Firms whose indicators each worker keeps in memory (about 10 kB each).", low=1)
    token_seconds: int = _setting(2, int, "Longest time, in seconds, until a revoked token is refused everywhere.")
    commit_batch: int = _setting(128, int, "Most records committed together.", low=1)
    commit_seconds: int = _setting(30, int, "Longest time, in seconds, a request waits for its record to be durable.", low=1)
    release_seconds: int = _setting(2, int, "Seconds until a worker asks again which release is in force.")
    switch_seconds: int = _setting(1, int, "Seconds until a worker asks again whether decisions are stopped.")
    impact_newest: int = _setting(300, int, "Most decisions, the newest first, that a proposed release is tried on.", low=1)
    lock_seconds: int = _setting(30, int, "Longest time, in seconds, a write waits for another writer of the database.", low=1)
    log_level: str = _setting("INFO", str, "Least severe log line written: DEBUG, INFO, WARNING or ERROR.")

    def __post_init__(self) -> None:
        """Refuse numbers that are too small, ports that are too large and unknown log levels."""
        for one in fields(self):
            value, low = getattr(self, one.name), one.metadata["low"]
            if isinstance(value, int) and value < low:
                raise BadSetting(f"{_variable(one)} is {value}; it must be at least {low}")
        if self.port > 65_535:
            raise BadSetting(f"{PREFIX}PORT is {self.port}; ports end at 65535")
        if self.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise BadSetting(f"{PREFIX}LOG_LEVEL is {self.log_level!r}; it takes DEBUG, INFO, WARNING or ERROR")

    @property
    def database(self) -> str:
        """The SQLAlchemy address in use."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'jifen.db'}"


def _variable(one: Field[Any]) -> str:
    return PREFIX + one.name.upper()


def _read(one: Field[Any], text: str) -> Any:
    try:
        return one.metadata["takes"](text)
    except ValueError as error:
        raise BadSetting(f"{_variable(one)} is {text!r}; it takes a whole number") from error


def settings_from(environment: Mapping[str, str] | None = None) -> Settings:
    """Read `JIFEN_*` variables (default: the process environment); a value that cannot be read is a `BadSetting` naming it."""
    given = os.environ if environment is None else environment
    return Settings(**{one.name: _read(one, given[_variable(one)]) for one in fields(Settings) if given.get(_variable(one))})


def settings_page() -> str:
    """Give the text of `docs/settings.md`."""
    rows = "\n".join(f"| `{_variable(one)}` | `{one.default}` | {one.metadata['meaning']} |" for one in fields(Settings))
    return f"""# Settings

Every setting is an environment variable that is read once, when a process starts. This page is written from `service/config.py`
by `jifen docs`.

| variable | default | meaning |
|---|---|---|
{rows.replace("`` |", "(empty) |")}
"""
