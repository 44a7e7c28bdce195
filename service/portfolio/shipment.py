"""What decides, as values that travel to other machines: they need neither the database nor JIFEN_HOME, and hold all to its hashes."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from features.indicators import catalogue_hash
from service.artefacts import Shelf, source_of
from service.domain.allocation import Plan
from service.domain.program import code_version
from service.errors import ArtefactUnusable, PortfolioRefused
from service.in_force import active_of
from service.portfolio.offers import Bench
from service.portfolio.screen import Grid
from service.portfolio.standing import Standing
from service.releases import Parts
from service.store import Store
from service.store.artefacts import ArtefactKind
from service.store.releases import find_release

__all__ = ["Shipment", "shipment_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """A bench without anything of the machine it was laid on: artefacts as bytes by kind and hash."""

    release_id: str
    parts: Parts
    artefacts: Mapping[tuple[str, str], bytes]
    standing: Standing
    plan: Plan
    with_offers: bool
    program: str
    catalogue: str

    def packed(self) -> bytes:
        """Write it down."""
        return pickle.dumps(self)

    @staticmethod
    def unpacked(packed: bytes) -> Shipment:
        """Read what `packed` wrote; only ever our own broadcast."""
        made: Shipment = pickle.loads(packed)  # noqa: S301 made by this program's driver and carried by the cluster itself
        return made

    def bench(self) -> Bench:
        """Lay the bench anew. `PortfolioRefused` where this machine runs another program, `ArtefactUnusable` for changed bytes."""
        if self.program != code_version() or self.catalogue != catalogue_hash():
            raise PortfolioRefused(
                f"an executor runs {code_version()} and the driver {self.program}; give every executor the driver's jifen, "
                "for instance with --archives and one packed virtual environment"
            )
        with TemporaryDirectory(prefix="jifen-portfolio-") as home:
            active = active_of(self.parts, Shelf(self._content, Path(home)), release_id=self.release_id)
        return Bench(active, self.standing, self.plan, Grid(active.policy))

    def _content(self, kind: ArtefactKind, pin: str) -> bytes | None:
        return self.artefacts.get((str(kind), pin))


def shipment_of(store: Store, bench: Bench, *, with_offers: bool) -> Shipment:
    """Pack what `bench` decides with; challengers stay behind, for a portfolio does not ask them."""
    active = bench.active
    assert active.release_id is not None  # it was loaded as what is in force
    with store.reading() as unit:
        release = find_release(unit, active.release_id)
    assert release is not None  # nothing is taken off the record
    parts = release.parts.model_copy(update={"challengers": {}})
    return Shipment(
        release_id=active.release_id,
        parts=parts,
        artefacts=dict(_kept(store, parts)),
        standing=bench.standing,
        plan=bench.plan,
        with_offers=with_offers,
        program=code_version(),
        catalogue=catalogue_hash(),
    )


def _kept(store: Store, parts: Parts) -> Mapping[tuple[str, str], bytes]:
    read = source_of(store)
    wanted = [(ArtefactKind.MODEL, pin.sha256) for pin in parts.bundles.values()]
    wanted += [(ArtefactKind.SCHEME, parts.scheme.sha256), (ArtefactKind.POLICY, parts.policy.sha256)]
    if parts.reference is not None:
        wanted.append((ArtefactKind.REFERENCE, parts.reference.sha256))
    kept: dict[tuple[str, str], bytes] = {}
    for kind, pin in wanted:
        content = read(kind, pin)
        if content is None:
            raise ArtefactUnusable(f"{kind} {pin} is not on file; propose a release with it, which keeps it")
        kept[str(kind), pin] = content
    return kept
