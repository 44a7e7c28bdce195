#!/usr/bin/env python3
"""Verify an export pack of jifen. Needs nothing but Python 3.9 or newer; shares no code with the system that made the pack.

    python3 verify.py [PACK] [--key PUBLIC_KEY] [--checkpoint FILE]

PACK is the zip or the folder it was unpacked to (default: the folder of this program). PUBLIC_KEY is the first public key of the ledger
as you received it outside this pack; without it the signatures only prove that pack and ledger agree. FILE is a checkpoint that you kept
earlier: the ledger of the pack must begin with it. Exit code 0: nothing was found. 1: something does not hold, each finding in Chinese
and English. 2: the pack cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))  # started from anywhere, it finds the file beside it

from ed25519 import second_opinion, signed_by  # type: ignore[import-not-found]  # it lies beside this file in the pack

Json = Any


class Finding(NamedTuple):
    """Something that does not hold: where, and in both languages what."""

    place: str
    zh: str
    en: str


class Pack:
    """The files of a pack, from a zip or a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.zip = zipfile.ZipFile(path) if path.is_file() else None

    def names(self) -> list[str]:
        """List every file."""
        if self.zip is not None:
            return [name for name in self.zip.namelist() if not name.endswith("/")]
        found = (one for one in self.path.rglob("*") if one.is_file() and "__pycache__" not in one.parts)
        return [one.relative_to(self.path).as_posix() for one in found]

    def read(self, name: str) -> bytes:
        """Read a file."""
        return self.zip.read(name) if self.zip is not None else (self.path / name).read_bytes()


def sha256(content: bytes) -> str:
    """Digest as records write it."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def node(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees as one."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def included(leaf: bytes, seq: int, size: int, path: list[bytes]) -> bytes | None:
    """Give the root that a path leads to from leaf `seq` of `size`, or None when it does not fit."""
    if not 0 <= seq < size:
        return None
    place, last, found = seq, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if place % 2 == 1 or place == last:
            found = node(step, found)
            while place % 2 == 0 and place != 0:
                place, last = place // 2, last // 2
        else:
            found = node(found, step)
        place, last = place // 2, last // 2
    return found if last == 0 else None


def extends(before: int, after: int, path: list[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Does the path prove that the tree of `after` leaves begins with that of `before`?"""
    if before == after:
        return not path and old_root == new_root
    if not 0 < before < after:
        return False
    steps = [old_root, *path] if before & (before - 1) == 0 else list(path)
    if not steps:
        return False
    place, last = before - 1, after - 1
    while place % 2 == 1:
        place, last = place // 2, last // 2
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place % 2 == 1 or place == last:
            old, new = node(step, old), node(step, new)
            while place % 2 == 0 and place != 0:
                place, last = place // 2, last // 2
        else:
            new = node(new, step)
        place, last = place // 2, last // 2
    return last == 0 and old == old_root and new == new_root


class Key(NamedTuple):
    """A public key: name, four bytes that number it, 32 bytes."""

    name: str
    number: bytes
    public: bytes


class Note(NamedTuple):
    """A signed text: its three lines, and the lines that sign it by key name, key number and signature."""

    lines: list[str]
    signatures: list[tuple[str, bytes, bytes]]


class Checkpoint(NamedTuple):
    """What a log said of itself: name, entries, root; and the note that says so."""

    origin: str
    size: int
    root: bytes
    note: Note


def key_of(text: str) -> Key:
    """Read a public key; ValueError when it is none."""
    name, number, coded = text.strip().split("+", 2)
    content = base64.b64decode(coded)
    expected = hashlib.sha256(name.encode() + b"\n" + content).digest()[:4]
    if content[:1] != b"\x01" or len(content) != 33 or expected.hex() != number:
        raise ValueError("not an Ed25519 key whose number fits: " + text[:60])
    return Key(name, expected, content[1:])


def note_of(note: str) -> Note:
    """Read a signed note of three lines; ValueError when it is none."""
    text, gap, lines = note.rpartition("\n\n")
    parts = text.split("\n")
    if not gap or len(parts) != 3:
        raise ValueError("not a signed note of three lines")
    signatures = []
    for line in lines.splitlines():
        _, name, coded = line.split(" ")
        content = base64.b64decode(coded)
        signatures.append((name, content[:4], content[4:]))
    return Note(parts, signatures)


def checkpoint_of(text: str) -> Checkpoint:
    """Read a signed checkpoint; ValueError when it is none."""
    note = note_of(text)
    origin, size, root = note.lines
    return Checkpoint(origin, int(size), base64.b64decode(root), note)


def signers(note: Note, keys: list[Key]) -> tuple[list[Key], list[str]]:
    """Give the keys whose signature holds, and what is wrong with the others that are known."""
    good, wrong = [], []
    message = ("\n".join(note.lines) + "\n").encode()
    for name, number, signature in note.signatures:
        for key in keys:
            if (key.name, key.number) == (name, number):
                holds = signed_by(key.public, message, signature)
                if second_opinion(key.public, message, signature) not in (None, holds):
                    wrong.append("openssl and this program disagree about " + name)
                elif holds:
                    good.append(key)
                else:
                    wrong.append("the signature of key " + number.hex() + " does not fit")
    return good, wrong


def check_manifest(pack: Pack) -> Iterator[Finding]:
    """Every file is listed with its hash, and every listed file is there."""
    listed = {one["path"]: one for one in json.loads(pack.read("manifest.json"))["files"]}
    there = set(pack.names()) - {"manifest.json", "manifest.note"}
    for name in sorted(set(listed) - there):
        yield Finding(name, "清单所列文件缺失", "is listed in the manifest and is missing")
    for name in sorted(there - set(listed)):
        yield Finding(name, "文件不在清单中", "is not listed in the manifest: it was added")
    for name in sorted(there & set(listed)):
        if sha256(pack.read(name)) != listed[name]["sha256"]:
            yield Finding(name, "文件内容与清单不符,已被改动", "does not have the hash that the manifest lists: it was changed")


def check_signature(pack: Pack, pinned: str | None, kept: str | None) -> Iterator[Finding]:
    """The checkpoint is signed by a key that the pinned one vouches for, and continues an earlier checkpoint."""
    place = "ledger/checkpoint"
    checkpoint = checkpoint_of(pack.read(place).decode())
    keys = [key_of(line) for line in pack.read("ledger/public-keys.txt").decode().splitlines() if line.strip()]
    if pinned is not None and key_of(pinned) not in keys:
        yield Finding("ledger/public-keys.txt", "所持公钥不在其中", "the key you hold is not among the keys of the pack")
        return
    good, wrong = signers(checkpoint.note, keys)
    for said in wrong:
        yield Finding(place, "签名无效", said)
    if not good:
        yield Finding(place, "检查点没有有效签名", "no known key signed the checkpoint")
    note = note_of(pack.read("manifest.note").decode())
    if note.lines != [checkpoint.origin, "export manifest", sha256(pack.read("manifest.json"))] or not signers(note, keys)[0]:
        yield Finding(
            "manifest.note", "清单未经账本密钥签名,或签名后被改动", "the manifest was not signed with the ledger's key, or changed since"
        )
    entered = [said["public_key"] for said in contents(pack, "key")]
    for key in keys:
        if not any(key_of(text) == key for text in entered):
            number = key.number.hex()
            yield Finding("ledger/public-keys.txt", f"公钥{number}未记入账本", f"public key {number} is not entered in the ledger")
    if kept is not None:
        yield from check_kept(pack, checkpoint, checkpoint_of(kept), keys)


def check_kept(pack: Pack, now: Checkpoint, then: Checkpoint, keys: list[Key]) -> Iterator[Finding]:
    """The log of the pack begins with the log of a checkpoint that was kept outside."""
    if not signers(then.note, keys)[0] or then.origin != now.origin:
        yield Finding("--checkpoint", "所持检查点不属于该账本", "the checkpoint you kept was not signed by this ledger")
        return
    for proof in json.loads(pack.read("ledger/consistency.json")):
        if proof["before"] == then.size:
            path = [bytes.fromhex(step) for step in proof["path"]]
            if not extends(then.size, now.size, path, then.root, now.root):
                zh = f"账本不再以当时的{then.size}条记录开头,历史被改写"
                yield Finding("ledger/consistency.json", zh, f"the ledger does not begin with its {then.size} entries of then: rewritten")
            return
    zh, en = f"导出包没有自{then.size}条起的一致性证明", f"the pack proves nothing about the checkpoint of {then.size} entries; ask for it"
    yield Finding("ledger/consistency.json", zh, en)


def entries(pack: Pack) -> list[dict[str, Json]]:
    """Read the entries of the pack."""
    return [json.loads(line) for line in pack.read("ledger/entries.jsonl").splitlines()]


def contents(pack: Pack, kind: str) -> list[dict[str, Json]]:
    """Read what the entries of a kind commit to, where it is in the pack."""
    return [json.loads(one["content"]) for one in entries(pack) if one["content"] and json.loads(one["entry"])["kind"] == kind]


def check_entries(pack: Pack) -> Iterator[Finding]:
    """Every entry is under the signed root at its place, and its content is what it commits to."""
    checkpoint = checkpoint_of(pack.read("ledger/checkpoint").decode())
    for one in entries(pack):
        said, place = json.loads(one["entry"]), "ledger/entries.jsonl, entry " + str(one["seq"])
        leaf = hashlib.sha256(b"\x00" + one["entry"].encode()).digest()
        root = included(leaf, one["seq"], checkpoint.size, [bytes.fromhex(step) for step in one["path"]])
        if said["seq"] != one["seq"] or root != checkpoint.root:
            yield Finding(place, "该记录不在已签名的账本中", "is not in the signed ledger: it was changed, moved or made up")
        if one["content"] is not None and said["kind"] != "decision" and sha256(one["content"].encode()) != said["content"]:
            yield Finding(place, "记录内容被改动", "its content is not what the entry commits to")


def check_decisions(pack: Pack) -> Iterator[Finding]:
    """Every chosen decision is there, is the one that was recorded, stands on its evidence and models, and adds up."""
    recorded = {}
    for one in entries(pack):
        said = json.loads(one["entry"])
        if said["kind"] == "decision":
            recorded[said["subject"]] = said["content"]
    names, gone = set(pack.names()), tombstones(pack)
    for number in json.loads(pack.read("manifest.json"))["decisions"]:
        folder = f"decisions/{number}/"
        if folder + "decision.json" not in names:
            if recorded.get(number) not in gone:
                yield Finding(folder, "决定缺失且无删除凭证", "is missing, and no tombstone says that it was deleted by the rules")
            continue
        content = pack.read(folder + "decision.json")
        if sha256(content) != recorded.get(number):
            yield Finding(
                folder + "decision.json", "与账本记录不符,已被改动", "is not the decision that the ledger recorded: it was changed"
            )
            continue
        yield from check_decision(pack, folder, json.loads(content), names, gone)


def tombstones(pack: Pack) -> list[str]:
    """Collect the hashes that were deleted by the rules."""
    return [sha for stone in contents(pack, "tombstone") for sha in stone["deleted"]]


def check_decision(pack: Pack, folder: str, decision: dict[str, Json], names: set[str], gone: list[str]) -> Iterator[Finding]:
    """One decision: its pins, its sums, its replay."""
    place, pins = folder + "decision.json", decision["pins"]
    yield from check_evidence(pack, folder, pins["evidence"], names, gone)
    if pins["bundle"] is not None:
        yield from check_model(pack, pins["bundle"], names)
    for kind, pin in (("policies", pins["policy"]), ("schemes", pins["scheme"]), ("references", pins["reference"])):
        if pin is not None:
            yield from check_artefact(pack, kind, pin.rsplit(" ", 1)[-1], names)
    for said, holds in sums(decision):
        if not holds:
            yield Finding(place, said + "不成立", said + " does not hold")
    if folder + "replay.json" in names:
        replay = json.loads(pack.read(folder + "replay.json"))
        if not replay["identical"]:
            first = next(stage["id"] for stage in replay["stages"] if not stage["identical"])
            yield Finding(folder + "replay.json", f"重放在“{first}”环节不一致", f"the replay differs from the stage {first} on")


def check_evidence(pack: Pack, folder: str, pin: str, names: set[str], gone: list[str]) -> Iterator[Finding]:
    """The evidence is the one that the decision pins, or was deleted by the rules."""
    place = folder + "evidence.json"
    if place not in names:
        if pin not in gone:
            yield Finding(place, "证据快照缺失", "the evidence is missing, and no tombstone says why")
    elif sha256(pack.read(place)) != pin:
        yield Finding(place, "不是作出决定时的证据", "is not the evidence that the decision was made on")


def check_model(pack: Pack, pin: str, names: set[str]) -> Iterator[Finding]:
    """The files of a model have the hash that the decision pins."""
    folder = "artefacts/models/" + pin.split(":")[1] + "/"
    counted = ("card.html", "card.md", "golden.json", "manifest.json", "model.txt", "reference_profile.json")
    missing = [name for name in counted if folder + name not in names]
    if missing:
        yield Finding(folder, "模型文件缺失", "the model is not whole: " + ", ".join(missing) + " missing")
        return
    lines = "".join(sha256(pack.read(folder + name)) + "  " + name + "\n" for name in counted)
    if sha256(lines.encode()) != pin:
        yield Finding(folder, "不是作出决定的模型", "is not the model that the decision was made with")


def check_artefact(pack: Pack, kind: str, pin: str, names: set[str]) -> Iterator[Finding]:
    """A policy, scheme or reference base has the hash that the decision pins."""
    place = "artefacts/" + kind + "/" + pin.split(":")[1] + ".json"
    if place not in names:
        yield Finding(place, "所用政策、方案或对照库缺失", "what the decision was made by is missing")
    elif sha256(pack.read(place)) != pin:
        yield Finding(place, "不是作出决定时的版本", "is not what the decision was made by")


def sums(decision: dict[str, Json]) -> Iterator[tuple[str, bool]]:
    """Say what must add up in a decision, and whether it does."""
    points, risk, offer = decision["points"], decision["risk"], decision["offer"]
    if points is not None:
        yield (
            "points: items = groups = total",
            (sum(one["points"] for one in points["items"]) == sum(one["points"] for one in points["groups"]) == points["total"]),
        )
    if risk is not None:
        parts = sum(one["points"] for one in decision["contributions"])
        yield "score: base + contributions", risk["base_score"] + parts == risk["score"]
    if offer is not None:
        yield "rate: parts", sum(part["bp"] for part in offer["rate_parts_bp"]) == offer["rate_bp"]
        yield "loss: shares = 100 %", sum(share["share_bp"] for share in offer["risk_sharing"]["shares"]) == 10_000
        yield "schedule: principal = amount", sum(one["principal"] for one in offer["schedule"]["instalments"]) == offer["amount"]


CHECKS: list[tuple[str, Callable[[Pack], Iterator[Finding]]]] = [
    ("清单 manifest", check_manifest),
    ("账本记录 entries under the signed root", check_entries),
    ("决定 decisions, evidence, models, sums, replays", check_decisions),
]


def findings(pack: Pack, pinned: str | None = None, kept: str | None = None) -> Iterator[Finding]:
    """Run every check; one that cannot read what it needs is a finding itself."""
    every = [*CHECKS, ("签名 signatures", lambda one: check_signature(one, pinned, kept))]
    for name, check in every:
        try:
            yield from check(pack)
        except (KeyError, ValueError, TypeError, OSError, AttributeError) as error:
            yield Finding(name, f"无法检查:{error}", f"cannot be checked: {error!r}")


def main(line: list[str] | None = None) -> int:
    """Verify and print; gives the exit code."""
    parser = argparse.ArgumentParser(description="Verify an export pack of jifen / 验证 jifen 导出包")
    parser.add_argument("pack", nargs="?", default=str(Path(__file__).resolve().parent), help="zip or folder; default: this folder")
    parser.add_argument("--key", help="the first public key of the ledger, as you received it outside this pack")
    parser.add_argument("--checkpoint", help="file with a checkpoint that you kept earlier")
    asked = parser.parse_args(line)
    try:
        pack = Pack(Path(asked.pack))
        manifest = json.loads(pack.read("manifest.json"))
        kept = Path(asked.checkpoint).read_text(encoding="utf-8") if asked.checkpoint else None
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        print(f"无法读取 cannot be read: {error}")
        return 2
    for one in (found := list(findings(pack, asked.key, kept))):
        print(f"不符 DOES NOT HOLD  {one.place}: {one.zh} / {one.en}")
    print(f"决定 decisions: {len(manifest['decisions'])}   账本记录 entries: {len(entries(pack)) if not found else '-'}")
    if asked.key is None:
        print("注意:未提供所持公钥,签名只证明导出包与账本一致。 Note: no key was given; signatures only prove that pack and ledger agree.")
    print("未发现问题 nothing was found" if not found else f"发现问题 findings: {len(found)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
