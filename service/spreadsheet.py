"""Tables that people open in a spreadsheet: written so that no text runs as a formula there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

__all__ = ["DANGEROUS", "csv_bytes", "harmless"]

DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a text for a formula when it stands first, in full width too (OWASP, CSV injection)."""


def harmless(cell: Any) -> Any:
    """Put an apostrophe before a text that would run as a formula, whatever blanks lead it; numbers stay as they are."""
    return f"'{cell}" if isinstance(cell, str) and (cell.startswith(DANGEROUS) or cell.lstrip().startswith(DANGEROUS)) else cell


def csv_bytes(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Write CSV as spreadsheets take it: UTF-8 with a mark, so that they read Chinese, and lines that end in CR LF."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow([harmless(cell) for cell in head])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + sink.getvalue().encode()
