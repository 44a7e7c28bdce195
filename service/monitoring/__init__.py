"""What the decisions on record say about a model in use: pure sums over values, each with its n, its interval and one of three verdicts.

`report.monitored` does the sums; it loads scipy's statistics, which what serves requests does without, so it is not named here.
"""

from __future__ import annotations

from service.monitoring.finding import MOVED, SHORT, STABLE, Bin, Finding, Verdict, overall
from service.monitoring.monitored import Monitored, Vintage
from service.monitoring.observation import Observation, newest_of_each
from service.monitoring.run import MonitoringRun, run_of

__all__ = [
    "MOVED",
    "SHORT",
    "STABLE",
    "Bin",
    "Finding",
    "Monitored",
    "MonitoringRun",
    "Observation",
    "Verdict",
    "Vintage",
    "newest_of_each",
    "overall",
    "run_of",
]
