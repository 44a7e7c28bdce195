"""Where the time of a decision goes: milliseconds of processor by part, taken from a profile of many decisions in this process."""

from __future__ import annotations

import cProfile
import pstats
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from service.app import create_app
from service.config import Settings

__all__ = ["Anatomy", "dissect"]

WARM, MEASURED = 400, 1_000
PARTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "who asks, and what": (("operations.py", "_admitted"), ("operations.py", "_read")),
    "evidence and indicators": (("decide.py", "_evidence"), ("prior.py", "of")),
    "open reviews": (("decide.py", "_reviews"),),
    "points": (("score.py", "score_points"),),
    "score and explanation": (("risk.py", "assess"),),
    "reasons and record": (("writing.py", "record_of"), ("decision.py", "canonical")),
}
"""Functions whose time, with all they call, is a part. None of them calls another one of these."""
WHOLE, HANDED_ON = ("decisions.py", "post_decision"), ("recorder.py", "record")


@dataclass(frozen=True, slots=True)
class Anatomy:
    """Milliseconds of processor a decision: in all, in the thread that answers by part, and in the thread that writes."""

    whole: float
    parts: Mapping[str, float]

    @property
    def said(self) -> str:
        """The parts, the largest first."""
        return ", ".join(f"{name} {ms:.2f}" for name, ms in sorted(self.parts.items(), key=lambda part: -part[1]))


def dissect(settings: Settings, bodies: list[dict[str, Any]], token: str) -> Anatomy:
    """Decide in this process, first plainly to know the whole, then under a profile to know the shares of its parts."""
    app = create_app(replace(settings, log_level="ERROR"))
    client = app.test_client()
    headers = {"Authorization": f"Bearer {token}"}
    posts = [orjson.dumps(body) for body in bodies]

    def decide(number: int) -> None:
        for turn in range(number):
            answer = client.post("/v1/decisions", data=posts[turn % len(posts)], headers=headers, content_type="application/json")
            if answer.status_code != 201:
                raise RuntimeError(f"a decision was answered {answer.status_code}: {answer.text[:300]}")

    try:
        decide(WARM)
        whole, here = _spent(lambda: decide(MEASURED))
        profile = cProfile.Profile(time.thread_time)
        profile.runcall(decide, MEASURED)
    finally:
        app.extensions["jifen"].store.close()
    return _anatomy(whole / MEASURED, here / MEASURED, pstats.Stats(profile))


def _spent(work: Callable[[], object]) -> tuple[float, float]:
    """Give the milliseconds of processor that all threads and this thread took."""
    before = time.process_time(), time.thread_time()
    work()
    return 1000 * (time.process_time() - before[0]), 1000 * (time.thread_time() - before[1])


def _anatomy(whole: float, here: float, stats: pstats.Stats) -> Anatomy:
    """Share this thread's plain time out by the profile, which slows every part alike, or nearly so."""
    profiled = sum(own for _, _, own, _, _ in stats.stats.values())  # type: ignore[attr-defined]  # pstats documents it, typeshed has it not
    share = here / profiled
    parts = {name: share * sum(_cumulative(stats, one) for one in functions) for name, functions in PARTS.items()}
    inside = share * (_cumulative(stats, WHOLE) - _cumulative(stats, HANDED_ON))
    parts["rules, limit and price"] = inside - sum(ms for name, ms in parts.items() if name != "who asks, and what")
    parts["web server's side of the request"] = here - share * _cumulative(stats, WHOLE) - parts["who asks, and what"]
    parts["handing on to the thread that writes"] = share * _cumulative(stats, HANDED_ON)
    parts["writing"] = whole - here
    return Anatomy(whole, parts)


def _cumulative(stats: pstats.Stats, function: tuple[str, str]) -> float:
    """Give the seconds in a function with all it calls; a name that is not there is a mistake in `PARTS`."""
    found = [cumulative for (path, _, name), (_, _, _, cumulative, _) in _rows(stats) if (path.rpartition("/")[2], name) == function]
    if not found:
        raise RuntimeError(f"the profile has no {function[1]} of {function[0]}; its name has changed")
    return sum(found)


def _rows(stats: pstats.Stats) -> list[Any]:
    return [row for row in stats.stats.items() if "/service/" in row[0][0] or "/features/" in row[0][0]]  # type: ignore[attr-defined]
