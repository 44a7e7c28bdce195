"""From indicators to the rows of a portfolio: points, risk, reasons, offers and pins of every firm of a frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from features.build import CONTEXT
from features.indicators import catalogue_hash
from features.stages import STAGES
from service.active import Active
from service.domain.policy import Outcome
from service.domain.program import code_version
from service.portfolio.answer import Answers, Line
from service.portfolio.columns import contributions_of, prefix_of, schema_of
from service.portfolio.offers import Bench, offered
from service.portfolio.reasons import top_reasons
from service.portfolio.scored import NONE, Scored, scored
from service.portfolio.screen import absent_tables, share_bp, stale_tables
from service.portfolio.sheet import Flags, Sheet, Whole

__all__ = ["rows_of"]

PD_UNIT = 1e5
"""Of one: a PD is written with five decimals."""
NAMES = [str(outcome) for outcome in sorted(Outcome, key=lambda one: one.rank)]


def rows_of(frame: pl.DataFrame, bench: Bench, *, with_offers: bool = True) -> pl.DataFrame:
    """Write a row for each row of indicators (`build_features` with every measure kept, joined by `with_relay`), in its order."""
    sheet = Sheet(frame)
    scores = scored(sheet, bench.active)
    columns: dict[str, Any] = {
        **_identity(sheet),
        **_points(scores),
        **_risk(sheet, scores),
        **_known(sheet, scores, bench.active),
        **_pins(scores, bench.active),
    }
    if with_offers:
        for product, answers in offered(sheet, scores, bench):
            columns |= {f"{prefix_of(product.product)}{name}": values for name, values in _offer(answers).items()}
    schema = schema_of(bench.active, with_offers=with_offers)
    return pl.DataFrame([pl.Series(name, columns[name], kind) for name, kind in schema.items()])


def _identity(sheet: Sheet) -> Mapping[str, Any]:
    frame, running = sheet.frame, sheet.frame["loans_running"]
    return {
        "firm_id": frame["firm_id"],
        "as_of": frame["as_of"].cast(pl.Int32).cast(pl.Date),
        **{name: frame[name] for name in CONTEXT},
        "stage": [None if place < 0 else STAGES[place] for place in sheet.stage.tolist()],
        "is_lead": running == 0,
    }


def _points(scores: Scored) -> Mapping[str, Any]:
    scheme = scores.active.scheme
    tiers = np.array([tier.id for tier in scheme.tiers], dtype=object)
    return {
        "points": scores.total,
        "points_coverage": scores.covered,
        "tier": tiers[scores.tier].tolist(),
        **{f"points_{item.id}": scores.points[item.id] for item in scheme.items},
    }


def _risk(sheet: Sheet, scores: Scored) -> Mapping[str, Any]:
    there = scores.is_answered
    against, speaking = top_reasons(sheet, scores)
    return {
        "model": _of_model(scores, lambda bundle: f"{bundle.name}@{bundle.version}"),
        "pd": _chances(scores.pd, there),
        "pd_low": _chances(scores.low, there & (scores.low != NONE)),
        "pd_high": _chances(scores.high, there & (scores.high != NONE)),
        "grade": _whole(scores.grade, there),
        "grade_low": _whole(scores.low_grade, scores.low_grade > 0),
        "grade_high": _whole(scores.high_grade, scores.high_grade > 0),
        "score": _whole(scores.score, there),
        **_contributions(scores),
        "reasons_against": against,
        "reasons_for": speaking,
    }


def _of_model(scores: Scored, said: Any) -> list[str | None]:
    """Say something of the model that answered each row."""
    names = [*(said(one.bundle) for one in scores.answers), None]
    return [names[number] for number in scores.model.tolist()]


def _chances(pds: Whole, there: Flags) -> pl.Series:
    return pl.Series(np.where(there, pds / PD_UNIT, np.nan)).fill_nan(None)


def _whole(values: Whole, there: Flags) -> pl.Series:
    return pl.select(pl.when(pl.Series(there)).then(pl.Series(values))).to_series()


def _contributions(scores: Scored) -> Mapping[str, Any]:
    height, given = len(scores.total), {}
    for name in contributions_of(scores.active):
        values, there = np.zeros(height, dtype=np.int64), np.zeros(height, dtype=np.bool_)
        for number, one in enumerate(scores.answers):
            if name in one.bundle.features:
                values[one.rows] = one.scores.contributions[:, one.bundle.features.index(name)]
                there |= scores.model == number
        given[f"contribution_{name}"] = _whole(values, there)
    return given


def _known(sheet: Sheet, scores: Scored, active: Active) -> Mapping[str, Any]:
    return {
        "coverage": share_bp(sheet),
        "missing": _listed(absent_tables(sheet), sheet.height),
        "stale": _listed(stale_tables(sheet, active.policy), sheet.height),
        "warnings": _warnings(scores, active),
    }


def _listed(flags: Mapping[str, Flags], height: int) -> pl.Series:
    """List the names whose flag is up, row by row; rows with the same flags share their list."""
    marks: Whole = np.zeros(height, dtype=np.int64)
    for place, holds in enumerate(flags.values()):
        marks |= holds.astype(np.int64) << place
    kinds, which = np.unique(marks, return_inverse=True)
    named = [[name for place, name in enumerate(flags) if kind >> place & 1] for kind in kinds.tolist()]
    return _chosen(named, which)


def _chosen(kinds: Sequence[Sequence[str]], which: Whole) -> pl.Series:
    """Give each row its list; there are far fewer lists than rows, and a series of lists is dear to make."""
    return pl.Series([list(one) for one in kinds], dtype=pl.List(pl.String)).gather(which)


def _told(lists: Sequence[Sequence[str]]) -> pl.Series:
    places: dict[tuple[str, ...], int] = {}
    which = np.array([places.setdefault(tuple(one), len(places)) for one in lists], dtype=np.int64)
    return _chosen(list(places), which)


def _warnings(scores: Scored, active: Active) -> pl.Series:
    of_model = [one.bundle.simulated for one in scores.answers]
    simulated = np.array([*of_model, False])[scores.model] | (active.reference is not None and active.reference.simulated)
    everywhere = [
        *(["illustrative_weights"] if active.scheme.status == "illustrative" else []),
        *(["illustrative_policy"] if active.policy.status == "illustrative" else []),
    ]
    return _chosen([everywhere, [*everywhere, "simulated_data"]], simulated.astype(np.int64))


def _pins(scores: Scored, active: Active) -> Mapping[str, Any]:
    height = len(scores.total)
    same = {
        "scheme_hash": active.scheme.hash,
        "reference_hash": None if active.reference is None else active.reference.hash,
        "policy_hash": active.policy.hash,
        "catalogue_hash": catalogue_hash(),
        "program": code_version(),
    }
    return {
        "model_hash": _of_model(scores, lambda bundle: bundle.hash),
        **{name: pl.repeat(value, height, dtype=pl.String, eager=True) for name, value in same.items()},
    }


def _offer(answers: Answers) -> Mapping[str, Any]:
    there = answers.grade > 0
    lines = Line.__slots__
    return {
        "outcome": [NAMES[rank] for rank in answers.outcome.tolist()],
        "causes": _told(answers.causes),
        "levers": answers.levers,
        "points": answers.total,
        "pd": _chances(answers.pd, there),
        "grade": _whole(answers.grade, there),
        **{name: answers.listed(name) for name in lines},
    }
