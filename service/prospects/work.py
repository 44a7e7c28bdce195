"""Making a list of leads that is on record: every firm on file in chunks, the best of each product, and one file."""

from __future__ import annotations

import io
import os
import shutil
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from features.errors import FeaturesError
from service.apart import BEAT, signs_of_life
from service.clock import Clock, day_in_china
from service.config import Settings
from service.errors import ServiceError, WrongState
from service.portfolio.crew import Wish, opened
from service.portfolio.leads import leads_of, scanned
from service.portfolio.run import Made, asked_of, parts_of, products_of, run
from service.prospects.jobs import AGAIN, log_of
from service.prospects.plan import LeadsFound, LeadsPlan, ProductLeads
from service.store.engine import Store
from service.store.leads_runs import KeptLeads, LeadsFailure, begin_leads, end_leads, find_leads, see_leads

__all__ = ["CHUNK", "work_on"]

CHUNK = 5_000
"""Firms in memory at a time: some 300 MB, beside a service on the same machine."""


def work_on(job: KeptLeads, store: Store, settings: Settings, clock: Clock) -> KeptLeads:
    """Take a queued list up and make it; gives the job as it ended.

    What is wrong with its input ends it as failed, with what to do; anything else too, and is raised again for the process's log.
    `WrongState` where somebody else took it up, or marked it as ended.
    """
    number = job.job_id
    with store.writing(silent=True) as unit:
        if not begin_leads(unit, number, host=socket.gethostname(), pid=os.getpid(), now=clock()):
            raise WrongState(f"list {number} was taken up or has ended already; look at it again")

    def see(share: float | None = None) -> None:
        with store.writing(silent=True) as unit:
            still = see_leads(unit, number, clock(), share)
        if not still:
            raise WrongState(f"list {number} was marked as ended while it was made, so it is given up; ask for it again")

    try:
        with signs_of_life(see, seconds=BEAT, name="leads"):
            made = _made(job.plan, settings, clock, see)
        with store.writing() as unit:
            end_leads(unit, number, clock(), made=made)
        shutil.rmtree(_room(settings), ignore_errors=True)
    except (ServiceError, FeaturesError) as error:
        _fail(store, clock, number, LeadsFailure(getattr(error, "code", "error"), str(error)))
    except BaseException as error:
        where = log_of(settings.home, number).name
        what = f"{type(error).__name__}: {error}"[:400]
        _fail(store, clock, number, LeadsFailure("internal-error", f"{what}; {AGAIN}, and if it happens again look into leads/{where}"))
        raise
    with store.reading() as unit:
        ended = find_leads(unit, number)
    assert ended is not None  # nothing is taken off the record
    return ended


def _fail(store: Store, clock: Clock, job_id: str, failure: LeadsFailure) -> None:
    with store.writing() as unit:
        end_leads(unit, job_id, clock(), failure=failure)


def _room(settings: Settings) -> Path:
    """The folder of the rows of every firm, which go once the list is made."""
    return settings.home / "leads" / "rows"


def _made(plan: LeadsPlan, settings: Settings, clock: Clock, see: Any) -> tuple[LeadsFound, bytes]:
    """Score every firm on file, going on where an earlier try at the very same stood, and rank them."""
    assert plan.as_of is not None  # set when it was asked for
    wish = Wish(
        settings=settings,
        evidence=None,
        folder=_room(settings),
        as_of=plan.as_of,
        today=day_in_china(clock()),
        amount=plan.amount,
        term_months=plan.term_months,
        size=CHUNK,
    )
    with opened(wish) as own:
        asked = asked_of(own.source, own.bench, size=CHUNK, offers="all")
        here = replace(own, folder=_only(_room(settings), asked))

        def made(numbers: Iterable[int]) -> Iterator[tuple[int, Made]]:
            return ((number, here.make(number)) for number in numbers)

        manifest = run(asked, own.source, here.folder, made, report=lambda _what, share: see(share))
    parts = parts_of(here.folder)
    products = [product.value for product in plan.products] or products_of(parts)
    leads = leads_of(scanned(parts), products, top=plan.top)
    file = io.BytesIO()
    leads.write_parquet(file, compression="zstd")
    content = file.getvalue()
    return _found(leads, products, content, asked, manifest.firms), content


def _only(room: Path, asked: Mapping[str, Any]) -> Path:
    """Give the folder of what is asked; rows of anything else go, for nobody will come back for them."""
    mine = room / sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
    for other in room.glob("*"):
        if other != mine:
            shutil.rmtree(other, ignore_errors=True)
    return mine


def _found(leads: pl.DataFrame, products: Iterable[str], content: bytes, asked: Mapping[str, Any], firms: int) -> LeadsFound:
    counts = dict(leads["product"].value_counts().iter_rows())
    return LeadsFound(
        firms=firms,
        products=tuple(ProductLeads(product=product, leads=counts.get(product, 0)) for product in products),
        warnings=tuple(sorted({word for words in leads["warnings"].to_list() for word in words})),
        sha256=f"sha256:{sha256(content).hexdigest()}",
        **{name: asked[name] for name in ("evidence", "models", "scheme", "reference", "policy", "plan", "program")},
    )
