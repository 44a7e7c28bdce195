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


_READER = frozenset({Permission.READ})
GRANTS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.OFFICER: _READER | {Permission.DECIDE},
        Role.APPROVER: _READER,
        Role.RISK: _READER | {Permission.INGEST},
        Role.VALIDATOR: _READER,
        Role.AUDITOR: _READER,
        Role.ADMIN: _READER | {Permission.INGEST},
    }
)
"""Who loads evidence does not decide on it, and the other way round."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is asking: the number and the role of a valid token."""

    token_id: str
    role: Role

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
