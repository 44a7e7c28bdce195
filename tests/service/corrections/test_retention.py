"""Records have an age: what has served its time goes with a tombstone, what is held stays, and the ledger still verifies."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from builders_corrections import override, person
from builders_service import Clock
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service.cli import main
from service.desk import Desk
from service.domain.retention import keep_until, load_schedule, loan_end, shipped_schedule
from service.errors import BadSetting, UnknownHold, UnknownOverride, WrongState
from service.ledger import Actor
from service.ledger.tombstones import tombstone, tombstoned
from service.store.correction_rows import OverrideRow, SealedKeyRow
from service.store.models import Blob
from service.store.tombstones import tombstone_of
from service.use_cases.due import schedule_of
from service.use_cases.proving import note_audit
from service.use_cases.retention import apply_retention, due_list, hold, release
from service.use_cases.shredding import shred_texts

Headers = dict[str, str]
Decide = Callable[..., dict[str, Any]]
Verified = Callable[[], Any]
ADMIN = person("admin.qian", "admin")
BECAUSE = {"reason": "年度到期档案清理"}
SCHEDULE = shipped_schedule()
SYSTEM = Actor(kind="system", id="nightly")


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 4, tzinfo=UTC)


def apply(desk: Desk, clock: Clock, moment: datetime) -> list[str]:
    """Delete what is due at a moment and name the subjects."""
    clock.now = moment
    return [one.subject for one in apply_retention(desk.store, SCHEDULE, moment, actor=SYSTEM, reason="in a test")]


def is_kept(desk: Desk, sha256: str) -> bool:
    with desk.store.reading() as unit:
        return bool(unit.scalar(select(func.count()).where(Blob.sha256 == sha256)))


def test_r19_a_decision_is_due_five_years_after_its_loan_can_have_ended(desk: Desk, decide: Decide) -> None:
    """Offered until 23 December 2026 for 24 months, so it may run until 23 December 2028: kept for five years after that day."""
    decision = decide()
    assert due_list(desk.store, SCHEDULE, date(2033, 12, 23)) == []
    (due,) = due_list(desk.store, SCHEDULE, date(2033, 12, 24))
    assert (due.subject, due.class_id, due.due_on) == (decision["decision_id"], "decision", date(2033, 12, 24))


def test_r19_a_deleted_payload_leaves_a_tombstone(
    client: FlaskClient, desk: Desk, clock: Clock, decide: Decide, officer: Headers, verified: Verified
) -> None:
    """The decision answers 410 with who, when and why; its line in the list stays; the ledger verifies as before."""
    decision = decide()
    number = decision["decision_id"]
    sha256 = client.get(f"/v1/decisions/{number}", headers=officer).headers["ETag"].strip('"')
    assert verified().is_intact
    assert apply(desk, clock, at(2034, 1, 2)) == [number]
    gone = client.get(f"/v1/decisions/{number}", headers=officer)
    assert (gone.status_code, gone.json["code"]) == (410, "gone")
    stone = gone.json["tombstone"]
    assert (stone["class"], stone["reason"], stone["by"], stone["subject"]) == ("decision", "in a test", "nightly", number)
    assert sha256 in stone["deleted"]
    assert [line["sha256"] for line in client.get("/v1/decisions", headers=officer).json["decisions"]] == [sha256]
    report = verified()
    assert (report.is_intact, report.deleted >= 1) == (True, True), report.findings
    assert apply(desk, clock, at(2034, 1, 3)) == []


def test_r19_every_reader_copes_with_what_is_gone(
    client: FlaskClient, desk: Desk, clock: Clock, asked: dict[str, Any], officer: Headers
) -> None:
    """A replayed key, an override, a lineage and an allocation of a deleted decision are refused by name."""
    keyed = {**officer, "Idempotency-Key": "k-1"}
    made = client.post("/v1/decisions", json=asked, headers=keyed).json
    number = made["decision_id"]
    apply(desk, clock, at(2034, 1, 2))
    assert client.post("/v1/decisions", json=asked, headers=keyed).status_code == 410
    again = client.post(f"/v1/decisions/{number}/overrides", json=override(expires_on="2034-02-01"), headers=person("head.wu"))
    assert (again.status_code, again.json["code"]) == (410, "gone")
    assert client.get(f"/v1/decisions/{number}/lineage", headers=officer).status_code == 410
    assert client.get(f"/v1/decisions/{number}/overrides", headers=officer).json["overrides"] == []
    batch = client.post("/v1/allocations", json={"decisions": [number], "envelope": 1}, headers=officer)
    assert (batch.status_code, batch.json["errors"][0]["rule"]) == (422, "must be on record")


def test_r19_a_snapshot_goes_when_nobody_needs_it(
    client: FlaskClient, desk: Desk, clock: Clock, asked: dict[str, Any], evidence: dict[str, Any], officer: Headers
) -> None:
    """Evidence sent with a request stays while another kept decision pins it; what is on file stays in any case."""
    own = {**evidence, "contracts": [{**evidence["contracts"][0], "contract_id": "MINE"}]}
    body = {**{name: value for name, value in asked.items() if name != "firm_id"}, "evidence": own}
    short = client.post("/v1/decisions", json={**body, "term_months": 12}, headers=officer).json
    long = client.post("/v1/decisions", json={**body, "term_months": 36}, headers=officer).json
    pinned = short["pins"]["evidence"]
    assert pinned == long["pins"]["evidence"]
    filed = client.post("/v1/decisions", json={**asked, "term_months": 12}, headers=officer).json
    assert set(apply(desk, clock, at(2033, 1, 2))) == {short["decision_id"], filed["decision_id"]}
    assert is_kept(desk, pinned)
    assert is_kept(desk, filed["pins"]["evidence"])
    assert apply(desk, clock, at(2035, 1, 2)) == [long["decision_id"]]
    assert not is_kept(desk, pinned)


def test_r19_a_loan_that_still_runs_keeps_its_decision(
    client: FlaskClient, desk: Desk, decide: Decide, evidence: dict[str, Any], risk: Headers, later: Callable[[int], None]
) -> None:
    """A loan on file that is not repaid has no end; once it is repaid, the later of its ends counts."""
    decide()
    later(400)
    drawn = {"firm_id": evidence["firm"]["firm_id"], "loan_id": "N", "product": "startup-credit", "applied_on": "2026-11-23"}
    drawn |= {"amount": 2_000_000, "term_months": 24, "decision": "approved", "drawn_on": "2026-12-20"}
    client.post("/v1/firms", json={"firm": evidence["firm"], "loans": [drawn]}, headers=risk)
    assert (
        due_list(desk.store, SCHEDULE, date(2060, 1, 1))[:1] == []
        or due_list(desk.store, SCHEDULE, date(2060, 1, 1))[0].class_id != "decision"
    )
    later(1500)
    client.post("/v1/firms", json={"firm": evidence["firm"], "loans": [{**drawn, "closed_on": "2030-06-01"}]}, headers=risk)
    decisions = [one for one in due_list(desk.store, SCHEDULE, date(2060, 1, 1)) if one.class_id == "decision"]
    assert [one.due_on for one in decisions] == [date(2035, 6, 2)]


def test_r19_an_override_that_lends_longer_keeps_its_decision_longer(client: FlaskClient, desk: Desk, decide: Decide) -> None:
    """Its own term counts from its own last day."""
    decision = decide()
    body = override(term_months=36, expires_on="2027-06-30")
    client.post(f"/v1/decisions/{decision['decision_id']}/overrides", json=body, headers=person("branch.wang"))
    assert [one.due_on for one in due_list(desk.store, SCHEDULE, date(2060, 1, 1)) if one.class_id == "decision"] == [date(2035, 7, 1)]


@pytest.mark.parametrize("subject", ["decision", "firm", "class"])
def test_r19_nothing_held_is_deleted(desk: Desk, clock: Clock, decide: Decide, entries: Any, subject: str) -> None:
    """A hold on the decision, on its firm or on its whole class keeps it until it is released; both acts are in the ledger."""
    decision = decide()
    number = decision["decision_id"]
    held = {"decision": number, "firm": decision["application"]["firm_id"], "class": "decision"}[subject]
    hold(desk.store, held, clock(), actor=SYSTEM, reason="court order 2030-17")
    assert [one.held for one in due_list(desk.store, SCHEDULE, date(2034, 1, 2))] == [True]
    assert apply(desk, clock, at(2034, 1, 2)) == []
    assert release(desk.store, held, clock(), actor=SYSTEM, reason="proceedings ended") == 1
    with pytest.raises(WrongState):
        release(desk.store, held, clock(), actor=SYSTEM, reason="again")
    assert apply(desk, clock, at(2034, 1, 3)) == [number]
    acts = [orjson.loads(content)["act"] for kind, _, content in entries(held) if kind == "hold"]
    assert acts == ["hold", "release"]


def test_r19_a_hold_that_comes_late_still_counts(desk: Desk, clock: Clock, decide: Decide, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hold set between listing and deleting keeps the record."""
    number = decide()["decision_id"]
    listed = due_list(desk.store, SCHEDULE, date(2034, 1, 2))
    hold(desk.store, number, clock(), actor=SYSTEM, reason="court order")
    monkeypatch.setattr("service.use_cases.retention.due_list", lambda *_: listed)
    assert apply(desk, clock, at(2034, 1, 2)) == []


def test_a_hold_needs_a_subject(desk: Desk, clock: Clock) -> None:
    """What is not on record cannot be held, nor released."""
    with pytest.raises(UnknownHold, match="nothing is on record"):
        hold(desk.store, "nobody", clock(), actor=SYSTEM, reason="order")
    with pytest.raises(UnknownHold, match="no hold"):
        release(desk.store, "nobody", clock(), actor=SYSTEM, reason="order")


def test_r19_superseded_evidence_goes_after_ten_years_and_the_newest_stays(
    client: FlaskClient, desk: Desk, clock: Clock, decide: Decide, evidence: dict[str, Any], risk: Headers, verified: Verified
) -> None:
    """A loading goes as a whole, once no kept decision pins one of its versions; its entry and its line stay."""
    decision = decide()
    more = {"firm": evidence["firm"], "contracts": [{**evidence["contracts"][0], "contract_id": "HT-2"}]}
    newest = client.post("/v1/firms", json=more, headers=risk).json
    firm = evidence["firm"]["firm_id"]
    first = client.get(f"/v1/firms/{firm}", headers=risk).json["versions"][0]
    verified()
    hold(desk.store, decision["decision_id"], clock(), actor=SYSTEM, reason="order")
    assert apply(desk, clock, at(2036, 11, 22)) == []
    assert apply(desk, clock, at(2036, 11, 24)) == []
    release(desk.store, decision["decision_id"], clock(), actor=SYSTEM, reason="over")
    assert apply(desk, clock, at(2036, 11, 25)) == [decision["decision_id"]]
    assert apply(desk, clock, at(2036, 11, 26)) == [first["ingest_id"]]
    assert not is_kept(desk, first["sha256"])
    shown = client.get(f"/v1/firms/{firm}", headers=risk).json
    assert [version["version"] for version in shown["versions"]] == [2]
    assert is_kept(desk, newest["sha256"])
    assert client.get(f"/v1/ingests/{first['ingest_id']}", headers=risk).status_code == 200
    report = verified()
    assert report.is_intact, report.findings


def test_r19_access_entries_go_after_three_years(desk: Desk, clock: Clock, verified: Verified) -> None:
    """The entry stays; its content goes, unless a younger entry has the very same."""
    for _ in range(2):
        note_audit(desk.store, SYSTEM, clock(), action="read", subject="one")
    note_audit(desk.store, SYSTEM, clock(), action="read", subject="two")
    note_audit(desk.store, SYSTEM, at(2029, 11, 20), action="read", subject="two")
    verified()
    assert apply(desk, clock, at(2029, 11, 23)) == []
    assert apply(desk, clock, at(2029, 11, 25)) == ["access until 2026-11-24"]
    with desk.store.reading() as unit:
        stone = tombstone_of(unit, "access until 2026-11-24")
    assert stone is not None
    assert [is_kept(desk, sha256) for sha256 in stone["deleted"]] == [False]
    report = verified()
    assert (report.is_intact, report.deleted > 0) == (True, True), report.findings


def test_r19_texts_go_with_their_decision(client: FlaskClient, desk: Desk, clock: Clock, decide: Decide, verified: Verified) -> None:
    """Overrides lose their words and their key; that there was one, and on which terms, stays."""
    decision = decide()
    client.post(f"/v1/decisions/{decision['decision_id']}/overrides", json=override(), headers=person("branch.wang"))
    verified()
    apply(desk, clock, at(2035, 1, 1))
    with desk.store.reading() as unit:
        assert unit.execute(select(OverrideRow.text, OverrideRow.amount)).all() == [(None, 1_000_000)]
        assert unit.execute(select(SealedKeyRow.wrapped, SealedKeyRow.shredded_at.is_not(None))).all() == [(None, True)]
    shown = client.get(f"/v1/decisions/{decision['decision_id']}/overrides", headers=person("head.wu")).json["overrides"]
    assert [(one["text"], one["amount"], one["status"]) for one in shown] == [(None, 1_000_000, "expired")]
    assert verified().is_intact


def test_the_routes_need_a_person_who_may(client: FlaskClient, clock: Clock, decide: Decide, as_role: Callable[[str], Headers]) -> None:
    """An administrator's own sign-in deletes, holds and releases; a token does not, an officer may not."""
    number = decide()["decision_id"]
    clock.now = at(2034, 1, 2)
    assert client.get("/v1/retention/due", headers=person("x", "officer")).status_code == 403
    assert [one["subject"] for one in client.get("/v1/retention/due", headers=ADMIN).json["due"]] == [number]
    assert client.get("/v1/retention/due?as_of=2030-01-01", headers=ADMIN).json["due"] == []
    machine = as_role("admin")
    hold_at = f"/v1/retention/holds/{number}"
    for address in ("/v1/retention/apply", hold_at, f"{hold_at}/release"):
        assert client.post(address, json=BECAUSE, headers=machine).json["code"] == "person-required"
    assert client.post("/v1/retention/holds/x", json=BECAUSE, headers=ADMIN).json["code"] == "unknown-hold"
    made = client.post(hold_at, json=BECAUSE, headers=ADMIN)
    assert (made.status_code, made.json["held_by"]) == (201, "admin.qian")
    assert client.post("/v1/retention/apply", json=BECAUSE, headers=ADMIN).json["deleted"] == []
    assert client.post(f"{hold_at}/release", json=BECAUSE, headers=ADMIN).json["released"] == 1
    assert [one["released_by"] for one in client.get("/v1/retention/holds", headers=ADMIN).json["holds"]] == ["admin.qian"]
    gone = client.post("/v1/retention/apply", json=BECAUSE, headers=ADMIN).json["deleted"]
    assert [one["subject"] for one in gone] == [number]


def test_texts_may_be_shredded_before_their_time(client: FlaskClient, desk: Desk, clock: Clock, decide: Decide) -> None:
    """A person's request destroys one record's key, unless the decision is held; the rest of the record stays."""
    number = decide()["decision_id"]
    made = client.post(f"/v1/decisions/{number}/overrides", json=override(), headers=person("branch.wang")).json["override_id"]
    with pytest.raises(UnknownOverride):
        shred_texts(desk.store, "nothing", clock(), actor=SYSTEM, reason="asked")
    hold(desk.store, number, clock(), actor=SYSTEM, reason="order")
    with pytest.raises(WrongState, match="legal hold"):
        shred_texts(desk.store, made, clock(), actor=SYSTEM, reason="asked")
    release(desk.store, number, clock(), actor=SYSTEM, reason="over")
    assert shred_texts(desk.store, made, clock(), actor=SYSTEM, reason="asked") > 0
    with pytest.raises(WrongState, match="before"):
        shred_texts(desk.store, made, clock(), actor=SYSTEM, reason="asked")


def test_the_commands_do_the_same(
    desk: Desk,
    decide: Decide,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    database: str,
    tmp_path: Path,
    client: FlaskClient,
) -> None:
    """`jifen retention` lists, holds, releases, shreds and deletes; a wrong schedule is named."""
    monkeypatch.setenv("JIFEN_HOME", str(tmp_path))
    monkeypatch.setenv("JIFEN_DATABASE_URL", database)
    monkeypatch.setenv("COLUMNS", "200")
    number = decide()["decision_id"]
    made = client.post(f"/v1/decisions/{number}/overrides", json=override(), headers=person("branch.wang")).json["override_id"]

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["jifen", "retention", *words])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return code, said.out + said.err

    who = ("--operator", "qian", "--reason", "court order")
    assert "nothing has served" in run("due", "--as-of", "2030-01-01")[1]
    assert number in run("due", "--as-of", "2035-01-01")[1]
    assert "is held" in run("hold", number, *who)[1]
    assert "court order" in run("holds")[1]
    assert run("shred", made, *who)[0] == 2
    assert "1 hold on" in run("release", number, *who)[1]
    assert "destroyed" in run("shred", made, *who)[1]
    monkeypatch.setattr("service.cli.retention.system_clock", lambda: at(2035, 1, 1))
    assert "1 subjects deleted" in run("apply", *who)[1]
    monkeypatch.setenv("JIFEN_RETENTION", "none.toml")
    code, told = run("due")
    assert (code, "JIFEN_RETENTION" in told) == (2, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name =", "is not TOML"),
        ('name = "x"\nstatus = "approved"\nclasses = []', "must hold each of"),
        ('name = "X Y"\nstatus = "approved"\nclasses = []', "name"),
    ],
)
def test_a_wrong_schedule_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """Every class stands in it once, and the message names the file and the value."""
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(BadSetting, match=said) as caught:
        schedule_of("own.toml", tmp_path)
    assert "own.toml" in str(caught.value)


def test_a_schedule_of_ones_own_counts(tmp_path: Path) -> None:
    """Years may be changed, what is counted from what may not."""
    text = Path("service/retention/default-2026-11.toml").read_text("utf-8")
    (tmp_path / "own.toml").write_text(text.replace("years = 5", "years = 7"), "utf-8")
    assert schedule_of("own.toml", tmp_path).row("decision").years == 7
    with pytest.raises(BadSetting, match="only decisions"):
        load_schedule(text.replace('"loan-end"', '"recorded"'), source="own.toml")
    assert schedule_of("default-2026-11", tmp_path).hash == SCHEDULE.hash


DECLINED = {"offer": None, "outcome": "decline", "as_of": "2026-11-23", "application": {"term_months": 24}}


@pytest.mark.parametrize(
    ("outcome", "overrides", "loans", "end"),
    [
        ("decline", [], None, date(2026, 11, 23)),
        ("refer", [], None, date(2029, 11, 24)),
        ("decline", [(12, date(2027, 1, 31))], None, date(2028, 1, 31)),
        ("decline", [], [{"drawn_on": 20_000, "closed_on": None, "term_months": 12}], date(2026, 11, 23)),
        ("decline", [], [{"drawn_on": None, "closed_on": None, "term_months": 12}], date(2026, 11, 23)),
        ("decline", [], [{"drawn_on": 20_800, "closed_on": None, "term_months": 12}], None),
        ("decline", [], [{"drawn_on": 20_800, "closed_on": 20_900, "term_months": 12}], date(2027, 12, 13)),
    ],
)
def test_the_end_of_a_loan_is_late_rather_than_early(outcome: str, overrides: Any, loans: Any, end: date | None) -> None:
    """A referral may still be lent, an override lends, a loan on file runs on; one drawn before the day is another case's."""
    assert loan_end({**DECLINED, "outcome": outcome}, date(2026, 11, 23), overrides, loans) == end


def test_years_end_a_day_late_in_a_leap_year() -> None:
    """What was recorded on 29 February is kept until 1 March where there is no such day."""
    assert keep_until(date(2028, 2, 29), 5) == date(2033, 3, 1)
    assert keep_until(date(2026, 11, 23), 5) == date(2031, 11, 23)


def test_a_tombstone_names_what_is_gone() -> None:
    """Hashes are listed once, in order; contents of several tombstones add up."""
    first = tombstone("a", deleted=["sha256:b", "sha256:a", "sha256:a"], shredded=[], why={"class": "decision"})
    assert orjson.loads(first)["deleted"] == ["sha256:a", "sha256:b"]
    assert tombstoned([first, tombstone("c", deleted=["sha256:c"], shredded=["x"], why={})]) == {"sha256:a", "sha256:b", "sha256:c"}
