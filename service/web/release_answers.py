"""What is sent and answered about releases, shadows and the switch, field by field."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from features.vocabulary import Product
from service.days import Moment
from service.domain.manual import Scope
from service.releases import Parts, Proposal, Release, Resumption, SwitchAct, Verdict
from service.store.releases import Standing
from service.use_cases.releases import LONGEST_REASON
from service.use_cases.shadow import Match

__all__ = [
    "ReleaseProposed",
    "ReleaseStanding",
    "ReleasesPage",
    "ReleasesQuery",
    "ResumptionRequest",
    "ShadowLineUp",
    "ShadowPage",
    "ShadowQuery",
    "StopRequest",
    "SwitchPage",
    "VerdictRequest",
]

Reason = Annotated[str, Field(min_length=1, max_length=LONGEST_REASON, description="Why; kept in the ledger")]
Word = Annotated[str, Field(min_length=1, max_length=100)]
Toml = Annotated[str, Field(min_length=1, max_length=500_000)]


class Sent(BaseModel):
    """Frozen; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReleaseProposed(Sent):
    """A release that is proposed; what is left out stays as in the release approved last."""

    reason: Reason
    effective_from: Moment | None = Field(default=None, description="When it begins; default as soon as it is approved")
    without_validation: StrictBool = Field(
        default=False, description="Propose models that have not passed their validation; `reason` says why, and the record says so"
    )
    bundles: dict[str, Word] = Field(default_factory=dict, description="By segment, the hash of a model on file")
    challengers: dict[str, Word] | None = Field(default=None, description="The same of models asked in the shadow; {} for none")
    scheme: Word | None = Field(default=None, description="Hash of a points scheme on file, or the name of a shipped one")
    reference: Word | None = Field(default=None, description="Hash of a reference base on file")
    policy: Word | None = Field(default=None, description="Hash of a policy on file, or the name of a shipped one")
    policy_text: Toml | None = Field(default=None, description="Instead of `policy`: a new policy as TOML")
    scheme_text: Toml | None = Field(default=None, description="Instead of `scheme`: a new points scheme as TOML")


class VerdictRequest(Sent):
    """Why it is approved or refused."""

    reason: Reason


class ReleasesQuery(Sent):
    """How many to list."""

    limit: int = Field(default=20, ge=1, le=200, description="Most proposals, the newest first")


class ReleaseStanding(BaseModel):
    """A proposed release and what became of it."""

    state: str = Field(description="proposed, approved or refused")
    proposal: Proposal
    verdict: Verdict | None
    release: Release | None

    @classmethod
    def of(cls, one: Standing) -> Self:
        """Take it from the record."""
        return cls(state=one.state, proposal=one.proposal, verdict=one.verdict, release=one.release)


class ReleasesPage(BaseModel):
    """Proposed releases, newest first."""

    in_force: str | None = Field(description="The release that decides now")
    parts: Parts | None = Field(description="Its parts")
    releases: list[ReleaseStanding]


class StopRequest(Sent):
    """A stop of automatic decisions."""

    reason: Reason
    scope: Scope = Field(default="all", description="all, or one product, or one segment: the firms that one model answers for")
    value: Product | Word | None = Field(default=None, description="The product or segment of a narrower scope")


class ResumptionRequest(Sent):
    """A proposal to end a stop."""

    stop: Word = Field(description="Number of the stop")
    reason: Reason


class SwitchPage(BaseModel):
    """The stops in force, and the newest acts."""

    stopped: bool = Field(description="Is any stop in force?")
    stops: list[SwitchAct]
    waiting: list[Resumption] = Field(description="Proposals to end a stop that wait for another person")
    acts: list[SwitchAct] = Field(description="Newest first")


class ShadowQuery(Sent):
    """How far back to compare."""

    newest: int = Field(default=5_000, ge=1, le=20_000, description="Compare on at most so many shadows, the newest")


class ShadowLineUp(BaseModel):
    """A challenger against the champion it followed; yuan, and differences are challenger minus champion."""

    segment: str
    champion: str
    champion_sha256: str
    challenger_sha256: str
    n: int
    agree: int = Field(description="Decisions with the same outcome")
    swapped_out: int = Field(description="Only the champion lends")
    swapped_out_amount: int
    swapped_in: int = Field(description="Only the challenger would")
    swapped_in_amount: int
    both: int
    both_amount_champion: int
    both_amount_challenger: int
    mean_pd_difference: str | None
    mean_score_difference: str | None

    @classmethod
    def of(cls, match: Match) -> Self:
        """Take it from the comparison."""
        said = match.compared
        counts = ("n", "agree", "swapped_out", "swapped_out_amount", "swapped_in", "swapped_in_amount", "both")
        money = ("both_amount_champion", "both_amount_challenger")
        means = {name: None if (mean := getattr(said, name)) is None else str(mean) for name in MEANS}
        return cls(
            segment=match.segment,
            champion=match.champion,
            champion_sha256=match.champion_hash,
            challenger_sha256=match.challenger_hash,
            **{name: getattr(said, name) for name in (*counts, *money)},
            **means,
        )


MEANS = ("mean_pd_difference", "mean_score_difference")


class ShadowPage(BaseModel):
    """Every challenger against its champion, those with most decisions first."""

    matches: list[ShadowLineUp]
