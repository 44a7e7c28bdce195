"""A release that lends: small models, the 18 core items, and peers below most firms."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
from builders_releases import wanted

from features.points import build_reference, shipped_scheme
from service.artefacts import reference_artefact, scheme_artefact, scheme_text
from service.use_cases.releases import Wanted

__all__ = ["core_release"]


def core_release(folders: Path) -> Wanted:
    """Put it together from the small bundles of the session."""
    scheme = shipped_scheme("cn-core-18")
    told = {"growth_stage": [0.0, 1.0, 2.0], "field": ["electronics"] * 3}
    peers = pl.DataFrame({name: [0.0, 1.0, 2.0] for name in scheme.indicators} | told)
    reference = reference_artefact(build_reference(peers, scheme, name="peers", as_of=date(2026, 1, 1), simulated=True).data)
    return wanted(folders, scheme=scheme_artefact(scheme_text("cn-core-18") or ""), reference=reference)
