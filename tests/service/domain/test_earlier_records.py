"""Decisions that were made before records told an interval and a term structure: they read, hash and decide as they did."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from builders_cases import FakeBundle, application, decided, firm, lacking

from features.indicators import catalogue_hash
from service.domain import Decision, load_policy

GOLDEN = Path(__file__).parents[2] / "golden" / "decision-1"
BODIES = (GOLDEN / "bodies.jsonl").read_bytes().splitlines()
"""Written by the program that made records of the first form, on fake models and firms, with the policy beside them."""
CASES = (
    {},
    {"asked": application(amount=8_000_000, term_months=30)},
    {
        "asked": application(product="common-growth", amount=5_000_000, term_months=60),
        "known": firm(growth_stage=1.0),
        "bundle": FakeBundle(default=0.018),
    },
    {
        "asked": application(product="loan-investment", amount=3_000_000, term_months=36, purpose="equipment"),
        "known": firm(growth_stage=1.0),
        "bundle": FakeBundle(default=0.03),
    },
    {"bundle": FakeBundle(default=0.9)},
    {"known": lacking("financials")},
)


@pytest.fixture(scope="module")
def policy():
    return load_policy((GOLDEN / "policy.toml").read_text("utf-8"))


@pytest.mark.parametrize("body", BODIES)
def test_an_earlier_record_reads_and_keeps_its_bytes(body):
    """Its hash stands in the ledger, so nothing may be added to it, not even a null."""
    decision = Decision.model_validate_json(body)
    assert decision.format == "decision/1"
    assert decision.canonical() == body


def test_an_earlier_policy_keeps_its_hash(policy):
    """What it could not say then is not written into what is hashed."""
    assert {orjson.loads(body)["pins"]["policy"] for body in BODIES} == {f"{policy.name} {policy.hash}"}


@pytest.mark.parametrize(("case", "body"), [*zip(CASES, BODIES, strict=True)])
def test_an_earlier_decision_is_made_again_bit_for_bit(policy, case, body):
    """By today's program in the record's form: the same bytes, but for the hash of indicator definitions, which may have moved on."""
    pinned = orjson.loads(body)["pins"]["catalogue"].encode()
    made = decided(**case, policy=policy, form="decision/1").canonical()
    assert made == body.replace(pinned, catalogue_hash().encode())


@pytest.mark.parametrize(("case", "body"), [*zip(CASES, BODIES, strict=True)])
def test_an_earlier_policy_decides_as_before_in_the_new_form(policy, case, body):
    """Only the two new parts are told in addition; a model that gives them changes nothing the old policy does not ask for."""
    model = case.get("bundle", FakeBundle())
    told = FakeBundle(default=model.default, interval=(model.default / 9, min(1.0, model.default * 9)), hazards=(10_000, 30_000))
    made, before = orjson.loads(decided(**case | {"bundle": told}, policy=policy).canonical()), orjson.loads(body)
    assert (made.pop("format"), before.pop("format")) == ("decision/2", "decision/1")
    assert made["pins"].pop("catalogue").startswith("sha256:")
    before["pins"].pop("catalogue")
    assert made["risk"].pop("pd_interval")["method"] == "by hand"
    if made["offer"] is not None:
        assert made["offer"].pop("term_structure")["source"] == "policy"
    assert made == before


def test_an_earlier_record_must_not_carry_what_its_form_would_not_write():
    """It would vanish from the bytes; so it is refused."""
    newer = orjson.loads(decided(bundle=FakeBundle(interval=(0.002, 0.01))).canonical())
    with pytest.raises(ValueError, match=r"format decision/1 has no risk.pd_interval; write the record as decision/2"):
        Decision.model_validate_json(orjson.dumps(newer | {"format": "decision/1"}))
