"""Figures that are estimates read as such, uses of values in words, long contents cut."""

from __future__ import annotations

from decimal import Decimal

import pytest
from builders_officer import Person
from flask import Flask

from service.web import examiner
from service.web.figures import about, word
from service.web.record_pages import _use


@pytest.mark.parametrize(
    ("amount", "lang", "text"),
    [
        ("30326.17", "zh", "3.03万元"),
        ("30326.17", "en", "CNY 30,300"),
        (Decimal(4_540_913), "en", "CNY 4,540,900"),
        (8_486, "zh", "0.85万元"),
    ],
)
def test_an_estimate_is_rounded(amount: str | int | Decimal, lang: str, text: str) -> None:
    """Two decimals of 万元 in Chinese, hundreds in English."""
    assert about(amount, lang) == text


def test_uses_are_told_in_words() -> None:
    """The score, the points, a rule by its table; what is not known as it is written."""
    assert _use("score").zh == "评分"
    assert _use("points:rd_expense").en == "points"
    assert _use("rule:knock_outs/loan-defaulted").zh == "否决规则 loan-defaulted"
    assert _use("rule:strange/x").en == "strange x"
    assert _use("else").zh == "else"


def test_a_product_has_one_name() -> None:
    """The same on every page."""
    assert (word("loan-investment", "en"), word("startup-credit", "en")) == ("Loan with investment", "Start-up credit")


def test_a_long_content_is_cut_and_leads_to_the_whole(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loading names every firm of it: no page holds that."""
    monkeypatch.setattr(examiner, "MOST_LINES", 2)
    page = Person(app, "auditor").get("/audit/entries/0?lang=en").text
    assert "the first 2 of" in page
    assert 'href="/v1/audit/entries/0"' in page
