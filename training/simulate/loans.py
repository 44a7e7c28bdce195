"""What became of each loan, and what would have become of the ones nobody granted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from features.vocabulary import LoanDecision
from training.simulate.applications import PRODUCTS, STAGES, Applications, Sources, Verdicts
from training.simulate.arrays import NEVER, Flags, Floats, Generator, Ints, dates, money, picked, whole
from training.simulate.distress import default_probability
from training.simulate.invention import Filings
from training.simulate.parameters import DistressParameters, LoanParameters

__all__ = ["Outcomes", "draw_outcomes", "loan_truth", "loans_table", "pledges"]

DECISIONS = (LoanDecision.APPROVED, LoanDecision.DECLINED, LoanDecision.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What happens to every application if it is granted; day numbers, `NEVER` where the event does not come."""

    drawn: Flags
    """Was the money paid out by `until`?"""
    start: Ints
    """Day of drawing; of would-be drawing where nothing was drawn."""
    overdue: Ints
    default: Ints
    closed: Ints
    watched: Ints
    """Last day on which the lender looked."""
    pledged: Flags
    loss_share: Floats
    """Share of the amount lost if the loan defaults."""


def _ends(rng: Generator, asked: Applications, start: Ints, p: LoanParameters) -> Ints:
    """Give the day each loan is to end: at maturity, or before where repaid early."""
    term = asked.term * 30.4375
    share = np.where(rng.random(start.size) < p.repaid_early, rng.uniform(0.3, 0.95, start.size), 1.0)
    return start + money(np.asarray(term * share, dtype=np.float64))


def _defaults(rng: Generator, sources: Sources, asked: Applications, start: Ints, end: Ints, p: LoanParameters) -> tuple[Ints, Ints]:
    """Give the days of 90 days past due and of first delay; a firm that fails takes every open loan with it."""
    fates, firm = sources.fates, asked.firm
    falls = np.maximum(fates.fails[firm], start + p.earliest_default_days + rng.integers(0, 30, firm.size))
    default = np.where((fates.fails[firm] < NEVER) & (fates.onset[firm] < end) & (falls < end + 120), falls, NEVER)
    troubled = (fates.scare[firm] > start) & (fates.scare[firm] < end)
    slips = rng.random(firm.size) < np.where(troubled, p.overdue_in_distress, p.overdue)
    late = np.where(troubled, fates.scare[firm] + 30, start + money(rng.uniform(0.1, 1.0, firm.size) * (end - start)))
    overdue = np.where(default < NEVER, default - 90, np.where(slips & (late < end), late, NEVER))
    return default, overdue


def pledges(rng: Generator, asked: Applications, filings: Filings, start: Ints, p: LoanParameters) -> tuple[Flags, Ints]:
    """Choose loans secured by a patent: the flag per application, and per application the right's position (or -1)."""
    able = np.flatnonzero((filings.granted < NEVER) & (filings.kind <= 1) & (filings.acquired == NEVER))
    order = able[np.lexsort((filings.granted[able], filings.firm[able]))]
    at = np.searchsorted(filings.firm[order], asked.firm)
    right = order[np.minimum(at, order.size - 1)] if order.size else np.full(at.size, -1)
    share = np.array([p.pledged.get(word, 0.0) for word in PRODUCTS])[asked.product]
    wanted = rng.random(at.size) < share
    if not order.size:
        return np.zeros(at.size, dtype=np.bool_), right
    fits = (filings.firm[right] == asked.firm) & (filings.granted[right] < start) & (filings.lapsed[right] > start)
    return wanted & fits, np.where(wanted & fits, right, -1)


def draw_outcomes(
    rng: Generator, sources: Sources, asked: Applications, verdicts: Verdicts, filings: Filings, p: LoanParameters
) -> tuple[Outcomes, Ints]:
    """Draw every loan's course, granted or not, and the day each patent was pledged (`NEVER` if it was not)."""
    until, n = sources.timeline.until, asked.firm.size
    start = asked.day + rng.integers(4, 40, n)
    end = _ends(rng, asked, start, p)
    default, overdue = _defaults(rng, sources, asked, start, end, p)
    worked_out = default + rng.integers(150, 700, n)
    drawn = verdicts.approved & (rng.random(n) >= p.not_drawn) & (start <= until) & (start < sources.fates.ends[asked.firm])
    pledged, right = pledges(rng, asked, filings, start, p)
    lost = rng.random(n) < p.lost_from_sight
    watched = np.where(lost, start + money(rng.random(n) * np.maximum(until - start, 0)), until)
    mean = np.where(pledged, p.loss_pledged, p.loss_unsecured)
    pledge_day = np.full(filings.firm.size, NEVER, dtype=np.int64)
    used = drawn & pledged
    np.minimum.at(pledge_day, right[used], start[used])
    outcomes = Outcomes(
        drawn=drawn,
        start=start,
        overdue=overdue,
        default=default,
        closed=np.where(default < NEVER, worked_out, end),
        watched=watched,
        pledged=pledged,
        loss_share=np.clip(rng.beta(mean * p.loss_certainty, (1 - mean) * p.loss_certainty), 0.01, 1.0) * rng.uniform(0.9, 1.0, n),
    )
    return outcomes, pledge_day


def _loan_ids(asked: Applications) -> pl.Series:
    return pl.select(pl.format("L{}", pl.int_range(1, asked.firm.size + 1)).alias("loan_id")).to_series()


def loans_table(
    asked: Applications, verdicts: Verdicts, outcomes: Outcomes, ids: pl.Series, guaranteed: tuple[pl.Series, pl.Series]
) -> pl.DataFrame:
    """Make the `loans` table: nothing that happens after the lender stopped looking, and no outcome where nothing was drawn."""
    drawn, seen = outcomes.drawn, outcomes.watched

    def shown(days: Ints) -> pl.Series:
        return dates(np.where(drawn & (days <= seen), days, NEVER))

    decision = np.where(verdicts.approved, 0, np.where(verdicts.withdrawn, 2, 1))
    settled = drawn & (outcomes.closed <= seen)
    loss = np.where(outcomes.default < NEVER, money(asked.amount * outcomes.loss_share), 0)
    return pl.DataFrame(
        {
            "firm_id": ids.gather(pl.Series(asked.firm, dtype=pl.UInt32)),
            "loan_id": _loan_ids(asked),
            "product": picked([word.value for word in PRODUCTS], asked.product),
            "applied_on": dates(asked.day),
            "amount": whole(asked.amount),
            "term_months": whole(asked.term),
            "rate": whole(verdicts.rate, verdicts.approved),
            "decision": picked([word.value for word in DECISIONS], decision),
            "programme": guaranteed[0],
            "guaranteed": guaranteed[1],
            "drawn_on": shown(outcomes.start),
            "overdue_on": shown(outcomes.overdue),
            "default_on": shown(outcomes.default),
            "closed_on": shown(outcomes.closed),
            "observed_until": shown(np.where(drawn, seen, NEVER)),
            "loss": whole(loss, settled),
        }
    )


def loan_truth(
    sources: Sources, asked: Applications, verdicts: Verdicts, outcomes: Outcomes, ids: pl.Series, p: DistressParameters
) -> pl.DataFrame:
    """Tell about every application, declined ones too, what only the simulator knows (meanings: `province.Province.loan_truth`)."""
    chance = {
        flag: default_probability(sources.fates, sources.timeline, asked.firm, outcomes.start, p, foresight=flag) for flag in (True, False)
    }
    return pl.DataFrame(
        {
            "loan_id": _loan_ids(asked),
            "firm_id": ids.gather(pl.Series(asked.firm, dtype=pl.UInt32)),
            "stage": picked(STAGES, asked.stage),
            "drawn": pl.Series(outcomes.drawn),
            "pledged": pl.Series(outcomes.pledged),
            "policy_score": pl.Series(np.round(verdicts.score, 4)),
            "in_distress": pl.Series(sources.fates.in_distress(asked.firm, asked.day)),
            "pd_known": pl.Series(np.round(chance[False], 6)),
            "pd_path": pl.Series(np.round(chance[True], 6)),
            "default_12m": pl.Series(outcomes.default <= outcomes.start + 365),
        }
    )
