"""`jifen user` and `jifen token` as an administrator calls them."""

from __future__ import annotations

import io
import sys

import pytest
from builders_people import entries_of

from service.cli.demo import demo_people
from service.config import Settings
from service.passwords import Passwords
from service.serving import prepare
from service.store import open_store
from service.store.people import KeptPerson
from service.tokens import Role
from service.use_cases.people import people_on_file


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):
    """Give a text as standard input, which is no terminal."""

    def give(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    return give


@pytest.fixture
def on_file(tmp_path):
    """The people and the entries of a kind in the database of the commands."""
    store = open_store(f"sqlite:///{tmp_path / 'home' / 'jifen.db'}")
    yield store
    store.close()


def only(store) -> KeptPerson:
    (person,) = people_on_file(store)
    return person


def test_a_person_is_made_with_a_password_from_standard_input(jifen, typed, on_file) -> None:
    """The password is one line of standard input; it is checked, hashed, and never shown."""
    typed("four quite good words\r\n")
    made = jifen("user", "create", "zhang.wei", "--name", "张伟", "--role", "approver", "--authority", "branch", "--operator", "li.na")
    assert (made.code, "four quite" in made.out + made.err) == (0, False)
    person = only(on_file)
    assert Passwords().is_right("four quite good words", person.password_hash)
    assert person.authority == "branch"
    assert [entry.actor.id for entry in entries_of(on_file, "user")] == ["li.na"]
    listed = jifen("user", "list")
    assert [word in listed.out for word in ("zhang.wei", "张伟", "approver", "branch", "password", "ok")] == [True] * 6


def test_a_password_is_no_argument(jifen) -> None:
    """There is no option that would leave a password in the shell's history."""
    assert jifen("user", "create", "zhang.wei", "--name", "x", "--role", "risk", "--password", "four quite good words").code == 2


def test_at_a_terminal_the_password_is_asked_for_twice_and_not_shown(jifen, on_file, monkeypatch: pytest.MonkeyPatch) -> None:
    """A prompt without echo, with confirmation."""
    asked = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.prompt", lambda _, **how: asked.append(how) or "four quite good words")
    assert jifen("user", "create", "zhang.wei", "--name", "x", "--role", "risk").code == 0
    assert asked == [{"hide_input": True, "confirmation_prompt": True, "err": True}]
    assert Passwords().is_right("four quite good words", only(on_file).password_hash)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--role", "risk"), "12 to 256 characters"),
        (("--role", "risk", "--authority", "moon"), "branch, city-branch, head-office"),
    ],
)
def test_wrong_input_changes_nothing(jifen, typed, on_file, words: tuple[str, ...], said: str) -> None:
    """A weak password or an unknown authority is exit code 2 and a message that says what to do."""
    typed("short" if len(words) == 2 else "four quite good words")
    refused = jifen("user", "create", "zhang.wei", "--name", "x", *words)
    assert refused.code == 2
    assert said in refused.err
    assert people_on_file(on_file) == []


def test_a_generated_password_is_shown_once_and_works(jifen, on_file) -> None:
    """`--generate` prints a password on the last line of standard output."""
    made = jifen("user", "create", "zhang.wei", "--name", "x", "--role", "risk", "--generate")
    assert Passwords().is_right(made.out.split()[-1], only(on_file).password_hash)
    again = jifen("user", "password", "zhang.wei", "--generate")
    assert Passwords().is_right(again.out.split()[-1], only(on_file).password_hash)
    assert made.out.split()[-1] != again.out.split()[-1]


def test_a_person_of_the_identity_provider_has_no_password(jifen, on_file) -> None:
    """With an OIDC subject no password is asked for."""
    assert jifen("user", "create", "li.na", "--name", "李娜", "--role", "auditor", "--oidc-subject", "sub-1").code == 0
    assert (only(on_file).password_hash, only(on_file).oidc_subject) == (None, "sub-1")
    assert "OIDC" in jifen("user", "list").out


def test_a_person_is_changed_disabled_and_enabled(jifen, typed, on_file) -> None:
    """Role, password and state follow the commands, and an unknown login is exit code 2."""
    jifen("user", "create", "zhang.wei", "--name", "x", "--role", "risk", "--generate")
    assert jifen("user", "role", "zhang.wei", "approver", "--authority", "head-office").code == 0
    typed("another four good words\n")
    assert jifen("user", "password", "zhang.wei").code == 0
    assert jifen("user", "disable", "zhang.wei").code == 0
    assert "disabled 20" in jifen("user", "list").out
    assert jifen("user", "enable", "zhang.wei").code == 0
    person = only(on_file)
    assert (person.role.value, person.authority, person.disabled_at) == ("approver", "head-office", None)
    assert Passwords().is_right("another four good words", person.password_hash)
    for words in (("disable", "nobody"), ("enable", "nobody"), ("role", "nobody", "risk")):
        assert jifen("user", *words).code == 2


def test_a_token_belongs_to_a_person(jifen, on_file) -> None:
    """`--user` instead of `--role`; the list shows whose it is, and the ledger who made it."""
    jifen("user", "create", "zhang.wei", "--name", "x", "--role", "risk", "--generate")
    assert jifen("token", "create", "--name", "laptop", "--user", "zhang.wei", "--operator", "li.na").code == 0
    assert jifen("token", "create", "--name", "laptop", "--user", "zhang.wei", "--role", "risk").code == 2
    assert jifen("token", "create", "--name", "laptop").code == 2
    assert "zhang.wei" in jifen("token", "list").out
    (entry,) = entries_of(on_file, "token")
    assert (entry.actor.id, entry.said["user"]) == ("li.na", "zhang.wei")


def test_the_demo_makes_a_person_for_each_role(tmp_path) -> None:
    """Each has a password of its own that is made anew with each run, and whoever signs has an authority; nothing is fixed."""
    settings = Settings(home=tmp_path)
    prepare(settings)
    first, second = demo_people(settings), demo_people(settings)
    store = open_store(settings.database)
    people = {person.login: person for person in people_on_file(store)}
    assert set(people) == set(first) == set(second) == {f"demo-{role.value}" for role in Role}
    assert len({*first.values(), *second.values()}) == 12
    for login, person in people.items():
        assert f"demo-{person.role.value}" == login
        assert Passwords().is_right(second[login], person.password_hash)
        assert not Passwords().is_right(first[login], person.password_hash)
    assert {login: person.authority for login, person in people.items() if person.authority} == {
        "demo-officer": "branch",
        "demo-approver": "head-office",
    }
    store.close()
