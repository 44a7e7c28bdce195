"""Bulk evidence: all of it, or none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from builders_evidence import FIRM, OTHER, evidence_texts, request, texts, written
from builders_service import Clock, csv_file
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from features.checks import EvidenceFaults, checked_tables
from service.desk import Desk
from service.ledger import Actor
from service.store import Store
from service.store.evidence import latest_versions, versions_of
from service.store.firm_rows import kept_keys
from service.uploads import Evidence, read_folder
from service.use_cases.evidence import show_firm
from service.use_cases.ingest import ingest
from service.use_cases.materialise import materialise

Headers = dict[str, str]
Upload = Callable[..., TestResponse]


def test_a_bulk_file_and_a_request_say_the_same(client: FlaskClient, upload: Upload, risk: Headers) -> None:
    """A firm loaded from files has the very evidence that it has when its rows are sent one by one."""
    loaded = upload(**{name: [{}] for name in evidence_texts()})
    assert loaded.status_code == 201, loaded.text
    assert (loaded.json["rows"], loaded.json["firms"]) == (11, 1)
    again = client.post("/v1/firms", json=request(), headers=risk)
    assert (again.status_code, again.json["version"], again.json["ingest_id"]) == (200, 1, loaded.json["ingest_id"])


def test_nothing_is_loaded_in_part(client: FlaskClient, upload: Upload, risk: Headers) -> None:
    """One bad row among good firms keeps all of them out."""
    refused = upload(firms=[{}, {"firm_id": OTHER}], financials=[{}, {"firm_id": OTHER, "revenue": "-1"}])
    assert (refused.status_code, refused.json["code"], refused.json["error_count"]) == (422, "evidence-faults", 1)
    assert refused.json["errors"][0]["field"] == "/financials/2/revenue"
    assert client.get(f"/v1/firms/{FIRM}", headers=risk).status_code == 404


def test_parquet_is_read_too(client: FlaskClient, risk: Headers) -> None:
    """A typed Parquet file is as good as a CSV file."""
    typed = checked_tables({"firms": texts("firms", [written("firms")])})["firms"]
    buffer = BytesIO()
    typed.write_parquet(buffer)
    buffer.seek(0)
    files = {"firms": (buffer, "firms.parquet")}
    assert client.post("/v1/ingests", data=files, content_type="multipart/form-data", headers=risk).status_code == 201


def parquet(rows: int) -> BytesIO:
    """A file of many equal rows; packed it is small."""
    buffer = BytesIO()
    one = texts("contracts", [written("contracts")])
    one.select(pl.all().repeat_by(rows).explode()).write_parquet(buffer)
    buffer.seek(0)
    return buffer


def test_more_than_a_request_should_hold_is_refused_unread(client: FlaskClient, risk: Headers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows beyond the limit are refused by name before they are unpacked, in Parquet by what the file says of itself."""
    monkeypatch.setattr("service.uploads.MOST_ROWS", 999)
    for rows, name in ((parquet(1_000), "contracts.parquet"), (BytesIO(b"a\n" * 1_000), "contracts.csv")):
        files = {"firms": csv_file("firms", [{}]), "contracts": (rows, name)}
        refused = client.post("/v1/ingests", data=files, content_type="multipart/form-data", headers=risk)
        assert (refused.status_code, refused.json["errors"][0]["rule"]) == (422, "too-large")
        assert "jifen ingest" in refused.json["errors"][0]["remedy"]
    monkeypatch.setattr("service.uploads.MOST_BYTES", 10)
    files = {"firms": csv_file("firms", [{}]), "contracts": (parquet(5), "contracts.parquet")}
    refused = client.post("/v1/ingests", data=files, content_type="multipart/form-data", headers=risk)
    assert [fault["rule"] for fault in refused.json["errors"]] == ["too-large"]


@pytest.mark.parametrize(
    ("field", "name", "content", "rule"),
    [
        ("recipes", "recipes.csv", b"a,b\n", "unknown-table"),
        ("../firms", "firms.csv", b"a,b\n", "unknown-table"),
        ("patents", "patents.xlsx", b"PK", "unknown-file"),
        ("patents", "patents.parquet", b"PK", "unreadable"),
        ("patents", "patents.csv", b"\xff\xfe\x00", "encoding"),
        ("patents", "patents.csv", b"", "unreadable"),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    client: FlaskClient, upload: Upload, risk: Headers, field: str, name: str, content: bytes, rule: str
) -> None:
    """Unknown tables, other formats and unreadable files are named by their rule."""
    firms = BytesIO(texts("firms", [written("firms")]).write_csv().encode())
    files = {"firms": (firms, "firms.csv"), field: (BytesIO(content), name)}
    refused = client.post("/v1/ingests", data=files, content_type="multipart/form-data", headers=risk)
    assert refused.status_code == 422, refused.text
    assert rule in {fault["rule"] for fault in refused.json["errors"]}


def test_a_table_comes_once(client: FlaskClient, risk: Headers) -> None:
    """Two files for one table are refused."""
    files = {"firms": [(BytesIO(b"a\n"), "firms.csv"), (BytesIO(b"a\n"), "firms.csv")]}
    refused = client.post("/v1/ingests", data=files, content_type="multipart/form-data", headers=risk)
    assert [fault["rule"] for fault in refused.json["errors"]] == ["one-file"]


def test_files_without_firms_are_refused(upload: Upload) -> None:
    """The other tables are about firms, which must be there."""
    refused = upload(patents=[{}])
    assert "missing-table" in {fault["rule"] for fault in refused.json["errors"]}


def test_a_second_loading_is_laid_on_the_first(upload: Upload, desk: Desk) -> None:
    """Only firms whose evidence changed get a new version; their earlier rows stay."""
    upload(firms=[{}, {"firm_id": OTHER}], contracts=[{}])
    again = upload(firms=[{}, {"firm_id": OTHER}], contracts=[{"contract_id": "HT-2"}])
    assert again.json["firms"] == 1
    with desk.store.reading() as unit:
        assert {firm: v.version for firm, v in latest_versions(unit).items()} == {FIRM: 2, OTHER: 1}
    assert [row["contract_id"] for row in show_firm(desk, FIRM).evidence["contracts"]] == ["HT-1", "HT-2"]


def tables(**changes: str) -> Evidence:
    frames = {"firms": texts("firms", [written("firms")]), "contracts": texts("contracts", [written("contracts", **changes)])}
    return Evidence(checked_tables(frames), "sha256:" + "0" * 64)


class LateStore(Store):
    """A store in which somebody else loads evidence while ours is being prepared."""

    def __init__(self, store: Store, meanwhile: Callable[[], Any]) -> None:
        super().__init__(store.engine)
        self.meanwhile = meanwhile

    def writing(self) -> Any:
        self.meanwhile()
        return super().writing()


def test_evidence_that_arrives_while_a_loading_is_prepared_is_not_lost(store: Store, desk: Desk, clock: Clock) -> None:
    """A firm that got a new version in between is laid on that version."""
    late = LateStore(store, lambda: ingest(store, clock, tables(contract_id="HT-7"), actor=Actor(kind="system", id="a"), source="other"))
    ingest(late, clock, tables(contract_id="HT-8"), actor=Actor(kind="system", id="b"), source="ours")
    with store.reading() as unit:
        assert [version.version for version in versions_of(unit, FIRM)] == [1, 2]
    assert [row["contract_id"] for row in show_firm(desk, FIRM).evidence["contracts"]] == ["HT-7", "HT-8"]


def test_a_folder_is_loaded_as_files_are(store: Store, clock: Clock, tmp_path: Path) -> None:
    """A folder of CSV files gives checked tables and one checksum over what was read, and progress is reported."""
    folder = tmp_path / "evidence"
    folder.mkdir()
    for name, frame in evidence_texts(firms=[FIRM, OTHER]).items():
        frame.write_csv(folder / f"{name}.csv")
    evidence = read_folder(folder, date(2026, 11, 23))
    told: list[tuple[str, float]] = []
    loading = ingest(
        store, clock, evidence, actor=Actor(kind="system", id="cli"), source=str(folder), report=lambda *said: told.append(said)
    )
    assert (loading.rows, loading.firms, loading.checksum) == (22, 2, evidence.checksum)
    assert told[-1] == ("on file", 1.0)
    (folder / "firms.csv").write_text("firm_id\nx\n")
    with pytest.raises(EvidenceFaults):
        read_folder(folder, date(2026, 11, 23))


def test_indicators_are_computed_ahead_and_earlier_days_forgotten(store: Store, desk: Desk, clock: Clock) -> None:
    """`materialise` computes what is missing for a day, nothing twice, and keeps only that day and later ones."""
    frames = checked_tables(evidence_texts(firms=[FIRM, OTHER]))
    ingest(store, clock, Evidence(frames, "sha256:" + "0" * 64), actor=Actor(kind="system", id="a"), source="b")
    today = desk.today()
    told: list[float] = []
    assert materialise(store, today - timedelta(days=1)) == 2
    assert materialise(store, today, report=lambda _, share: told.append(share)) == 2
    assert materialise(store, today) == 0
    assert told == [1.0]
    catalogue = desk.rows._catalogue
    with store.reading() as unit:
        assert {firm for firm, _ in kept_keys(unit, 20_780, catalogue)} == {FIRM, OTHER}
        assert kept_keys(unit, 20_779, catalogue) == set()
    assert desk.rows.of_firm(FIRM, today).entry is None


def test_many_firms_are_looked_up_in_batches(store: Store, clock: Clock) -> None:
    """More firms than a statement takes parameters for are all found."""
    ingest(store, clock, tables(), actor=Actor(kind="system", id="a"), source="b")
    with store.reading() as unit:
        assert set(latest_versions(unit, [f"{n:018d}" for n in range(1200)] + [FIRM])) == {FIRM}
        assert latest_versions(unit, []) == {}


def test_a_loading_that_changes_nothing_is_still_recorded(store: Store, clock: Clock) -> None:
    """The second loading of the same evidence is on record with no firm changed."""
    ingest(store, clock, tables(), actor=Actor(kind="system", id="a"), source="b")
    assert ingest(store, clock, tables(), actor=Actor(kind="system", id="a"), source="b").firms == 0
