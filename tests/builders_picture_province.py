"""A simulated province with people at work in it: decisions of every kind, corrections, a batch and a proposal, to take pictures of."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from service.artefacts import policy_text
from service.cli.monitoring_job import NEWEST, RATE
from service.clock import system_clock
from service.desk import Desk
from service.domain import Decision, shipped_policies
from service.domain.allocation.plan_file import DEFAULT
from service.ledger import Actor
from service.store.models import DecisionRow
from service.store.overrides import list_overrides
from service.store.reviews import list_reviews
from service.store.worklist import find_firms
from service.use_cases.allocations import newest_allocations
from service.use_cases.monitor import look_at
from service.use_cases.monitoring_runs import ask_run, history, keep_found
from service.use_cases.tokens import create_token
from training.label import label_loans

CASES = 48
DAY = timedelta(hours=7)
"""How long people have worked when the pictures are taken."""
GROUNDS = "现场核实订单与合同，回款正常，主要客户账期稳定，同意按此条件放款。"
NOTE = "已电话核实：客户下月有一笔 120 万元技术合同待登记，补件后再申请提额。"
SAID = "企业已补充两份技术合同，请重新核对。"


class Hands:
    """A clock whose hands are set forward as people work, so that the province has a past: nothing is decided before its release."""

    def __init__(self) -> None:
        self.ahead = DAY

    def __call__(self) -> datetime:
        return system_clock() + self.ahead


class Seat:
    """A signed-in person of the demo at a test client: forms are sent with their token."""

    def __init__(self, app: Flask, login: str, password: str) -> None:
        self.client = app.test_client()
        self.send("/sign-in", "/sign-in", login=login, password=password)

    def send(self, shown_at: str, path: str, **fields: Any) -> Any:
        found = re.search(r'name="csrf" value="([^"]+)"', self.client.get(shown_at).text)
        assert found, shown_at
        return self.client.post(path, data={"csrf": found[1], **fields}, content_type="multipart/form-data" if "files" in fields else None)


def settle(app: Flask, clock: Hands, passwords: Mapping[str, str], applicant: str) -> dict[str, str]:
    """Let people work in a fresh province, and name what the pictures show; a province that was worked in before is only looked through."""
    desk: Desk = app.extensions["jifen"]
    with desk.store.reading() as unit:
        firms = [one.firm_id for one in find_firms(unit, "", CASES - 1)]
        is_fresh = unit.scalar(select(DecisionRow.seq).limit(1)) is None
    if is_fresh:
        clock.ahead = timedelta(minutes=1)
        _batch(Seat(app, "demo-officer", passwords["demo-officer"]), firms[:24])
        _decide(app, desk, clock, [*firms, applicant])
        clock.ahead = DAY - timedelta(minutes=4)
        _correct(app, desk, passwords)
        clock.ahead = DAY
        _watch(desk)
    return _named(desk, applicant)


def _watch(desk: Desk) -> None:
    """Monitor twice, as the process of a run does."""
    for _ in range(2):
        run_id = ask_run(desk.store, desk.clock, Actor(kind="person", id="demo-risk"))
        found = look_at(desk.store, desk.shelf, newest=NEWEST, rate=RATE, label=label_loans)
        keep_found(desk.store, desk.clock, run_id, found, newest=NEWEST, rate=RATE)


def _decide(app: Flask, desk: Desk, clock: Hands, firms: list[str]) -> None:
    token = create_token(desk.store, name="核心系统", role="officer").text
    products = ("startup-credit", "growth-relay", "common-growth", "loan-investment")
    for place, firm in enumerate(firms):
        clock.ahead = DAY - timedelta(minutes=7 * (len(firms) - place))
        is_last = place == len(firms) - 1
        asked = {
            "firm_id": firm,
            "product": products[0] if place % 2 == 0 or is_last else products[place % 4],
            "amount": 5_000_000 if is_last else 500_000 * (1 + place % 7),
            "term_months": 24 if is_last else 12 * (1 + place % 3),
        }
        app.test_client().post("/v1/decisions", json=asked, headers={"Authorization": f"Bearer {token}"})


def _correct(app: Flask, desk: Desk, passwords: Mapping[str, str]) -> None:
    seats = {role: Seat(app, f"demo-{role}", passwords[f"demo-{role}"]) for role in ("officer", "approver", "risk", "auditor")}
    found = _decisions(desk)
    lends = [one for one in found if one.offer and one.outcome.value in {"approve", "counter"}]
    refused = [one for one in found if one.outcome.value == "decline"]
    soon = (desk.today() + timedelta(days=60)).isoformat()
    above = next(one for one in lends if one.offer and one.offer.amount > 3_000_000)  # more than a branch may sign
    for place, one in enumerate((lends[0], above, *refused[:1])):
        offer = one.offer
        terms = {"amount": str(one.application.amount), "term_months": str(one.application.term_months), "rate": "5.20"}
        if offer:
            terms = {"amount": str(offer.amount - 100_000), "term_months": str(offer.term_months), "rate": f"{offer.rate_bp / 100:.2f}"}
        seats["officer" if place else "approver"].send(
            f"/decisions/{one.decision_id}/override",
            f"/decisions/{one.decision_id}/override",
            outcome="counter" if offer else "refer",
            reason="information-not-in-model",
            text=GROUNDS,
            expires_on=soon,
            **terms,
        )
    for one in refused[:2]:
        path = f"/decisions/{one.decision_id}/review"
        seats["officer"].send(path, path, asked_by="王经理", channel="电话 0551-12345678", text=SAID)
    note = f"/decisions/{found[-1].decision_id}/note"
    seats["officer"].send(note, note, text=NOTE)
    seats["auditor"].send("/audit", "/audit/basket", decision=found[-1].decision_id)
    _propose(seats["risk"])


def _batch(seat: Seat, firms: list[str]) -> None:
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(["firm_id", "amount", "term_months"])
    writer.writerows([firm, 2_000_000, 24] for firm in firms)
    text = io.BytesIO(sheet.getvalue().encode())
    seat.send(
        "/batches", "/batches", product="loan-investment", envelope="30000000", plan=DEFAULT, once="pictures-1", files=(text, "firms.csv")
    )


def _propose(seat: Seat) -> None:

    text = (policy_text(shipped_policies()[-1]) or "").replace('name = "technology', 'name = "draft', 1)
    draft = re.sub(r'(measure = "revenue", +share = +"[34])0 %"', r'\g<1>5 %"', text)  # 5 points more of the revenue
    seat.send("/releases/new", "/releases/new", reason="按营业收入测算的额度提高五个百分点，听取分行意见", policy_text=draft)


def _decisions(desk: Desk) -> list[Decision]:
    with desk.store.reading() as unit:
        bodies = unit.scalars(select(DecisionRow.body).order_by(DecisionRow.seq)).all()
    return [Decision.model_validate_json(body) for body in bodies if body]


def _named(desk: Desk, applicant: str) -> dict[str, str]:
    """Name the things that paths speak of."""
    found = _decisions(desk)
    first = next(one for one in reversed(found) if one.application.firm_id == applicant)
    ends = {one.outcome.value: one.decision_id for one in reversed(found)}

    with desk.store.reading() as unit:
        overrides, reviews = list_overrides(unit, today=desk.today()), list_reviews(unit, status="open")
    base = desk.office.base()
    assert base is not None
    invested = (one.decision_id for one in found if one.application.product.value == "loan-investment" and one.offer)
    special = next(invested, first.decision_id)
    run = history(desk.store, desk.clock).kept[0]
    watched = f"/monitoring/{run.run_id}/{run.models[0].segment}/0"
    return {
        "firm": applicant,
        "decision": first.decision_id,
        "declined": next((one.decision_id for one in found[30:] if one.outcome.value == "decline"), first.decision_id),
        "referred": ends.get("refer", first.decision_id),
        "special": special,
        "override": next((one.override_id for one in overrides if one.status(desk.today()) == "pending"), overrides[0].override_id),
        "overridden": overrides[0].decision_id,
        "review": reviews[-1].review_id,
        "model": base.bundles["startup"].sha256,
        "watched": watched,
        "proposal": next(one.proposal.proposal_id for one in desk.office.newest(9) if one.verdict is None),
        "batch": newest_allocations(desk, 1)[0][0].allocation_id,
    }
