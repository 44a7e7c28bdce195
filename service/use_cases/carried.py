"""Evidence that a form carries from one page to the next: one firm's dossier, checked again whenever it comes back."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable
from datetime import date

import orjson
from pydantic import ValidationError

from features.checks import EvidenceFaults, Fault
from features.errors import EvidenceError
from features.evidence import FirmEvidence, dossier_json, split_dossiers
from service.errors import InvalidRequest
from service.uploads import SentFile, read_sent
from service.use_cases.allocations import as_sent

__all__ = ["MOST_BYTES", "carried", "read_carried", "read_one_firm"]

MOST_BYTES = 4 * 2**20
"""Of a dossier once it is unpacked."""


def read_one_firm(files: Iterable[SentFile], today: date) -> bytes:
    """Read files of one firm's evidence and give its dossier; `EvidenceFaults` lists everything that is wrong with them."""
    evidence = read_sent(files, today)
    dossiers = list(split_dossiers(evidence.tables))
    if len(dossiers) != 1:
        rule, remedy = "must hold one firm", "send one firm at a time; many are loaded in bulk by who may"
        raise EvidenceFaults([Fault("firms", 0, "firm_id", f"{len(dossiers)}", rule, remedy)])
    (_, dossier) = dossiers[0]
    if set(dossier_json(dossier)) == {"firms"} and not dossier_json(dossier)["firms"][0].get("searched"):
        rule, remedy = "must hold at least one table beside the firm's own row", "send a statement, or name registers as searched"
        raise EvidenceFaults([Fault("firms", 0, "", "", rule, remedy)])
    return dossier


def carried(dossier: bytes) -> str:
    """Write a dossier as the text of a hidden field."""
    return base64.urlsafe_b64encode(zlib.compress(dossier, 9)).decode()


def read_carried(text: str, today: date) -> tuple[bytes, FirmEvidence]:
    """Read it back; nothing of it is believed that the checks do not hold of. Anything else is an `InvalidRequest`."""
    try:
        unpacker = zlib.decompressobj()
        dossier = unpacker.decompress(base64.urlsafe_b64decode(text.encode()), MOST_BYTES)
        return dossier, FirmEvidence.model_validate(as_sent(dossier), context={"today": today})
    except (ValueError, KeyError, binascii.Error, zlib.error, orjson.JSONDecodeError, EvidenceError, ValidationError) as error:
        raise InvalidRequest("the evidence that the form carried cannot be read; upload the files again") from error
