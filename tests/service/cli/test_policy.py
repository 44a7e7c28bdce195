"""`jifen policy`: a wrong file is told row by row, and a change of policy shows who flips and what it costs."""

from __future__ import annotations

import csv
import re
from importlib.resources import files

import pytest
from builders_cases import application, decided, firm

from service.domain import load_policy, shipped_policy
from service.domain.impact import flips, flows, replayed, size_of

SHIPPED = (files("service") / "policies" / "technology-2026-11.toml").read_text("utf-8")


def test_a_policy_in_order_is_said_to_be(jifen, tmp_path):
    """Name, products, size of the grid and hash."""
    file = tmp_path / "draft.toml"
    file.write_text(SHIPPED, "utf-8")
    said = jifen("policy", "check", file)
    assert said.code == 0
    assert "11 grades x 10 tiers -> 7 sets of levers" in said.out
    assert shipped_policy().hash in said.out


def test_every_fault_is_told_with_file_row_and_remedy(jifen, tmp_path):
    """A gap, an unreachable row and an unknown name in one file: exit code 2, three lines."""
    text = SHIPPED.replace('set = "R", access = "refer" },', 'set = "R", access = "refer" },\n  { set = "S", access = "refer" },')
    text = text.replace('pd_up_to =  "100 %"', 'pd_up_to =   "99 %"').replace(
        'indicator = "founder_years"', 'indicator = "founder_star_sign"'
    )
    file = tmp_path / "draft.toml"
    file.write_text(text, "utf-8")
    said = jifen("policy", "check", file)
    assert said.code == 2
    assert "draft.toml: grades row 11, pd_up_to = 99 %: leaves a gap; end with '100 %'" in said.err
    assert "draft.toml: levers row 7, set = S: cannot be reached: no cell of the grid names it" in said.err
    assert "gates row 2, indicator = founder_star_sign: is not in the catalogue; write founder_years; see the ids" in said.err


def test_an_unknown_policy_is_refused_with_the_known_ones(jifen):
    """Neither a shipped name nor a file."""
    said = jifen("policy", "diff", "technology-2026-11", "technology-2062-11")
    assert said.code == 2
    assert "there is no policy 'technology-2062-11'; name technology-2026-11, or a TOML file" in said.err


@pytest.fixture
def on_record(monkeypatch, app, client, officer, evidence, active):
    """Two applications on record in the database that the command opens, with what decided them."""
    for product in ("common-growth", "loan-investment"):
        asked = {"product": product, "amount": 2_000_000, "term_months": 24, "evidence": evidence}
        assert client.post("/v1/decisions", json=asked, headers=officer).status_code == 201
    monkeypatch.setattr("service.cli.policy.load_in_force", lambda *_: active)
    monkeypatch.setenv("JIFEN_DATABASE_URL", app.extensions["jifen"].settings.database)


def test_a_milder_rule_flips_what_it_declined(jifen, on_record, tmp_path):
    """Both firms defaulted once and are declined; with five defaults asked for they are referred, and no money moves."""
    draft = tmp_path / "draft.toml"
    rule = 'indicator = "loans_defaulted"\noperator = ">="\nvalue = '
    assert rule + "1" in SHIPPED
    draft.write_text(SHIPPED.replace(rule + "1", rule + "5"), "utf-8")
    said = jifen("policy", "diff", "technology-2026-11", draft, "--out", tmp_path / "flips.csv")
    assert said.code == 0, said.err
    assert "(different content): 2 applications, 2 end better, 0 worse" in said.out
    assert "decline -> refer: 2" in said.out
    rows = list(csv.DictReader((tmp_path / "flips.csv").read_text("utf-8").splitlines()))
    assert {(row["product"], row["before"], row["after"]) for row in rows} == {
        ("common-growth", "decline", "refer"),
        ("loan-investment", "decline", "refer"),
    }
    assert jifen("policy", "diff", "technology-2026-11", "technology-2026-11").out.count("0 end better, 0 worse") == 1


def test_cases_that_flip_are_summed_by_group():
    """Two cases by hand: one keeps 2 m, one of 3 m asked loses its approval; by product and in all."""
    strict = load_policy(SHIPPED.replace("max_amount = 10_000_000", "max_amount = 2_000_000"))
    known, asked = firm(), {"A": application(amount=2_000_000), "B": application(amount=3_000_000)}
    cases = [replayed(name, known, decided(one, known), decided(one, known, policy=strict)) for name, one in asked.items()]
    assert flips(cases) == [("approve", "counter", 1)]
    (flow,) = flows(cases, lambda case: case.product)
    assert (flow.group, flow.cases, flow.better, flow.worse) == ("startup-credit", 2, 0, 1)
    assert (flow.amount_before, flow.amount_after, flow.moved) == (5_000_000, 4_000_000, -1_000_000)
    assert [case.size for case in cases] == ["medium", "medium"]


@pytest.mark.parametrize(
    ("revenue", "size"), [(None, "unknown"), (2_999_999.0, "micro"), (3e6, "small"), (2e7, "medium"), (3.99e8, "medium"), (4e8, "large")]
)
def test_sizes_by_revenue(revenue, size):
    """Bounds belong to the larger size."""
    assert size_of(revenue) == size


def test_a_draft_for_other_tiers_is_refused(jifen, on_record, tmp_path):
    """The points scheme has ten tiers; a policy of nine cannot be replayed with it."""
    draft = tmp_path / "draft.toml"
    text = SHIPPED.replace('tiers = ["T1-T10"]', 'tiers = ["T1-T9"]').replace('["T8-T10"]', '["T8-T9"]')
    text = "\n".join(line for line in text.splitlines() if not line.startswith('  { tiers = ["T10"]'))
    draft.write_text(re.sub(r', T10 = "[RX]"', "", text), "utf-8")
    said = jifen("policy", "diff", "technology-2026-11", draft)
    assert said.code == 2
    assert "use a scheme with these tiers" in said.err


def test_no_application_on_record_is_said(jifen, monkeypatch, active):
    """An empty database is not an error."""
    monkeypatch.setattr("service.cli.policy.load_in_force", lambda *_: active)
    said = jifen("policy", "diff", "technology-2026-11", "technology-2026-11")
    assert (said.code, "no application is on record yet" in said.out) == (0, True)
