"""Errors of the training layer: each says what was wrong, with which value, and what to do."""

from __future__ import annotations

__all__ = ["BookError", "BundleError", "ContractError", "RegistryError", "TrainingError", "TrainingRefused"]


class TrainingError(Exception):
    """Root of every error that `training` raises; `code` is stable and safe to match on."""

    code = "training-error"


class ContractError(TrainingError):
    """A loan-book contract is malformed; the message names file, key, value and remedy."""

    code = "contract-invalid"


class BookError(TrainingError):
    """A loan book, or rows offered for scoring, do not have the shape their contract declares."""

    code = "book-invalid"


class TrainingRefused(TrainingError):  # noqa: N818 - a refusal is a verdict on sound input, not a fault
    """Training on this book would give a model nobody should use; the message gives counts or the column's name."""

    code = "training-refused"


class BundleError(TrainingError):
    """A bundle folder is damaged, incomplete, or does not score as it did when it was written."""

    code = "bundle-invalid"


class RegistryError(TrainingError):
    """The model registry has no such model, version or alias, or cannot be reached."""

    code = "registry-error"
