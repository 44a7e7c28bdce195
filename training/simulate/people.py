"""Who works there: staff, technical staff, degrees, graduates, founders, and what social insurance says."""

from __future__ import annotations

import numpy as np
import polars as pl

from training.simulate.arrays import Floats, Generator, Ints, dates, logistic, money, whole
from training.simulate.finance import Books
from training.simulate.gazetteer import CAPITAL
from training.simulate.parameters import PeopleParameters
from training.simulate.statements import FirmYears
from training.simulate.timeline import year_start
from training.simulate.world import Firms, trait_of_field

__all__ = ["talent_table"]


def _shares(rng: Generator, firms: Firms, rows: FirmYears, p: PeopleParameters) -> tuple[Floats, Floats, Floats]:
    """Draw the shares of technical staff, of masters among all, of doctors among masters; a faker claims staff it lacks, not degrees."""
    own = rng.standard_normal((2, firms.count))
    base = trait_of_field(firms, "technical")
    technical = np.log(base / (1 - base)) + p.technical_on_capability * firms.capability + p.technical_sd * own[0]
    degrees = p.degree_mean + p.degree_on_capability * firms.capability + p.degree_sd * own[1]
    degrees = degrees + p.degree_on_technical * (base - 0.3) + np.where(firms.city == CAPITAL, p.degree_capital, 0.0)
    true_technical = technical - p.faker_technical_gap * firms.faker
    yearly = 0.1 * rng.standard_normal(rows.firm.size)
    doctors = logistic(p.doctor_mean + 0.3 * firms.capability[rows.firm])
    return logistic(true_technical[rows.firm] + yearly), logistic(degrees[rows.firm] + yearly), doctors


def _insured(rng: Generator, firms: Firms, rows: FirmYears, staff: Ints, p: PeopleParameters) -> Ints:
    """Draw insured heads: well-run firms insure nearly all, fakers about half of the staff they report."""
    share = logistic(p.insured_mean + p.insured_on_management * firms.management[rows.firm] + 0.4 * rng.standard_normal(staff.size))
    return money(staff * share * np.where(firms.faker[rows.firm], p.faker_insured, 1.0))


def _reported(rng: Generator, firms: Firms, rows: FirmYears, asked_in: Ints, p: PeopleParameters) -> FirmYears:
    """Draw which rolls the bank has: some firms never send one, but most of those that ask for a loan do, from the year before on."""
    silent = rng.random(firms.count) < p.never_reports
    sends = rng.random(firms.count) < p.sent_when_asking
    present = ~silent[rows.firm] | (sends[rows.firm] & (rows.year >= asked_in[rows.firm] - 1))
    return rows.keep(present & (rng.random(rows.firm.size) >= p.year_missing))


def talent_table(
    rng: Generator, firms: Firms, books: Books, rows: FirmYears, ids: pl.Series, asked_in: Ints, p: PeopleParameters
) -> pl.DataFrame:
    """Make the `talent` table: one row a firm-year, known with the annual report; some firms and years are missing.

    `asked_in` is the year in which each firm first asked for a loan, later than any where it never did.
    """
    rows = _reported(rng, firms, rows, asked_in, p)
    n, capability = rows.firm.size, firms.capability[rows.firm]
    staff = np.maximum(money(books.staff[rows.firm, rows.column]), 2)
    technical, degrees, doctors = _shares(rng, firms, rows, p)
    postgraduates = rng.binomial(staff, degrees)
    ventures = rng.poisson(0.5 * np.exp(0.25 * firms.capability))
    started = rng.integers(2, 22, firms.count)
    years = np.minimum(started[rows.firm] + np.maximum(rows.year - (1970 + firms.founded[rows.firm] // 365), 0), 60)
    told = rng.random((4, n)) >= np.array([p.column_missing[name] for name in ("degrees", "graduates", "founders", "insured")])[:, None]
    return pl.DataFrame(
        {
            "firm_id": ids.gather(pl.Series(rows.firm, dtype=pl.UInt32)),
            "period_end": dates(year_start(rows.year + 1) - 1),
            "known_on": dates(rows.known),
            "staff": whole(staff),
            "technical_staff": whole(rng.binomial(staff, technical)),
            "postgraduates": whole(postgraduates, told[0]),
            "phds": whole(rng.binomial(postgraduates, doctors), told[0]),
            "new_graduates": whole(rng.poisson(staff * p.graduate_rate * np.exp(p.graduates_on_capability * capability)), told[1]),
            "provincial_talents": whole(rng.poisson(p.talent_rate * np.exp(p.talents_on_capability * capability)), told[0]),
            "founder_ventures": whole(ventures[rows.firm], told[2]),
            "founder_years": whole(years, told[2]),
            "insured_staff": whole(_insured(rng, firms, rows, staff, p), told[3]),
        }
    )
