"""The decision's page: what it shows is the record's own, what it tries is recorded nowhere, and the papers are complete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from builders_officer import GROUNDS, Person, seen
from sqlalchemy import func, select

from service.store import Store
from service.store.models import DecisionRow, LedgerEntry

Decide = Callable[..., dict[str, Any]]


def test_the_verdict_says_what_the_record_says(officer_at: Person, decide: Decide) -> None:
    """Outcome, amount, term, rate, grade, score, tier and points stand on the page as they stand in the record."""
    decision = decide()
    page = officer_at.get(f"/decisions/{decision['decision_id']}?lang=en")
    said = " ".join(seen(page.text))
    assert page.status_code == 200
    offer, risk = decision["offer"], decision["risk"]
    assert "Approve" in said
    assert f"CNY {offer['amount']:,}" in said
    assert f"{offer['rate_bp'] / 100:.2f}%" in said
    assert str(risk["score"]) in said
    assert f"{decision['points']['total'] / 100:.2f}" in said
    assert decision["decision_id"] in said


def test_limit_and_rate_reconcile_on_the_page(officer_at: Person, decide: Decide) -> None:
    """Every part of the limit and of the rate is listed, and so are their sums and the shares of a loss."""
    offer = (decision := decide())["offer"]
    said = seen(officer_at.get(f"/decisions/{decision['decision_id']}?lang=en").text)
    for part in offer["limit_parts"]:
        assert part["en"] in said
    for part in offer["rate_parts_bp"]:
        assert f"{part['bp'] / 100:.2f}%".replace("-", "−") in said
    assert f"{offer['amount']:,}" in said
    assert "100%" in said


def test_every_fired_rule_is_named_with_its_row(officer_at: Person, decide: Decide) -> None:
    """No row of the policy that was used is left out."""
    decision = decide()
    page = officer_at.get(f"/decisions/{decision['decision_id']}?lang=en").text
    table = page[page.index("Rules that fired") :]
    assert table[: table.index("</table>")].count("<tr>") == len(decision["fired"]) + 1


def test_a_what_if_decides_anew_and_records_nothing(officer_at: Person, store: Store, decide: Decide) -> None:
    """Asking for more than the product gives is countered on the page; neither decisions nor the ledger grow."""
    decision = decide()

    def sizes() -> tuple[Any, Any]:
        with store.reading() as unit:
            return tuple(unit.scalar(select(func.count()).select_from(table)) for table in (DecisionRow, LedgerEntry))

    before = sizes()
    page = officer_at.get(f"/decisions/{decision['decision_id']}?lang=en&amount=9000万&term_months=24")
    assert "A trial: nothing was decided or recorded" in page.text
    assert "Approve with changes" in page.text
    assert sizes() == before


def test_a_what_if_of_the_same_request_gives_the_same_answer(officer_at: Person, decide: Decide) -> None:
    """It is the same decide code on the same evidence: amount, rate and score come out as recorded."""
    decision = decide()
    page = officer_at.get(f"/decisions/{decision['decision_id']}?lang=en&amount={decision['application']['amount']}").text
    trial = " ".join(seen(page[page.index("A trial") :]))
    assert f"CNY {decision['offer']['amount']:,}" in trial
    assert f"{decision['offer']['rate_bp'] / 100:.2f}%" in trial
    assert f"score {decision['risk']['score']}" in trial


@pytest.mark.parametrize(
    ("query", "said"),
    [("amount=abc", "请填写整数"), ("amount=0", "应大于 0"), ("term_months=99", "不得大于 60"), ("term_months=1.5", "请填写整数")],
)
def test_a_wrong_what_if_keeps_what_was_typed(officer_at: Person, decide: Decide, query: str, said: str) -> None:
    """The fault stands beside the field and on top; nothing is tried."""
    page = officer_at.get(f"/decisions/{decide()['decision_id']}?lang=zh&{query}").text
    assert page.count(said) == 2
    assert f'value="{query.partition("=")[2]}"' in page
    assert "试算，未作决定" not in page


def test_the_notice_gives_specific_reasons_and_the_clients_rights(officer_at: Person, decide: Decide) -> None:
    """A decline names its reasons, what would change it, and the rights of article 24, in both languages."""
    decision = decide(product="growth-relay")
    assert decision["outcome"] == "decline"
    against = [reason for reason in decision["reasons"] if reason["direction"] == "-"][:4]
    for lang, law in (("zh", "个人信息保护法》第二十四条"), ("en", "article 24 of the Personal Information Protection Law")):
        said = " ".join(seen(officer_at.get(f"/decisions/{decision['decision_id']}/notice?lang={lang}").text))
        assert law in said
        assert "score too low" not in said
        if lang == "en":
            assert all(reason["en"] in said for reason in against)


def test_the_notice_of_an_overridden_case_gives_what_stands(officer_at: Person, decide: Decide) -> None:
    """After an override the letter offers the person's terms, not the machine's."""
    decision = decide()
    fields = {"outcome": "counter", "amount": "100万", "term_months": "12", "rate": "4.00", "reason": "evidence-verified-on-site"}
    made = officer_at.send(f"/decisions/{decision['decision_id']}/override", {**fields, "text": GROUNDS, "expires_on": "2026-12-23"})
    assert made.status_code == 303, made.text
    said = " ".join(seen(officer_at.get(f"/decisions/{decision['decision_id']}/notice?lang=en").text))
    assert "CNY 1,000,000" in said
    assert "4.00%" in said
    assert "CNY 2,000,000" in said  # what was asked for
    assert "for which a person at the bank answers" in said


def test_the_sheet_unfolds_everything_and_names_what_it_stands_on(officer_at: Person, decide: Decide) -> None:
    """For the file: every instalment, every item, every pin with its hash."""
    decision = decide()
    page = officer_at.get(f"/decisions/{decision['decision_id']}/sheet?lang=en").text
    assert "<details>" not in page
    for pin in decision["pins"].values():
        assert pin is None or pin in page
    for one in decision["offer"]["schedule"]["instalments"]:
        assert one["due_on"] in page


@pytest.mark.parametrize("rest", ["", "/sheet", "/notice", "/override", "/review"])
def test_an_unknown_decision_is_told_as_a_page(officer_at: Person, rest: str) -> None:
    """A wrong number is a page with its code, not a bare error."""
    page = officer_at.get(f"/decisions/01JDC0V9T7Q2M4X8K6Z3B5N1RA{rest}")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "unknown-decision" in page.text


def test_only_who_may_act_sees_the_buttons(officer_at: Person, approver_at: Person, decide: Decide) -> None:
    """An approver files no review, an examiner changes nothing; a machine's token has no buttons at all."""
    address = f"/decisions/{decide()['decision_id']}"
    auditor = Person(officer_at.client.application, "auditor")
    buttons = {"/override", "/review"}
    found = {
        who.role: {one for one in buttons if f'href="{address}{one}"' in who.get(address).text}
        for who in (officer_at, approver_at, auditor)
    }
    assert found == {"officer": buttons, "approver": {"/override"}, "auditor": set()}
