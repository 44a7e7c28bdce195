"""Validation of a model on rows it has not seen: one question a module, gates in a file, a report a validator can sign."""

from __future__ import annotations

from training.validation.chapter import Chapter, Measure
from training.validation.gates import SHIPPED, Gates, load_gates, read_gates
from training.validation.reading import asking_firms, evidence_sample, table_sample
from training.validation.run import Games, Scales, Validated, validate
from training.validation.sample import Sample, sample_of

__all__ = [
    "SHIPPED",
    "Chapter",
    "Games",
    "Gates",
    "Measure",
    "Sample",
    "Scales",
    "Validated",
    "asking_firms",
    "evidence_sample",
    "load_gates",
    "read_gates",
    "sample_of",
    "table_sample",
    "validate",
]
