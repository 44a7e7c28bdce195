from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2
from sklearn.metrics import roc_auc_score

from service.monitoring import MOVED, SHORT, STABLE, Finding, Monitored, Observation, newest_of_each, overall
from service.monitoring.before_outcomes import auc_of, estimated, expected_auc, expected_defaults
from service.monitoring.coverage import coverage
from service.monitoring.overrides import override_outcomes
from service.monitoring.psi import binned_counts, critical_psi, joined, psi, psi_finding
from service.monitoring.realised import realised, vintages
from service.monitoring.report import monitored
from service.monitoring.stability import characteristics, missing_finding
from training.profile import binned

FEATURES = tuple(f"f{number}" for number in range(20))
REFERENCE = 2_000
RATE = 0.05
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
AUC = {"auc": {"value": 0.75, "low": 0.70, "high": 0.80, "method": "DeLong"}}


def drawn(rows: int, seed: int, *, shift: float = 0.0, gone: float = 0.1) -> np.ndarray[Any, Any]:
    """Rows of twenty inputs that share a cause; a tenth of the last one is missing."""
    dice = np.random.default_rng(seed)
    matrix = 0.6 * dice.normal(size=(rows, 1)) + 0.8 * dice.normal(size=(rows, len(FEATURES)))
    matrix[:, 0] += shift
    matrix[dice.random(rows) < gone, -1] = np.nan
    return matrix


def profile_of(matrix: np.ndarray[Any, Any], scores: np.ndarray[Any, Any]) -> dict[str, Any]:
    features = {name: binned(matrix[:, place]) for place, name in enumerate(FEATURES)}
    return {"rows": len(matrix), "features": features, "score": binned(scores.astype(float)) | {"mean_pd": 0.08}}


def seen(matrix: np.ndarray[Any, Any]) -> list[Observation]:
    """Decisions whose PD rises and score falls with the first three inputs."""
    log_odds = -2.6 + 0.5 * matrix[:, :3].sum(axis=1)
    pd = 1 / (1 + np.exp(-log_odds))
    return [
        observation(
            number,
            pd=float(p),
            score=int(600 - 28.9 * odds),
            values={name: None if np.isnan(x) else float(x) for name, x in zip(FEATURES, row, strict=True)},
        )
        for number, (p, odds, row) in enumerate(zip(pd, log_odds, matrix, strict=True))
    ]


def observation(number: int, **said: Any) -> Observation:
    usual: dict[str, Any] = {
        "decision_id": f"{number:026}",
        "firm_id": f"firm-{number}",
        "product": "startup-credit",
        "decided_at": NOW + timedelta(minutes=number),
        "as_of": date(2026, 11, 22),
        "outcome": "approve",
        "pd": 0.05,
        "score": 600,
        "amount": 1_000_000,
        "values": {},
    }
    return Observation(**(usual | said))


@pytest.fixture(scope="module")
def profile() -> dict[str, Any]:
    matrix = drawn(REFERENCE, 0)
    observations = seen(matrix)
    scores = np.array([one.score for one in observations])
    made = profile_of(matrix, scores)
    made["score"]["mean_pd"] = float(np.mean([one.pd for one in observations]))
    return made


def look(observations: Sequence[Observation], profile: dict[str, Any], **said: Any) -> Monitored:
    usual: dict[str, Any] = {"model": "m", "version": "1", "segment": "startup", "bundle": "b", "simulated": True}
    return monitored(observations, profile=profile, metrics=AUC, rate=RATE, **(usual | said))


def test_psi_by_hand() -> None:
    """Halves that become one quarter and three quarters: 0.25 ln 3, but for the half row added to each bin."""
    assert psi(np.array([250_000.0, 750_000.0]), np.array([0.5, 0.5])) == pytest.approx(0.25 * np.log(3), abs=1e-5)
    assert psi(np.array([50.0, 50.0]), np.array([0.5, 0.5])) == 0


def test_an_empty_bin_is_finite() -> None:
    """Nobody left in a bin is a large change, not an infinite one."""
    assert 0.5 < psi(np.array([0.0, 200.0]), np.array([0.5, 0.5])) < 5


def test_the_threshold_falls_with_the_rows() -> None:
    """Chi-square over the rows of both samples: ten bins, 200 against 2,000, 1 in 20."""
    assert critical_psi(bins=10, n=200, reference=2_000, level=0.05) == pytest.approx(chi2.isf(0.05, 9) * (1 / 200 + 1 / 2000))
    assert critical_psi(bins=10, n=50, reference=2_000, level=0.05) > 0.25 > critical_psi(bins=10, n=2_000, reference=2_000, level=0.05)


def test_small_bins_are_joined_with_their_neighbours() -> None:
    """Each bin expects ten rows, and no row is lost."""
    counts, shares = joined(np.array([3.0, 7.0, 80.0, 10.0]), np.array([0.02, 0.03, 0.9, 0.05]))
    assert counts.tolist() == [100.0]
    assert shares.sum() == pytest.approx(1.0)
    counts, shares = joined(np.array([50.0, 45.0, 5.0]), np.array([0.5, 0.45, 0.05]))
    assert counts.tolist() == [50.0, 50.0]
    assert len(joined(np.array([1.0]), np.array([1.0]))[0]) == 0


def test_bins_are_those_of_the_profile() -> None:
    """An edge belongs to the bin below it, as in training."""
    assert binned_counts([1.0, 2.0, 2.5, 9.0], [1.0, 2.0]).tolist() == [1.0, 1.0, 2.0]


@pytest.mark.parametrize("rows", [200])
def test_r14_no_drift_on_200_rows_alarms_no_more_often_than_stated(profile: dict[str, Any], rows: int) -> None:
    """In 300 runs on the same law at most 5 % say moved, whatever they look at; a bare PSI of 0.10 would cry in two of five."""
    runs = [look(seen(drawn(rows, seed)), profile) for seed in range(1, 301)]
    alarms = sum(run.verdict == MOVED for run in runs)
    assert alarms <= RATE * len(runs), alarms
    folklore = sum(any(one.measure == "PSI" and (one.value or 0) > 0.10 for one in run.findings) for run in runs)
    assert folklore > 0.3 * len(runs)


@pytest.mark.parametrize("rows", [200, 1_000])
def test_r14_planted_drift_is_found(profile: dict[str, Any], rows: int) -> None:
    """A shift of one standard deviation in one input is found, and named, in every run; so is a source that went missing."""
    for seed in range(1, 9):
        moved = look(seen(drawn(rows, seed, shift=1.0)), profile)
        assert moved.verdict == MOVED
        assert "f0" in {one.subject for one in moved.moved}
        assert {one.subject for one in moved.moved if one.subject.startswith("f")} == {"f0"}
    missing = look(seen(drawn(rows, 5, gone=0.4)), profile)
    assert [(one.subject, one.measure) for one in missing.moved] == [("f19", "missing")]


def test_r14_thirty_rows_say_nothing(profile: dict[str, Any]) -> None:
    """Not enough data is a verdict of its own, for the score and for every input."""
    found = look(seen(drawn(30, 1)), profile)
    assert found.verdict == SHORT
    assert {one.verdict for one in found.findings if one.measure == "PSI"} == {SHORT}


def test_a_bundle_without_profile_says_not_enough_data() -> None:
    """Nothing to compare with is not the same as stable."""
    found = characteristics([{}], [600], profile={}, rate=RATE)
    assert [one.verdict for one in found] == [SHORT]
    assert missing_finding("x", missing=0, n=0, share=0.1, reference=100, level=0.01).verdict == SHORT
    assert psi_finding("x", counts=np.array([20.0]), shares=np.array([1.0]), reference=100, level=0.01).verdict == SHORT


def test_a_firm_that_asks_often_counts_once() -> None:
    """The newest decision of each firm stands for it."""
    again = [observation(number, firm_id="one", score=500 + number) for number in range(5)]
    (kept,) = newest_of_each(reversed(again))
    assert kept.score == 504


def test_the_expected_auc_is_the_mean_over_outcomes() -> None:
    """The closed form is the mean of the pairs in order over the mean of all pairs, ties counted half."""
    pd = np.array([0.1, 0.1, 0.4, 0.7])
    ordered = pairs = 0.0
    for i in range(4):
        for j in range(4):
            if i != j:
                weight = pd[i] * (1 - pd[j])
                pairs += weight
                ordered += weight * (1.0 if pd[i] > pd[j] else 0.5 if pd[i] == pd[j] else 0.0)
    assert expected_auc(pd) == pytest.approx(ordered / pairs)
    assert expected_auc(np.array([0.2, 0.2])) == 0.5


def test_auc_is_scikit_learn_s() -> None:
    """Ties half; one outcome only says nothing."""
    dice = np.random.default_rng(2)
    outcome, pd = dice.random(200) < 0.3, np.round(dice.random(200), 1)
    assert auc_of(outcome, pd) == pytest.approx(roc_auc_score(outcome, pd))
    assert auc_of(np.zeros(3, dtype=bool), pd[:3]) == 0.5


def test_the_estimate_covers_what_then_happens() -> None:
    """Where the PDs are true, the realised AUC falls into the interval about 19 times in 20, and so does the default rate."""
    dice = np.random.default_rng(1)
    pd = 1 / (1 + np.exp(2.5 - dice.normal(size=600)))
    auc, rate = estimated(pd.tolist(), metrics=AUC, mean_pd=float(pd.mean()))
    outcomes = [dice.random(600) < pd for _ in range(300)]
    inside = sum(auc.low <= auc_of(outcome, pd) <= auc.high for outcome in outcomes)
    level = sum(rate.low <= outcome.mean() <= rate.high for outcome in outcomes)
    assert 270 <= inside <= 297
    assert 270 <= level <= 297
    assert expected_defaults(pd)[0] == pytest.approx(pd.mean())


def test_applicants_that_cannot_be_told_apart_lower_the_estimate() -> None:
    """All PDs near one another: the estimated AUC lies below the test's interval, before any outcome."""
    dice = np.random.default_rng(3)
    alike = 0.1 + 0.002 * dice.random(800)
    auc, rate = estimated(alike.tolist(), metrics=AUC, mean_pd=0.03)
    assert (auc.verdict, rate.verdict) == (MOVED, MOVED)
    assert {one.verdict for one in estimated([0.01] * 50, metrics=AUC, mean_pd=0.01)} == {SHORT}
    assert estimated(alike.tolist(), metrics={}, mean_pd=None)[0].verdict == SHORT


def ripe(defaults: int, n: int, pd: float) -> list[Observation]:
    return [observation(number, pd=pd, defaulted=number < defaults) for number in range(n)]


def test_realised_against_predicted_by_hand() -> None:
    """Twenty of 200 at 5 % is 2 P(X >= 20) = 0.0054: moved at 1 %; ten is what was expected; three expected say nothing."""
    worse = realised(ripe(20, 200, 0.05), level=0.01)
    assert (worse.verdict, worse.value, worse.expected) == (MOVED, 0.1, pytest.approx(0.05))
    assert worse.low < 0.1 < worse.high
    assert realised(ripe(10, 200, 0.05), level=0.01).verdict == STABLE
    assert realised(ripe(3, 60, 0.05), level=0.01).verdict == SHORT
    assert realised([observation(1)], level=0.01).n == 0


def overridden(defaults: int, n: int, pd: float, direction: str = "up") -> list[Observation]:
    return [observation(number, pd=pd, defaulted=number < defaults, overridden=direction) for number in range(n)]


def test_overrides_against_what_the_model_said_by_hand() -> None:
    """Twenty of 200 at 5 % is p = 0.0054: moved at 3 % shared by three; ten is stable; one of 20 says nothing."""
    worse, *others = override_outcomes(overridden(20, 200, 0.05), level=0.03)
    assert (worse.subject, worse.verdict, worse.value, worse.expected) == ("overrides up", MOVED, 0.1, pytest.approx(0.05))
    assert worse.low is not None
    assert worse.high is not None
    assert worse.low < 0.1 < worse.high
    assert [(one.subject, one.n, one.verdict) for one in others] == [("overrides down", 0, SHORT), ("overrides level", 0, SHORT)]
    assert next(iter(override_outcomes(overridden(20, 200, 0.05), level=0.003))).verdict == STABLE  # p is above a third of 0.3 %
    assert next(iter(override_outcomes(overridden(10, 200, 0.05), level=0.03))).verdict == STABLE
    assert next(iter(override_outcomes(overridden(1, 20, 0.05), level=0.03))).verdict == SHORT
    level = list(override_outcomes(overridden(10, 200, 0.05, "level"), level=0.03))
    assert [one.n for one in level] == [0, 0, 200]


def test_r14_overrides_alarm_no_more_often_than_stated_and_a_tripled_risk_is_found() -> None:
    """Of 500 draws of 200 overrides at their own PDs at most 3 % move (plus three standard errors); at thrice the PDs nearly all do."""
    dice = np.random.default_rng(5)
    pds = dice.beta(2, 40, size=200)

    def moved(factor: float, draws: int) -> int:
        found = 0
        for _ in range(draws):
            bad = dice.random(200) < np.minimum(1, factor * pds)
            seen_ = [observation(n, pd=float(p), defaulted=bool(d), overridden="up") for n, (p, d) in enumerate(zip(pds, bad, strict=True))]
            found += next(iter(override_outcomes(seen_, level=0.09))).verdict == MOVED  # 3 % for this direction
        return found

    assert moved(1.0, 500) <= 500 * 0.03 + 3 * (500 * 0.03 * 0.97) ** 0.5
    assert moved(3.0, 40) >= 36


def test_vintages_are_quarters_of_decision() -> None:
    """Each with its decisions, offers, predictions and what has been seen of them."""
    old = [replace(one, decided_at=datetime(2025, 3, 31, tzinfo=UTC)) for one in ripe(2, 10, 0.1)]
    new = [observation(number, outcome="decline") for number in range(3)]
    first, second = vintages([*new, *old])
    assert (first.quarter, first.n, first.ripe, first.defaults, first.predicted) == ("2025-Q1", 10, 10, 2, pytest.approx(1.0))
    assert (second.quarter, second.offered, second.ripe, second.low) == ("2026-Q4", 0, 0, None)
    assert first.to_dict()["quarter"] == "2025-Q1"


def test_coverage_moves_when_documents_stop_coming() -> None:
    """Nine of ten known before, half now: moved; a hundredth less does not matter; fifty rows say nothing."""
    described = {"features": {name: {"missing": 0.1} for name in ("a", "b")}}
    half: list[dict[str, float | None]] = [{"a": 1.0, "b": None}] * 120
    assert coverage(half, profile=described).verdict == MOVED
    assert coverage([{"a": 1.0, "b": 1.0 if number % 6 else None} for number in range(120)], profile=described).verdict == STABLE
    assert coverage(half[:50], profile=described).verdict == SHORT


def test_the_whole_verdict() -> None:
    """One that moved decides; one that is stable outweighs any that cannot tell."""
    one = Finding(subject="x", measure="PSI", n=1, value=None, threshold=None, verdict=SHORT)
    assert overall([one]) == SHORT
    assert overall([one, replace(one, verdict=STABLE)]) == STABLE
    assert overall([one, replace(one, verdict=STABLE), replace(one, verdict=MOVED)]) == MOVED
    assert one.to_dict()["verdict"] == SHORT


def test_few_overrides_are_not_enough_data_unless_they_are_plain() -> None:
    """Twelve loans with no default could hide any risk; six defaults among them could not be chance."""
    assert next(iter(override_outcomes(overridden(0, 12, 0.05), level=0.03))).verdict == SHORT
    assert next(iter(override_outcomes(overridden(6, 12, 0.05), level=0.03))).verdict == MOVED


def test_r14_overrides_of_all_directions_alarm_no_more_often_than_stated() -> None:
    """Outcomes drawn from the PDs themselves: at most the stated 5 % of 2,000 runs say moved, on 20 loans as on 200."""
    dice = np.random.default_rng(14)
    for rows in (20, 200):
        alarms = 0
        for _ in range(1_000):
            pd = dice.beta(1, 19, rows)
            failed = dice.random(rows) < pd
            way = dice.integers(0, 3, rows)
            seen_now = [
                observation(place, pd=float(pd[place]), overridden=("up", "down", "level")[way[place]], defaulted=bool(failed[place]))
                for place in range(rows)
            ]
            alarms += any(one.verdict == MOVED for one in override_outcomes(seen_now, level=0.05))
        assert alarms <= 50, rows


def test_r14_overrides_that_fail_three_times_as_often_are_found() -> None:
    """On 200 loans at 5 % whose true rate is 15 %, at least nineteen runs in twenty say moved at the share that monitoring spends."""
    dice = np.random.default_rng(15)
    found = sum(
        next(iter(override_outcomes(overridden(int(dice.binomial(200, 0.15)), 200, 0.05), level=0.0025))).verdict == MOVED
        for _ in range(200)
    )
    assert found >= 190
