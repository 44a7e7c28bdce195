"""Holding a model to the gates on loans of evidence it has not seen, by a policy's master scale: one way for every command and job."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl

from features.points import Reference, Scheme, shipped_scheme
from service.clock import system_clock
from service.domain import Policy
from training.bundle import Bundle
from training.evidence import EvidenceBook
from training.fitting import Progress
from training.validation import Games, Gates, Scales, Validated, asking_firms, evidence_sample
from training.validation import validate as run_validation

__all__ = ["scales_of", "validate_on_evidence", "validations_of"]

PLAIN_SCHEME = "tech-sme-rubric"
"""The published rubric needs no peers."""
RANKED_SCHEME = "cn-core-18"


def scales_of(policy: Policy) -> Scales:
    """Read the master scale of a policy, and the highest PD that any tier is lent at."""
    lends = {row.set for row in policy.levers if row.access == "approve"}
    last = max((row.grade for row in policy.grid if lends & set(row.cells.values())), default=len(policy.grades))
    bounds = [row.pd_up_to / 100_000 for row in policy.grades]
    return Scales(bounds=bounds, cutoff=bounds[last - 1])


def validations_of(home: Path, bundle: Bundle) -> Path:
    """The folder that the reports of a bundle go to."""
    return home / "validations" / bundle.name / bundle.version


def validate_on_evidence(
    bundle: Bundle,
    prepared: EvidenceBook,
    tables: Mapping[str, pl.DataFrame],
    *,
    policy: Policy,
    gates: Gates,
    operator: str,
    peers: Reference | None = None,
    scheme: Scheme | None = None,
    champion: Bundle | None = None,
    now: datetime | None = None,
    progress: Progress = lambda _what: None,
) -> Validated:
    """Validate on the held-out loans of evidence tables, tricks included.

    `scheme` gives the points that tricks are tried on; by default the ranked shipped one with `peers`, else the rubric.
    """
    progress("held-out rows")
    sample = evidence_sample(prepared, bundle)
    chosen = scheme or shipped_scheme(PLAIN_SCHEME if peers is None else RANKED_SCHEME)
    games = Games(asking=asking_firms(prepared, tables, bundle), scheme=chosen, reference=peers)
    return run_validation(
        sample,
        scales=scales_of(policy),
        gates=gates,
        operator=operator,
        now=now or system_clock(),
        games=games,
        champion=champion,
        progress=progress,
    )
