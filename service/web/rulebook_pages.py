"""Pages of the rules that decide: policies and points schemes as tables, checked and compared."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response
from pydantic import Field

from service.errors import ArtefactUnusable
from service.store.artefacts import ArtefactKind
from service.tokens import Permission
from service.use_cases.rulebooks import Choice, Kind, Line, Rulebook, choices, differences, show_rulebook
from service.web.markdown import Block, blocks_of
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, render
from service.web.words import Words
from service.web.words_rules import RULE_NAMES

__all__ = ["rulebook_pages"]

rulebook_pages = Blueprint("rulebook_pages", __name__, template_folder="templates")
TITLES = {ArtefactKind.POLICY: Words("政策", "Policy"), ArtefactKind.SCHEME: Words("积分方案", "Points scheme")}
PATHS = {ArtefactKind.POLICY: "/policy", ArtefactKind.SCHEME: "/policy/schemes"}
DIFFERENCE = Words("逐行比较", "Line by line")


class RulebookQuery(PageQuery):
    """Which one to show."""

    chosen: str = Field(default="", max_length=100, description="Hash of one on file, or name of a shipped one; default what is in force")


class DifferenceQuery(PageQuery):
    """Which two to compare."""

    before: str = Field(max_length=100, description="Hash of one on file, or name of a shipped one")
    after: str = Field(max_length=100, description="The same of the other")


@dataclass(frozen=True, slots=True, kw_only=True)
class RulebookShown:
    """A policy or scheme as tables, what else may be read, and what it may be compared with."""

    frame: Frame
    kind: str
    path: str
    book: Rulebook
    listed: list[Choice]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceShown:
    """Two compared, line by line."""

    frame: Frame
    kind: str
    path: str
    before: Choice
    after: Choice
    lines: list[Line]


@operation(
    rulebook_pages,
    "GET",
    "/policy",
    summary="The lending policy as tables, with the result of its check",
    page=True,
    permission=Permission.READ,
    query=RulebookQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
    problems=("artefact-unusable",),
)
def policy_on_page(ask: Ask, query: RulebookQuery) -> Response:
    """Show it."""
    return _shown(ask, ArtefactKind.POLICY, query.chosen)


@operation(
    rulebook_pages,
    "GET",
    "/policy/schemes",
    summary="A points scheme as tables, with the result of its check",
    page=True,
    permission=Permission.READ,
    query=RulebookQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
    problems=("artefact-unusable",),
)
def scheme_on_page(ask: Ask, query: RulebookQuery) -> Response:
    """Show it."""
    return _shown(ask, ArtefactKind.SCHEME, query.chosen)


@operation(
    rulebook_pages,
    "GET",
    "/policy/difference",
    summary="Two policies, or two points schemes, held to each other line by line",
    page=True,
    permission=Permission.READ,
    query=DifferenceQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
    problems=("artefact-unusable",),
)
def difference_on_page(ask: Ask, query: DifferenceQuery) -> Response:
    """Compare them."""
    policies, schemes = choices(ask.desk, ArtefactKind.POLICY), choices(ask.desk, ArtefactKind.SCHEME)
    kind: Kind = ArtefactKind.SCHEME if query.before in {one.value for one in schemes} else ArtefactKind.POLICY
    listed = schemes if kind is ArtefactKind.SCHEME else policies
    before, after = _chosen(listed, query.before), _chosen(listed, query.after)
    page = DifferenceShown(
        frame=frame_of(DIFFERENCE, ask.session, ask.caller),
        kind=kind.value,
        path=PATHS[kind],
        before=before,
        after=after,
        lines=differences(ask.desk, kind, before, after),
    )
    return render("risk/difference.html", page)


def _shown(ask: Ask, kind: Kind, value: str) -> Response:
    listed = choices(ask.desk, kind)
    book = show_rulebook(ask.desk, kind, _chosen(listed, value) if value else listed[0])
    frame = frame_of(TITLES[kind], ask.session, ask.caller)
    page = RulebookShown(
        frame=frame, kind=kind.value, path=PATHS[kind], book=book, listed=listed, blocks=blocks_of(book.document, frame.lang, RULE_NAMES)
    )
    return render("risk/rulebook.html", page)


def _chosen(listed: list[Choice], value: str) -> Choice:
    found = next((one for one in listed if one.value == value), None)
    if found is None:
        raise ArtefactUnusable(f"{value[:80]!r} is neither on file nor shipped; choose one that the page lists")
    return found
