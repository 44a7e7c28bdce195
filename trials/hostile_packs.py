"""Hostile ZIP files and JSON bodies, made from good ones."""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["JSON", "PACKS"]

Files = Mapping[str, bytes]
MEGABYTE = 2**20


def _packed(files: Files, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as pack:
        for name, content in files.items():
            pack.writestr(name, content)
    return out.getvalue()


def _flipped(content: bytes, dice: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(dice.choice((1, 3, 20))):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _cut(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content))]


def _patched(content: bytes, marks: Mapping[bytes, tuple[int, bytes]]) -> bytes:
    """Overwrite a field of every header: where a signature stands, so many bytes behind it."""
    changed = bytearray(content)
    for mark, (offset, value) in marks.items():
        at = content.find(mark)
        while at >= 0:
            changed[at + offset : at + offset + len(value)] = value
            at = content.find(mark, at + 1)
    return bytes(changed)


LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"


def _encrypted(files: Files, _: random.Random) -> bytes:
    return _patched(_packed(files), {LOCAL: (6, b"\x01\x00"), CENTRAL: (8, b"\x01\x00")})


def _of_method(number: int) -> Callable[[Files, random.Random], bytes]:
    said = struct.pack("<H", number)
    return lambda files, _: _patched(_packed(files), {LOCAL: (8, said), CENTRAL: (10, said)})


def _lying(files: Files, dice: random.Random) -> bytes:
    """Sizes that are not the contents'."""
    size = struct.pack("<I", dice.choice((0, 1, 2**31 - 1, 2**32 - 2)))
    return _patched(_packed(files), {CENTRAL: (24, size)})


def _bomb(_: Files, dice: random.Random) -> bytes:
    """Few bytes that unpack into gigabytes."""
    member = b"firm_id\n" + b"0" * (31 * MEGABYTE)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as pack:
        pack.writestr("firms.csv", member)
        for number in range(dice.choice((4, 30))):
            pack.writestr(f"x{number}/patents.csv", member)
    return out.getvalue()


def _many(files: Files, _: random.Random) -> bytes:
    return _packed({**files, **{f"d{n}/patents.csv": b"" for n in range(20_000)}})


def _renamed(files: Files, dice: random.Random) -> bytes:
    strange = dice.choice(
        (
            "../firms.csv",
            "/etc/firms.csv",
            "firms.csv/",
            "C:\\firms.csv",
            "企业.csv",
            "FIRMS.CSV",
            "a" * 5000 + ".csv",
            "firms.csv\n.csv",
        )
    )
    return _packed({strange if name.startswith("firms") else name: content for name, content in files.items()})


PACKS: Mapping[str, Callable[[Files, random.Random], bytes]] = {
    "ZIP, as it is": lambda files, _: _packed(files),
    "ZIP, stored": lambda files, _: _packed(files, method=zipfile.ZIP_STORED),
    "ZIP, other methods": lambda files, dice: _packed(files, method=dice.choice((zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))),
    "ZIP, bits flipped": lambda files, dice: _flipped(_packed(files), dice),
    "ZIP, LZMA bits flipped": lambda files, dice: _flipped(_packed(files, method=zipfile.ZIP_LZMA), dice),
    "ZIP, cut off": lambda files, dice: _cut(_packed(files), dice),
    "ZIP, encrypted": _encrypted,
    "ZIP, unknown method": _of_method(97),
    "ZIP, wrong method": _of_method(12),
    "ZIP, lying sizes": _lying,
    "ZIP, a bomb": _bomb,
    "ZIP, many files": _many,
    "ZIP, strange names": _renamed,
    "ZIP, nested": lambda files, _: _packed({"inner.zip": _packed(files), **files}),
    "ZIP, empty": lambda *_: _packed({}),
    "ZIP, CSV inside": lambda files, _: files["firms.csv"],
}


def _deep(opening: str, closing: str, middle: str = "") -> Callable[[bytes, random.Random], bytes]:
    def mutate(good: bytes, dice: random.Random) -> bytes:
        depth = dice.choice((100, 500, 900, 960, 1000, 1020, 1024, 5_000, 100_000))
        deep = opening * depth + middle + closing * depth
        return dice.choice((deep.encode(), good[:-1] + b', "more": ' + deep.encode() + b"}"))

    return mutate


def _value(values: tuple[str, ...]) -> Callable[[bytes, random.Random], bytes]:
    """Put a text of JSON in the place of some value."""

    def mutate(good: bytes, dice: random.Random) -> bytes:
        body = json.loads(good)
        places: list[tuple[Any, Any]] = []
        _walk(body, places)
        holder, key = dice.choice(places)
        holder[key] = "@@@"
        return json.dumps(body).replace('"@@@"', dice.choice(values)).encode("utf-8", errors="surrogatepass")

    return mutate


def _walk(node: Any, places: list[tuple[Any, Any]]) -> None:
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        places.append((node, key))
        _walk(value, places)


def _repeated_key(good: bytes, dice: random.Random) -> bytes:
    return b'{"firm_id": "x", ' + good.strip()[1:-1] + b', "firm_id": "y", "amount": 1, "amount": 2}'


NUMBERS = (
    "9" * 5000,
    "-" + "9" * 5000,
    "1e999",
    "-1e999",
    "1e-999",
    "NaN",
    "Infinity",
    "-0",
    "0.1",
    "1" + "0" * 400,
    "9223372036854775808",
    "01",
    "+1",
    "1.",
    "0x1",
)
TEXTS = (
    '"\\ud800"',
    '"\\u0000"',
    '"\ud800"',
    '"\\ufeff"',
    '""',
    '"' + "A" * 1_000_000 + '"',
    '"=1+1"',
    '"2026-02-30"',
    '"0"',
    '"9999-12-31"',
    '"\\ud83d\\ude00"',
    '"\\b\\f"',
)
SHAPES = (
    "null",
    "true",
    "[]",
    "{}",
    "[[[]]]",
    '{"a": {"b": []}}',
    "[null, null]",
    "[" + ",".join(["{}"] * 20_000) + "]",
    '"' + "x," * 20_000 + '"',
)

JSON: Mapping[str, Callable[[bytes, random.Random], bytes]] = {
    "JSON, as it is": lambda good, _: good,
    "JSON, bits flipped": _flipped,
    "JSON, cut off": _cut,
    "JSON, deep lists": _deep("[", "]"),
    "JSON, deep objects": _deep('{"a":', "}", "1"),
    "JSON, repeated keys": _repeated_key,
    "JSON, number in a field": _value(NUMBERS),
    "JSON, text in a field": _value(TEXTS),
    "JSON, shape in a field": _value(SHAPES),
    "JSON, BOM": lambda good, _: b"\xef\xbb\xbf" + good,
    "JSON, UTF-16": lambda good, _: good.decode().encode("utf-16"),
    "JSON, UTF-32": lambda good, _: good.decode().encode("utf-32"),
    "JSON, not UTF-8": lambda good, dice: good.replace(b'"', b'"\xff', 1) if dice.random() < 0.5 else good.replace(b"e", b"\xed\xa0\x80"),
    "JSON, NULs": lambda good, dice: good + b"\0" * dice.choice((1, 100)),
    "JSON, comments": lambda good, _: b"/* */" + good,
    "JSON, lines": lambda good, _: good + b"\n" + good,
    "JSON, too large": lambda good, _: good[:-1] + b" " * (3 * MEGABYTE) + b"}",
    "JSON, nothing": lambda *_: b"",
    "JSON, noise": lambda _, dice: dice.randbytes(dice.choice((1, 1000))),
}
