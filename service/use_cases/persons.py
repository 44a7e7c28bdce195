"""Who may correct a machine: persons, within their authority, and never on their own work."""

from __future__ import annotations

from sqlalchemy import Connection

from service.domain import Policy
from service.domain.override import covers
from service.errors import Forbidden, PersonRequired, SelfApproval
from service.store.people import authority_of
from service.tokens import Holder

__all__ = ["authority_over", "person_of", "refuse_own"]


def person_of(holder: Holder, act: str) -> str:
    """Give the person behind a request; a machine's token is `PersonRequired`."""
    if holder.person is None:
        raise PersonRequired(f"only a person may {act}, and token {holder.token_id} is a machine's; sign in as yourself")
    return holder.person


def refuse_own(person: str, brought_by: str, act: str) -> None:
    """Refuse to let somebody `act` on what they brought themselves."""
    if person == brought_by:
        raise SelfApproval(f"{person} brought it, so somebody else must {act} it")


def authority_over(unit: Connection, policy: Policy, person: str, needs: str) -> str:
    """Give the person's authority where it reaches as far as `needs`; `Forbidden` where it does not."""
    has = authority_of(unit, person)
    if has is None or not covers(policy, has, needs):
        raise Forbidden(f"{person} has the authority {has or 'none'}, this needs {needs}; ask somebody whose authority reaches that far")
    return has
