"""Points and risk of many firms: the scorers that a decision asks, by columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.points import Points, points_frame
from features.points.score import coverage_text
from service.active import Active
from service.domain import BundleLike, Policy
from service.domain.errors import DecisionError
from service.domain.ports import ScoresLike
from service.domain.risk import Risk, risk_at
from service.portfolio.sheet import Flags, Sheet, Whole

__all__ = ["NONE", "Answered", "Scored", "scored"]

NONE = -1
"""Stands where a whole number is unknown."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What one bundle said of its rows; `grade` and the interval's grades are the policy's, read off the written PD."""

    bundle: BundleLike
    rows: Whole
    scores: ScoresLike

    def risk(self, position: int, policy: Policy) -> Risk | None:
        """Read one of its rows, as a decision would."""
        return risk_at(self.bundle, self.scores, position, policy)


class Scored:
    """Points and risk of a sheet's rows; whole numbers are -1 where there is none."""

    def __init__(self, sheet: Sheet, active: Active) -> None:
        self.sheet, self.active = sheet, active
        self.points = points_frame(active.scheme, active.reference, sheet.frame)
        self.total: Whole = self.points["total"].to_numpy()
        self.covered: Whole = self.points["coverage"].to_numpy()
        """Share of the points' weight that is known, hundredths."""
        self.tier = _tiers(self.total, active)
        self.answers = tuple(_asked(sheet, active))
        self._risks: dict[int, Risk | None] = {}
        self._place(sheet.height)

    def _place(self, height: int) -> None:
        self.model, self.position = (np.full(height, NONE, dtype=np.int64) for _ in range(2))
        self.pd, self.low, self.high, self.score = (np.full(height, NONE, dtype=np.int64) for _ in range(4))
        self.unexplained = np.zeros(height, dtype=np.bool_)
        for number, one in enumerate(self.answers):
            said, rows = one.scores, one.rows
            self.model[rows], self.position[rows] = number, np.arange(len(rows))
            self.pd[rows], self.score[rows] = _written(said.pd), said.score
            self.unexplained[rows] = said.unexplained
            if one.bundle.interval_stated is not None and said.pd_interval is not None:
                self.low[rows], self.high[rows] = _written(said.pd_interval[:, 0]), _written(said.pd_interval[:, 1])
            _refuse_unsummed(one)
            silent = rows[~(np.isfinite(said.margin) & (said.pd >= 0) & (said.pd <= 1))]
            self.model[silent] = NONE

    @cached_property
    def _stages(self) -> list[str]:
        return [str(stage) for stage in self.points["stage"].to_list()]

    @property
    def is_answered(self) -> Flags:
        """Did a model answer?"""
        answered: Flags = self.model != NONE
        return answered

    @cached_property
    def grade(self) -> Whole:
        """Grade of the PD, 0 where there is none."""
        return self._graded(self.pd, self.is_answered)

    @cached_property
    def low_grade(self) -> Whole:
        """Grade of the interval's lower end, 0 where there is none."""
        return self._graded(self.low, self.is_answered & (self.low != NONE))

    @cached_property
    def high_grade(self) -> Whole:
        """Grade of the interval's upper end, 0 where there is none."""
        return self._graded(self.high, self.is_answered & (self.high != NONE))

    def _graded(self, pds: Whole, there: Flags) -> Whole:
        rows = self.active.policy.grades
        place = np.searchsorted(np.array([row.pd_up_to for row in rows], dtype=np.int64), pds, side="left")
        grades = np.array([row.grade for row in rows], dtype=np.int64)[np.minimum(place, len(rows) - 1)]
        return np.where(there, grades, 0)

    def risk(self, row: int) -> Risk | None:
        """Give one row's risk as a decision has it."""
        if row not in self._risks:
            number = int(self.model[row])
            self._risks[row] = None if number == NONE else self.answers[number].risk(int(self.position[row]), self.active.policy)
        return self._risks[row]

    def points_of(self, row: int) -> Points:
        """Give one row's points without their items: what sizing, pricing and the policy's facts read of them."""
        scheme, reference = self.active.scheme, self.active.reference
        return Points(
            scheme=scheme.label,
            scheme_hash=scheme.hash,
            scheme_status=scheme.status,
            reference=None if reference is None else reference.name,
            reference_hash=None if reference is None else reference.hash,
            stage=self._stages[row],
            field="",
            total=int(self.total[row]),
            out_of=scheme.out_of,
            percentile=None,
            tier=scheme.tiers[int(self.tier[row])].id,
            coverage=coverage_text(int(self.covered[row])),
            groups=(),
            items=(),
            missing=(),
            note=(),
            eligibility=None,
        )


def scored(sheet: Sheet, active: Active) -> Scored:
    """Score every row of a sheet."""
    return Scored(sheet, active)


def _tiers(total: Whole, active: Active) -> Whole:
    """Place of each total's tier in the scheme's tiers, the best first; its last tier has no bound."""
    tiers = active.scheme.tiers
    place = np.full(len(total), len(tiers) - 1, dtype=np.int64)
    for number in range(len(tiers) - 1, -1, -1):
        bound = tiers[number].at_least
        place[(total >= bound) if bound is not None else np.ones(len(total), dtype=np.bool_)] = number
    return place


def _asked(sheet: Sheet, active: Active) -> list[Answered]:
    """Ask the model of each segment about its rows; a segment without one has no answer."""
    answers = []
    for segment, rows in sheet.segments.items():
        bundle = active.bundles.get(segment)
        if bundle is None or not len(rows):
            continue
        if bundle.segment != segment:
            raise DecisionError(f"the firms are of segment {segment}, model {bundle.name} serves {bundle.segment}; give each its own model")
        answers.append(Answered(bundle, rows, bundle.score(_matrix(sheet, bundle, rows))))
    return answers


def _matrix(sheet: Sheet, bundle: BundleLike, rows: Whole) -> np.ndarray:
    unknown = [name for name in bundle.features if name not in sheet.frame.columns]
    if unknown:
        raise DecisionError(f"model {bundle.name} reads {', '.join(unknown)}: not indicators of the catalogue; train it on indicators")
    matrix = np.empty((len(rows), len(bundle.features)), dtype=np.float64)
    for place, name in enumerate(bundle.features):
        matrix[:, place] = sheet.value(name)[rows]
    return matrix


def _written(pds: np.ndarray) -> Whole:
    """Hundred-thousandths of each probability as a decision writes it, in five decimals; -1 where it is none."""
    texts = (f"{pd:.5f}" if 0 <= pd <= 1 else "-.00001" for pd in pds.tolist())
    return np.array([int(text.replace(".", "")) for text in texts], dtype=np.int64)


def _refuse_unsummed(one: Answered) -> None:
    sums = one.bundle.base_score + one.scores.contributions.sum(axis=1)
    wrong = np.flatnonzero(sums != one.scores.score)
    if len(wrong):
        risk_at_first = int(wrong[0])
        raise DecisionError(
            f"bundle {one.bundle.name}@{one.bundle.version}: base {one.bundle.base_score} and contributions do not make the score "
            f"{int(one.scores.score[risk_at_first])}; take the bundle out of service and train it again"
        )
