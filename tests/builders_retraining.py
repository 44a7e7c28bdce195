"""Retrainings for tests of what shows and keeps them: outcomes as a real one would leave them, and jobs in any state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from builders_validation import HASH

from service.ledger import Actor
from service.retraining.outcome import GateSaid, Measured, ModelMade, RetrainingOutcome, Swapped, Versus
from service.retraining.plan import Plan
from service.store import Store
from service.store.blobs import pack, put_blobs
from service.store.retrainings import Failure, Line, begin_retraining, end_retraining, keep_retraining, note_line

RISK = Actor(kind="person", id="the.risk", role="risk")
PLAN = Plan(reason="a quarter has passed", challengers=False)
REPORT = b"<!doctype html><title>a report</title>"
JOB = "01M88GAAAAAAAAAAAAAAAAAAAA"


def gate(**said: Any) -> GateSaid:
    """A gate that fails and holds back, unless said otherwise."""
    usual: dict[str, Any] = {
        "id": "ranks",
        "zh": "AUC 下限高于随机",
        "en": "AUC clearly better than chance",
        "measure": "auc",
        "of": "low",
        "at_least": 0.55,
        "at_most": None,
        "found": 0.4649,
        "n": 552,
        "standing": "fail",
        "holds_back": True,
    }
    return GateSaid(**(usual | said))


OPEN = gate(id="later", en="level holds", zh="水平保持", found=None, n=9, standing="not-enough-data", holds_back=False)
WARNS = gate(
    id="buys", en="buys little", zh="得分甚微", measure="score", of="value", at_least=None, at_most=10.0, found=10.75, holds_back=False
)


def model(segment: str = "startup", **said: Any) -> ModelMade:
    """A model that failed a gate, compared with the one in force."""
    gain = Measured(value=0.0123, low=-0.01, high=0.03, method="paired DeLong", n=552)
    usual: dict[str, Any] = {
        "segment": segment,
        "name": f"jifen-{segment}",
        "version": "7",
        "sha256": HASH,
        "simulated": True,
        "train_rows": 2368,
        "train_defaults": 83,
        "test_rows": 552,
        "test_defaults": 21,
        "measures": {"auc": Measured(value=0.5924, low=0.4649, high=0.7199, method="DeLong", n=552)},
        "contest": (("评分卡 scorecard", "level"),),
        "verdict": "failed",
        "validation": HASH,
        "gates_held": 25,
        "gates_file": "illustrative-2026 1 (illustrative)",
        "gates": (gate(), OPEN, WARNS),
        "versus": Versus(
            champion=f"jifen-{segment}@6",
            champion_sha256=HASH,
            auc_difference=gain,
            reasons_changed=Measured(value=0.25, low=None, high=None, method="four strongest", n=552),
            sets=(Swapped(set="in", n=30, defaults=2, asked=61_000_000, defaulted=3_000_000),),
        ),
        "reports": {"report.zh.html": pack("report", REPORT)["sha256"], "report.en.html": HASH},
        "run_id": "run",
    }
    return ModelMade(**(usual | said))


def outcome(*models: ModelMade, proposal_id: str | None = None) -> RetrainingOutcome:
    """What came of one model that a gate holds back, unless said otherwise."""
    return RetrainingOutcome(evidence="folder p", models=models or (model(),), proposal_id=proposal_id)


def kept(
    store: Store, now: datetime, *, job_id: str = JOB, state: str = "queued", plan: Plan = PLAN, result: RetrainingOutcome | None = None
) -> str:
    """Put a retraining on record in a state; gives its number."""
    with store.writing() as unit:
        put_blobs(unit, [pack("report", REPORT)])
        keep_retraining(unit, job_id=job_id, plan=plan, actor=RISK, now=now)
        if state == "queued":
            return job_id
        assert begin_retraining(unit, job_id, host="elsewhere", pid=1, now=now)
        for step, said in (("evidence", ""), ("evidence", "reading"), ("train-startup", "binning")):
            assert note_line(unit, job_id, Line(now, step, said), most=10)
        if state == "failed":
            assert end_retraining(unit, job_id, now, failure=Failure("evidence-invalid", "there are no loans; add them"))
        if state == "done":
            assert end_retraining(unit, job_id, now, outcome=result or outcome())
    return job_id
