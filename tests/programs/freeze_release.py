"""Freeze a small home of the present program: database, keys, witness and the program itself, for the upgrades of later days.

    python tests/programs/freeze_release.py tests/golden/release-1/home.tar.xz

Run it once at a release and never again: later programs must be able to read what it wrote. Its keys are of no other use.
"""

from __future__ import annotations

import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from builders_evidence import FIRM, request
from builders_running import release_small

from service.app import create_app
from service.config import Settings
from service.programs import Programs
from service.store import open_store, upgrade
from service.use_cases.tokens import create_token

AMOUNTS = (100_000, 2_000_000)
PRODUCTS = ("startup-credit", "growth-relay", "loan-investment", "common-growth")


def _unpacked(path: Path) -> None:
    """Store the program's files as they are: the pack around them is smaller so, and the program's hash is over the files."""
    with zipfile.ZipFile(path) as packed:
        files = [(one, packed.read(one)) for one in packed.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as stored:
        for one, content in files:
            stored.writestr(zipfile.ZipInfo(one.filename, one.date_time), content)


def main(target: Path) -> None:
    """Make the home, decide in it, pack it."""
    with tempfile.TemporaryDirectory() as space:
        home = Path(space) / "home"
        home.mkdir()
        settings = Settings(home=home)
        store = open_store(settings.database)
        upgrade(store)
        release_small(store, settings)
        app = create_app(settings)
        client = app.test_client()
        tokens = {role: {"Authorization": f"Bearer {create_token(store, name=role, role=role).text}"} for role in ("risk", "officer")}
        assert client.post("/v1/firms", json=request(), headers=tokens["risk"]).status_code == 201
        for product in PRODUCTS:
            for amount in AMOUNTS:
                body = {"product": product, "amount": amount, "term_months": 24, "firm_id": FIRM}
                assert client.post("/v1/decisions", json=body, headers=tokens["officer"]).status_code == 201
        _unpacked(Programs(settings.program_folder).keep())
        desk = app.extensions["jifen"]
        desk.sealer.seal_now()
        desk.store.close()
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
            connection.exec_driver_sql("VACUUM")
        store.close()
        with tarfile.open(target, "w:xz", preset=9) as pack:
            for name in ("jifen.db", "keys", "witness", "programs"):
                pack.add(home / name, name)


main(Path(sys.argv[1]))
