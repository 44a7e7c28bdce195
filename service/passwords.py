"""Passwords: which are good enough, how one is made, hashed (argon2id, RFC 9106) and checked."""

from __future__ import annotations

import re
import secrets
import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.errors import Fault, InvalidRequest
from service.tokens import Role

__all__ = ["LONGEST", "SHORTEST", "Passwords", "check_password", "make_password"]

SHORTEST, LONGEST = 12, 256
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for one another."""
COMMON = frozenset({"123456789012", "1234567890123", "password1234", "password12345", "qwertyuiop12", "administrator", "changeme1234"})
CONTEXT = ("jifen", "积分", "bank", "银行", "loan", "贷款", "credit", "授信", "technology", "科技", "password", "密码", *Role)
"""Words of this place: whoever guesses tries them first. The login and its parts belong to them too."""
LEFT = 8
"""Characters that a password must have besides such words, where it holds any."""
AT_ONCE = 2
"""A check takes 64 MB for some 50 ms; no more than so many run in one process, however many try to sign in."""


def make_password() -> str:
    """Make a password of 20 random letters and digits (99 bits) in groups of four."""
    letters = [secrets.choice(LETTERS) for _ in range(20)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 20, 4))


def check_password(password: str, login: str) -> None:
    """Refuse a password that is too short, too long or among the first to be guessed, with `InvalidRequest`; it is never shown."""
    read = _read(password)
    if not SHORTEST <= len(read) <= LONGEST:
        raise _refused(f"must have {SHORTEST} to {LONGEST} characters, and has {len(read)}", "choose a longer one, such as four words")
    if read.casefold() == login.casefold():
        raise _refused("must not be the login", "choose another one")
    if read.casefold() in COMMON or len(set(read)) < 4:
        raise _refused("is among the first that are guessed", "choose another one, or let `--generate` make it")
    if _without_context(read.casefold(), login) < min(LEFT, len(read)):
        rule = f"has fewer than {LEFT} characters besides the login and words of this place, such as {', '.join(CONTEXT[:4])}"
        raise _refused(rule, "choose other words, or let `--generate` make it")


def _without_context(read: str, login: str) -> int:
    """Count the characters that are left when the login, its parts and the words of this place are taken out."""
    words = {*CONTEXT, login.casefold(), *(part for part in re.split(r"[._-]", login.casefold()) if len(part) > 2)}
    for word in sorted(words, key=len, reverse=True):
        read = read.replace(word, "")
    return len(read)


def _refused(rule: str, remedy: str) -> InvalidRequest:
    return InvalidRequest(f"the password {rule}; {remedy}", [Fault(field="password", value="(not shown)", rule=rule, remedy=remedy)])


def _read(password: str) -> str:
    """Give one form to letters that keyboards write in several."""
    return unicodedata.normalize("NFKC", password)


class Passwords:
    """Hashes and checks; checking takes as long for somebody unknown, who has no hash, as for anybody else."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._at_once = BoundedSemaphore(AT_ONCE)
        self._nobodys: str | None = None

    def hashed(self, password: str) -> str:
        """Give the hash that is kept; it holds its own salt and cost."""
        with self._at_once:
            return self._hasher.hash(_read(password))

    def is_right(self, password: str, kept: str | None) -> bool:
        """Does the password have this hash? Never where there is none."""
        read = _read(password)[: LONGEST + 1]
        with self._at_once:
            return self._verified(read, kept or self._of_nobody()) and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Was the hash made with a cost that is no longer the usual one?"""
        return self._hasher.check_needs_rehash(kept)

    def _verified(self, password: str, kept: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    def _of_nobody(self) -> str:
        if self._nobodys is None:
            self._nobodys = self._hasher.hash(secrets.token_hex(16))
        return self._nobodys
