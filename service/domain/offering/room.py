"""What guarantee programmes cover of the firm's running loans, read off the loans on record."""

from __future__ import annotations

from features.measures.behaviour import GUARANTEE_UNKNOWN, GUARANTEED
from service.domain.case import Case

__all__ = ["undeclared_of", "used_of"]


def used_of(case: Case, programme: str) -> int | None:
    """Give what a programme covers already, yuan; None where the firm's loans were not searched.

    A running loan of which nobody says who guarantees it counts as covered in full, against every programme: room is never guessed.
    The loan that this one pays off counts no more.
    """
    named, undeclared = case.firm.bases[GUARANTEED[programme]], undeclared_of(case)
    if named is None or undeclared is None:
        return None
    freed = case.relay.guaranteed if case.relay is not None and case.relay.programme == programme else 0
    return max(round(named) - freed, 0) + undeclared


def undeclared_of(case: Case) -> int | None:
    """Give the running loans of which nobody says who guarantees them, yuan; None where the loans were not searched."""
    unknown = case.firm.bases[GUARANTEE_UNKNOWN]
    if unknown is None:
        return None
    freed = case.relay.guaranteed if case.relay is not None and case.relay.programme is None else 0
    return max(round(unknown) - freed, 0)
