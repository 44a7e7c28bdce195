"""Export packs as an examiner, and as a forger, handles them."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path


def verified(pack: Path, *line: str) -> tuple[int, str]:
    """Run the pack's own program on it with bare Python: no site-packages, no environment."""
    with zipfile.ZipFile(pack) as archive:
        folder = pack.parent / f"{pack.stem}-program"
        for name in ("verify.py", "ed25519.py"):
            archive.extract(name, folder)
    return run(folder / "verify.py", str(pack), *line)


def run(program: Path, *line: str) -> tuple[int, str]:
    """Run a program with bare Python."""
    python = Path(sys.base_prefix) / "bin" / "python3"
    command = [str(python), "-I", "-S", str(program), *line]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"})
    assert done.stderr == "", done.stderr
    return done.returncode, done.stdout


def forged(pack: Path, name: str, change: Callable[[bytes], bytes | None], *, careful: bool = True) -> Path:
    """Copy a pack with one file changed (None: taken out); a careful forger writes the manifest anew."""
    copy = pack.with_name(f"forged-{hashlib.sha256(repr((name, careful)).encode()).hexdigest()[:8]}.zip")
    with zipfile.ZipFile(pack) as archive:
        contents: dict[str, bytes | None] = {one: archive.read(one) for one in archive.namelist()}
    contents[name] = change(contents.get(name) or b"")
    if careful:
        manifest = json.loads(contents["manifest.json"] or b"")
        listed = [one for one in contents if contents[one] is not None and one not in {"manifest.json", "manifest.note"}]
        manifest["files"] = [{"path": one, "bytes": 0, "sha256": "sha256:" + _digest(contents[one])} for one in listed]
        contents["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(copy, "w") as archive:
        for one, content in contents.items():
            if content is not None:
                archive.writestr(one, content)
    return copy


def _digest(content: bytes | None) -> str:
    return hashlib.sha256(content or b"").hexdigest()
