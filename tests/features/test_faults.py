"""How refused evidence is told: on one line, as an error, and as a table."""

from __future__ import annotations

from features.checks import RULES, EvidenceFaults, Fault, fault_table
from features.errors import EvidenceError

FAULT = Fault("patents", 7, "claims", "ten", "whole-number", "write a whole number in plain digits")


def test_a_fault_reads_as_one_line() -> None:
    """Place, value, rule and remedy; a fault of a column has no row, one of a file no column."""
    assert str(FAULT) == "patents row 7 claims: 'ten' breaks whole-number: write a whole number in plain digits"
    assert str(FAULT._replace(row=0, value="")) == "patents claims: breaks whole-number: write a whole number in plain digits"


def test_the_error_counts_everything_and_shows_twenty() -> None:
    """200,000 faults print as counts by table and rule and the first twenty; all are kept."""
    faults = [FAULT._replace(row=row) for row in range(1, 200_000)] + [FAULT._replace(table="loans", rule="empty", value="")]
    error = EvidenceFaults(faults)
    lines = str(error).splitlines()
    assert lines[:3] == ["200,000 faults; nothing was loaded", "  loans empty: 1", "  patents whole-number: 199,999"]
    assert lines[3] == f"  {faults[0]}"
    assert lines[22:] == [f"  {faults[19]}", "  ... and 199,980 more"]
    assert len(error.faults) == 200_000


def test_a_single_fault_is_not_plural() -> None:
    """One fault says so, and nothing is left over."""
    assert str(EvidenceFaults([FAULT])).splitlines() == ["1 fault; nothing was loaded", "  patents whole-number: 1", f"  {FAULT}"]


def test_the_error_is_an_evidence_error_with_its_own_code() -> None:
    """Callers that catch the root of bad evidence catch it too."""
    error = EvidenceFaults([FAULT])
    assert isinstance(error, EvidenceError)
    assert error.code == "evidence-faults"


def test_faults_make_a_table() -> None:
    """One row a fault, the fields as columns; no faults are an empty table with the same columns."""
    assert fault_table([FAULT]).rows() == [tuple(FAULT)]
    assert fault_table([]).columns == list(Fault._fields)


def test_rules_are_told_in_order_of_name() -> None:
    """The list of rules can be looked up by name."""
    assert list(RULES) == sorted(RULES)
