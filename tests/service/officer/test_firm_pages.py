"""Firms: found by name or code, and one on a page with evidence, points, rubric and the offers of all products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from builders_officer import Person, seen
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service.store import Store
from service.store.models import DecisionRow

Decide = Callable[..., dict[str, Any]]


def test_a_firm_is_found_by_name_and_by_code(officer_at: Person, filed: str, evidence: dict[str, Any]) -> None:
    """Both lead to its page; nothing found leads to the upload of evidence."""
    for asked in (evidence["firm"]["name"][:3], filed, filed[:6].lower(), ""):
        assert f'href="/firms/{filed}"' in officer_at.get(f"/firms?q={asked}").text
    page = officer_at.get("/firms?q=没有").text
    assert 'href="/apply/evidence"' in page
    assert "/firms/" not in page


def test_the_page_lists_every_table_with_state_and_source(officer_at: Person, filed: str) -> None:
    """Eleven tables: fresh, missing, or searched in vain; each that is there names the loading it came with."""
    page = officer_at.get(f"/firms/{filed}?lang=en").text
    said = seen(page)
    assert "Annual financial statement" in said
    assert said.count("searched, nothing on record") >= 2  # conduct and loans were searched in vain
    assert "POST /v1/firms" in page


def test_offers_of_all_products_stand_side_by_side_and_nothing_is_recorded(officer_at: Person, store: Store, filed: str) -> None:
    """One card a product; comparing is no decision."""
    page = officer_at.get(f"/firms/{filed}?lang=en&amount=300万&term_months=36").text
    said = seen(page)
    for product in ("Start-up credit", "Growth relay loan", "Loan with investment", "Common growth"):
        assert product in said
    assert "CNY 3,000,000" in page
    with store.reading() as unit:
        assert unit.scalar(select(func.count()).select_from(DecisionRow)) == 0


@pytest.mark.parametrize(("query", "said"), [("amount=x", "请填写整数"), ("amount=1&term_months=61", "不得大于 60")])
def test_a_wrong_comparison_keeps_what_was_typed(officer_at: Person, filed: str, query: str, said: str) -> None:
    """The fault stands beside the field; the rest of the page is there."""
    page = officer_at.get(f"/firms/{filed}?lang=zh&{query}")
    assert page.status_code == 200
    assert page.text.count(said) == 2
    assert "证据" in page.text


def test_the_rubric_is_told_line_by_line(officer_at: Person, filed: str) -> None:
    """Three items, every condition and every direct pass, each with its state."""
    said = seen(officer_at.get(f"/firms/{filed}?lang=en").text)
    assert {"at most 500 staff", "score of at least 60", "holds a valid high-tech-enterprise certificate"} <= set(said)


def test_the_firms_decisions_and_a_second_version_are_told(
    officer_at: Person, client: FlaskClient, risk: dict[str, str], decide: Decide, evidence: dict[str, Any]
) -> None:
    """A correction is version 2 of its table alone; decisions link to their pages."""
    decision = decide()
    changed = evidence | {"talent": [evidence["talent"][0] | {"staff": evidence["talent"][0]["staff"] + 1}]}
    assert client.post("/v1/firms", json=changed, headers=risk).status_code == 201
    page = officer_at.get(f"/firms/{decision['application']['firm_id']}?lang=en").text
    assert f'href="/decisions/{decision["decision_id"]}"' in page
    row = page[page.index("Staff and social insurance roll") :]
    assert '<td class="num">2</td></tr>' in row[: row.index("</tr>") + 5]


def test_an_unknown_firm_is_told_as_a_page(officer_at: Person) -> None:
    """A code that nothing is on file of."""
    page = officer_at.get("/firms/91340100MA2XXXXX0Q")
    assert (page.status_code, page.mimetype) == (404, "text/html")
