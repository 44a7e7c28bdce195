"""Eligibility by columns is the eligibility of each firm: for any values, unknown ones and those on a gate's bound."""

from __future__ import annotations

import numpy as np
import polars as pl

from features.points import score_points, shipped_scheme
from features.points.eligible import OUTCOMES, eligibility_frame
from features.points.reference import EVERY


def test_the_official_evaluation_is_the_same_by_columns() -> None:
    """1,500 firms drawn around the bounds of the gates and the steps of the items: the same outcome, and each occurs."""
    scheme, draw = shipped_scheme("tech-sme-rubric"), np.random.default_rng(9)
    bounds = {gate.indicator: bound for gate in (*scheme.gates, *scheme.direct) if gate.indicator for bound in gate.bounds.values()}
    known = {}
    for name in scheme.indicators:
        usual = draw.choice([0.0, 0.02, 0.04, 0.06, 0.1, 0.3, 0.6, 1.0, 3.0, 40.0], size=1_500)
        bound = bounds.get(name, 1.0)
        near = draw.choice([bound, np.nextafter(bound, -np.inf), np.nextafter(bound, np.inf)], size=1_500)
        value = np.where(draw.random(1_500) < 0.4, near, usual)
        known[name] = [None if lost else one for lost, one in zip(draw.random(1_500) < 0.12, value.tolist(), strict=True)]
    frame = pl.DataFrame(known, schema_overrides=dict.fromkeys(known, pl.Float64)).with_columns(pl.lit("electronics").alias("field"))
    found = [OUTCOMES[code] for code in eligibility_frame(scheme, frame).tolist()]
    alone = [score_points(scheme, None, row, field=EVERY, known={}).eligibility.outcome for row in frame.iter_rows(named=True)]
    assert found == alone
    assert set(found) == set(OUTCOMES)
