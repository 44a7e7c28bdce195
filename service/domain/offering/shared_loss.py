"""Who carries a loss, as it is recorded: shares, the room left under each programme, and why others did not take the loan."""

from __future__ import annotations

from service.domain.case import Case
from service.domain.finance.risk_sharing import RiskSharing
from service.domain.offering.words import PARTY_WORDS, REFUSAL_WORDS
from service.domain.record.offers import Named, RefusalRecord, RoomRecord, ShareRecord, SharingRecord

__all__ = ["refusals_said", "sharing_record"]


def sharing_record(case: Case, sharing: RiskSharing) -> SharingRecord:
    """Write a shared loss down."""
    row = next((row for row in case.policy.programmes if row.programme == sharing.programme), None)
    return SharingRecord(
        programme=None if row is None else Named(id=row.programme, zh=row.zh, en=row.en),
        shares=tuple(
            ShareRecord(party=s.party, zh=PARTY_WORDS[s.party][0], en=PARTY_WORDS[s.party][1], share_bp=s.bp) for s in sharing.shares
        ),
        covered=sharing.covered,
        fee_bp=sharing.fee_bp,
        refusals=tuple(
            RefusalRecord(programme=one.programme, why=one.why, zh=REFUSAL_WORDS[one.why][0], en=REFUSAL_WORDS[one.why][1])
            for one in sharing.refusals
        ),
        rooms=tuple(
            RoomRecord(programme=one.programme, firm_cap=one.firm_cap, used=one.used, undeclared=one.undeclared, left=one.left)
            for one in sharing.rooms
        ),
    )


def refusals_said(case: Case, sharing: RiskSharing, language: str) -> str:
    """Say which programmes did not take the loan, and why, in `zh` or `en`."""
    rows = {row.programme: row for row in case.policy.programmes}
    column = 0 if language == "zh" else 1
    said = [(getattr(rows[one.programme], language), REFUSAL_WORDS[one.why][column]) for one in sharing.refusals]
    return ";".join(f"{who}:{why}" for who, why in said) if language == "zh" else "; ".join(f"{who}: {why}" for who, why in said)
