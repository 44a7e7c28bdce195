"""One firm's evidence: the request that carries it, and the canonical dossier that is hashed, stored and replayed."""

from __future__ import annotations

from features.evidence.dossier import dossier_frames, dossier_json, evidence_hash, gathered_frames, merge_dossiers
from features.evidence.request import MOST_ROWS, FirmEvidence, dossier_of
from features.evidence.split import split_dossiers

__all__ = [
    "MOST_ROWS",
    "FirmEvidence",
    "dossier_frames",
    "dossier_json",
    "dossier_of",
    "evidence_hash",
    "gathered_frames",
    "merge_dossiers",
    "split_dossiers",
]
