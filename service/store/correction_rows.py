"""The tables of what people correct: overrides, requests for review, legal holds, and the keys of sealed texts."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from service.store.models import FIRM, Base

__all__ = ["HoldRow", "NoteRow", "OverrideRow", "OverrideVerdictRow", "ReviewConclusionRow", "ReviewRow", "SealedKeyRow", "SealedText"]

ULID = String(26)


class SealedText(TypeDecorator[bytes]):
    """A text of a person or about one, sealed by `service.sealing`: the database never sees it in the clear. Nothing once deleted."""

    impl = LargeBinary
    cache_ok = True


class SealedKeyRow(Base):
    """The key of one record's sealed texts, wrapped under a master key that is never in the database; nothing once shredded."""

    __tablename__ = "sealed_keys"
    record_id: Mapped[str] = mapped_column(ULID, primary_key=True)
    master: Mapped[str | None] = mapped_column(String(16))
    wrapped: Mapped[bytes | None]
    made_at: Mapped[datetime]
    shredded_at: Mapped[datetime | None]


class OverrideRow(Base):
    """A person's answer in place of the machine's: the terms (yuan, months, basis points), why, until when, and whose authority."""

    __tablename__ = "overrides"
    override_id: Mapped[str] = mapped_column(ULID, primary_key=True)
    decision_id: Mapped[str] = mapped_column(ULID, ForeignKey("decisions.decision_id"), index=True)
    firm_id: Mapped[str] = mapped_column(FIRM)
    product: Mapped[str] = mapped_column(String(32))
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(40))
    direction: Mapped[str] = mapped_column(String(8))
    outcome: Mapped[str] = mapped_column(String(16))
    amount: Mapped[int | None] = mapped_column(BigInteger)
    term_months: Mapped[int | None] = mapped_column(Integer)
    rate_bp: Mapped[int | None] = mapped_column(Integer)
    expires_on: Mapped[date] = mapped_column(Date)
    needs: Mapped[str] = mapped_column(String(40))
    has: Mapped[str | None] = mapped_column(String(40))
    at_once: Mapped[bool] = mapped_column(Boolean)
    text: Mapped[bytes | None] = mapped_column(SealedText)


class OverrideVerdictRow(Base):
    """The second person's word on an override: `signed` or `refused`."""

    __tablename__ = "override_verdicts"
    override_id: Mapped[str] = mapped_column(ULID, ForeignKey("overrides.override_id"), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(8))
    given_by: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    has: Mapped[str] = mapped_column(String(40))
    given_at: Mapped[datetime]
    reason: Mapped[bytes | None] = mapped_column(SealedText)


class ReviewRow(Base):
    """A client's request that a person looks at a decision; open until it has a conclusion."""

    __tablename__ = "reviews"
    review_id: Mapped[str] = mapped_column(ULID, primary_key=True)
    decision_id: Mapped[str] = mapped_column(ULID, ForeignKey("decisions.decision_id"), index=True)
    firm_id: Mapped[str] = mapped_column(FIRM)
    product: Mapped[str] = mapped_column(String(32))
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    asked_by: Mapped[bytes | None] = mapped_column(SealedText)
    channel: Mapped[bytes | None] = mapped_column(SealedText)
    text: Mapped[bytes | None] = mapped_column(SealedText)
    __table_args__ = (Index("ix_reviews_firm_id_product", "firm_id", "product"),)


class ReviewConclusionRow(Base):
    """What a person concluded: `uphold`, or `override` by the override that is named."""

    __tablename__ = "review_conclusions"
    review_id: Mapped[str] = mapped_column(ULID, ForeignKey("reviews.review_id"), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(8))
    given_by: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    given_at: Mapped[datetime]
    override_id: Mapped[str | None] = mapped_column(ULID, ForeignKey("overrides.override_id"))
    reason: Mapped[bytes | None] = mapped_column(SealedText)


class NoteRow(Base):
    """What somebody wrote about a decision; nobody changes it."""

    __tablename__ = "notes"
    note_id: Mapped[str] = mapped_column(ULID, primary_key=True)
    decision_id: Mapped[str] = mapped_column(ULID, ForeignKey("decisions.decision_id"), index=True)
    firm_id: Mapped[str] = mapped_column(FIRM)
    written_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    text: Mapped[bytes | None] = mapped_column(SealedText)


class HoldRow(Base):
    """A legal hold on a decision, a loading or a firm: nothing of it is deleted until the hold is released."""

    __tablename__ = "holds"
    hold_id: Mapped[str] = mapped_column(ULID, primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    held_by: Mapped[str] = mapped_column(String(64))
    held_at: Mapped[datetime]
    released_by: Mapped[str | None] = mapped_column(String(64))
    released_at: Mapped[datetime | None]
    release_reason: Mapped[str | None] = mapped_column(String(500))
