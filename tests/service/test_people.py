"""People: who may sign in, under which rules, and what the ledger keeps of it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from builders_people import PASSWORD, cheap, entries_of, person
from builders_service import Clock
from sqlalchemy import select

from service.access import Gate
from service.errors import InvalidRequest, Unauthenticated, UnknownUser
from service.ledger import Actor
from service.passwords import COMMON, Passwords, check_password, make_password
from service.store import Store
from service.store.models import TokenRow, UserRow
from service.store.people import authority_of
from service.tokens import Role
from service.use_cases.people import create_user, disable, enable, people_on_file, set_password, set_role
from service.use_cases.tokens import create_token, revoke

HEAD = Actor(kind="system", id="head of lending")


def test_a_person_is_kept_without_the_password(store: Store, clock: Clock) -> None:
    """The database holds an argon2id hash, and neither a row nor the ledger holds the password or the hash beside it."""
    made = person(store, "zhang.wei", "approver", authority="branch", clock=clock, actor=HEAD)
    with store.reading() as unit:
        row = unit.execute(UserRow.__table__.select()).one()
    assert made.password_hash is not None
    assert made.password_hash.startswith("$argon2id$")
    assert PASSWORD not in str(tuple(row))
    (entry,) = entries_of(store, "user")
    assert (entry.subject, entry.actor, entry.at) == ("zhang.wei", HEAD, clock.now.replace(microsecond=482_000))
    assert entry.said == {
        "format": "user/1",
        "event": "created",
        "login": "zhang.wei",
        "user_id": made.user_id,
        "role": "approver",
        "authority": "branch",
        "signs_in_by": ["password"],
    }


def test_nobody_is_there_unless_somebody_made_them(store: Store) -> None:
    """A new installation has no people: no default administrator, no default password."""
    assert people_on_file(store) == []


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"login": "Zhang"}, "login", "small letters"),
        ({"login": "z"}, "login", "2 to 32"),
        ({"login": "unknown"}, "login", "reserved"),
        ({"login": "张伟"}, "login", "small letters"),
        ({"name": "  "}, "name", "1 to 100"),
        ({"role": "king"}, "role", "no role"),
        ({"authority": "galaxy"}, "authority", "no row of the policy"),
        ({"password": "short"}, "password", "12 to 256 characters, and has 5"),
        ({"password": "x" * 257}, "password", "12 to 256"),
        ({"login": "zhang.wei.hefei", "password": "Zhang.Wei.Hefei"}, "password", "must not be the login"),
        ({"password": "Password1234"}, "password", "first that are guessed"),
        ({"password": "abababababababab"}, "password", "first that are guessed"),
        ({"password": "Jifen-Bank-2026"}, "password", "besides the login and words of this place"),
        ({"password": "zhang科技贷款银行wei26"}, "password", "besides the login and words of this place"),
        ({"password": None}, "password", "required without an OIDC subject"),
        ({"oidc_subject": ""}, "oidc-subject", "1 to 255"),
    ],
)
def test_a_wrong_value_is_named(store: Store, change: dict[str, Any], field: str, rule: str) -> None:
    """Each broken rule is told with field and remedy; a password is never repeated; nothing is kept."""
    given = {"login": "zhang.wei", "name": "张伟", "role": "officer", "password": PASSWORD, "authorities": ("branch",), **change}
    with pytest.raises(InvalidRequest) as caught:
        create_user(store, passwords=cheap(), **given)
    (fault,) = caught.value.faults
    assert fault.field == field
    assert rule in fault.rule
    assert fault.remedy
    assert given["password"] is None or given["password"] not in str(caught.value)
    assert people_on_file(store) == []
    assert entries_of(store, "user") == []


def test_login_and_subject_belong_to_one_person(store: Store) -> None:
    """A login or OIDC subject that is taken is refused, also one of a disabled person."""
    person(store, "zhang.wei", oidc_subject="abc")
    disable(store, "zhang.wei")
    with pytest.raises(InvalidRequest, match="is taken"):
        person(store, "zhang.wei")
    with pytest.raises(InvalidRequest, match="belongs to another person"):
        person(store, "li.na", oidc_subject="abc")


def test_each_change_is_an_entry_of_the_ledger(store: Store, clock: Clock) -> None:
    """Creating, role, password, disabling and enabling are entries under the login, in their order; a second disabling is none."""
    person(store, "zhang.wei", clock=clock)
    set_role(store, "zhang.wei", role="approver", authority="branch", authorities=("branch",), actor=HEAD, clock=clock)
    set_password(store, "zhang.wei", "four other good words", passwords=cheap(), clock=clock)
    disable(store, "zhang.wei", clock=clock)
    disable(store, "zhang.wei", clock=clock)
    enable(store, "zhang.wei", clock=clock)
    entries = entries_of(store, "user")
    assert [entry.said["event"] for entry in entries] == ["created", "role", "password", "disabled", "enabled"]
    assert {entry.subject for entry in entries} == {"zhang.wei"}
    assert entries[1].actor == HEAD
    assert entries[1].said["before"] == {"role": "officer", "authority": None}
    (kept,) = people_on_file(store)
    assert (kept.role, kept.authority, kept.disabled_at) == (Role.APPROVER, "branch", None)


def test_a_change_that_fails_leaves_no_entry(store: Store) -> None:
    """Nobody of that login: an error, and nothing in the ledger."""
    for change in (lambda: disable(store, "nobody"), lambda: set_role(store, "nobody", role="risk"), lambda: enable(store, "nobody")):
        with pytest.raises(UnknownUser, match="nobody"):
            change()
    assert entries_of(store, "user") == []


def test_authority_is_that_of_somebody_who_may_sign_now(store: Store) -> None:
    """Unknown people, people without one, and disabled people have no authority."""
    person(store, "zhang.wei", "approver", authority="branch")
    person(store, "li.na")
    with store.reading() as unit:
        assert [authority_of(unit, login) for login in ("zhang.wei", "li.na", "nobody")] == ["branch", None, None]
    disable(store, "zhang.wei")
    with store.reading() as unit:
        assert authority_of(unit, "zhang.wei") is None


def test_a_token_of_a_person_is_that_person(store: Store, clock: Clock) -> None:
    """It has the role its person has now, its actor is the person, and both making and revoking it are entries."""
    person(store, "zhang.wei")
    token = create_token(store, name="laptop", user="zhang.wei", actor=HEAD, clock=clock)
    gate = Gate(store, seconds=0)
    held = gate.admit(f"Bearer {token.text}")
    assert (held.role, held.person, held.actor) == (Role.OFFICER, "zhang.wei", Actor(kind="person", id="zhang.wei", role="officer"))
    set_role(store, "zhang.wei", role="risk")
    assert gate.admit(f"Bearer {token.text}").role is Role.RISK
    revoke(store, token.token_id, actor=HEAD, clock=clock)
    revoke(store, token.token_id, clock=clock)
    entries = entries_of(store, "token")
    assert [(entry.said["event"], entry.subject, entry.actor) for entry in entries] == [
        ("created", token.token_id, HEAD),
        ("revoked", token.token_id, HEAD),
    ]
    assert entries[0].said["user"] == "zhang.wei"
    assert token.secret not in orjson.dumps([entry.said for entry in entries]).decode()


def test_a_token_dies_with_its_person(store: Store) -> None:
    """Disabling a person refuses their tokens, enabling lets them in again."""
    person(store, "zhang.wei")
    token, gate = create_token(store, name="laptop", user="zhang.wei"), Gate(store, seconds=0)
    disable(store, "zhang.wei")
    with pytest.raises(Unauthenticated):
        gate.admit(f"Bearer {token.text}")
    enable(store, "zhang.wei")
    assert gate.admit(f"Bearer {token.text}").person == "zhang.wei"


def test_a_token_is_a_machines_or_a_persons(store: Store) -> None:
    """Both a role and a user, neither, or a user who is not there or disabled, is refused; a machine has no person."""
    person(store, "zhang.wei")
    for given in ({}, {"role": "risk", "user": "zhang.wei"}):
        with pytest.raises(InvalidRequest, match="one of the two"):
            create_token(store, name="x", **given)
    disable(store, "zhang.wei")
    for login in ("nobody", "zhang.wei"):
        with pytest.raises(UnknownUser, match=login):
            create_token(store, name="x", user=login)
    machine = create_token(store, name="x", role="risk")
    assert Gate(store, seconds=0).admit(f"Bearer {machine.text}").actor.kind == "token"
    with store.reading() as unit:
        assert unit.scalars(select(TokenRow.user_id)).all() == [None]


def test_generated_passwords_are_good_and_differ() -> None:
    """A generated password passes the rules; a thousand are all different."""
    made = {make_password() for _ in range(1000)}
    assert len(made) == 1000
    for password in made:
        check_password(password, "zhang.wei")
        assert len(password) == 24


def test_words_of_this_place_may_stand_in_a_long_password() -> None:
    """What counts is what is left without them; digits alone, or any other letters, are as good as ever."""
    for password in ("the bank of a green river", "837465920183", "officer with nine red hats", "海上生明月天涯共此时情人"):
        check_password(password, "zhang.wei")


def test_common_passwords_are_refused_however_they_are_written() -> None:
    """Capital letters do not make a password of the list a good one."""
    for password in COMMON:
        with pytest.raises(InvalidRequest):
            check_password(password.upper(), "zhang.wei")


def test_a_check_without_a_hash_costs_a_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """For somebody unknown the same verification runs, on a hash of nobody's, and its answer is always no."""
    passwords, seen = cheap(), []
    real = Passwords._verified
    monkeypatch.setattr(Passwords, "_verified", lambda self, password, kept: seen.append(kept) or real(self, password, kept))
    assert not passwords.is_right(PASSWORD, None)
    assert passwords.is_right(PASSWORD, passwords.hashed(PASSWORD))
    assert len(seen) == 2
    assert seen[0].split("$")[1:4] == seen[1].split("$")[1:4]


def test_a_broken_hash_opens_nothing() -> None:
    """A hash that cannot be read refuses, and one of an older cost is outdated."""
    assert not cheap().is_right(PASSWORD, "not a hash")
    assert Passwords().is_outdated(cheap().hashed(PASSWORD))


def test_the_cost_is_that_of_the_standard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside the tests a hash takes 64 MiB, three passes and four lanes: the second choice of RFC 9106."""
    monkeypatch.undo()
    assert Passwords().hashed(PASSWORD).split("$")[1:4] == ["argon2id", "v=19", "m=65536,t=3,p=4"]


def test_letters_written_in_another_way_are_the_same_password() -> None:
    """Full-width letters, as a Chinese keyboard may type them, are the same letters."""
    passwords = cheap()
    assert passwords.is_right("ｆｏｕｒ ｗｏｒｄｓ ｌｏｎｇ", passwords.hashed("four words long"))
