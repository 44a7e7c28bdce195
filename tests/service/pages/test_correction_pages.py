"""Pages of what people corrected: overrides with what became of them, and reviews, their texts sealed from who may not see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from builders_browser import Browser
from builders_service import Clock

from service.corrections import ConcludeRequest, OverrideRequest, ReviewRequest
from service.desk import Desk
from service.domain import Outcome
from service.domain.override import OverrideReason
from service.tokens import Holder, Role
from service.use_cases.overrides import propose_override
from service.use_cases.reviews import conclude_review, open_review

Signed = Callable[..., Browser]
OFFICER, APPROVER = Holder("0" * 12, Role.OFFICER, "zhang"), Holder("1" * 12, Role.APPROVER, "li")
GROUNDS = "visited the firm and saw the orders on hand"


@pytest.fixture
def corrected(desk: Desk, clock: Clock, decided: list[str], signed_in: Signed) -> str:
    """A decision that was declined by a person, and that a client asked about."""
    signed_in("officer", "zhang")
    day = desk.today().replace(year=desk.today().year + 1)
    asked = OverrideRequest(reason=OverrideReason.ADVERSE, text=GROUNDS, outcome=Outcome.DECLINE, expires_on=day)
    propose_override(desk, decided[0], asked, OFFICER)
    opened = open_review(desk, decided[0], ReviewRequest(asked_by="Wang", channel="telephone", text="please look again"), OFFICER)
    conclude_review(desk, opened.review_id, ConcludeRequest(verdict="uphold", reason="looked at it again, it stands"), APPROVER)
    clock.now += timedelta(seconds=1)
    open_review(desk, decided[1], ReviewRequest(asked_by="Wang", channel="telephone", text="and at this one"), OFFICER)
    return decided[0]


def test_overrides_stand_with_what_became_of_them(signed_in: Signed, corrected: str) -> None:
    """Who, why, instead of what, and the counts with n; of one status where that is asked for."""
    page = signed_in("auditor").get("/corrections").text
    for said in ("掌握不利信息", "更不利", GROUNDS, "尚未可知"):
        assert said in page
    assert f'href="/audit/decisions/{corrected}"' in page


def test_overrides_are_filtered(signed_in: Signed, corrected: str) -> None:
    """A status with none says so; one there is not is refused."""
    examiner = signed_in("auditor")
    assert GROUNDS not in examiner.get("/corrections?status=refused").text
    assert GROUNDS in examiner.get("/corrections?status=").text
    assert examiner.get("/corrections?status=gone").status_code == 422


def test_reviews_stand_with_their_conclusions(signed_in: Signed, corrected: str) -> None:
    """What was asked and what was concluded; open ones by themselves."""
    examiner = signed_in("auditor")
    page = examiner.get("/corrections/reviews").text
    for said in ("please look again", "维持", "looked at it again", "进行中"):
        assert said in page
    only = examiner.get("/corrections/reviews?status=open").text
    assert "and at this one" in only
    assert "please look again" not in only


def test_sealed_texts_stay_sealed(signed_in: Signed, corrected: str) -> None:
    """Who may see neither grounds nor requests sees that they are there, not what they say."""
    risk = signed_in("risk")
    assert GROUNDS not in risk.get("/corrections").text
    page = risk.get("/corrections/reviews").text
    assert "please look again" not in page
    assert "内容已封存" in page


def test_corrections_stand_on_the_record(signed_in: Signed, corrected: str) -> None:
    """The record's page tells overrides and reviews with their texts, and who did what."""
    page = signed_in("auditor").get(f"/audit/decisions/{corrected}").text
    for said in (GROUNDS, "please look again", "提出人工调整", "登记复核申请", "复核后维持原决定"):
        assert said in page


def test_long_lists_are_paged(signed_in: Signed, corrected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest come first; the next page begins behind the last of this one."""
    monkeypatch.setattr("service.web.correction_pages.ON_A_PAGE", 1)
    examiner = signed_in("auditor")
    page = examiner.get("/corrections/reviews").text
    assert "and at this one" in page
    after = page[page.index("/corrections/reviews?after=") :].partition('"')[0]
    assert "please look again" in examiner.get(after).text
