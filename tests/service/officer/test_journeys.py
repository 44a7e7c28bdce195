"""Journeys in a real Chromium, from sign-in to paper, in both languages, with and without scripts; and no barrier on any page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from builders_chromium import Visit, chromium, is_inside, served, to_have_address
from builders_officer import GROUNDS, Person, send_batch
from builders_people import PASSWORD, person
from builders_service import wait_until
from flask import Flask
from playwright.sync_api import Browser, expect

from service.store import Store

Decide = Callable[..., dict[str, Any]]
Filed = dict[str, Any]
BARRIERS = {"moderate", "serious", "critical"}
# A browser that goes on to the next page drops files half-way; the development server of these tests then leaves them to the collector.
DROPPED = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
pytestmark = DROPPED


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def database(tmp_path: Path) -> str:
    """A browser sees no difference between databases."""
    return f"sqlite:///{tmp_path / 'jifen.db'}"


@pytest.fixture
def address(app: Flask, filed: str) -> Iterator[str]:
    """Where the app is served; the firm is on file."""
    assert filed
    with served(app) as found:
        yield found


@pytest.fixture
def people(store: Store) -> None:
    person(store, "chen.jing", "officer", name="李娜", authority="branch")
    person(store, "zhou.yi", "approver", name="王军", authority="head-office")


@pytest.mark.parametrize(
    ("lang", "scripts", "words"),
    [
        ("zh-CN", False, ("查找", "继续", "提交并决定", "同意", "打印通知书", "个人信息保护法")),
        ("en", True, ("Find", "Continue", "Submit and decide", "Approve", "Print notice", "Personal Information Protection Law")),
    ],
)
def test_an_officer_signs_in_finds_a_firm_decides_and_prints(
    browser: Browser, address: str, people: None, evidence: dict[str, Any], lang: str, scripts: object, words: tuple[str, ...]
) -> None:
    """Nine clicks; no script is needed, none is blocked by the content security policy, and the paper has the letter alone."""
    find, go_on, submit, verdict, notice, law = words
    visit = Visit(browser, address, lang=lang, scripts=bool(scripts))
    page = visit.sign_in("chen.jing", PASSWORD)
    page.click('a[href="/apply"]')
    page.fill('input[type="search"]', evidence["firm"]["name"][:4])
    page.click(f'button:text-is("{find}")')
    page.check('input[name="firm_id"]')
    page.click(f'button:text-is("{go_on}")')
    page.check("#product-startup-credit")
    page.click(f'button:text-is("{go_on}")')
    page.fill("#amount", "200万")
    page.fill("#term_months", "24")
    page.click(f'button:text-is("{go_on}")')
    page.click(f'button:text-is("{submit}")')
    to_have_address(page, r"/decisions/[0-9A-Z]{26}")
    expect(page.locator(".verdict .say")).to_have_text(verdict)
    page.click(f'a:text-is("{notice}")')
    expect(page.locator("article.letter")).to_contain_text(law)
    page.emulate_media(media="print")
    expect(page.locator("article.letter")).to_be_visible()
    expect(page.locator("header.top")).to_be_hidden()
    expect(page.locator(".screen-only").first).to_be_hidden()
    assert visit.complaints == []


def test_an_override_above_authority_is_signed_by_a_second_person(browser: Browser, address: str, people: None, decide: Decide) -> None:
    """The officer proposes, the approver finds it on the desk and signs; the officer then sees who answers for it."""
    number = decide(product="common-growth", amount=5_000_000, term_months=36)["decision_id"]
    page = Visit(browser, address).sign_in("chen.jing", PASSWORD)
    page.goto(f"/decisions/{number}")
    page.click('a:text-is("人工调整")')
    page.check("#outcome-counter")
    page.fill("#amount", "400万")
    page.fill("#rate", "99")
    page.select_option("#reason", "strategic-customer")
    page.fill("#text", GROUNDS)
    page.click('button:text-is("提交人工调整")')
    expect(page.locator("#wrongs")).to_contain_text("政策下限与上限")
    expect(page.locator("#text")).to_have_value(GROUNDS)
    page.fill("#rate", "4.2")
    page.click('button:text-is("提交人工调整")')
    expect(page.locator(".verdict")).to_contain_text("第二人")
    second = Visit(browser, address, lang="en", scheme="dark").sign_in("zhou.yi", PASSWORD)
    second.click('a[href="/desk"]')
    to_have_address(second, "/desk")
    second.click("text=Waiting for a second signature")
    to_have_address(second, r"/desk\?queue=waiting")
    second.click("tbody a")
    second.click('a:text-is("Sign the override")')
    second.check("#verdict-signed")
    second.fill("#reason", "I have seen the orders and agree with these terms.")
    second.click('button:text-is("Give your word")')
    expect(second.locator(".verdict .say")).to_have_text("Approve with changes")
    page.reload()
    expect(page.locator(".verdict .offer")).to_contain_text("400万元")
    expect(page.locator("main")).to_contain_text("王军")


def pages(decide: Decide, filed: str) -> list[str]:
    number, declined = decide()["decision_id"], decide(product="growth-relay")["decision_id"]
    case = f"/decisions/{number}"
    mine = [
        case,
        f"{case}/sheet",
        f"{case}/notice",
        f"{case}/override",
        f"{case}/review",
        f"{case}/note",
        f"{case}?amount=1000000&term_months=99",
    ]
    mine += [f"/decisions/{declined}", "/desk", "/desk?queue=expiring", "/firms", f"/firms/{filed}", "/apply", f"/apply?firm_id={filed}"]
    mine += [f"/apply?firm_id={filed}&product=startup-credit&amount=x", "/apply/evidence", "/batches", "/"]
    return [*mine, f"/apply?firm_id={filed}&product=startup-credit&amount=900000000&term_months=24"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_barrier(
    browser: Browser, address: str, people: None, officer_at: Person, decide: Decide, filed: str, scheme: str
) -> None:
    """Axe finds none on any page, light or dark: names, labels, headings, contrast; and nothing is wider than the window."""
    batch = send_batch(officer_at, f"firm_id,amount,term_months\n{filed},2000000,24\n").headers["Location"]
    wait_until(lambda: 'http-equiv="refresh"' not in officer_at.get(batch).text)
    visit = Visit(browser, address, scheme=scheme)
    page, axe = visit.sign_in("chen.jing", PASSWORD), Path(AXE_FILE_PATH).read_text("utf-8")
    for path in [*pages(decide, filed), batch]:
        page.goto(path)
        assert is_inside(page.url), path
        page.evaluate(axe)
        found = page.evaluate("axe.run().then(said => said.violations.map(one => [one.impact, one.id, one.nodes[0].html]))")
        assert [one for one in found if one[0] in BARRIERS] == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert visit.complaints == []


def test_a_narrow_window_scrolls_down_and_not_sideways(browser: Browser, address: str, people: None, decide: Decide, filed: str) -> None:
    """On a telephone the cards stand below each other."""
    page = Visit(browser, address).sign_in("chen.jing", PASSWORD)
    page.set_viewport_size({"width": 390, "height": 800})
    for path in pages(decide, filed):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
