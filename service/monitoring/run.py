"""A monitoring run as the ledger keeps it: everything that was found, when, by whom, and of which decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from service.domain.record.canonical import canonical_bytes
from service.ledger.entry import Actor, moment_text
from service.monitoring.finding import MOVED, SHORT, STABLE, Verdict
from service.monitoring.monitored import Monitored

__all__ = ["BinKept", "FindingKept", "MonitoredKept", "MonitoringRun", "VintageKept", "run_of", "verdict_of"]

Figure = Annotated[float, BeforeValidator(float), PlainSerializer(lambda value: f"{value:.9g}", return_type=str)]
"""A number that is kept as text of nine digits: records hold no floats, whose spelling is nobody's."""
Moment = Annotated[AwareDatetime, PlainSerializer(moment_text, return_type=str)]


class Kept(BaseModel):
    """Frozen, unknown keys refused; read from the value of the same fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class BinKept(Kept):
    """Values above `above` up to `up_to`: their share in the reference, and how many there were."""

    above: Figure | None
    up_to: Figure | None
    share: Figure
    n: int


class FindingKept(Kept):
    """One thing that was looked at."""

    subject: str
    measure: str
    n: int
    value: Figure | None
    threshold: Figure | None
    low: Figure | None
    high: Figure | None
    expected: Figure | None
    verdict: Verdict
    bins: tuple[BinKept, ...] = ()


class VintageKept(Kept):
    """The decisions of a quarter."""

    quarter: str
    n: int
    offered: int
    mean_pd: Figure
    mean_score: Figure
    ripe: int
    defaults: int
    predicted: Figure
    low: Figure | None
    high: Figure | None


class MonitoredKept(Kept):
    """One model in use."""

    model: str
    version: str
    segment: str
    bundle: str
    simulated: bool
    decisions: int
    firms: int
    rate: Figure
    findings: tuple[FindingKept, ...]
    vintages: tuple[VintageKept, ...]
    verdict: Verdict


class MonitoringRun(Kept):
    """A run: what it looked at, and what it found of every model that answered one of the newest decisions."""

    format: Literal["monitoring/1"] = "monitoring/1"
    run_id: str
    newest: int
    """So many decisions were to be looked at, the newest."""
    rate: Figure
    """Chance that unchanged applicants make a run say `moved` of a model."""
    models: tuple[MonitoredKept, ...]
    verdict: Verdict
    by: Actor
    at: Moment

    def canonical(self) -> bytes:
        """Give the bytes (RFC 8785) that are kept and hashed."""
        return canonical_bytes(self.model_dump(mode="json"))


def verdict_of(models: Sequence[Monitored]) -> Verdict:
    """Moved where a model moved; else stable where one could be told; else not enough data."""
    said = {one.verdict for one in models}
    return MOVED if MOVED in said else STABLE if STABLE in said else SHORT


def run_of(models: Sequence[Monitored], *, run_id: str, newest: int, rate: float, by: Actor, at: datetime) -> MonitoringRun:
    """Make the record of what was found."""
    kept = tuple(MonitoredKept.model_validate(one) for one in models)
    return MonitoringRun(run_id=run_id, newest=newest, rate=rate, models=kept, verdict=verdict_of(models), by=by, at=at.astimezone(UTC))
