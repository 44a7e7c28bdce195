"""Bearer tokens of machines: how one is made, read and checked, and what each role may do.

A token is `jf_<number>_<secret>`. The secret is 256 random bits, so its plain SHA-256 is kept: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from service.ledger import Actor

__all__ = ["GRANTS", "Holder", "Permission", "Role", "Token", "is_secret_of", "mint", "parse"]

FORMAT = re.compile(r"jf_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")


class Role(StrEnum):
    """Who holds a token."""

    OFFICER = "officer"
    APPROVER = "approver"
    RISK = "risk"
    VALIDATOR = "validator"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a request needs."""

    READ = "read"
    DECIDE = "decide"
    INGEST = "ingest"
    OVERRIDE = "override"
    """Set a decision aside, with a reason, within one's own authority."""
    SIGN = "sign"
    """Give the second signature to somebody else's override, or conclude a review."""
    NOTE = "note"
    """Write a note on a decision."""
    PROPOSE = "propose"
    """Propose what decides: models, scheme, peers, policy."""
    APPROVE = "approve"
    """Approve or refuse what somebody else proposed."""
    STOP = "stop"
    """Stop automatic decisions at once."""
    AUDIT = "audit"
    """Verify, replay, prove, export, and see who read what."""
    RETAIN = "retain"
    """Delete what has served its time, and hold what must not be deleted."""
    ADMINISTER = "administer"
    """Users and tokens."""


_READER = frozenset({Permission.READ})
GRANTS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.OFFICER: _READER | {Permission.DECIDE, Permission.OVERRIDE, Permission.NOTE},
        Role.APPROVER: _READER | {Permission.OVERRIDE, Permission.SIGN, Permission.NOTE, Permission.STOP},
        Role.RISK: _READER | {Permission.INGEST, Permission.PROPOSE, Permission.STOP},
        Role.VALIDATOR: _READER | {Permission.APPROVE, Permission.STOP},
        Role.AUDITOR: _READER | {Permission.AUDIT},
        Role.ADMIN: _READER | {Permission.INGEST, Permission.ADMINISTER, Permission.RETAIN, Permission.STOP},
    }
)
"""Who loads evidence does not decide on it, and the other way round."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is asking: the number of a valid token or session, its role, and the person behind it (None: a machine)."""

    token_id: str
    role: Role
    person: str | None = None

    @property
    def actor(self) -> Actor:
        """Who this is in the ledger: the person where there is one, so that a person is one actor with any token."""
        if self.person is not None:
            return Actor(kind="person", id=self.person, role=self.role.value)
        return Actor(kind="token", id=self.token_id, role=self.role.value)

    def may(self, permission: Permission) -> bool:
        """May this role do that?"""
        return permission in GRANTS[self.role]


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is shown once, to the person it is made for."""

    token_id: str
    secret: str

    @property
    def text(self) -> str:
        """What stands after `Authorization: Bearer`."""
        return f"jf_{self.token_id}_{self.secret}"

    @property
    def digest(self) -> str:
        """What is kept: SHA-256 of the secret, in hexadecimal."""
        return hashlib.sha256(self.secret.encode()).hexdigest()


def mint() -> Token:
    """Make a new token from 256 random bits."""
    return Token(secrets.token_hex(6), secrets.token_urlsafe(32))


def parse(text: str) -> Token | None:
    """Read what a caller sent; None when it does not look like a token."""
    found = FORMAT.fullmatch(text)
    return Token(found[1], found[2]) if found else None


def is_secret_of(token: Token, digest: str) -> bool:
    """Does the token's secret have this digest? Takes the same time whatever the answer."""
    return hmac.compare_digest(token.digest, digest)
