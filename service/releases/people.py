"""Four eyes: who proposed cannot approve, and a machine cannot approve at all."""

from __future__ import annotations

import unicodedata

from service.errors import PersonRequired, SelfApproval
from service.ledger import Actor

__all__ = ["check_other_person"]


def check_other_person(proposer: Actor, approver: Actor, what: str) -> None:
    """Refuse an approver who is no person (`PersonRequired`) or the one who proposed (`SelfApproval`).

    Names that differ only in case, width or surrounding space are one person's.
    """
    if approver.kind != "person":
        raise PersonRequired(f"a {approver.kind} may not decide on {what}; a person must, signed in under the own name")
    if proposer.kind == "person" and _same(proposer.id) == _same(approver.id):
        raise SelfApproval(f"{approver.id} proposed {what} and may not decide on it; another person must")


def _same(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
