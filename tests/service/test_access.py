"""Who may do what: tokens, roles, revocation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from builders_service import Clock
from flask import Flask
from flask.testing import FlaskClient

from service.access import Gate
from service.errors import InvalidRequest, Unauthenticated, UnknownToken
from service.logs import JsonLines
from service.store import Store
from service.store.models import TokenRow
from service.tokens import GRANTS, Permission, Role, mint, parse
from service.use_cases.tokens import create_token, revoke, tokens_on_file
from service.web.operations import operations_of

Headers = dict[str, str]


class Seconds:
    """A monotonic clock set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer x", "Basic dXNlcjpwYXNz", "Bearer jf_000000000000_" + "A" * 43, "Bearer jf_zz_" + "A" * 43],
)
def test_without_a_valid_token_nobody_comes_in(client: FlaskClient, header: str | None) -> None:
    """No token, another scheme, a malformed and an unknown token are all refused alike, as RFC 6750 asks."""
    answer = client.get("/v1/decisions", headers={} if header is None else {"Authorization": header})
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="jifen"'


def test_a_right_number_with_a_wrong_secret_is_refused(store: Store) -> None:
    """The number of a token is no secret and does not open anything."""
    token = create_token(store, name="a bank's system", role="officer")
    with pytest.raises(Unauthenticated, match="not valid"):
        Gate(store, seconds=2).admit(f"Bearer jf_{token.token_id}_{mint().secret}")


def test_a_revoked_token_is_refused_within_seconds(store: Store, clock: Clock) -> None:
    """A token is remembered for two seconds; after those its revocation counts, and revoking twice keeps the first date."""
    seconds = Seconds()
    gate = Gate(store, seconds=2, clock=seconds)
    token = create_token(store, name="x", role="officer", clock=clock)
    assert gate.admit(f"Bearer {token.text}").role is Role.OFFICER
    revoke(store, token.token_id, clock=clock)
    revoke(store, token.token_id)
    seconds.now = 1.9
    gate.admit(f"bearer {token.text}")
    seconds.now = 2.0
    with pytest.raises(Unauthenticated):
        gate.admit(f"Bearer {token.text}")
    assert [kept.revoked_at for kept in tokens_on_file(store)] == [clock.now]


def test_a_revoked_token_is_refused_over_http(client: FlaskClient, store: Store, app: Flask) -> None:
    """Revocation reaches requests."""
    token = create_token(store, name="x", role="auditor")
    revoke(store, token.token_id)
    assert client.get("/v1/decisions", headers={"Authorization": f"Bearer {token.text}"}).status_code == 401


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_do_what_is_granted_to_it_and_no_more(
    client: FlaskClient, as_role: Callable[[str], Headers], app: Flask, role: Role
) -> None:
    """Every operation with a permission answers 403 to the roles without it, and to no other."""
    headers = as_role(role.value)
    for one in operations_of(app):
        if one.permission:
            answer = client.open(one.path.replace("<", "").replace(">", ""), method=one.method, headers=headers)
            assert (answer.status_code == 403) == (one.permission not in GRANTS[role]), (role, one.path)


def test_who_decides_does_not_load_evidence() -> None:
    """No role may both decide and put evidence on file."""
    assert not [role for role, granted in GRANTS.items() if {Permission.DECIDE, Permission.INGEST} <= granted]
    assert set(GRANTS) == set(Role)


def test_a_secret_is_not_kept(store: Store) -> None:
    """The database holds the hash of a secret and nothing from which the token could be made."""
    token = create_token(store, name="x", role="risk")
    with store.reading() as unit:
        row = unit.execute(TokenRow.__table__.select()).one()
    assert token.secret not in str(tuple(row))
    assert row.digest == token.digest
    assert parse(token.text) == token


@pytest.mark.parametrize(("name", "role"), [("x", "king"), ("", "officer"), (" ", "officer"), ("x" * 101, "officer")])
def test_a_token_needs_a_name_and_a_role(store: Store, name: str, role: str) -> None:
    """Unknown roles and missing names are refused."""
    with pytest.raises(InvalidRequest):
        create_token(store, name=name, role=role)
    assert tokens_on_file(store) == []


def test_revoking_what_was_never_issued_is_an_error(store: Store) -> None:
    """An unknown number is named."""
    with pytest.raises(UnknownToken, match="abc"):
        revoke(store, "abc")


def test_a_token_revoked_and_deleted_is_forgotten(store: Store) -> None:
    """A token whose row is gone is refused as soon as it is looked up again."""
    seconds = Seconds()
    gate = Gate(store, seconds=1, clock=seconds)
    token = create_token(store, name="x", role="risk")
    gate.admit(f"Bearer {token.text}")
    with store.writing() as unit:
        unit.execute(TokenRow.__table__.delete())
    seconds.now = 5
    with pytest.raises(Unauthenticated):
        gate.admit(f"Bearer {token.text}")


def test_no_log_line_names_a_firm(
    client: FlaskClient, officer: Headers, asked: dict[str, Any], service_log: pytest.LogCaptureFixture
) -> None:
    """Requests are logged by route and token number; the firm's code is in no line."""
    client.get(f"/v1/firms/{asked['firm_id']}", headers=officer)
    client.post("/v1/decisions", json=asked, headers=officer)
    lines = [JsonLines().format(record) for record in service_log.records]
    assert [line for line in lines if '"route":"/v1/firms/<firm_id>"' in line]
    assert not [line for line in lines if asked["firm_id"] in line]
