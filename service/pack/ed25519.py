"""Ed25519 signatures (RFC 8032, 5.1.7), verified in plain integers: slow, and enough for a few. Nothing but the standard library."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

FIELD = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE_D = -121665 * pow(121666, FIELD - 2, FIELD) % FIELD
ROOT_MINUS_ONE = pow(2, (FIELD - 1) // 4, FIELD)
Point = tuple[int, int, int, int]


def add(one: Point, two: Point) -> Point:
    """Add two points of the curve in extended coordinates."""
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % FIELD, (one[1] + one[0]) * (two[1] + two[0]) % FIELD
    c, d = 2 * one[3] * two[3] * CURVE_D % FIELD, 2 * one[2] * two[2] % FIELD
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % FIELD, g * h % FIELD, f * g % FIELD, e * h % FIELD


def times(scalar: int, point: Point) -> Point:
    """Multiply a point."""
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def recover(y: int, sign: int) -> int | None:
    """Give the x of a point from its y, or None when there is none."""
    if y >= FIELD:
        return None
    square = (y * y - 1) * pow(CURVE_D * y * y + 1, FIELD - 2, FIELD) % FIELD
    if square == 0:
        return None if sign else 0
    x = pow(square, (FIELD + 3) // 8, FIELD)
    if (x * x - square) % FIELD != 0:
        x = x * ROOT_MINUS_ONE % FIELD
    if (x * x - square) % FIELD != 0:
        return None
    return FIELD - x if x % 2 != sign else x


def point_of(text: bytes) -> Point | None:
    """Read a point."""
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    x = recover(y, sign)
    return None if x is None else (x, y, 1, x * y % FIELD)


def signed_by(public: bytes, message: bytes, signature: bytes) -> bool:
    """Is it this key's signature of the message?"""
    key, commitment = point_of(public), point_of(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or len(signature) != 64 or scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    base_y = 4 * pow(5, FIELD - 2, FIELD) % FIELD
    base_x = recover(base_y, 0)
    assert base_x is not None
    left, right = times(scalar, (base_x, base_y, 1, base_x * base_y % FIELD)), add(commitment, times(challenge, key))
    return (left[0] * right[2] - right[0] * left[2]) % FIELD == 0 and (left[1] * right[2] - right[1] * left[2]) % FIELD == 0


def second_opinion(public: bytes, message: bytes, signature: bytes) -> bool | None:
    """Ask the `openssl` command too, where there is one; None where there is none or it cannot do it."""
    program = shutil.which("openssl")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        der = bytes.fromhex("302a300506032b6570032100") + public
        pem = b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(der) + b"\n-----END PUBLIC KEY-----\n"
        for name, content in (("key", pem), ("text", message), ("signature", signature)):
            (place / name).write_bytes(content)
        line = [program, "pkeyutl", "-verify", "-pubin", "-inkey", "key", "-rawin", "-in", "text", "-sigfile", "signature"]
        done = subprocess.run(line, cwd=folder, capture_output=True, check=False)  # noqa: S603 no shell, our own files
    if b"Verified Successfully" in done.stdout:
        return True
    return False if b"Verification Failure" in done.stdout + done.stderr else None
