"""Routes of releases: proposing, approving and refusing what decides, and looking at the shadow."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Response

from service.artefacts import policy_artefact, policy_text, scheme_artefact, scheme_text
from service.errors import BadRelease
from service.releases import Parts, Pin, Release, Verdict
from service.store.artefacts import Artefact, artefacts_on_file
from service.store.engine import Store
from service.tokens import Permission
from service.use_cases.releases import Wanted
from service.use_cases.shadow import matches
from service.web.answers import json_answer
from service.web.operations import Answer, Ask, operation
from service.web.release_answers import (
    ReleaseProposed,
    ReleasesPage,
    ReleasesQuery,
    ReleaseStanding,
    ShadowLineUp,
    ShadowPage,
    ShadowQuery,
    VerdictRequest,
)

__all__ = ["releases", "wanted_of"]

releases = Blueprint("releases", __name__)
VERDICT_PROBLEMS = ("self-approval", "person-required", "unknown-release", "wrong-state", "release-invalid")


@operation(
    releases,
    "GET",
    "/v1/releases",
    summary="List proposed releases and what became of them, newest first",
    permission=Permission.READ,
    query=ReleasesQuery,
    answers={200: Answer(meaning="Proposals, and what is in force", content=ReleasesPage)},
)
def get_releases(ask: Ask, query: ReleasesQuery) -> Response:
    """List them."""
    office = ask.desk.office
    current = office.in_force()
    release = None if current is None else office.show(current).release
    listed = [ReleaseStanding.of(one) for one in office.newest(query.limit)]
    return json_answer(ReleasesPage(in_force=current, parts=None if release is None else release.parts, releases=listed))


@operation(
    releases,
    "POST",
    "/v1/releases",
    summary="Propose a release; it decides nothing before another person approves it",
    long=True,
    permission=Permission.PROPOSE,
    body=ReleaseProposed,
    answers={201: Answer(meaning="The proposal, with what it changes and its impact", content=ReleaseStanding, headers=("Location",))},
    problems=("release-invalid", "not-validated", "policy-invalid", "scheme-invalid"),
)
def post_release(ask: Ask, body: ReleaseProposed) -> Response:
    """Propose it."""
    desk = ask.desk
    wanted = wanted_of(desk.store, desk.office.base(), body)
    made = desk.office.propose(
        wanted,
        reason=body.reason,
        actor=ask.caller.actor,
        effective_from=body.effective_from,
        without_validation=body.without_validation,
    )
    shown = ReleaseStanding.of(desk.office.show(made.proposal_id))
    return json_answer(shown, 201, {"Location": f"/v1/releases/{made.proposal_id}"})


@operation(
    releases,
    "GET",
    "/v1/releases/<release_id>",
    summary="Show a proposed release: parts, changes, impact, verdict",
    permission=Permission.READ,
    answers={200: Answer(meaning="The proposal and what became of it", content=ReleaseStanding)},
    problems=("unknown-release",),
)
def get_release(ask: Ask, release_id: str) -> Response:
    """Show one."""
    return json_answer(ReleaseStanding.of(ask.desk.office.show(release_id)))


@operation(
    releases,
    "POST",
    "/v1/releases/<release_id>/approve",
    summary="Approve a release that somebody else proposed; only a person may",
    permission=Permission.APPROVE,
    body=VerdictRequest,
    answers={200: Answer(meaning="The release as it decides from its moment on", content=Release)},
    problems=VERDICT_PROBLEMS,
)
def approve_release(ask: Ask, release_id: str, body: VerdictRequest) -> Response:
    """Approve it."""
    made = ask.desk.office.approve(release_id, reason=body.reason, actor=ask.caller.actor)
    ask.desk.in_force.forget()
    return json_answer(made)


@operation(
    releases,
    "POST",
    "/v1/releases/<release_id>/refuse",
    summary="Refuse a release that somebody else proposed; only a person may",
    permission=Permission.APPROVE,
    body=VerdictRequest,
    answers={200: Answer(meaning="The refusal", content=Verdict)},
    problems=VERDICT_PROBLEMS[:-1],
)
def refuse_release(ask: Ask, release_id: str, body: VerdictRequest) -> Response:
    """Refuse it."""
    return json_answer(ask.desk.office.refuse(release_id, reason=body.reason, actor=ask.caller.actor))


@operation(
    releases,
    "GET",
    "/v1/shadow",
    summary="Compare challengers with the champions whose decisions they shadowed",
    permission=Permission.READ,
    query=ShadowQuery,
    answers={200: Answer(meaning="Counts, money and mean differences", content=ShadowPage)},
)
def get_shadow(ask: Ask, query: ShadowQuery) -> Response:
    """Compare."""
    return json_answer(ShadowPage(matches=[ShadowLineUp.of(match) for match in matches(ask.desk.store, query.newest)]))


def wanted_of(store: Store, base: Parts | None, body: ReleaseProposed) -> Wanted:
    """Put the release together from what is on file, what ships, what is sent as text, and the release approved last."""
    with store.reading() as unit:
        kept = {one.pin: Pin(name=one.name, version=one.version, sha256=one.pin) for one in artefacts_on_file(unit)}
    scheme = _chosen(kept, body.scheme, body.scheme_text, scheme_text, scheme_artefact) or (base.scheme if base else None)
    policy = _chosen(kept, body.policy, body.policy_text, policy_text, policy_artefact) or (base.policy if base else None)
    if scheme is None or policy is None:
        raise BadRelease("nothing was approved before, so a scheme and a policy must be named; send `scheme` and `policy`")
    challengers = base.challengers if base else {}
    if body.challengers is not None:
        challengers = {segment: _pin(kept, pin) for segment, pin in body.challengers.items()}
    return Wanted(
        bundles={**(base.bundles if base else {}), **{segment: _pin(kept, pin) for segment, pin in body.bundles.items()}},
        challengers=challengers,
        scheme=scheme,
        reference=_pin(kept, body.reference) if body.reference else base.reference if base else None,
        policy=policy,
    )


def _pin(kept: Mapping[str, Pin], sha256: str) -> Pin:
    if sha256 not in kept:
        raise BadRelease(f"no artefact {sha256!r} is on file; `jifen release propose` keeps models and reference bases from a machine")
    return kept[sha256]


def _chosen(
    kept: Mapping[str, Pin], word: str | None, text: str | None, shipped: Callable[[str], str | None], take: Callable[[str], Artefact]
) -> Artefact | Pin | None:
    """Give the scheme or policy that is named by hash or shipped name, or sent as text; None where neither is."""
    if word is not None and text is not None:
        raise BadRelease("a part is named and sent as text at once; send one of the two")
    found = text if text is not None else None if word is None else shipped(word)
    if found is not None:
        return take(found)
    return None if word is None else _pin(kept, word)
