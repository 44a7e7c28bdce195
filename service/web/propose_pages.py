"""The form by which somebody proposes what decides: each slot as it is, or something else that is on file or ships."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated

from flask import Blueprint, Response
from pydantic import BeforeValidator, Field

from features.points import SHIPPED
from service.active import SEGMENTS
from service.clock import CHINA
from service.days import Day
from service.domain import shipped_policies
from service.releases import Parts, Pin
from service.requests import Strict
from service.store.artefacts import ArtefactKind, KeptArtefact, artefacts_on_file
from service.tokens import Permission
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, go_to, render
from service.web.refusals import Refusal, tried
from service.web.release_answers import ReleaseProposed
from service.web.release_pages import AGAIN, WRITTEN
from service.web.releases import wanted_of
from service.web.words import Words

__all__ = ["propose_pages"]

propose_pages = Blueprint("propose_pages", __name__, template_folder="templates")
PROPOSE = Words("提议变更", "Propose a change")
NONE = "none"
Chosen = Annotated[str, Field(default="", max_length=100)]


class ProposalForm(Strict):
    """A release that is proposed; a slot that is left empty stays as it is."""

    model_startup: Chosen
    model_growth: Chosen
    challenger_startup: Chosen
    challenger_growth: Chosen
    scheme: Chosen
    reference: Chosen
    policy: Chosen
    policy_text: str = Field(default="", max_length=500_000, description="A new policy as TOML, instead of one that is on file")
    effective_from: Annotated[Day | None, BeforeValidator(lambda said: said or None)] = Field(
        default=None, description="Day in China on which it begins; default as soon as it is approved"
    )
    reason: str = Field(default="", max_length=WRITTEN, description="Why; kept in the ledger")

    def proposed(self, base: Parts | None) -> ReleaseProposed:
        """Read it as the API would; challengers that stay are named, because those that are named replace all."""
        return ReleaseProposed(
            reason=self.reason or "-",
            effective_from=None if self.effective_from is None else datetime.combine(self.effective_from, time(), CHINA),
            bundles={segment: chosen for segment in SEGMENTS if (chosen := getattr(self, f"model_{segment}"))},
            challengers=dict(self._challengers(base)),
            scheme=self.scheme or None,
            reference=self.reference or None,
            policy=None if self.policy_text.strip() else self.policy or None,
            policy_text=self.policy_text if self.policy_text.strip() else None,
        )

    def _challengers(self, base: Parts | None) -> Iterator[tuple[str, str]]:
        for segment in SEGMENTS:
            chosen = getattr(self, f"challenger_{segment}")
            if chosen and chosen != NONE:
                yield segment, chosen
            elif not chosen and base is not None and segment in base.challengers:
                yield segment, base.challengers[segment].sha256


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot of the form: its field, what stands there now, and what may be chosen instead (value, label)."""

    field: str
    name: str
    now: Pin | None
    options: tuple[tuple[str, str], ...]
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeShown:
    """The form, with what was typed and what was wrong."""

    frame: Frame
    slots: tuple[Slot, ...]
    form: ProposalForm | None
    refusal: Refusal | None

    def typed(self, field: str) -> str:
        """Give what was typed into a field."""
        return "" if self.form is None else str(getattr(self.form, field) or "")


@operation(
    propose_pages,
    "GET",
    "/releases/new",
    summary="The form by which a release is proposed",
    page=True,
    permission=Permission.PROPOSE,
    query=PageQuery,
    answers={200: Answer(meaning="The form", media=HTML)},
)
def propose_page(ask: Ask, query: PageQuery) -> Response:
    """Show it."""
    del query
    return _form(ask, None, None)


@operation(
    propose_pages,
    "POST",
    "/releases/new",
    summary="Propose a release on the page; it decides nothing before another person approves it",
    long=True,
    page=True,
    permission=Permission.PROPOSE,
    form=ProposalForm,
    answers={303: Answer(meaning="Proposed: its page, with its impact", headers=("Location",)), 422: AGAIN},
)
def propose_on_page(ask: Ask, form: ProposalForm) -> Response:
    """Propose it."""
    desk = ask.desk

    def act() -> Response:
        base = desk.office.base()
        asked = form.proposed(base)
        wanted = wanted_of(desk.store, base, asked)
        made = desk.office.propose(wanted, reason=form.reason, actor=ask.caller.actor, effective_from=asked.effective_from)
        return go_to(f"/releases/{made.proposal_id}")

    return tried(act, lambda refusal: _form(ask, form, refusal))


def _form(ask: Ask, form: ProposalForm | None, refusal: Refusal | None) -> Response:
    with ask.desk.store.reading() as unit:
        kept = artefacts_on_file(unit)
    page = ProposeShown(
        frame=frame_of(PROPOSE, ask.session, ask.caller),
        slots=tuple(_slots(kept, ask.desk.office.base())),
        form=form,
        refusal=refusal,
    )
    return render("risk/propose.html", page, refusal.status if refusal else 200)


def _slots(kept: Sequence[KeptArtefact], base: Parts | None) -> Iterator[Slot]:
    now = base.slots if base else {}
    for role, is_optional in (("model", False), ("challenger", True)):
        for segment in SEGMENTS:
            name = f"{role} {segment}"
            yield Slot(f"{role}_{segment}", name, now.get(name), _options(kept, ArtefactKind.MODEL), may_be_empty=is_optional)
    yield Slot("scheme", "scheme", now.get("scheme"), (*_options(kept, ArtefactKind.SCHEME), *((name, name) for name in SHIPPED)))
    yield Slot("reference", "reference", now.get("reference"), _options(kept, ArtefactKind.REFERENCE))
    shipped = ((name, name) for name in shipped_policies())
    yield Slot("policy", "policy", now.get("policy"), (*_options(kept, ArtefactKind.POLICY), *shipped))


def _options(kept: Sequence[KeptArtefact], kind: ArtefactKind) -> tuple[tuple[str, str], ...]:
    """List what is on file of a kind, the newest first."""
    return tuple((one.pin, f"{one.name}@{one.version} {one.pin[7:15]}") for one in reversed(kept) if one.kind == kind.value)
