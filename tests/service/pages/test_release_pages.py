"""The risk team's pages: what decides is proposed by one person and approved by another, and everybody sees what it would change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from builders_browser import Browser
from builders_releases import MILDER, SHIPPED_POLICY, wanted

from service.artefacts import model_artefact, policy_artefact
from service.desk import Desk
from service.ledger import Actor
from service.releases import Proposal

Signed = Callable[..., Browser]
DRAFT = MILDER.replace('name = "technology', 'name = "draft', 1)
RISK = Actor(kind="person", id="the.risk", role="risk")


@pytest.fixture
def proposed(desk: Desk, decided: list[str], folders: Path) -> str:
    """The number of a milder policy that risk proposes, with what it does to the decisions on record."""
    kept = desk.office.base()
    assert kept is not None
    new = wanted(folders, scheme=kept.scheme, policy=policy_artefact(DRAFT))
    return desk.office.propose(new, reason="one default is no knock-out", actor=RISK).proposal_id


def made_by(browser: Browser, desk: Desk, path: str = "/releases/new", **fields: str) -> Proposal:
    """Send the form and give the proposal it led to."""
    sent = browser.send(path, **fields)
    assert sent.status_code == 303, sent.text
    return desk.office.show(sent.headers["Location"].rpartition("/")[2]).proposal


def test_what_decides_stands_on_the_page(signed_in: Signed, desk: Desk) -> None:
    """Every slot with its artefact, its history, and who proposed and approved it; in both languages."""
    page = signed_in("officer").get("/releases").text
    release = desk.office.approved()[0]
    assert release.parts.policy.label in page
    for said in ("初创期模型", "积分方案", "提议：wang，批准：li", "各组成部分的沿革"):
        assert said in page
    assert "提议变更" not in page
    assert "Propose a change" in signed_in("risk").get("/releases?lang=en").text


def test_a_proposal_shows_who_flips(signed_in: Signed, proposed: str) -> None:
    """What changes, how many applications were decided anew, and their groups with money."""
    page = signed_in("validator").get(f"/releases/{proposed}").text
    for said in ("待批", "one default is no knock-out", "重新决定的申请", "按产品", "按成长阶段", "按地区", "按规模", "逐行比较"):
        assert said in page


def test_another_person_approves_with_a_reason(signed_in: Signed, proposed: str, desk: Desk) -> None:
    """The validator's word puts it in force, and the page says who said it and why."""
    validator = signed_in("validator")
    sent = validator.send(f"/releases/{proposed}/approve", reason="validated on the sample")
    assert (sent.status_code, sent.headers["Location"]) == (303, f"/releases/{proposed}")
    assert desk.office.in_force() == proposed
    page = validator.get(f"/releases/{proposed}").text
    assert "the.validator" in page
    assert "validated on the sample" in page
    again = validator.send(f"/releases/{proposed}/approve", reason="once more")
    assert again.status_code == 409
    assert "此事已有结论" in again.text


def test_another_person_refuses(signed_in: Signed, proposed: str, desk: Desk) -> None:
    """Nothing changes, and the proposal is closed."""
    validator = signed_in("validator")
    before = desk.office.in_force()
    assert validator.send(f"/releases/{proposed}/refuse", reason="the sample is too small").status_code == 303
    assert (desk.office.in_force(), desk.office.show(proposed).state) == (before, "refused")


def test_r10_who_proposed_is_told_that_another_person_decides(signed_in: Signed, desk: Desk, decided: list[str], folders: Path) -> None:
    """No buttons for the proposer, and a form sent all the same is refused in plain words, with what was typed."""
    validator = signed_in("validator")
    new = wanted(folders, scheme=desk.office.base().scheme, policy=policy_artefact(DRAFT))  # type: ignore[union-attr]
    own = desk.office.propose(new, reason="mine", actor=Actor(kind="person", id="the.validator", role="validator")).proposal_id
    page = validator.get(f"/releases/{own}").text
    assert "这是您自己的提议" in page
    assert "批准，使其生效" not in page
    sent = validator.send(f"/releases/{own}/approve", reason="I agree with myself")
    assert sent.status_code == 403
    assert "提议人不能自己批准或否决，须由另一人决定。" in sent.text
    assert desk.office.show(own).state == "proposed"


def test_an_approval_needs_its_reason(signed_in: Signed, proposed: str, desk: Desk) -> None:
    """Without one, or with one that is too long, the page comes back with what was typed."""
    validator = signed_in("validator")
    assert validator.send(f"/releases/{proposed}/approve", reason=" ").status_code == 422
    sent = validator.send(f"/releases/{proposed}/approve", reason="长" * 501)
    assert sent.status_code == 422
    assert "长" * 501 in sent.text
    assert desk.office.show(proposed).state == "proposed"


def test_only_who_may_approve_is_offered_it(signed_in: Signed, proposed: str) -> None:
    """Others see that it waits; a form they send is forbidden."""
    officer = signed_in("officer")
    page = officer.get(f"/releases/{proposed}").text
    assert "等待有批准权限的人员" in page
    assert officer.send(f"/releases/{proposed}/approve", reason="x").status_code == 403


def test_a_change_is_proposed_on_a_form(signed_in: Signed, desk: Desk, decided: list[str], folders: Path) -> None:
    """A policy as text, everything else as it is; its faults come back with the text, and so does a missing reason."""
    risk = signed_in("risk")
    assert "保持: " in risk.get("/releases/new").text
    bad = risk.send("/releases/new", policy_text=DRAFT.replace('">="', '"=>"', 1), reason="wrong")
    assert bad.status_code == 422
    assert "政策文件有误" in bad.text
    assert "=&gt;" in bad.text
    assert risk.send("/releases/new", policy_text=DRAFT, reason="").status_code == 422
    made = made_by(risk, desk, policy_text=DRAFT, reason="milder", effective_from="")
    assert [change.slot for change in made.changes] == ["policy"]
    assert made.proposed_by.id == "the.risk"


def test_models_and_challengers_are_chosen_among_those_on_file(signed_in: Signed, desk: Desk, decided: list[str], folders: Path) -> None:
    """A challenger is named, stays when nothing is said of it, and is left out when it is told so."""
    risk, validator = signed_in("risk"), signed_in("validator")
    second = model_artefact(folders / "startup-2")
    base = desk.office.base()
    assert base is not None
    desk.office.propose(wanted(folders, scheme=base.scheme, challengers={"startup": second}), reason="on file now", actor=RISK)
    first = made_by(risk, desk, challenger_startup=second.pin, reason="let it be asked")
    assert first.parts.challengers["startup"].sha256 == second.pin
    validator.send(f"/releases/{first.proposal_id}/approve", reason="yes")
    stays = made_by(risk, desk, policy_text=DRAFT, reason="the policy alone")
    assert stays.parts.challengers["startup"].sha256 == second.pin
    assert made_by(risk, desk, challenger_startup="none", reason="it has shown enough").parts.challengers == {}
    assert risk.send("/releases/new", model_startup="sha256:0", reason="nothing").status_code == 422


def test_an_earlier_release_is_proposed_again(signed_in: Signed, desk: Desk, proposed: str) -> None:
    """A roll-back is a proposal as any other; one of a release that never was is told so."""
    first = desk.office.in_force()
    signed_in("validator").send(f"/releases/{proposed}/approve", reason="yes")
    risk = signed_in("risk")
    assert "回退到先前的发布" in risk.get("/releases").text
    made = made_by(risk, desk, "/releases/rollback", release_id=str(first), reason="the draft was wrong")
    assert made.parts == desk.office.show(str(first)).proposal.parts
    assert risk.send("/releases/rollback", release_id=str(first), reason="").status_code == 422
    assert risk.send("/releases/rollback", release_id="nothing", reason="x").status_code == 404


def test_r21_one_person_stops_and_two_let_go_on(signed_in: Signed, desk: Desk) -> None:
    """The stop is in force at once; its end is proposed by one, refused to the same, and approved by another."""
    risk, validator = signed_in("risk"), signed_in("validator")
    assert "自动决定正常进行" in risk.get("/releases/switch").text
    assert risk.send("/releases/switch", over="product startup-credit", reason="odd answers").status_code == 303
    assert "产品：初创信用贷" in risk.get("/releases/switch").text
    stop = desk.lever.state().stops[0]
    assert risk.send("/releases/switch/resumptions", stop=stop.order_id, reason="it was a drill").status_code == 303
    waiting = desk.lever.state().waiting[0]
    assert "这是您自己的提议" in risk.get("/releases/switch").text
    path = f"/releases/switch/resumptions/{waiting.proposal_id}"
    assert validator.send(f"{path}/refuse", reason="not yet").status_code == 303
    risk.send("/releases/switch/resumptions", stop=stop.order_id, reason="now it is")
    path = f"/releases/switch/resumptions/{desk.lever.state().waiting[0].proposal_id}"
    assert validator.send(f"{path}/approve", reason="").status_code == 422
    assert validator.send(f"{path}/approve", reason="agreed").status_code == 303
    assert not desk.lever.state().stops
    ended = risk.send("/releases/switch/resumptions", stop=stop.order_id, reason="again")
    assert ended.status_code == 409


def test_r10_who_proposed_to_go_on_may_not_approve_it(signed_in: Signed, desk: Desk) -> None:
    """A validator may stop and propose, but not be the second person too."""
    validator = signed_in("validator")
    validator.send("/releases/switch", over="all", reason="odd answers")
    validator.send("/releases/switch/resumptions", stop=desk.lever.state().stops[0].order_id, reason="fine again")
    path = f"/releases/switch/resumptions/{desk.lever.state().waiting[0].proposal_id}/approve"
    sent = validator.send(path, reason="I agree with myself")
    assert sent.status_code == 403
    assert "须由另一人决定" in sent.text
    assert desk.lever.state().stops


@pytest.mark.parametrize("over", ["everything", "product gold", "segment nowhere", ""])
def test_a_stop_is_over_something_there_is(signed_in: Signed, desk: Desk, over: str) -> None:
    """Anything else is refused, with the page as it was."""
    sent = signed_in("risk").send("/releases/switch", over=over, reason="odd answers")
    assert sent.status_code == 422
    assert "odd answers" in sent.text
    assert not desk.lever.state().stops


def test_r11_shadow_results_stand_on_a_page(signed_in: Signed) -> None:
    """Where no challenger was asked, the page says what to do."""
    assert "尚无挑战者被询问过" in signed_in("risk").get("/releases/shadow").text


def test_a_policy_is_shown_as_tables_and_checked(signed_in: Signed) -> None:
    """What is in force, in the words of the page's language; another one by its name; one there is not is told so."""
    risk = signed_in("risk")
    chinese = risk.get("/policy").text
    for said in ("检查通过", "准入条件", "主标尺", "审批权限"):
        assert said in chinese
    assert "The firm holds no valid" not in chinese
    assert "Knock-outs" in risk.get("/policy?lang=en").text
    assert risk.get("/policy?chosen=technology-2026-11").status_code == 200
    assert risk.get("/policy?chosen=nothing").status_code == 422
    risk.get("/?lang=zh")
    assert "同行" in risk.get("/policy/schemes?chosen=cn-core-18").text or "指标" in risk.get("/policy/schemes?chosen=cn-core-18").text


def test_two_policies_are_held_to_each_other(signed_in: Signed, desk: Desk, proposed: str) -> None:
    """Only what differs is marked; a policy against itself is the same."""
    risk = signed_in("risk")
    before, after = (desk.office.show(one).proposal.parts.policy.sha256 for one in (str(desk.office.in_force()), proposed))
    page = risk.get(f"/policy/difference?before={before}&after={after}").text
    assert page.count('class="added"') == sum(a != b for a, b in zip(DRAFT.splitlines(), SHIPPED_POLICY.splitlines(), strict=True))
    assert "逐字相同" in risk.get(f"/policy/difference?before={before}&after={before}").text
    assert risk.get(f"/policy/difference?before={before}&after=nothing").status_code == 422
    schemes = risk.get("/policy/difference?before=cn-core-18&after=local-1000")
    assert 'class="removed"' in schemes.text


def test_models_stand_in_one_table(signed_in: Signed, desk: Desk, decided: list[str]) -> None:
    """Champions by segment with the decisions they made; each leads to its card."""
    officer = signed_in("officer")
    page = officer.get("/models").text
    assert "冠军" in page
    base = desk.office.base()
    assert base is not None
    pin = base.bundles["startup"].sha256
    assert f'href="/models/{pin}"' in page
    card = officer.get(f"/models/{pin}")
    assert card.status_code == 200
    assert "模型卡" in card.text
    assert officer.get("/models/sha256:0").status_code == 404
