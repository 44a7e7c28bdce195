"""Which fields are personal: the one list. They are sealed in the database and in the ledger, and never reach a model.

Personal are a client's name and contact, and free text about a case, in which either may stand. A firm's own facts are not, and
neither are the sign-in names of the bank's people, who answer for what they do.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["PERSONAL"]

PERSONAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "overrides": ("text",),
        "override_verdicts": ("reason",),
        "reviews": ("asked_by", "channel", "text"),
        "review_conclusions": ("reason",),
        "notes": ("text",),
    }
)
"""By table, the columns that hold them."""
