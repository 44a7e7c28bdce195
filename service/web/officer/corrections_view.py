"""What the forms of corrections show: the case, the bounds, and what will happen when they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from service.active import Active
from service.corrections import MOST_DAYS
from service.domain import Decision, Outcome
from service.domain.offering.pricing import price_terms
from service.domain.override import is_barred
from service.domain.policy import Policy
from service.domain.policy.verdicts import authority_for, product_for
from service.errors import UnknownOverride, UnknownReview
from service.store.overrides import KeptOverride, find_override
from service.store.people import authority_of
from service.store.reviews import KeptReview, find_review
from service.use_cases.case_file import CaseFile, open_case
from service.use_cases.overrides import OverrideTexts
from service.use_cases.reviews import ReviewTexts
from service.web.forms import Choice, Typed
from service.web.officer.case_view import Heading, heading_of
from service.web.officer.choices import reason_choices
from service.web.operations import Ask
from service.web.pages import Frame, frame_of
from service.web.refusals import Refusal
from service.web.words import OUTCOMES, TONES, Words

__all__ = ["conclude_page", "file_of_override", "file_of_review", "note_page", "override_page", "review_page", "sign_page"]

LABELS: Mapping[str, Words] = {
    "outcome": Words("结论", "Answer"),
    "amount": Words("金额", "Amount"),
    "term_months": Words("期限", "Term"),
    "rate": Words("年利率", "Rate a year"),
    "reason": Words("理由", "Reason"),
    "text": Words("说明", "Grounds"),
    "expires_on": Words("有效期至", "Stands until"),
    "asked_by": Words("申请人", "Who asked"),
    "channel": Words("提出方式", "How they asked"),
    "verdict": Words("结论", "Conclusion"),
    "override_id": Words("人工调整", "Override"),
}
CONCLUSIONS = (
    Choice("uphold", Words("维持原结论", "Uphold the decision")),
    Choice("override", Words("以生效中的人工调整为准", "Let an override in force take its place")),
)
VERDICTS = (
    Choice("signed", Words("签署，人工调整生效", "Sign: the override comes into force")),
    Choice("refused", Words("否决", "Refuse")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What an override may say where it lends: yuan, months, and basis points a year for the term asked."""

    least: int
    most: int
    months: int
    low_bp: int
    high_bp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionPage:
    """A form about a case. `steps` tells who may sign up to how much, `has` is the reader's own authority."""

    frame: Frame
    file: CaseFile
    heading: Heading
    typed: Typed
    bounds: Bounds | None
    steps: tuple[tuple[Words, int | None], ...]
    needs: Words | None
    has: Words | None
    barred: bool
    override: KeptOverride | None = None
    override_texts: OverrideTexts = (None, None)
    review: KeptReview | None = None
    review_texts: ReviewTexts | None = None
    in_force: tuple[Choice, ...] = ()
    refusal: Refusal | None = None

    outcomes: ClassVar[Mapping[str, Words]] = OUTCOMES
    tones: ClassVar[Mapping[str, str]] = TONES
    most_days: ClassVar[int] = MOST_DAYS
    labels: ClassVar[Mapping[str, Words]] = LABELS
    note_labels: ClassVar[Mapping[str, Words]] = {"text": Words("备注", "Note")}
    reasons: ClassVar[tuple[Choice, ...]] = reason_choices()
    answers: ClassVar[tuple[Choice, ...]] = tuple(Choice(one.value, OUTCOMES[one]) for one in Outcome)
    conclusions: ClassVar[tuple[Choice, ...]] = CONCLUSIONS
    verdicts: ClassVar[tuple[Choice, ...]] = VERDICTS

    @property
    def decision(self) -> Decision:
        """The record."""
        return self.file.decision

    def who(self, actor: str) -> str:
        """Name somebody who had a part."""
        return self.file.names.get(actor, actor)


def override_page(ask: Ask, file: CaseFile, typed: Typed, refusal: Refusal | None = None) -> CorrectionPage:
    """Lay the form of an override out."""
    return _page(ask, file, Words("人工调整", "Override"), typed, refusal=refusal)


def note_page(ask: Ask, file: CaseFile, typed: Typed, refusal: Refusal | None = None) -> CorrectionPage:
    """Lay the form of a note out."""
    return _page(ask, file, Words("写备注", "Write a note"), typed, refusal=refusal)


def review_page(ask: Ask, file: CaseFile, typed: Typed, refusal: Refusal | None = None) -> CorrectionPage:
    """Lay the form of a request for review out."""
    return _page(ask, file, Words("登记复核申请", "Ask for review"), typed, refusal=refusal)


def sign_page(ask: Ask, file: CaseFile, override: KeptOverride, typed: Typed, refusal: Refusal | None = None) -> CorrectionPage:
    """Lay an override out for the second person."""
    texts = next((texts for one, texts in file.overrides if one.override_id == override.override_id), (None, None))
    return _page(ask, file, Words("签署人工调整", "Sign the override"), typed, refusal=refusal, override=override, override_texts=texts)


def conclude_page(ask: Ask, file: CaseFile, review: KeptReview, typed: Typed, refusal: Refusal | None = None) -> CorrectionPage:
    """Lay a request for review out for who concludes it."""
    texts = next((texts for one, texts in file.reviews if one.review_id == review.review_id), None)
    in_force = tuple(_choice(one) for one, _ in file.overrides if one.status(ask.desk.today()) == "in-force")
    return _page(
        ask, file, Words("完成复核", "Conclude the review"), typed, refusal=refusal, review=review, review_texts=texts, in_force=in_force
    )


def file_of_override(ask: Ask, override_id: str) -> tuple[CaseFile, KeptOverride]:
    """Open the case of an override; `UnknownOverride` when there is none."""
    with ask.desk.store.reading() as unit:
        override = find_override(unit, override_id)
    if override is None:
        raise UnknownOverride(f"no override {override_id[:40]!r} is on record")
    return open_case(ask.desk, override.decision_id, ask.caller), override


def file_of_review(ask: Ask, review_id: str) -> tuple[CaseFile, KeptReview]:
    """Open the case of a request for review; `UnknownReview` when there is none."""
    with ask.desk.store.reading() as unit:
        review = find_review(unit, review_id)
    if review is None:
        raise UnknownReview(f"no request for review {review_id[:40]!r} is on record")
    return open_case(ask.desk, review.decision_id, ask.caller), review


def _choice(one: KeptOverride) -> Choice:
    said = OUTCOMES[one.outcome]
    return Choice(one.override_id, Words(f"{said.zh}（至 {one.expires_on}）", f"{said.en} (until {one.expires_on})"))


def _page(ask: Ask, file: CaseFile, title: Words, typed: Typed, **more: object) -> CorrectionPage:
    found, frame = ask.desk.found, frame_of(title, ask.session, ask.holder)
    policy = found.policy if isinstance(found, Active) else None
    with ask.desk.store.reading() as unit:
        held = authority_of(unit, ask.caller.person) if ask.caller.person else None
    names = {row.authority: Words(row.zh, row.en) for row in policy.authorities} if policy else {}
    override = more.get("override")
    needs = override.needs if isinstance(override, KeptOverride) else None
    return CorrectionPage(
        frame=frame,
        file=file,
        heading=heading_of(file, frame.lang),
        typed=typed,
        bounds=_bounds(policy, file.decision) if policy else None,
        steps=tuple((Words(row.zh, row.en), row.up_to_amount) for row in policy.authorities) if policy else (),
        needs=names.get(needs or (authority_for(policy, file.decision.application.amount)[1].authority if policy else "")),
        has=names.get(held or ""),
        barred=is_barred(file.decision),
        **more,  # type: ignore[arg-type]
    )


def _bounds(policy: Policy, decision: Decision) -> Bounds | None:
    row, asked, terms = product_for(policy, decision.application.product), decision.application, price_terms(policy)
    if row is None:
        return None
    highest = policy.authorities[-1].up_to_amount
    most = min(row[1].max_amount, asked.amount, highest or row[1].max_amount)
    lpr = terms.lpr.rate_bp(min(asked.term_months, row[1].max_term_months))
    return Bounds(
        least=min(row[1].min_amount, most),
        most=most,
        months=row[1].max_term_months,
        low_bp=lpr + terms.floor_spread_bp,
        high_bp=lpr + terms.cap_spread_bp,
    )
