"""Settings of the service, read once from the environment; `docs/settings.md` is written from this module and tested against it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from service.errors import BadSetting

__all__ = ["Settings", "settings_from", "settings_page"]

PREFIX = "JIFEN_"
ADDRESS = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+")
ISSUER = re.compile(r"https://|http://(127\.0\.0\.1|localhost)[:/]")
OFF = False
SWITCH = {"on": True, "true": True, "off": False, "false": False}


def _setting(default: Any, takes: Callable[[str], Any], meaning: str, *, low: int = 0) -> Any:
    return field(default=default, metadata={"takes": takes, "meaning": meaning, "low": low})


def _switch(text: str) -> bool:
    if text.lower() not in SWITCH:
        raise ValueError("on or off")
    return SWITCH[text.lower()]


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
    keys: str = _setting("", str, "Folder of the keys that sign the ledger and wrap those of personal data; empty means `JIFEN_HOME/keys`.")
    witness: str = _setting(
        "", str, "Folders outside the database that get every signed checkpoint, joined by `:`; empty means `JIFEN_HOME/witness`."
    )
    programs: str = _setting("", str, "Folder that keeps the programs that decided, for replays; empty means `JIFEN_HOME/programs`.")
    seal_milliseconds: int = _setting(1000, int, "Longest time, in milliseconds, until a committed record is under a signed checkpoint.")
    unsealed_seconds: int = _setting(120, int, "Seconds of failing to seal after which nothing more is decided.", low=1)
    public_url: str = _setting(
        "", str, "Address people open, such as `https://jifen.bank.example`; with https, cookies are sent over TLS only. Needed for OIDC."
    )
    proxies: int = _setting(0, int, "Proxies in front whose `X-Forwarded-For` is believed; 0 takes the address that connects.")
    session_idle_minutes: int = _setting(30, int, "Minutes without a request after which a person is signed out.", low=1)
    session_hours: int = _setting(10, int, "Hours after which a person is signed out in any case.", low=1)
    sign_in_failures: int = _setting(5, int, "Wrong passwords in a row after which a person is locked out.", low=1)
    lock_minutes: int = _setting(15, int, "Minutes that a lock-out lasts.", low=1)
    sign_ins_by_login: int = _setting(10, int, "Most sign-ins of one login in a minute, in each worker.", low=1)
    sign_ins_by_address: int = _setting(60, int, "Most sign-ins from one address in a minute, in each worker.", low=1)
    requests_by_token: int = _setting(0, int, "Most requests with one token or session in a minute, in each worker; 0 is no limit.")
    oidc_issuer: str = _setting("", str, "Issuer of the bank's identity provider (OpenID Connect); empty: people sign in by password only.")
    oidc_client_id: str = _setting("", str, "Client id of this service at the identity provider.")
    oidc_client_secret_file: str = _setting(
        "", str, "File that holds the client's secret; empty for a public client (PKCE is always used)."
    )
    require_lineage: bool = _setting(OFF, _switch, "Refuse loadings that do not say source and authority; `on` or `off`.")
    retention: str = _setting("default-2026-11", str, "Retention schedule: a shipped name, or a TOML file below `JIFEN_HOME`.")
    gates: str = _setting("", str, "Gates that a retraining is held to: a TOML file below `JIFEN_HOME`; empty means the illustrative ones.")
    retrain_minutes: int = _setting(240, int, "Minutes after which a retraining that is not done is stopped and marked failed.", low=1)
    leads_minutes: int = _setting(240, int, "Minutes after which a list of leads that is not done is stopped and marked failed.", low=1)
    waiting: int = _setting(32, int, "Requests that may wait in each worker while its threads are busy; more are answered 503 at once.")
    wait_seconds: int = _setting(5, int, "Longest time, in seconds, a request waits for a thread before it is answered 503.", low=1)
    long_requests: int = _setting(2, int, "Requests that take long (exports, loadings, impact runs) at once in each worker.", low=1)
    statement_seconds: int = _setting(60, int, "Longest time, in seconds, one statement may take on PostgreSQL; 0 is no limit.")
    stop_seconds: int = _setting(30, int, "Longest time, in seconds, a worker that is stopped takes to finish what it took.", low=1)
    free_megabytes: int = _setting(64, int, "Free space, in megabytes, below which nothing new is decided or put on file.")
    clock_seconds: int = _setting(120, int, "Most seconds the clock may be behind the newest entry of the ledger.", low=1)
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
        if self.public_url and not ADDRESS.fullmatch(self.public_url):
            raise BadSetting(
                f"{PREFIX}PUBLIC_URL is {self.public_url!r}; it takes http or https, a host and no path, as in https://jifen.bank.example"
            )
        if self.oidc_issuer and not ISSUER.match(self.oidc_issuer):
            raise BadSetting(f"{PREFIX}OIDC_ISSUER is {self.oidc_issuer!r}; it takes an https address (http only on this machine)")
        if self.oidc_issuer and not (self.oidc_client_id and self.public_url):
            raise BadSetting(f"{PREFIX}OIDC_ISSUER is {self.oidc_issuer!r}; with it go {PREFIX}OIDC_CLIENT_ID and {PREFIX}PUBLIC_URL")

    @property
    def is_https(self) -> bool:
        """Do people reach the service over TLS?"""
        return self.public_url.startswith("https://")

    @property
    def key_folder(self) -> Path:
        """The folder of secret keys in use."""
        return Path(self.keys) if self.keys else self.home / "keys"

    @property
    def witness_folders(self) -> list[Path]:
        """The witness's folders in use."""
        return [Path(one) for one in self.witness.split(os.pathsep) if one] or [self.home / "witness"]

    @property
    def program_folder(self) -> Path:
        """The folder of kept programs in use."""
        return Path(self.programs) if self.programs else self.home / "programs"

    @property
    def database(self) -> str:
        """The SQLAlchemy address in use."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'jifen.db'}"


def _shown(value: object) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def _variable(one: Field[Any]) -> str:
    return PREFIX + one.name.upper()


def _read(one: Field[Any], text: str) -> Any:
    try:
        return one.metadata["takes"](text)
    except ValueError as error:
        takes = "a whole number" if one.metadata["takes"] is int else error
        raise BadSetting(f"{_variable(one)} is {text!r}; it takes {takes}") from error


def settings_from(environment: Mapping[str, str] | None = None) -> Settings:
    """Read `JIFEN_*` variables (default: the process environment); a value that cannot be read is a `BadSetting` naming it."""
    given = os.environ if environment is None else environment
    return Settings(**{one.name: _read(one, given[_variable(one)]) for one in fields(Settings) if given.get(_variable(one))})


def settings_page() -> str:
    """Give the text of `docs/settings.md`."""
    rows = "\n".join(f"| `{_variable(one)}` | `{_shown(one.default)}` | {one.metadata['meaning']} |" for one in fields(Settings))
    return f"""# Settings

Every setting is an environment variable that is read once, when a process starts. This page is written from `service/config.py`
by `jifen docs`.

| variable | default | meaning |
|---|---|---|
{rows.replace("`` |", "(empty) |")}
"""
