"""Allocations asked for over the API: recorded at once, worked on in the background, polled by their number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from features.evidence import FirmEvidence, dossier_json
from service.batches import AllocationRequest, BatchFirm, check_batch
from service.clock import day_in_china
from service.desk import Desk
from service.domain.allocation import AllocationError, Plan, shipped_plan
from service.domain.record import canonical_bytes
from service.errors import Fault, Gone, InvalidRequest, UnknownAllocation, UnknownFirm
from service.identifiers import new_decision_id
from service.lineage import required
from service.requests import DecisionRequest
from service.store.allocations import (
    KeptAllocation,
    KeptResult,
    find_allocation,
    find_result,
    keep_allocation,
    keep_result,
    list_allocations,
    unfinished_allocations,
)
from service.store.blobs import get_blob, hash_of
from service.store.evidence import latest_dossier
from service.store.records import Key, count_keys, find_decision, find_line
from service.tokens import Holder, Role
from service.use_cases.allocate import Judged, allocation_of, decide_batch, judge
from service.use_cases.decide import decide_application

__all__ = [
    "OVERDUE",
    "AllocationFile",
    "as_sent",
    "ask_allocation",
    "decided_so_far",
    "newest_allocations",
    "resume_allocations",
    "show_allocation",
    "work_on",
]

OVERDUE = timedelta(minutes=5)
"""An allocation unfinished for so long is taken up by whichever process is asked for it: its own may have died."""


@dataclass(frozen=True, slots=True)
class AllocationFile:
    """An allocation as it stands; `result` is None while it is worked on."""

    asked: KeptAllocation
    result: KeptResult | None
    is_new: bool = False


def ask_allocation(desk: Desk, asked: AllocationRequest, holder: Holder, key: Key | None) -> AllocationFile:
    """Record what is asked and take it up. The same key and request give the allocation that is there already.

    Raises `InvalidRequest` with every wrong row, `PlanError` for an unknown plan, `NotReady`, `KeyReused`.
    """
    shipped_plan(asked.plan)
    _ = desk.active
    required(asked.lineage, is_required=desk.settings.require_lineage and bool(asked.rounds), field="/lineage/{}")
    faults = [*_batch_faults(desk, asked), *_decision_faults(desk, asked.decisions)]
    if faults:
        shown = faults[: desk.settings.faults_shown]
        raise InvalidRequest(f"the batch has {len(faults):,} wrong rows; correct them and send it again", shown, count=len(faults))
    now = desk.clock()
    draft = KeptAllocation(
        allocation_id=new_decision_id(now),
        token_id=holder.token_id,
        role=holder.role.value,
        person=holder.person,
        key=key.key if key else None,
        request=canonical_bytes(asked.model_dump(mode="json")),
        recorded_at=now,
    )
    with desk.store.writing() as unit:
        kept, is_new = keep_allocation(unit, draft)
    if is_new:
        desk.background.take_up(kept.allocation_id, lambda: work_on(desk, kept))
    return AllocationFile(kept, _result(desk, kept.allocation_id), is_new)


def show_allocation(desk: Desk, allocation_id: str) -> AllocationFile:
    """Show an allocation; one that is overdue is taken up here. `UnknownAllocation` when there is none."""
    with desk.store.reading() as unit:
        asked = find_allocation(unit, allocation_id)
    if asked is None:
        raise UnknownAllocation(f"no allocation {allocation_id[:40]!r} is on record; POST /v1/allocations makes one")
    result = _result(desk, allocation_id)
    if result is None and desk.clock() - asked.recorded_at >= OVERDUE:
        desk.background.take_up(allocation_id, lambda: work_on(desk, asked))
    return AllocationFile(asked, result)


def newest_allocations(desk: Desk, limit: int) -> list[tuple[KeptAllocation, bool]]:
    """List the newest allocations, and whether each is finished."""
    with desk.store.reading() as unit:
        return list_allocations(unit, limit)


def resume_allocations(desk: Desk) -> int:
    """Take up what was acknowledged and not finished when a process ended; gives how many. To do one twice is harmless."""
    with desk.store.reading() as unit:
        left = unfinished_allocations(unit)
    for asked in left:
        desk.background.take_up(asked.allocation_id, lambda asked=asked: work_on(desk, asked))  # type: ignore[misc]  # bound now, on purpose
    return len(left)


def decided_so_far(desk: Desk, asked: KeptAllocation) -> int:
    """Count the firms of a batch that are decided."""
    with desk.store.reading() as unit:
        return count_keys(unit, asked.token_id, f"{asked.allocation_id}-")


def _result(desk: Desk, allocation_id: str) -> KeptResult | None:
    with desk.store.reading() as unit:
        return find_result(unit, allocation_id)


def _batch_faults(desk: Desk, asked: AllocationRequest) -> Iterator[Fault]:
    for one in check_batch(asked, desk.today()):
        place = "/".join(str(part) for part in (one.table, one.row - 1 if one.row else "", one.column) if part != "")
        yield Fault(field=f"/{place.removeprefix('batch/')}", value=one.value, rule=one.rule, remedy=one.remedy)


def _decision_faults(desk: Desk, numbers: Sequence[str]) -> Iterator[Fault]:
    """Each number is on record, and no two are of one firm."""
    firms: dict[str, int] = {}
    for place, number in enumerate(numbers):
        record = _record(desk, number)
        if record is None:
            yield Fault(
                field=f"/decisions/{place}", value=number[:40], rule="must be on record", remedy="GET /v1/decisions lists those that are"
            )
            continue
        first = firms.setdefault(record["application"]["firm_id"], place)
        if first != place:
            rule = f"is of the same firm as /decisions/{first}"
            yield Fault(field=f"/decisions/{place}", value=number, rule=rule, remedy="keep the one that counts")


def _record(desk: Desk, number: str) -> Mapping[str, Any] | None:
    """Give the record of a decision; None where there is none, or it was deleted."""
    with desk.store.reading() as unit:
        receipt = find_decision(unit, number)
    return orjson.loads(receipt.body) if receipt else None


def work_on(desk: Desk, asked: KeptAllocation) -> None:
    """Decide, allocate and write what came of it. To do it twice changes nothing: decisions are replayed, the first result stays."""
    request = AllocationRequest.model_validate_json(asked.request)
    plan = shipped_plan(request.plan)
    judged = list(_from_record(desk, request, asked, plan) if request.decisions else _from_batch(desk, request, asked, plan))
    said: dict[str, Any] = {"firms": [one.to_dict() for one in judged], "allocation": None, "error": None}
    try:
        said |= {"status": "done", "allocation": allocation_of(judged, plan, request.envelope).to_dict()}
    except AllocationError as error:
        said |= {"status": "failed", "error": {"code": error.code, "detail": str(error)}}
    body = canonical_bytes(said)
    with desk.store.writing() as unit:
        keep_result(unit, asked.allocation_id, KeptResult(desk.clock(), hash_of(body), body))


def _from_record(desk: Desk, request: AllocationRequest, asked: KeptAllocation, plan: Plan) -> Iterator[Judged]:
    today = day_in_china(asked.recorded_at)
    for number in request.decisions:
        record = _record(desk, number)
        if record is None:  # it was there when it was asked for
            with desk.store.reading() as unit:
                firm_id = find_line(unit, number).firm_id
            yield Judged(firm_id, number, None, None, Gone.code, "the decision had served its time and was deleted")
            continue
        yield judge(record, _pinned(desk, record), plan, today=today)


def _pinned(desk: Desk, record: Mapping[str, Any]) -> bytes:
    with desk.store.reading() as unit:
        return get_blob(unit, record["pins"]["evidence"])


def _from_batch(desk: Desk, request: AllocationRequest, asked: KeptAllocation, plan: Plan) -> Iterator[Judged]:
    """Decide each firm and record its decision, under a key of its own so that a second time finds the first."""
    holder = Holder(asked.token_id, Role(asked.role), asked.person)
    as_of = day_in_china(asked.recorded_at)
    on_file: dict[str, bytes] = {}

    def evidence_of(firm_id: str) -> bytes:
        with desk.store.reading() as unit:
            found = latest_dossier(unit, firm_id)
        if found is None:
            raise UnknownFirm(f"no evidence of firm {firm_id} is on file; send it with POST /v1/firms")
        on_file[firm_id] = found[1]
        return found[1]

    def decide_one(firm: BatchFirm, dossier: bytes) -> Mapping[str, Any]:
        desk.crowd.give_way()  # to people who wait for an answer
        said: dict[str, Any] = {"product": request.product, "amount": firm.amount, "term_months": firm.term_months, "as_of": as_of}
        said["recourse"] = False  # thousands of firms at once; each can be asked for its offers
        if dossier == on_file.pop(firm.firm_id):
            said["firm_id"] = firm.firm_id
        else:
            said["evidence"] = FirmEvidence.model_validate(as_sent(dossier))
        key = Key(holder.token_id, f"{asked.allocation_id}-{firm.firm_id}", hash_of(asked.request))
        record: Mapping[str, Any] = orjson.loads(decide_application(desk, DecisionRequest(**said), holder, key).body)
        return record

    return decide_batch(request, plan, evidence_of=evidence_of, decide_one=decide_one)


def as_sent(dossier: bytes) -> dict[str, Any]:
    """Give a dossier in the form of a request: the firm's row by itself, registers that were searched in vain as empty lists."""
    tables = dossier_json(dossier)
    (firm,) = tables.pop("firms")
    return {"firm": firm, **tables}
