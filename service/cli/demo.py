"""`jifen demo`: a simulated province, both models, and the service, in one command."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import click
import orjson

from service.cli.console import notes, out
from service.cli.options import last_month_end, today
from service.cli.province import Prepared, prepare_province
from service.clock import system_clock
from service.config import Settings, settings_from
from service.domain import content_hash
from service.in_force import policy_in_force
from service.passwords import make_password
from service.serving import command, environment_of, prepare
from service.store import open_store
from service.tokens import Role
from service.use_cases.people import create_user, people_on_file, set_password
from service.use_cases.tokens import create_token
from service.web.words import ROLES

__all__ = ["demo", "demo_people", "free_port", "running_service"]

FIRMS = 20_000
STARTS_WITHIN = 60.0


@click.command()
@click.option("--check", is_flag=True, help="Without a terminal: serve, score one applicant over HTTP, verify the answer, stop.")
@click.option("--firms", default=FIRMS, show_default=True, type=click.IntRange(2_000, 200_000), help="Size of the simulated province.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same province.")
@click.option("--fresh", is_flag=True, help="Build everything again, even if an earlier demo is there.")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to serve on.  [default: 8000, or a free one]")
def demo(firms: int, seed: int, port: int | None, *, check: bool, fresh: bool) -> None:
    """Simulate a province, train both models, serve the API.

    Everything is simulated and lives under JIFEN_HOME/demo; an earlier demo of the same size and seed is used again.
    """
    settings = settings_from()
    home = settings.home / ("check" if check else "demo")
    settings = replace(settings, home=home, database_url="", port=port or free_port(settings.port))
    until = last_month_end(today())
    prepared = prepare_province(settings, firms=firms, seed=seed, until=until, fresh=fresh or check)
    secrets = _credentials(settings)
    people = {} if check else demo_people(settings)
    with running_service(settings) as address:
        if check:
            _verify(address, secrets, prepared)
        else:
            _welcome(address, secrets, people, prepared)
            _wait()


def free_port(wanted: int) -> int:
    """Give `wanted` where nothing listens on it, else any free port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _credentials(settings: Settings) -> dict[str, str]:
    """Make fresh tokens; earlier ones go on working until they are revoked."""
    store = open_store(settings.database, connections=1, lock_seconds=settings.lock_seconds)
    try:
        return {
            role.value: create_token(store, name=f"demo {role.value}", role=role.value).text
            for role in (Role.OFFICER, Role.RISK, Role.AUDITOR)
        }
    finally:
        store.close()


def demo_people(settings: Settings) -> dict[str, str]:
    """Make a person for each role, or give those of an earlier run new passwords; each password is known only now, by login."""
    store = open_store(settings.database, connections=1, lock_seconds=settings.lock_seconds)
    authorities = [row.authority for row in policy_in_force(store, settings.home, system_clock).authorities]
    signs = {Role.OFFICER: authorities[0], Role.APPROVER: authorities[-1]}
    made: dict[str, str] = {}
    try:
        there = {person.login for person in people_on_file(store)}
        for role in Role:
            login, password = f"demo-{role.value}", make_password()
            if login in there:
                set_password(store, login, password)
            else:
                name, authority = f"演示{ROLES[role].zh}", signs.get(role)
                create_user(store, login=login, name=name, role=role.value, authority=authority, authorities=authorities, password=password)
            made[login] = password
    finally:
        store.close()
    return made


@contextmanager
def running_service(settings: Settings) -> Iterator[str]:
    """Serve while the block runs; gives the address once the service says it is ready, and stops it afterwards."""
    prepare(settings)
    log = settings.home / "service.log"
    with log.open("ab") as sink:
        process = subprocess.Popen(command(), env={**os.environ, **environment_of(settings)}, stdout=sink, stderr=sink)  # noqa: S603 our own
    address = f"http://{settings.host}:{settings.port}"
    try:
        _await_ready(address, process, log)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    said = "nothing"
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"{address}/readyz", timeout=2):  # noqa: S310 our own loopback address
                return
        except HTTPError as error:
            said = error.read().decode(errors="replace")
        except (URLError, OSError) as error:
            said = str(error)
        time.sleep(0.1)
    raise click.ClickException(f"the service did not become ready; it said: {said}\nits log is {log}")


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    location: str


def _ask(url: str, token: str, body: dict[str, object] | None = None) -> _Answer:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": "demo-check"}
    request = Request(url, data=None if body is None else orjson.dumps(body), headers=headers)  # noqa: S310 our own loopback address
    with urlopen(request, timeout=30) as answer:  # noqa: S310
        return _Answer(answer.status, answer.read(), answer.headers.get("Location", ""))


def _request(prepared: Prepared) -> dict[str, object]:
    asked = prepared.applicant
    return {
        "firm_id": asked.firm_id,
        "product": "startup-credit",
        "amount": asked.amount,
        "term_months": 24,
        "as_of": prepared.until.isoformat(),
    }


def _verify(address: str, secrets: dict[str, str], prepared: Prepared) -> None:
    """Decide one applicant over HTTP and hold the answer, and its record, to what they claim; anything wrong ends with exit code 1."""
    token = secrets["officer"]
    made = _ask(f"{address}/v1/decisions", token, _request(prepared))
    kept = _ask(f"{address}/v1/decisions/{orjson.loads(made.body)['decision_id']}", token)
    again = _ask(f"{address}/v1/decisions", token, _request(prepared))
    decision = orjson.loads(made.body)
    checks = {
        "decided with status 201": made.status == 201,
        "the stored record is the answer, byte for byte": kept.body == made.body,
        "the same key gives the same decision, not a second one": again.body == made.body,
        "contributions and base sum to the score": _sums_to_score(decision),
        "points of the items sum to the total": sum(item["points"] for item in decision["points"]["items"]) == decision["points"]["total"],
        "simulated data and illustrative weights are marked": {"simulated_data", "illustrative_weights"} <= set(decision["warnings"]),
    }
    checks |= _examine(address, secrets["auditor"], decision["decision_id"])
    for said, holds in checks.items():
        out.print(f"{'ok    ' if holds else 'WRONG '} {said}", markup=False)
    out.print(f"decision {decision['decision_id']}: {decision['outcome']}, score {decision['risk']['score']}, {content_hash(made.body)}")
    if not all(checks.values()):
        raise click.ClickException("the answer does not hold; see the lines marked WRONG")


def _examine(address: str, token: str, decision_id: str) -> dict[str, bool]:
    """Do with the decision what an examiner does: verify the ledger, replay, and check an export with bare Python."""
    report = orjson.loads(_ask(f"{address}/v1/audit/verify", token, {}).body)
    certificate = orjson.loads(_ask(f"{address}/v1/audit/replays/{decision_id}", token, {}).body)
    pack = _ask(f"{address}/v1/audit/exports", token, {"decisions": [decision_id]}).body
    key = orjson.loads(_ask(f"{address}/v1/audit/checkpoint", token).body)["public_keys"][0]
    return {
        "the ledger is intact": report["intact"],
        "the decision replays bit for bit, all nine stages": certificate["identical"] and len(certificate["stages"]) == 9,
        "its export verifies with bare Python": _verifies_alone(pack, key),
    }


def _verifies_alone(pack: bytes, key: str) -> bool:
    with TemporaryDirectory(prefix="jifen-pack-") as folder:
        with zipfile.ZipFile(io.BytesIO(pack)) as archive:
            archive.extractall(folder)
        line = [sys.executable, "-I", "-S", str(Path(folder) / "verify.py"), "--key", key]
        return subprocess.run(line, check=False, capture_output=True).returncode == 0  # noqa: S603 our own program


def _sums_to_score(decision: dict[str, dict[str, int]]) -> bool:
    parts = sum(one["points"] for one in decision["contributions"])  # type: ignore[index,misc]
    return decision["risk"]["base_score"] + parts == decision["risk"]["score"]


def _welcome(address: str, secrets: dict[str, str], people: dict[str, str], prepared: Prepared) -> None:
    example = orjson.dumps(_request(prepared)).decode()
    out.print(f"\n[bold]jifen[/bold] serves on [bold]{address}[/bold]   documentation {address}/docs   (stop with Ctrl-C)")
    out.print(
        f"simulated province of {prepared.firms:,} firms, seed {prepared.seed}, evidence until {prepared.until}; weights are illustrative"
    )
    out.print("\ncredentials made for this run, shown once:")
    for role, secret in secrets.items():
        out.print(f"  {role:8} {secret}", markup=False)
    out.print(f"\npeople made for this demo, to sign in at {address}/sign-in; their passwords are shown once:")
    for login, password in people.items():
        out.print(f"  {login:14} {password}", markup=False)
    out.print("\ntry:\n")
    out.print(f"  curl -s {address}/v1/decisions -H 'Authorization: Bearer {secrets['officer']}' \\", markup=False)
    out.print(f"    -H 'Content-Type: application/json' -d '{example}'\n", markup=False)


def _wait() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        notes.print("stopping")
