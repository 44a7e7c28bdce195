"""What the runs of the other tests do not reach: facts and parts of unusual policies and models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from builders_cases import FakeBundle
from builders_portfolio import Nation

from features.stages import STAGES
from service.domain.errors import DecisionError
from service.domain.policy.rules import Condition
from service.errors import PortfolioRefused
from service.portfolio.columns import COLUMNS, columns_page
from service.portfolio.conditions import Judged
from service.portfolio.crew import made_by, opened
from service.portfolio.run import Run, built
from service.portfolio.scored import Scored, scored
from service.portfolio.sheet import Sheet


@pytest.fixture(scope="module")
def own(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The nation's release and a chunk of its firms."""
    with opened(nation.wish(tmp_path_factory.mktemp("parts"))) as run:
        run.source.prepare()
        yield run


@pytest.fixture(scope="module")
def sheet(own: Run) -> Sheet:
    """A hundred firms."""
    return Sheet(built(own.source.read(0), own.bench))


def judged(sheet: Sheet, own: Run) -> Judged:
    return Judged(sheet, sheet, scored(sheet, own.bench.active), own.bench.active.policy)


def test_a_first_loan_is_told_by_the_counts(sheet: Sheet, own: Run) -> None:
    """No loan at all is a first one; any is none; unknown counts leave it open unless one of the known says no."""
    counts = pl.DataFrame(
        {
            "loans_repaid": [0.0, 1.0, None, None],
            "loans_running": [0.0, 0.0, 0.0, 2.0],
            "loans_overdue_2y": [0.0, 0.0, 0.0, 0.0],
            "loans_defaulted": [0.0, 0.0, 0.0, 0.0],
        }
    )
    four = Sheet(sheet.frame[:4].with_columns(counts.get_columns()))
    found = judged(four, own).is_open([Condition(fact="first-loan")], "startup-credit")
    assert found.yes.tolist() == [True, False, False, False]
    assert found.unknown.tolist() == [False, False, True, False]


def test_a_row_is_read_as_it_is_asked_for(sheet: Sheet) -> None:
    """What is unknown has a default; what is no column is not there."""
    record = sheet.record(0)
    lost = next(name for name in sheet.frame.columns if sheet.frame[name][0] is None)
    assert record.get(lost, 7.0) == 7.0
    assert record.get("no-such-column", 7.0) == 7.0
    assert "no-such-column" not in record
    assert record.get("firm_id") == sheet.frame["firm_id"][0]


class Many(FakeBundle):
    """A model for many rows that answers nothing finite for the first."""

    def score(self, matrix: Any) -> Any:
        said, height = super().score(matrix[:1]), len(matrix)
        margin = np.full(height, -5.5)
        margin[0] = np.nan
        parts = {
            name: np.repeat(getattr(said, name), height, axis=0) for name in ("pd", "score", "contributions", "residual", "unexplained")
        }
        return replace(said, margin=margin, log_odds=margin, **parts)


def asked(sheet: Sheet, own: Run, **said: Any) -> Scored:
    """Let unusual models score."""
    models = {segment: Many(segment=segment, **said) for segment in ("startup", "growth")}
    return scored(sheet, replace(own.bench.active, bundles=models))


def test_a_model_without_a_finite_answer_has_none(sheet: Sheet, own: Run) -> None:
    """Each model's first row is unanswered, and has no interval; so is a segment that no model serves."""
    found = asked(sheet, own)
    known = sheet.stage >= 0
    assert int((~found.is_answered & known).sum()) == 2
    assert set(found.low.tolist()) == {-1}
    alone = scored(sheet, replace(own.bench.active, bundles={"startup": Many()}))
    assert set(alone.grade[sheet.stage > STAGES.index("start-up")].tolist()) == {0}


def test_models_that_do_not_fit_are_refused(sheet: Sheet, own: Run) -> None:
    """One that reads no indicator, one of another segment, one whose points do not make its score."""
    with pytest.raises(DecisionError, match="reads nonsense: not indicators of the catalogue"):
        asked(sheet, own, points={"nonsense": 3})
    with pytest.raises(DecisionError, match="do not make the score"):
        asked(sheet, own, score_off_by=1)
    with pytest.raises(DecisionError, match="serves growth; give each its own model"):
        scored(sheet, replace(own.bench.active, bundles={"startup": Many(segment="growth")}))


def test_a_failure_in_a_worker_comes_out(nation: Nation, own: Run, tmp_path: Path) -> None:
    """As it is, from whichever process: here another release has come into force for both of them."""
    wish = nation.wish(tmp_path / "run", release_id="01JDC0V9T7Q2M4X8K6Z3B5N1RA")
    with pytest.raises(PortfolioRefused, match="came into force while a run under 01JDC0V9T7Q2M4X8K6Z3B5N1RA"):
        list(made_by(wish, own, 2, [0, 1]))


def test_the_columns_are_documented() -> None:
    """Each column or family stands on the page once, with its meaning."""
    page = columns_page()
    for columns in COLUMNS.values():
        for column in columns:
            assert f"| `{column.name}` |" in page
            assert column.meaning in page
