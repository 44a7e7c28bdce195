"""Hostile CSV and Parquet files, made from good ones: each mutation is a function of the good file and of chance alone."""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections.abc import Callable, Mapping
from datetime import datetime

import polars as pl

__all__ = ["CSV", "PARQUET"]

Rows = list[list[str]]
FORMULAS = ("=cmd|'/C calc'!A0", '+HYPERLINK("http://x")', "-2+3", "@SUM(1)", "\t=1", "=1+1\n=2")
NUMBERS = (
    "9" * 400,
    "-" + "9" * 400,
    "1e999",
    "NaN",
    "Infinity",
    "-0",
    "0x10",
    "１２３",
    "1_000",
    "9223372036854775808",
    "1.5",
    "٣",
    "+1",
    "",
)
DAYS = ("0000-00-00", "9999-12-31", "2026-02-30", "-0001-01-01", "2026-1-1", "20260101", "0", "1970-01-01T00:00:00Z", "２０２４-01-01")
TEXTS = (
    "\u202egnp.exe",
    "\ufeff",
    "\u0000",
    "\ud7ff",
    "a\u0301" * 500,
    "😀" * 70,
    "<script>alert(1)</script>",
    "{{7*7}}",
    "'; DROP TABLE evidence; --",
    "../../etc/passwd",
    "%00",
    "\x85",
    "\u2028",
)
HUGE = 2_000_000
WIDE = 5_000
LONG = 300_000


def _read(good: bytes) -> Rows:
    return list(csv.reader(io.StringIO(good.decode())))


def _written(rows: Rows, newline: str = "\n", delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator=newline, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode("utf-8", errors="surrogatepass")


def _flipped(good: bytes, dice: random.Random) -> bytes:
    content = bytearray(good)
    for _ in range(dice.choice((1, 1, 2, 5, 50))):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    return bytes(content)


def _tail_flipped(made: bytes, dice: random.Random) -> bytes:
    half = len(made) // 2
    return made[:half] + _flipped(made[half:], dice)


def _cut(good: bytes, dice: random.Random) -> bytes:
    return good[: dice.randrange(len(good))]


def _spliced(good: bytes, dice: random.Random) -> bytes:
    start, end = sorted(dice.randrange(len(good)) for _ in range(2))
    at = dice.randrange(len(good))
    return good[:at] + good[start:end] + good[at:]


def _cell(values: tuple[str, ...]) -> Callable[[bytes, random.Random], bytes]:
    def mutate(good: bytes, dice: random.Random) -> bytes:
        rows = _read(good)
        for _ in range(dice.choice((1, 1, 3))):
            row = rows[dice.randrange(1, len(rows))]
            row[dice.randrange(len(row))] = dice.choice(values)
        return _written(rows)

    return mutate


def _headers_swapped(good: bytes, dice: random.Random) -> bytes:
    rows = _read(good)
    one, other = dice.sample(range(len(rows[0])), 2)
    rows[0][one], rows[0][other] = rows[0][other], rows[0][one]
    return _written(rows)


def _columns_shuffled(good: bytes, dice: random.Random) -> bytes:
    rows = _read(good)
    order = dice.sample(range(len(rows[0])), len(rows[0]))
    return _written([[row[place] for place in order] for row in rows])


def _column_dropped(good: bytes, dice: random.Random) -> bytes:
    rows = _read(good)
    gone = dice.randrange(len(rows[0]))
    return _written([row[:gone] + row[gone + 1 :] for row in rows])


def _column_doubled(good: bytes, dice: random.Random) -> bytes:
    rows = _read(good)
    one = dice.randrange(len(rows[0]))
    return _written([[*row, row[one]] for row in rows])


def _rows_doubled(good: bytes, dice: random.Random) -> bytes:
    rows = _read(good)
    return _written([*rows, rows[dice.randrange(1, len(rows))], rows[0]])


def _ragged(good: bytes, dice: random.Random) -> bytes:
    rows = _read(good)
    row = rows[dice.randrange(1, len(rows))]
    row.extend(["x"] * dice.randrange(1, 5)) if dice.random() < 0.5 else row.pop()
    return _written(rows)


def _nulls(good: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(good))
    return good[:at] + b"\0" * dice.choice((1, 7, 4096)) + good[at:]


def _quoted(good: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(good))
    return good[:at] + b'"' * dice.choice((1, 2, 3)) + good[at:]


def _in(encoding: str) -> Callable[[bytes, random.Random], bytes]:
    return lambda good, _: good.decode().encode(encoding, errors="replace")


def _huge_field(good: bytes, dice: random.Random) -> bytes:
    rows = _read(good)
    row = rows[dice.randrange(len(rows))]
    row[dice.randrange(len(row))] = dice.choice(("A", "9", "企", '"')) * dice.choice((131_073, HUGE))
    return _written(rows)


def _very_wide(good: bytes, dice: random.Random) -> bytes:
    rows = _read(good)
    return _written([row + ([f"c{n}" for n in range(WIDE)] if place == 0 else ["1"] * WIDE) for place, row in enumerate(rows[:3])])


def _very_long(good: bytes, dice: random.Random) -> bytes:
    head, _, rest = good.partition(b"\n")
    return head + b"\n" + dice.choice((b"\n", rest.partition(b"\n")[0] + b"\n", b",\n")) * LONG


def _one_character(good: bytes, dice: random.Random) -> bytes:
    return dice.choice((b"A", b'"', b",", b"\n", b"\0", "企".encode(), b"\xff")) * 8_000_000


CSV: Mapping[str, Callable[[bytes, random.Random], bytes]] = {
    "as it is": lambda good, _: good,
    "bits flipped": _flipped,
    "cut off": _cut,
    "spliced": _spliced,
    "formula in a cell": _cell(FORMULAS),
    "number in a cell": _cell(NUMBERS),
    "day in a cell": _cell(DAYS),
    "text in a cell": _cell(TEXTS),
    "headers swapped": _headers_swapped,
    "columns shuffled": _columns_shuffled,
    "column dropped": _column_dropped,
    "column doubled": _column_doubled,
    "rows doubled": _rows_doubled,
    "ragged": _ragged,
    "NULs": _nulls,
    "quotation marks": _quoted,
    "BOM": lambda good, _: b"\xef\xbb\xbf" + good,
    "two BOMs": lambda good, _: b"\xef\xbb\xbf\xef\xbb\xbf" + good,
    "GBK": _in("gbk"),
    "UTF-16": _in("utf-16"),
    "UTF-16 without a mark": _in("utf-16-le"),
    "UTF-32": _in("utf-32"),
    "UTF-7": _in("utf-7"),
    "EBCDIC": _in("cp500"),
    "old Mac lines": lambda good, _: _written(_read(good), "\r"),
    "Windows lines": lambda good, _: _written(_read(good), "\r\n"),
    "semicolons": lambda good, _: _written(_read(good), delimiter=";"),
    "huge field": _huge_field,
    "very wide": _very_wide,
    "very long": _very_long,
    "one character": _one_character,
    "gzip": lambda good, _: gzip.compress(good),
    "nothing": lambda good, _: b"",
    "header only": lambda good, _: good.partition(b"\n")[0],
    "noise": lambda good, dice: dice.randbytes(dice.choice((1, 100, 100_000))),
}


def _parquet(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def _frame(good: bytes) -> pl.DataFrame:
    return pl.read_csv(good, infer_schema=False)


def _of_frame(change: Callable[[pl.DataFrame, random.Random], pl.DataFrame]) -> Callable[[bytes, random.Random], bytes]:
    return lambda good, dice: _parquet(change(_frame(good), dice))


def _other_type(frame: pl.DataFrame, dice: random.Random) -> pl.DataFrame:
    name = dice.choice(frame.columns)
    other = dice.choice(
        (
            pl.lit(1.5),
            pl.lit(b"\xff\x00"),
            pl.lit([1, 2]).cast(pl.List(pl.Int64)),
            pl.struct(a=pl.lit(1), b=pl.lit("x")),
            pl.lit(datetime(2026, 1, 1, 12, 30)),  # noqa: DTZ001 a moment without a zone is one of the hostile ones
            pl.lit(None),
            pl.lit(2**63, dtype=pl.UInt64),
            pl.lit(value=True),
            pl.lit("9" * 40).cast(pl.Decimal(38, 0), strict=False),
            pl.lit("x").cast(pl.Categorical),
        )
    )
    return frame.with_columns(other.alias(name))


def _bomb(frame: pl.DataFrame, dice: random.Random) -> pl.DataFrame:
    """Many equal rows, a few kilobytes packed."""
    return frame.head(1).select(pl.all().repeat_by(dice.choice((1_000_000, 5_000_000))).explode())


PARQUET: Mapping[str, Callable[[bytes, random.Random], bytes]] = {
    "Parquet, as it is": _of_frame(lambda frame, _: frame),
    "Parquet, bits flipped": lambda good, dice: _flipped(_parquet(_frame(good)), dice),
    "Parquet, bits of the footer flipped": lambda good, dice: _tail_flipped(_parquet(_frame(good)), dice),
    "Parquet, cut off": lambda good, dice: _cut(_parquet(_frame(good)), dice),
    "Parquet, spliced": lambda good, dice: _spliced(_parquet(_frame(good)), dice),
    "Parquet, another type": _of_frame(_other_type),
    "Parquet, no rows": _of_frame(lambda frame, _: frame.head(0)),
    "Parquet, no columns": _of_frame(lambda frame, _: frame.select([])),
    "Parquet, a bomb": _of_frame(_bomb),
    "Parquet, CSV inside": lambda good, _: good,
}
