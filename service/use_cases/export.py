"""The examiner's zip: chosen decisions with everything they stand on, proved to be in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import IO, Any

import orjson
from sqlalchemy import Connection

from features.evidence.dossier import read_dossier
from features.indicators import CATALOGUE, catalogue_hash
from service.artefacts import Shelf
from service.clock import Clock
from service.domain import Decision
from service.domain.program import code_version
from service.domain.record import canonical_bytes
from service.errors import InvalidRequest, UnknownDecision
from service.kit import pinned
from service.ledger import Actor, Draft, Kind
from service.ledger.checkpoint import Checkpoint
from service.ledger.entry import moment_text
from service.ledger.note import read_note
from service.ledger.proofs import consistency_path, inclusion_path
from service.ledger.tree import WholeTree, leaf_hash
from service.pack.contents import PackFile, PackManifest, index_of, programs, write_pack
from service.past import Past
from service.programs import Programs
from service.rows import build_row, day_number
from service.sealer import Sealer
from service.store import Store
from service.store.artefacts import ArtefactKind, artefact_bytes, newest_validation
from service.store.blobs import get_blob, read_blobs
from service.store.ledger import append, entries_between, entries_of_kinds, entries_of_subjects, newest_checkpoint
from service.store.records import find_decision
from service.use_cases.lineage import lineage_of
from service.use_cases.replay import evidence_of, replay_body
from service.web.picture import draw

__all__ = ["MOST_DECISIONS", "Exported", "export"]

MOST_DECISIONS = 10_000
OTHER_DEFINITIONS = "other definitions of the indicators: the program in artefacts/programs computes them / 指标定义已变更"
GOVERNANCE = (Kind.KEY, Kind.PROPOSAL, Kind.VERDICT, Kind.RELEASE, Kind.SWITCH)
"""Entries that every pack carries: who let what decide."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported: the ledger's entry that tells of it, and the hash of the pack's manifest."""

    entry: int
    manifest: str
    decisions: int
    missing: tuple[str, ...]
    """Decisions whose content was deleted by the rules; their tombstones are in the pack."""


def export(
    store: Store,
    sealer: Sealer,
    shelf: Shelf,
    clock: Clock,
    sink: IO[bytes],
    *,
    chosen: Sequence[str],
    actor: Actor,
    kept: Sequence[int] = (),
    past: Past | None = None,
) -> Exported:
    """Write the pack of the chosen decisions to `sink`; that it was taken is entered first, and is under the pack's own checkpoint.

    `kept` are sizes of earlier checkpoints to prove consistency with; `past` asks the programs that decided,
    and the pack takes them along. `UnknownDecision` when one is not in the ledger,
    `InvalidRequest` for none or too many.
    """
    numbers = tuple(dict.fromkeys(chosen))
    if not 1 <= len(numbers) <= MOST_DECISIONS:
        raise InvalidRequest(f"an export holds 1 to {MOST_DECISIONS:,} decisions, {len(numbers):,} were chosen; choose fewer")
    _check_known(store, numbers)
    place = _enter(store, clock, numbers, actor)
    sealer.seal_now()
    with store.reading() as unit:
        newest = newest_checkpoint(unit)
    assert newest is not None  # it was just sealed
    gathered = _Gathered(store, shelf, clock, numbers, past)
    manifest = PackManifest(
        made_at=moment_text(clock()),
        made_by=actor.id,
        program=code_version(),
        origin=sealer.keys.origin,
        size=newest[0],
        entry=place,
        decisions=numbers,
        simulated=gathered.simulated,
    )
    keys = "".join(f"{key.text}\n" for key in sealer.keys.known)
    contents = _contents(gathered, newest[1], keys, kept)
    return Exported(place, write_pack(sink, contents, manifest, sealer.keys.signer), len(numbers), gathered.missing)


def _check_known(store: Store, numbers: Sequence[str]) -> None:
    with store.reading() as unit:
        known = {entry["subject"] for entry in map(orjson.loads, entries_of_subjects(unit, numbers)) if entry["kind"] == Kind.DECISION}
    strange = [number for number in numbers if number not in known]
    if strange:
        raise UnknownDecision(f"the ledger has no decision {strange[0][:40]!r}; GET /v1/decisions lists those on record")


def _enter(store: Store, clock: Clock, numbers: Sequence[str], actor: Actor) -> int:
    content = canonical_bytes({"format": "export/1", "decisions": list(numbers), "program": code_version()})
    subject = numbers[0] if len(numbers) == 1 else f"{len(numbers)} decisions"
    with store.writing() as unit:
        return append(unit, [Draft(kind=Kind.EXPORT, subject=subject, actor=actor, at=clock(), content=content)])[0]


class _Gathered:
    """The chosen decisions as they are on record; those that were deleted are named."""

    def __init__(self, store: Store, shelf: Shelf, clock: Clock, numbers: Sequence[str], past: Past | None) -> None:
        self.store, self.shelf, self.clock, self.numbers, self.past = store, shelf, clock, tuple(numbers), past
        self.bodies: dict[str, bytes] = {}
        with store.reading() as unit:
            for number in numbers:
                found = find_decision(unit, number)
                if found is not None:
                    self.bodies[number] = found.body
        self.missing = tuple(number for number in numbers if number not in self.bodies)
        self.simulated = any("simulated_data" in orjson.loads(body)["warnings"] for body in self.bodies.values())


def _contents(gathered: _Gathered, note: str, keys: str, kept: Sequence[int]) -> Iterator[PackFile]:
    yield from programs()
    yield index_of((body, orjson.loads(body)) for body in gathered.bodies.values())
    yield PackFile("ledger/checkpoint", note.encode())
    yield PackFile("ledger/public-keys.txt", keys.encode())
    yield from _ledger(gathered, note, kept)
    stands_on: dict[tuple[ArtefactKind, str], None] = {}
    codes: set[str] = set()
    for number, body in gathered.bodies.items():
        decision = Decision.model_validate_json(body)
        stands_on |= dict.fromkeys(pinned(decision.pins))
        codes.add(decision.pins.code)
        yield from _decision(gathered, f"decisions/{number}/", body, decision)
    with gathered.store.reading() as unit:
        for kind, pin in stands_on:
            yield from _artefact(unit, gathered.shelf, kind, pin)
    if gathered.past is not None:
        yield from _programs(gathered.past.programs, codes)


def _programs(kept: Programs, codes: Iterable[str]) -> Iterator[PackFile]:
    """Give the programs that decided, each once, as far as they are kept."""
    for code in sorted(codes):
        path = kept.path(code)
        if path is not None:
            yield PackFile(f"artefacts/programs/{path.name}", path.read_bytes())


def _ledger(gathered: _Gathered, note: str, kept: Sequence[int]) -> Iterator[PackFile]:
    """Give the entries about the decisions and about what may decide, each with its proof."""
    size = Checkpoint.parse(read_note(note).text).size
    with gathered.store.reading() as unit:
        tree = WholeTree([leaf_hash(entry) for entry in entries_between(unit, 0, size)])
        found = {*entries_of_kinds(unit, GOVERNANCE), *entries_of_subjects(unit, gathered.numbers)}
        lines = [_line(unit, tree, size, entry) for entry in sorted(found, key=lambda entry: int(orjson.loads(entry)["seq"]))]
    yield PackFile("ledger/entries.jsonl", b"".join(line for line in lines if line))
    proofs = [
        {"before": before, "after": size, "path": [step.hex() for step in consistency_path(tree, before, size)]}
        for before in sorted(set(kept))
        if 0 < before <= size
    ]
    yield PackFile("ledger/consistency.json", orjson.dumps(proofs, option=orjson.OPT_INDENT_2))


def _line(unit: Connection, tree: WholeTree, size: int, entry: bytes) -> bytes:
    said = orjson.loads(entry)
    seq = said["seq"]
    if seq >= size:  # recorded since the checkpoint
        return b""
    content = None if said["kind"] == Kind.DECISION else next((text.decode() for _, text in read_blobs(unit, [said["content"]])), None)
    path = [step.hex() for step in inclusion_path(tree, seq, size)]
    return orjson.dumps({"seq": seq, "entry": entry.decode(), "path": path, "content": content}) + b"\n"


def _decision(gathered: _Gathered, folder: str, body: bytes, decision: Decision) -> Iterator[PackFile]:
    store = gathered.store
    with store.reading() as unit:
        dossier = get_blob(unit, decision.pins.evidence)
    certificate = replay_body(evidence_of(store), gathered.shelf.of, body, gathered.clock, gathered.past)
    yield PackFile(f"{folder}decision.json", body)
    yield PackFile(f"{folder}evidence.json", dossier)
    yield PackFile(f"{folder}features.json", _features(dossier, decision))
    yield PackFile(f"{folder}lineage.json", _plain(lineage_of(store, decision.decision_id)))
    yield PackFile(f"{folder}replay.json", _plain(certificate))
    if decision.points is not None and decision.risk is not None:
        said = orjson.loads(body)
        for lang in ("zh", "en"):
            yield PackFile(f"{folder}sheet.{lang}.svg", draw(said, lang).encode())


def _plain(value: Any) -> bytes:
    return orjson.dumps(asdict(value), option=orjson.OPT_INDENT_2, default=str)


def _features(dossier: bytes, decision: Decision) -> bytes:
    """Give every indicator with its names, unit and value, as the decision saw it; none where its definitions are not this program's."""
    asked = decision.application
    if decision.pins.catalogue != catalogue_hash():
        said = {"as_of": decision.as_of, "catalogue": decision.pins.catalogue, "indicators": [], "note": OTHER_DEFINITIONS}
        return orjson.dumps(said, option=orjson.OPT_INDENT_2)
    values = build_row(dossier, day_number(decision.as_of)).with_request(asked.amount, asked.term_months)
    listed = [
        {"id": name, "zh": CATALOGUE[name].zh, "en": CATALOGUE[name].en, "unit": CATALOGUE[name].unit, "value": value}
        for name, value in values.items()
    ]
    said = {"as_of": decision.as_of, "tables": sorted(read_dossier(dossier)), "indicators": listed}
    return orjson.dumps(said, option=orjson.OPT_INDENT_2, default=str)


def _artefact(unit: Connection, shelf: Shelf, kind: ArtefactKind, pin: str) -> Iterator[PackFile]:
    """Give an artefact in the bytes that its hash is over, and as it was written where that is another form."""
    name = pin.removeprefix("sha256:")
    if kind is ArtefactKind.MODEL:
        folder = shelf.model(pin).folder
        yield from (PackFile(f"artefacts/models/{name}/{one.name}", one.read_bytes()) for one in sorted(folder.iterdir()))
        validation = newest_validation(unit, pin)
        if validation is not None:
            yield PackFile(f"artefacts/validations/{validation[0].removeprefix('sha256:')}.json", validation[1])
        return
    written = artefact_bytes(unit, kind, pin) or b""
    if kind is ArtefactKind.REFERENCE:
        yield PackFile(f"artefacts/references/{name}.json", written)
        return
    hashed = shelf.scheme(pin).canonical() if kind is ArtefactKind.SCHEME else shelf.policy(pin).canonical()
    plural = "schemes" if kind is ArtefactKind.SCHEME else "policies"
    yield PackFile(f"artefacts/{plural}/{name}.json", hashed)
    yield PackFile(f"artefacts/{plural}/{name}.toml", written)
