"""A small nation to run portfolios on: simulated firms with gaps of every kind, two real models and a release in force."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from builders_catalogue_model import catalogue_bundle
from builders_models import DOUBT, LATER
from builders_releases import office_of, released, wanted
from builders_validation import validation_of

from features.build import build_features
from features.indicators import CATALOGUE
from features.points import build_reference, shipped_scheme
from features.tables import TABLES
from service.artefacts import reference_artefact, scheme_artefact, scheme_text
from service.clock import system_clock
from service.config import Settings
from service.domain import Decision
from service.domain.finance.risk_sharing import BANK
from service.ledger import Actor
from service.portfolio.columns import prefix_of
from service.portfolio.crew import Wish, made_by, opened
from service.portfolio.run import Made, Manifest, asked_of, run
from service.serving import prepare
from service.store import open_store
from service.uploads import read_folder
from service.use_cases.ingest import ingest
from training.bundle import Calibration, write_validation
from training.simulate import simulate

DAY = date(2026, 10, 31)
TODAY = date(2026, 11, 20)
FIRMS = 210
PRODUCTS = ("startup-credit", "growth-relay", "loan-investment", "common-growth", "acquisition")


@dataclass(frozen=True)
class Nation:
    """Evidence on disk and on file, a release in force, and where they are."""

    settings: Settings
    evidence: Path
    firms: tuple[str, ...]
    bare: tuple[str, ...]
    """Firms of which nothing but the row of `firms` is known."""
    stageless: tuple[str, ...]
    """Firms whose stage nothing tells: they are founded after the day of the run."""

    def wish(self, folder: Path, **said: Any) -> Wish:
        """Ask for 3 m yuan over 24 months from the files, fifty firms at a time, unless said otherwise."""
        usual: dict[str, Any] = {"amount": 3_000_000, "term_months": 24, "evidence": self.evidence, "size": 50}
        usual |= {"settings": self.settings, "folder": folder, "as_of": DAY, "today": TODAY}
        return Wish(**(usual | said))


def done(wish: Wish, workers: int = 1) -> Manifest:
    """Run a portfolio to its end as the command does."""
    with opened(wish) as own:
        wish = replace(wish, release_id=own.bench.active.release_id)

        def made(numbers: Iterable[int]) -> Iterator[tuple[int, Made]]:
            return made_by(wish, own, workers, numbers)

        return run(asked_of(own.source, own.bench, size=wish.size, offers=str(wish.with_offers)), own.source, wish.folder, made)


def rows_in(folder: Path) -> pl.DataFrame:
    """Every row of a run, in the order of its parts."""
    return pl.concat(pl.read_parquet(path) for path in sorted(folder.glob("part-*.parquet")))


def made_nation(home: Path) -> Nation:
    """Make it: simulated firms, some stripped to their identity or of unknown stage; models that approve some and decline some."""
    settings = Settings(home=home, lock_seconds=5, seal_milliseconds=3_600_000, log_level="ERROR", clock_seconds=10**9)
    tables = dict(simulate(firms=FIRMS, seed=11, until=DAY).tables)
    firms = tables["firms"]["firm_id"].sort().to_list()
    bare, stageless = tuple(firms[5:200:24]), tuple(firms[7:200:28])
    for name in TABLES:
        if name != "firms":
            tables[name] = tables[name].filter(~pl.col("firm_id").is_in(bare))
    lost = pl.col("firm_id").is_in(bare)
    tables["firms"] = tables["firms"].with_columns(pl.when(~lost).then("searched").alias("searched"))
    unborn = pl.col("firm_id").is_in(stageless)
    tables["firms"] = tables["firms"].with_columns(pl.when(unborn).then(pl.lit(TODAY)).otherwise("founded_on").alias("founded_on"))
    evidence = home / "evidence"
    evidence.mkdir(parents=True)
    for name, frame in tables.items():
        frame.write_parquet(evidence / f"{name}.parquet")
    _filed(settings, evidence, tables)
    return Nation(settings, evidence, tuple(firms), bare, stageless)


def _filed(settings: Settings, evidence: Path, tables: dict[str, pl.DataFrame]) -> None:
    prepare(settings)
    store = open_store(settings.database, connections=2, lock_seconds=5)
    _released(store, settings.home, tables)
    ingest(store, system_clock, read_folder(evidence, TODAY), actor=Actor(kind="system", id="test"), source="simulated")
    store.close()


def _released(store: Any, home: Path, tables: dict[str, pl.DataFrame]) -> None:
    firms = tables["firms"]["firm_id"]
    asked = {"application_id": firms, "firm_id": firms, "as_of": [DAY] * len(firms), "amount": [None] * len(firms)}
    nothing = pl.lit(None, pl.Int64)
    frame = build_features(pl.DataFrame(asked).with_columns(amount=nothing, term_months=nothing), tables)
    scheme = shipped_scheme("cn-core-18")
    peers = build_reference(frame, scheme, name="peers", as_of=(DAY - date(1970, 1, 1)).days, simulated=True)
    chances = np.where((frame["cash_cover_months"].fill_null(3.0) < 2.0).to_numpy(), 0.5, 0.15)
    weak = (np.random.default_rng(3).random(len(firms)) < chances).astype(np.float64)
    safer = Calibration(slope=1.0, intercept=-2.2, observed=0.1, central_tendency=0.02, shift=0.0)
    doubt = DOUBT.model_copy(update={"weights": (1 / len(CATALOGUE),) * len(CATALOGUE)})

    for segment in ("startup", "growth"):
        folder = home / "trained" / segment
        bundle = catalogue_bundle(folder, frame, weak, segment=segment, calibration=safer, doubt=doubt, term_structure=LATER)
        write_validation(bundle.folder, validation_of(bundle))
    text = scheme_text("cn-core-18") or ""
    asks = {"scheme": scheme_artefact(text), "reference": reference_artefact(peers.to_bytes())}
    released(office_of(store, home, system_clock), wanted(home / "trained", **asks))


def copied(nation: Nation, folder: Path) -> Nation:
    """The same nation on a database of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "jifen.db"
    shutil.copy(nation.settings.home / "jifen.db", path)
    return replace(nation, settings=replace(nation.settings, database_url=f"sqlite:///{path}"))


def same_offer(row: Mapping[str, Any], decision: Decision, product: str) -> None:
    """Outcome, causes and every part of the offer are what a decision says."""
    told = {name.removeprefix(prefix_of(product)): value for name, value in row.items() if name.startswith(prefix_of(product))}
    offer, risk, points = decision.offer, decision.risk, decision.points
    assert points is not None
    rules = [one.code for one in decision.reasons if one.kind == "rule" and one.direction == "-"]
    assert told["outcome"] == decision.outcome
    assert [cause.upper().replace("-", "_") for cause in told["causes"]][:4] == rules
    assert set(told["causes"]) <= {one.rule for one in decision.fired}
    assert (told["points"], told["pd"], told["grade"]) == (points.total, risk and float(risk.pd), risk and risk.grade)
    expected = dict.fromkeys(("amount", "lent", "term_months", "rate_bp", "collateral", "authority", "programme", "bank_share_bp"))
    if offer is not None:
        expected = {
            **{name: getattr(offer, name) for name in ("amount", "lent", "term_months", "rate_bp")},
            "collateral": offer.collateral.id,
            "authority": offer.authority.id,
            "programme": offer.risk_sharing.programme and offer.risk_sharing.programme.id,
            "bank_share_bp": next(one.share_bp for one in offer.risk_sharing.shares if one.party == BANK),
        }
        assert told["levers"] == offer.levers
    assert {name: told[name] for name in expected} == expected
