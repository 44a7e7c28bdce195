"""Errors of the evidence layer: each says what was wrong, with which value, and what to do."""

from __future__ import annotations

__all__ = ["EvidenceError", "FeaturesError", "SchemeError"]


class FeaturesError(Exception):
    """Root of every error that `features` raises; `code` is stable and safe to match on."""

    code = "features-error"


class EvidenceError(FeaturesError):
    """A table, column or value of the evidence cannot be used as it stands."""

    code = "evidence-invalid"


class SchemeError(FeaturesError):
    """A points scheme or its reference base is malformed, or the two do not belong together."""

    code = "scheme-invalid"
