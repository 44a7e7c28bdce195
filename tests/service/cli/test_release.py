"""`jifen release` and `jifen switch`: two people at the command line, and what they are told."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import builders_cases as cases
import pytest
from builders_releases import LI, SHIPPED_POLICY, TWO_ITEMS, WANG
from click import BadParameter

from service.cli.aliases import follow
from service.cli.parts import Moment
from service.releases import Parts, Pin, Release

WHO = ("--reason", "because", "--operator")
STARTED = re.sub(r"(?m)^effective_from = .*$", "effective_from = 2020-01-01", SHIPPED_POLICY)


@pytest.fixture
def named(folders: Path, tmp_path: Path) -> tuple[object, ...]:
    """The options that name two bundles, a scheme and a policy in files."""
    (tmp_path / "two.toml").write_text(TWO_ITEMS, "utf-8")
    (tmp_path / "policy.toml").write_text(STARTED, "utf-8")
    models = ("--model", folders / "startup", "--model", folders / "growth")
    return (*models, "--scheme", tmp_path / "two.toml", "--policy", tmp_path / "policy.toml")


def number_in(said: Any) -> str:
    assert said.code == 0, said.err
    (found,) = re.findall(r"(?:release|proposal) (01[0-9A-Z]{24})", said.out)[:1]
    return str(found)


@pytest.fixture
def first(jifen, named) -> str:
    """A release that wang proposed and li approved."""
    release = number_in(jifen("release", "propose", *named, *WHO, "wang"))
    assert jifen("release", "approve", release, *WHO, "li").code == 0
    return release


def test_two_people_put_a_release_in_force(jifen, named) -> None:
    """The proposal says who may approve it and how; before that nothing is in force, afterwards the list says so."""
    proposed = jifen("release", "propose", *named, *WHO, "wang")
    release = number_in(proposed)
    assert "model startup: none -> jifen-startup@1" in proposed.out
    assert f"jifen release approve {release}" in proposed.err
    assert "proposed" in jifen("release", "list").out
    approved = jifen("release", "approve", release, *WHO, "li")
    assert approved.code == 0
    assert "no registry on this machine" in approved.err
    assert "in force" in jifen("release", "list").out
    shown = jifen("release", "show", release).out
    assert "approved by li" in shown
    assert "policy: technology-2026-11@2020-01-01 sha256:" in shown


def test_r10_the_same_name_cannot_approve(jifen, named) -> None:
    """One person alone changes nothing, in whatever spelling."""
    release = number_in(jifen("release", "propose", *named, *WHO, "wang"))
    for command in ("approve", "refuse"):
        said = jifen("release", command, release, *WHO, " Wang ")
        assert (said.code, "self-approval" in said.err) == (2, True)
    assert jifen("release", "refuse", release, *WHO, "li").code == 0
    assert "refused" in jifen("release", "list").out


def test_what_is_not_named_stays(jifen, first: str, folders: Path) -> None:
    """A second proposal names one slot; a challenger is a slot too, and can be left out again."""
    second = jifen("release", "propose", "--challenger", folders / "startup-2", *WHO, "wang")
    assert "challenger startup: none -> jifen-startup@1" in second.out
    assert "scheme" not in second.out.split("begins")[1]
    assert jifen("release", "approve", number_in(second), *WHO, "li").code == 0
    third = jifen("release", "propose", "--no-challenger", *WHO, "wang")
    assert "challenger startup: jifen-startup@1 -> none" in third.out
    assert "no application is on record yet" in third.out


def test_an_earlier_release_is_proposed_again(jifen, first: str, tmp_path: Path) -> None:
    """A rollback names the release before the newest by itself, and is approved by another person."""
    assert jifen("release", "rollback", *WHO, "wang").code == 2
    (tmp_path / "draft.toml").write_text(STARTED.replace("validity_days = ", "validity_days = 1"), "utf-8")
    second = number_in(jifen("release", "propose", "--policy", tmp_path / "draft.toml", *WHO, "wang"))
    assert jifen("release", "approve", second, *WHO, "li").code == 0
    back = number_in(jifen("release", "rollback", *WHO, "wang"))
    assert jifen("release", "approve", back, *WHO, "li").code == 0
    history = jifen("release", "history", "--slot", "policy").out
    assert [release in history for release in (first, second, back)] == [True, True, True]
    assert jifen("release", "history").out.count("model startup") == 1
    assert jifen("release", "rollback", "01NOTHING", *WHO, "wang").code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("propose", "--model", "nowhere"), "no folder and not NAME@VERSION"),
        (("propose", "--scheme", "magic"), "no shipped name and no file"),
        (("propose", "--policy", "magic"), "no shipped name and no file"),
        (("propose", "--effective-from", "Thursday"), "is no moment"),
        (("propose", "--effective-from", "2026-12-01T08:00"), "has no zone"),
        (("propose", "--effective-from", "2020-01-01"), "lies in the past"),
    ],
)
def test_what_cannot_be_proposed_is_told(jifen, first: str, words: tuple[str, ...], said: str) -> None:
    """Each wrong part with its value and remedy, exit code 2."""
    answer = jifen("release", *words, *WHO, "wang")
    assert (answer.code, said in answer.err) == (2, True), answer.err


def test_empty_records_say_what_to_do(jifen) -> None:
    """Nothing proposed, nothing approved, nothing in the shadow."""
    assert "jifen release propose" in jifen("release", "list").out
    assert "nothing was approved yet" in jifen("release", "history").out
    assert "--challenger" in jifen("release", "shadow").out
    assert jifen("release", "aliases").code == 2
    assert jifen("release", "show", "01").code == 2


def test_a_day_begins_at_midnight_in_china() -> None:
    """A day needs no zone, a moment does."""
    assert Moment().convert("2026-12-01", None, None).isoformat() == "2026-12-01T00:00:00+08:00"
    moment = datetime(2026, 12, 1, tzinfo=UTC)
    assert Moment().convert(moment, None, None) is moment
    with pytest.raises(BadParameter):
        Moment().convert("2026-12-01T08:00", None, None)


class Book:
    """A registry of one model with one version, which notes what it is told."""

    def __init__(self, *, fails: bool = False) -> None:
        self.told: list[tuple[str, ...]] = []
        self._fails = fails
        self.aliases: tuple[str, ...] = ()

    def versions(self, _name: str) -> list[Any]:
        if self._fails:
            raise ConnectionError("no route to the tracking server")
        return [SimpleNamespace(version="1", bundle_hash=cases.HASH, aliases=self.aliases)]

    def promote(self, name: str, version: str, *, reason: str, operator: str, alias: str, **_: Any) -> None:
        self.told.append((name, version, alias, reason, operator))
        self.aliases = (*self.aliases, alias)


def release_of(sha256: str) -> Release:
    pin = Pin(name="jifen-startup", version="1", sha256=sha256)
    parts = Parts(bundles={"startup": pin}, challengers={}, scheme=pin, reference=None, policy=pin)
    said = {"proposed_by": WANG, "approved_by": LI, "approved_at": cases.NOW, "effective_from": cases.NOW}
    return Release(release_id="01R", parts=parts, **said)


def test_the_registry_s_champion_follows_an_approval(tmp_path: Path) -> None:
    """The alias is set once, with the release and both names; whatever goes wrong is told and changes nothing of the approval."""
    book: Any = Book()
    assert list(follow(tmp_path, release_of(cases.HASH), registry=book)) == ["jifen-startup: champion is now version 1"]
    assert book.told == [("jifen-startup", "1", "champion", "release 01R", "li (proposed by wang)")]
    assert "already" in next(follow(tmp_path, release_of(cases.HASH), registry=book))
    assert "is not registered here" in next(follow(tmp_path, release_of("sha256:" + "1" * 64), registry=book))
    broken: Any = Book(fails=True)
    assert "the release decides all the same" in next(follow(tmp_path, release_of(cases.HASH), registry=broken))
    assert "no registry on this machine" in next(follow(tmp_path, release_of(cases.HASH)))


def test_r21_the_switch_at_the_command_line(jifen) -> None:
    """One person stops a product, one proposes to go on, another approves."""
    stopped = jifen("switch", "stop", "--product", "growth-relay", *WHO, "wang")
    assert stopped.code == 0
    stop = re.findall(r"01[0-9A-Z]{24}", stopped.out)[0]
    assert "automatic decisions are stopped" in jifen("switch", "show").out
    proposal = re.findall(r"proposal (01[0-9A-Z]{24})", jifen("switch", "resume", stop, *WHO, "wang").out)[0]
    assert "self-approval" in jifen("switch", "approve", proposal, *WHO, "WANG").err
    assert "the stop goes on" in jifen("switch", "refuse", proposal, *WHO, "li").out
    again = re.findall(r"proposal (01[0-9A-Z]{24})", jifen("switch", "resume", stop, *WHO, "wang").out)[0]
    assert jifen("switch", "approve", again, *WHO, "li").code == 0
    shown = jifen("switch", "show").out
    assert "automatic decisions are on" in shown
    assert "resume product growth-relay by li" in shown
    assert jifen("switch", "stop", "--product", "growth-relay", "--segment", "growth", *WHO, "wang").code == 2
    assert jifen("switch", "stop", "--segment", "stable", *WHO, "wang").code == 2
    assert jifen("switch", "stop", *WHO, "x" * 65).code == 2
