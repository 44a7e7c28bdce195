"""A monitoring run as the process of one would have found it: every kind of finding, none of it measured."""

from __future__ import annotations

from typing import Any

from service.clock import Clock
from service.ledger import Actor
from service.monitoring import MOVED, SHORT, STABLE, Bin, Finding, Monitored, Verdict, Vintage
from service.store import Store
from service.use_cases.monitoring_runs import ask_run, keep_found

RISK = Actor(kind="person", id="the.risk", role="risk")


def finding(subject: str, measure: str, verdict: Verdict, **said: Any) -> Finding:
    usual: dict[str, Any] = {"n": 400, "value": 0.12, "threshold": 0.05}
    return Finding(subject=subject, measure=measure, verdict=verdict, **(usual | said))


def monitored(*findings: Finding, verdict: Verdict = MOVED) -> Monitored:
    vintage = Vintage(
        quarter="2026Q1", n=40, offered=30, mean_pd=0.02, mean_score=610, ripe=25, defaults=1, predicted=0.5, low=0.002, high=0.15
    )
    return Monitored(
        model="jifen-startup",
        version="1",
        segment="startup",
        bundle="sha256:" + "a" * 64,
        simulated=True,
        decisions=420,
        firms=400,
        rate=0.05,
        findings=findings,
        vintages=(vintage,),
        verdict=verdict,
    )


BINS = (Bin(None, 600.0, 0.4, 260), Bin(600.0, None, 0.6, 140))
FOUND = (
    finding("score", "PSI", MOVED, bins=BINS),
    finding("revenue", "PSI", STABLE, value=0.01),
    finding("coverage", "known share", STABLE, value=0.94, expected=0.95, low=0.92, high=0.96),
    finding("AUC", "CBPE", SHORT, value=None, threshold=None, n=20),
    finding("defaults", "realised", STABLE, value=0.04, low=0.002, high=0.15, expected=0.02, n=25),
    finding("overrides up", "override outcomes", SHORT, value=None, n=0),
)


def keep(store: Store, clock: Clock, *found: Finding, verdict: Verdict = MOVED) -> str:
    run_id = ask_run(store, clock, RISK)
    keep_found(store, clock, run_id, [monitored(*(found or FOUND), verdict=verdict)], newest=500, rate=0.05)
    return run_id
