"""Pages of releases: what decides, what is proposed and what it would change, and the four eyes it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from flask import Blueprint, Response
from pydantic import Field

from service.errors import UnknownRelease
from service.releases import Held, Proposal, Release, slot_history
from service.requests import Strict
from service.store.ordering import NEWEST as NEWEST_FIRST
from service.store.ordering import Order
from service.store.releases import Standing
from service.tokens import Permission
from service.use_cases.shadow import Match, matches
from service.use_cases.validations import Told, told_of
from service.web.charts import Chart
from service.web.curves import against_champion
from service.web.examiner import Maybe
from service.web.figures import moment
from service.web.listing import MOST_IN_FILE, Listing, csv_file, sorts
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, go_to, language, render
from service.web.refusals import Refusal, tried
from service.web.validation_words import gate_words
from service.web.words import Words
from service.web.words_audit import SLOTS, STATES

__all__ = ["WRITTEN", "release_pages"]

release_pages = Blueprint("release_pages", __name__, template_folder="templates")
RELEASES = Words("发布", "Releases")
PROPOSAL = Words("提议", "Proposal")
SHADOW = Words("影子对照", "Shadow results")
NEWEST, SHADOWS = 30, 5_000
HEAD = (
    Words("提议", "Proposal"),
    Words("状态", "State"),
    Words("提议时间", "Proposed"),
    Words("起始", "Begins"),
    Words("变更", "Changes"),
    Words("提议人", "Proposed by"),
    Words("决定人", "Decided by"),
    Words("理由", "Reason"),
)
WRITTEN = 2_000
"""Characters of a reason that a form takes; the use case says how many it may have, and the page keeps what was typed."""
AGAIN = Answer(meaning="It was refused: the page again, with the reason and what was typed", media=HTML)


class ReleasesQuery(PageQuery):
    """Which proposals to list."""

    state: Annotated[Literal["proposed", "approved", "refused"] | None, Maybe] = Field(default=None, description="Only those in this state")
    sort: str = Field(
        default=NEWEST_FIRST.text, pattern=sorts("time", "state", "who"), description="What to sort by; minus: the largest first"
    )

    @property
    def listing(self) -> Listing:
        """Say how the list stands."""
        return Listing(path="/releases", kept={"state": self.state}, order=Order.read(self.sort), usual=NEWEST_FIRST.text)


class VerdictForm(Strict):
    """Why a proposal is approved or refused."""

    reason: str = Field(default="", max_length=WRITTEN, description="Why; kept in the ledger")


class RollbackForm(Strict):
    """Which earlier release to propose again, and why."""

    release_id: str = Field(max_length=40, description="Number of an approved release")
    reason: str = Field(default="", max_length=WRITTEN, description="Why; kept in the ledger")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasesShown:
    """What is in force, what waits, and how it came to be."""

    frame: Frame
    current: Release | None
    waiting: list[Standing]
    listed: list[Standing]
    listing: Listing
    state: str
    history: list[Held]
    earlier: list[Release]
    may_propose: bool
    refusal: Refusal | None
    reason: str
    chosen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalShown:
    """A proposal with its impact, and the bar of four eyes. `is_own` tells the proposer that another person decides."""

    frame: Frame
    standing: Standing
    in_force: bool
    may_approve: bool
    may_examine: bool
    is_own: bool
    refusal: Refusal | None
    reason: str
    pictures: tuple[tuple[str, Chart], ...]
    """Against the champion that each model would replace, by slot: who is swapped in money, and which reasons change."""
    gate_words: Mapping[str, Words]
    """The gates of the validations, by their ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowShown:
    """Every challenger against its champion."""

    frame: Frame
    matches: list[Match]
    newest: int = SHADOWS


@operation(
    release_pages,
    "GET",
    "/releases",
    summary="What decides now, which proposals wait, and the history of every slot",
    page=True,
    permission=Permission.READ,
    query=ReleasesQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
)
def releases_page(ask: Ask, query: ReleasesQuery) -> Response:
    """Show them."""
    return _releases(ask, query=query)


@operation(
    release_pages,
    "GET",
    "/releases/list.csv",
    summary="The proposals as listed, for a spreadsheet",
    page=True,
    permission=Permission.READ,
    query=ReleasesQuery,
    answers={200: Answer(meaning="The file", media="text/csv")},
)
def releases_file(ask: Ask, query: ReleasesQuery) -> Response:
    """Give them out."""
    lang = language()
    rows = (_row(one, lang) for one in _listed(ask.desk.office.newest(MOST_IN_FILE), query))
    return csv_file("releases", [words[lang] for words in HEAD], rows)


def _row(one: Standing, lang: str) -> tuple[Any, ...]:
    made, said = one.proposal, one.verdict
    changes = ("、" if lang == "zh" else ", ").join(SLOTS[change.slot][lang] for change in made.changes)
    begins = moment((one.release or made).effective_from)
    decided = said.given_by.id if said else ""
    return made.proposal_id, STATES[one.state][lang], moment(made.proposed_at), begins, changes, made.proposed_by.id, decided, made.reason


def _listed(found: list[Standing], query: ReleasesQuery) -> list[Standing]:
    order = query.listing.order
    keys = {"time": lambda one: one.proposal.proposal_id, "state": lambda one: one.state, "who": lambda one: one.proposal.proposed_by.id}
    shown = [one for one in found if query.state in {None, one.state}]
    return sorted(shown, key=keys[order.by], reverse=order.down)


@operation(
    release_pages,
    "POST",
    "/releases/rollback",
    summary="Propose an earlier release again; another person approves it as any other",
    page=True,
    permission=Permission.PROPOSE,
    form=RollbackForm,
    answers={303: Answer(meaning="Proposed", headers=("Location",)), 422: AGAIN},
    problems=("unknown-release", "release-invalid"),
)
def roll_back(ask: Ask, form: RollbackForm) -> Response:
    """Propose it."""
    office = ask.desk.office
    earlier = next((one for one in office.approved() if one.release_id == form.release_id), None)
    if earlier is None:
        raise UnknownRelease(f"there is no approved release {form.release_id!r}; the page of releases lists them")

    def act() -> Response:
        made = office.propose_again(earlier.parts, reason=form.reason, actor=ask.caller.actor)
        return go_to(f"/releases/{made.proposal_id}")

    return tried(act, lambda refusal: _releases(ask, refusal, reason=form.reason, chosen=form.release_id))


@operation(
    release_pages,
    "GET",
    "/releases/shadow",
    summary="Challengers against the champions whose decisions they shadowed",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
)
def shadow_page(ask: Ask, query: PageQuery) -> Response:
    """Compare."""
    del query
    page = ShadowShown(frame=frame_of(SHADOW, ask.session, ask.caller), matches=matches(ask.desk.store, SHADOWS))
    return render("risk/shadow.html", page)


@operation(
    release_pages,
    "GET",
    "/releases/<release_id>",
    summary="A proposal: what it changes, who flips, and the bar of four eyes",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
    problems=("unknown-release",),
)
def proposal_page(ask: Ask, release_id: str, query: PageQuery) -> Response:
    """Show it."""
    del query
    return _proposal(ask, release_id)


VERDICT_ANSWERS = {
    303: Answer(meaning="Done", headers=("Location",)),
    403: Answer(meaning="Not for this person to decide: the page again, saying so", media=HTML),
    409: AGAIN,
    422: AGAIN,
}


@operation(
    release_pages,
    "POST",
    "/releases/<release_id>/approve",
    summary="Approve a release that somebody else proposed, on its page",
    page=True,
    permission=Permission.APPROVE,
    form=VerdictForm,
    answers=VERDICT_ANSWERS,
    problems=("unknown-release",),
)
def approve_on_page(ask: Ask, release_id: str, form: VerdictForm) -> Response:
    """Approve it."""

    def act() -> Response:
        ask.desk.office.approve(release_id, reason=form.reason, actor=ask.caller.actor)
        ask.desk.in_force.forget()
        return go_to(f"/releases/{release_id}")

    return tried(act, lambda refusal: _proposal(ask, release_id, refusal, reason=form.reason))


@operation(
    release_pages,
    "POST",
    "/releases/<release_id>/refuse",
    summary="Refuse a release that somebody else proposed, on its page",
    page=True,
    permission=Permission.APPROVE,
    form=VerdictForm,
    answers=VERDICT_ANSWERS,
    problems=("unknown-release",),
)
def refuse_on_page(ask: Ask, release_id: str, form: VerdictForm) -> Response:
    """Refuse it."""

    def act() -> Response:
        ask.desk.office.refuse(release_id, reason=form.reason, actor=ask.caller.actor)
        return go_to(f"/releases/{release_id}")

    return tried(act, lambda refusal: _proposal(ask, release_id, refusal, reason=form.reason))


def _releases(
    ask: Ask, refusal: Refusal | None = None, *, query: ReleasesQuery | None = None, reason: str = "", chosen: str = ""
) -> Response:
    office, query = ask.desk.office, query or ReleasesQuery()
    number = office.in_force()
    listed, approved = office.newest(NEWEST), office.approved()
    page = ReleasesShown(
        frame=frame_of(RELEASES, ask.session, ask.caller),
        current=next((one for one in approved if one.release_id == number), None),
        waiting=[one for one in listed if one.verdict is None],
        listed=_listed(listed, query),
        listing=query.listing,
        state=query.state or "",
        history=slot_history(approved),
        earlier=[one for one in reversed(approved) if one.release_id != number],
        may_propose=ask.caller.may(Permission.PROPOSE),
        refusal=refusal,
        reason=reason,
        chosen=chosen,
    )
    return render("risk/releases.html", page, refusal.status if refusal else 200)


def _proposal(ask: Ask, release_id: str, refusal: Refusal | None = None, *, reason: str = "") -> Response:
    office, holder = ask.desk.office, ask.caller
    standing = office.show(release_id)
    frame = frame_of(PROPOSAL, ask.session, holder)
    told = _told(ask, standing.proposal)
    page = ProposalShown(
        frame=frame,
        standing=standing,
        in_force=office.in_force() == release_id,
        may_approve=holder.may(Permission.APPROVE),
        may_examine=holder.may(Permission.AUDIT),
        is_own=standing.proposal.proposed_by == holder.actor or standing.proposal.proposed_by.id == holder.actor.id,
        refusal=refusal,
        reason=reason,
        pictures=tuple(_pictures(told, frame.lang)),
        gate_words=gate_words(gate for _, one in told for gate in one.record.outcomes),
    )
    return render("risk/proposal.html", page, refusal.status if refusal else 200)


def _told(ask: Ask, proposal: Proposal) -> list[tuple[str, Told]]:
    """Read the validations that a proposal names, by slot, as far as they are on file."""
    with ask.desk.store.reading() as unit:
        found = [(one.slot, told_of(unit, one.validation)) for one in proposal.models if one.validation is not None]
    return [(slot, told) for slot, told in found if told is not None]


def _pictures(told: list[tuple[str, Told]], lang: str) -> Iterator[tuple[str, Chart]]:
    """Draw what validations say against the champion."""
    for slot, found in told:
        if found.record.pictures is not None:
            yield from ((slot, chart) for chart in against_champion(found.record.pictures, lang))
