"""Every text of a page is there in both languages: in the templates, in the words of the code, and on the pages themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from builders_officer import CHINESE, GROUNDS, Person, seen
from flask import Flask
from jinja2 import nodes

from service.web import words
from service.web.officer import words as officer_words
from service.web.words import Words

Decide = Callable[..., dict[str, Any]]
TEMPLATES = Path("service/web/templates")
ROOT = Path(__file__).parents[3]
BOTH = {"XLSX", "CSV", "jifen 积分", "中文", "English", "AUC", "KS", "Brier", "ECE", "jifen monitor"}
"""Texts that are the same in both languages: names, commands, and measures that both call by one name."""
ENGLISH = re.compile(r"(?:[A-Za-z]{2,}[ ,;:]+){3,}[A-Za-z]{2,}")


def templates(app: Flask) -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / TEMPLATES).rglob("*.html")):
        if path.name != "docs.html":  # the documentation of the API is in English, as its address says
            yield str(path.relative_to(ROOT / TEMPLATES)), path.read_text("utf-8")


def said_in(app: Flask, source: str) -> Iterator[tuple[str, str]]:
    """Every pair of literal texts a template says."""
    for call in app.jinja_env.parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in {"say", "say_words"} and len(call.args) == 2:
            zh, en = call.args
            if isinstance(zh, nodes.Const) and isinstance(en, nodes.Const):
                yield zh.value, en.value


def test_no_template_says_anything_in_one_language_only(app: Flask) -> None:
    """Outside of what is said in both, no letter of either language stands in a template."""
    found = {}
    for name, source in templates(app):
        bare = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", source, flags=re.DOTALL)
        texts = [text for text in seen(bare) if re.search(r"[A-Za-z\u3400-\u9fff]{2,}", text)]
        found[name] = [text for text in texts if text not in BOTH and text != "· jifen"]
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_what_a_template_says_is_chinese_in_chinese_and_english_in_english(app: Flask) -> None:
    """No Chinese in the English text, no English sentence in the Chinese one."""
    for name, source in templates(app):
        for zh, en in said_in(app, source):
            assert not CHINESE.search(en), (name, en)
            assert not ENGLISH.search(zh), (name, zh)
            assert CHINESE.search(zh) or not re.search(r"[A-Za-z]{3,}", en), (name, zh, en)


def test_words_of_the_code_are_there_in_both_languages() -> None:
    """Every word list of the pages."""
    lists = [value for module in (words, officer_words) for value in vars(module).values() if isinstance(value, Mapping)]
    pairs = [one for listed in lists for one in listed.values() if isinstance(one, Words)]
    assert len(pairs) > 90
    for one in pairs:
        assert CHINESE.search(one.zh), one
        assert one.en
        assert not CHINESE.search(one.en), one


@pytest.fixture
def pages(officer_at: Person, approver_at: Person, decide: Decide, filed: str) -> Mapping[str, Person]:
    """Every kind of page, on a desk where something has happened, and who opens it."""
    lent, declined = decide(), decide(product="growth-relay")
    above = decide(product="common-growth", amount=5_000_000, term_months=36)["decision_id"]
    fields = {"outcome": "counter", "amount": "400万", "term_months": "36", "rate": "4.00", "reason": "strategic-customer"}
    assert officer_at.send(f"/decisions/{above}/override", {**fields, "text": GROUNDS, "expires_on": "2026-12-23"}).status_code == 303
    review = {"asked_by": "x", "channel": "x", "text": "x"}
    assert officer_at.send(f"/decisions/{declined['decision_id']}/review", review).status_code == 303
    override, asked = (
        re.search(rf'href="(/{kind}/[0-9A-Z]{{26}})"', approver_at.get(f"/decisions/{number}").text)[1]  # type: ignore[index]
        for kind, number in (("overrides", above), ("reviews", declined["decision_id"]))
    )
    address = f"/decisions/{lent['decision_id']}"
    mine = [
        address,
        f"{address}/sheet",
        f"{address}/notice",
        f"{address}/override",
        f"{address}/review",
        f"{address}?amount=1&term_months=x",
    ]
    mine += [f"/decisions/{declined['decision_id']}{rest}" for rest in ("", "/notice", "?amount=900000&term_months=12")]
    mine += [f"/decisions/{above}", "/desk", "/desk?queue=waiting", "/desk?queue=expiring&q=zz", "/firms", "/firms?q=zz", f"/firms/{filed}"]
    mine += ["/apply", "/apply?firm_id=1", f"/apply?firm_id={filed}", f"/apply?firm_id={filed}&product=startup-credit&amount=x"]
    mine += [f"/apply?firm_id={filed}&product=startup-credit&amount=900000000&term_months=24&purpose=research"]
    mine += ["/apply/evidence", "/batches", "/", "/decisions/1"]
    return {**dict.fromkeys(mine, officer_at), override: approver_at, asked: approver_at}


def test_no_page_mixes_languages(pages: Mapping[str, Person], evidence: dict[str, Any]) -> None:
    """An English page has no Chinese but names and what people wrote; a Chinese page no English sentence."""
    own = {evidence["firm"]["name"], GROUNDS}
    for path, who in pages.items():
        address = f"{path}{'&' if '?' in path else '?'}lang="
        english, chinese = (seen(who.get(address + lang).text) for lang in ("en", "zh"))
        mixed = [text for text in english if CHINESE.search(text) and text not in BOTH and not any(name in text for name in own)]
        assert mixed == [], path
        assert [text for text in chinese if ENGLISH.search(text) and not text.startswith("Person ")] == [], path
