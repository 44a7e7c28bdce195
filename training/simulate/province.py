"""The whole province: every part from its own random stream, put together as the eleven evidence tables and their truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from features.tables import TABLES
from training.simulate.applications import Applications, Sources, Verdicts, draw_applications, first_asked, judge
from training.simulate.arrays import Flags, Generator, Ints, dates
from training.simulate.conduct import conduct_table, draw_records
from training.simulate.distress import draw_fates, log_hazard
from training.simulate.errors import SimulationError
from training.simulate.finance import keep_books
from training.simulate.guarantees import guarantees
from training.simulate.invention import Filings, draw_filings, patents_table
from training.simulate.invoices import firm_months, invoices_table
from training.simulate.loans import Outcomes, draw_outcomes, loan_truth, loans_table
from training.simulate.parameters import DEFAULT, Parameters
from training.simulate.people import talent_table
from training.simulate.recognition import Rounds, contracts_table, draw_rounds, funding_table, programmes_table
from training.simulate.statements import financials_table, firm_years, reported_research
from training.simulate.timeline import Timeline
from training.simulate.titles import draw_titles, qualifications_table
from training.simulate.world import Firms, draw_firms, firm_ids, firms_table

__all__ = ["MOST_FIRMS", "Province", "simulate"]

MOST_FIRMS = 2_000_000
REGISTER_DAYS = 3 * 365
"""How far before the loan history the registers of events (not of patents) reach back: no indicator looks further."""
EARLIEST, LATEST = date(2010, 1, 1), date(2100, 1, 1)

STREAMS = (
    *("firms", "ids", "register", "rounds", "funding", "books", "fates", "reports", "statements", "filings", "people"),
    *("programmes", "contracts", "titles", "records", "conduct", "applications", "policy", "outcomes", "months", "invoices"),
    "guarantees",
)
"""One random stream per part, in the order of their making: a new part is appended, so that it moves no other."""

Streams = Mapping[str, Generator]
Progress = Callable[[str, float], None]
Tables = dict[str, pl.DataFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class Province:
    """The evidence a bank would have on `until`, and beside it what only the simulator knows."""

    tables: Mapping[str, pl.DataFrame]
    """The eleven evidence tables; columns and types are those of `features.tables`, days are `pl.Date`."""
    truth: pl.DataFrame
    """One row a firm: hidden traits, the faker's mark, when distress and default come, even after `until`; or distress that passes."""
    loan_truth: pl.DataFrame
    """One row an application, granted or not.

    `pd_known` is the chance of default within twelve months of drawing with the firm's true state of that day held, the best a
    lender could know; `pd_path` follows the state's later path: the exact chance behind the outcome. `default_12m` is the
    outcome, or what it would have been had the loan been granted and drawn on its would-be day.
    """
    parameters: Parameters
    firms: int
    seed: int
    until: date


@dataclass(frozen=True, slots=True)
class _Life:
    """All that happened, before anything is written down."""

    sources: Sources
    rounds: Rounds
    filings: Filings
    asked: Applications
    verdicts: Verdicts
    outcomes: Outcomes
    pledge_day: Ints


def simulate(*, firms: int, seed: int, until: date, parameters: Parameters = DEFAULT, progress: Progress | None = None) -> Province:
    """Draw a province of `firms` technology firms as seen on `until`; the same arguments give the same province.

    `progress` is told what is being made and the share done (0 to 1). Raises `SimulationError` on a size or date out of range.
    """
    _check(firms, seed, until)
    tell = progress or (lambda _part, _share: None)
    draw: Streams = {
        name: np.random.default_rng(child) for name, child in zip(STREAMS, np.random.SeedSequence(seed).spawn(len(STREAMS)), strict=True)
    }
    timeline = Timeline.of(until, history_years=parameters.history_years, warm_up_years=parameters.warm_up_years)
    tell("firms", 0.0)
    life = _live(draw, draw_firms(draw["firms"], firms, timeline, parameters.world), timeline, parameters, tell)
    ids = firm_ids(draw["ids"], life.sources.firms)
    tables = _write_down(draw, life, ids, parameters, tell)
    truth, loans = _firm_truth(life, ids), _loan_truth(life, ids, parameters)
    tell("done", 1.0)
    return Province(tables=tables, truth=truth, loan_truth=loans, parameters=parameters, firms=firms, seed=seed, until=until)


def _check(firms: int, seed: int, until: date) -> None:
    if not 1 <= firms <= MOST_FIRMS:
        raise SimulationError(f"firms is {firms}; a province has 1 to {MOST_FIRMS:,}; give another number")
    if seed < 0:
        raise SimulationError(f"seed is {seed}; a seed is a whole number from 0 up; drop the sign")
    if not EARLIEST <= until <= LATEST:
        raise SimulationError(f"until is {until}; it lies between {EARLIEST} and {LATEST}; give another day")


def _live(draw: Streams, firms: Firms, timeline: Timeline, p: Parameters, tell: Progress) -> _Life:
    """Let the province live: money first, then inventions, records and loans."""
    rounds = draw_rounds(draw["rounds"], firms, timeline, p.recognition)
    books = keep_books(draw["books"], firms, timeline, rounds.funded((firms.count, timeline.years.size), timeline), p.finance)
    tell("distress", 0.15)
    fates = draw_fates(draw["fates"], firms, log_hazard(firms, books, timeline, p.distress, p.finance), timeline, p.distress)
    tell("inventions", 0.25)
    filings = draw_filings(draw["filings"], firms, books, timeline, fates.ends, p.invention)
    titles = draw_titles(draw["titles"], firms, books, reported_research(firms, books, p.statements), timeline, p.titles)
    records = draw_records(draw["records"], firms, books, fates, timeline, p.conduct)
    tell("loans", 0.35)
    sources = Sources(firms, books, fates, titles, records, timeline)
    asked = draw_applications(draw["applications"], sources, p.credit)
    verdicts = judge(draw["policy"], sources, asked, p.credit, p.finance)
    outcomes, pledge_day = draw_outcomes(draw["outcomes"], sources, asked, verdicts, filings, p.loans)
    return _Life(sources, rounds, filings, asked, verdicts, outcomes, pledge_day)


def _write_down(draw: Streams, life: _Life, ids: pl.Series, p: Parameters, tell: Progress) -> Tables:
    """Write the evidence: what became known by `until`, while the firm lived, in the registers that were searched."""
    s, firms, books, timeline = life.sources, life.sources.firms, life.sources.books, life.sources.timeline
    register, searched = firms_table(draw["register"], firms, ids, p.world)
    tell("statements and staff", 0.45)
    rows = firm_years(draw["reports"], firms, books, timeline, s.fates.ends, p.statements)
    tables = {
        "firms": register,
        "financials": financials_table(draw["statements"], firms, books, rows, ids, p.statements),
        "talent": talent_table(draw["people"], firms, books, rows, ids, first_asked(life.asked, firms.count), p.people),
        "loans": loans_table(
            life.asked, life.verdicts, life.outcomes, ids, guarantees(draw["guarantees"], life.asked, life.outcomes, p.loans)
        ),
    }
    tell("registers", 0.6)
    tables |= {
        "patents": patents_table(firms, life.filings, ids, life.pledge_day, timeline),
        "programmes": programmes_table(draw["programmes"], firms, timeline, ids, p.recognition),
        "contracts": contracts_table(draw["contracts"], firms, books, timeline, ids, p.recognition),
        "funding": funding_table(draw["funding"], firms, life.rounds, ids, p.recognition),
        "qualifications": qualifications_table(s.titles, ids),
        "conduct": conduct_table(draw["conduct"], s.records, books, ids, timeline, p.conduct),
    }
    tell("invoices", 0.75)
    months = firm_months(draw["months"], firms, s.fates, timeline, (life.asked.firm, life.asked.day), p.invoices)
    tables["invoices"] = invoices_table(draw["invoices"], firms, books, s.fates, timeline, ids, months, p.invoices)
    tell("putting together", 0.9)
    return _visible(tables, _limits(life, ids, searched), timeline)


def _limits(life: _Life, ids: pl.Series, searched: Mapping[str, Flags]) -> pl.DataFrame:
    """Tell per firm the last day of its evidence and which registers were searched."""
    flags = {f"searched_{name}": pl.Series(flag) for name, flag in searched.items()}
    return pl.DataFrame({"firm_id": ids, "ends": dates(life.sources.fates.ends), **flags})


def _visible(tables: Tables, limits: pl.DataFrame, timeline: Timeline) -> Tables:
    since, until = dates(np.array([timeline.since - REGISTER_DAYS, timeline.until]))
    return {name: _seen(name, tables[name], limits, since, until) for name in TABLES}


def _seen(name: str, table: pl.DataFrame, limits: pl.DataFrame, since: date, until: date) -> pl.DataFrame:
    """Drop what was not known by `until`; what dates from after the firm's end; rows of registers nobody searched."""
    if name in ("firms", "loans", "invoices"):
        return table.filter(pl.col(TABLES[name].known) <= until)
    kept = pl.col(TABLES[name].known) <= until
    if name in ("programmes", "contracts", "funding", "qualifications"):
        kept &= (pl.col(TABLES[name].known) <= pl.col("ends")) & (pl.col(TABLES[name].known) >= since)
    if f"searched_{name}" in limits.columns:
        kept &= pl.col(f"searched_{name}")
    columns = [column.name for column in TABLES[name].columns]
    return table.join(limits, on="firm_id", how="left", maintain_order="left").filter(kept).select(columns)


def _firm_truth(life: _Life, ids: pl.Series) -> pl.DataFrame:
    firms, fates = life.sources.firms, life.sources.fates
    return pl.DataFrame(
        {
            "firm_id": ids,
            "capability": np.round(firms.capability, 4),
            "management": np.round(firms.management, 4),
            "luck": np.round(firms.luck, 4),
            "faker": firms.faker,
            "distress_on": dates(fates.onset),
            "default_on": dates(fates.fails),
            "scare_on": dates(fates.scare),
            "closes_on": dates(fates.closes, life.sources.timeline.until + 366),
        }
    )


def _loan_truth(life: _Life, ids: pl.Series, p: Parameters) -> pl.DataFrame:
    return loan_truth(life.sources, life.asked, life.verdicts, life.outcomes, ids, p.distress)
