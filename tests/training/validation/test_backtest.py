from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from training.validation.backtest import (
    binomial_level,
    binomial_p,
    counted,
    grades_of,
    hosmer_lemeshow,
    jeffreys_p,
    prudent_bounds,
    traffic_light,
)
from training.validation.calibration import jeffreys_interval

BASEL = {0: 0.0811, 1: 0.2858, 2: 0.5432, 3: 0.7581, 4: 0.8922, 5: 0.9588, 6: 0.9863, 7: 0.9960, 8: 0.9989, 9: 0.9997}
"""Cumulative probability of so many exceptions or fewer in 250 days at 1 %: the Basel Committee's table of 1996."""


@pytest.mark.parametrize("exceptions", BASEL)
def test_r12_the_level_is_the_basel_table_s(exceptions: int) -> None:
    """P(X < k + 1) = P(X <= k), as published to four digits."""
    assert binomial_level(defaults=exceptions + 1, n=250, pd=0.01) == pytest.approx(BASEL[exceptions], abs=6e-5)


@pytest.mark.parametrize("exceptions", [(0, "green"), (5, "green"), (6, "yellow"), (9, "yellow"), (10, "red"), (20, "red")])
def test_r12_the_lights_change_at_95_and_99_9_percent(exceptions: tuple[int, str]) -> None:
    """Five defaults in 250 at 1 % are exceeded in 10.8 % of sound grades, six in 4.1 %, ten in 0.03 %."""
    defaults, light = exceptions
    assert traffic_light(binomial_level(defaults=defaults, n=250, pd=0.01)) == light


def test_r12_green_ends_below_95_and_yellow_below_99_9() -> None:
    """The bounds themselves belong to the worse colour."""
    assert [traffic_light(level) for level in (0.9499, 0.95, 0.9989, 0.999)] == ["green", "yellow", "yellow", "red"]


def test_r12_the_binomial_p_is_scipy_s_one_sided_test() -> None:
    """And by hand: two tosses, one default or more at 1/2 is 3/4; level and p-value add up to one."""
    assert binomial_p(defaults=1, n=2, pd=0.5) == pytest.approx(0.75)
    assert binomial_p(defaults=9, n=300, pd=0.013) == pytest.approx(binomtest(9, 300, 0.013, alternative="greater").pvalue)
    assert binomial_p(defaults=9, n=300, pd=0.013) + binomial_level(defaults=9, n=300, pd=0.013) == pytest.approx(1.0)


def test_r12_jeffreys_by_hand() -> None:
    """Without a row the posterior is the arcsine law, F(1/4) = 2/pi * asin(1/2) = 1/3; half of one in two lies at 1/2."""
    assert jeffreys_p(defaults=0, n=0, pd=0.25) == pytest.approx(1 / 3)
    assert jeffreys_p(defaults=1, n=2, pd=0.5) == pytest.approx(0.5)
    assert jeffreys_p(defaults=10, n=100, pd=0.05) < 0.05 < jeffreys_p(defaults=5, n=100, pd=0.05)


def test_r12_the_published_jeffreys_interval() -> None:
    """The interval for 1 default in 10 (Brown, Cai and DasGupta's construction), and the ends at none and all."""
    found = jeffreys_interval(defaults=1, n=10)
    assert (found.low, found.high) == pytest.approx((0.011, 0.381), abs=0.001)
    assert jeffreys_interval(defaults=0, n=10).low == 0
    assert jeffreys_interval(defaults=10, n=10).high == 1


def test_r12_hosmer_lemeshow_by_hand() -> None:
    """(10-5)^2/4.5 + (30-25)^2/18.75 = 5.5556 + 1.3333 on two degrees of freedom: p = exp(-3.4444)."""
    statistic, freedom, p_value = hosmer_lemeshow(defaults=[10, 30], n=[50, 100], pd=[0.1, 0.25])
    assert (statistic, freedom) == (pytest.approx(6.8889, abs=1e-4), 2)
    assert p_value == pytest.approx(float(np.exp(-6.8889 / 2)), abs=1e-5)


def test_r12_hosmer_lemeshow_joins_grades_that_are_too_small() -> None:
    """Grades with less than five expected defaults are joined with their neighbours; what is left over joins the last."""
    assert hosmer_lemeshow(defaults=[1, 1, 1, 0], n=[300, 300, 300, 10], pd=[0.01, 0.01, 0.01, 0.05])[1] == 1
    assert hosmer_lemeshow(defaults=[0], n=[10], pd=[0.01]) == (0.0, 0, 1.0)
    assert hosmer_lemeshow(defaults=[0, 0], n=[0, 0], pd=[0.0, 0.0])[1] == 0


@pytest.mark.parametrize(
    ("level", "published"),
    [
        (0.50, (0.09, 0.10, 0.23)),
        (0.75, (0.17, 0.20, 0.46)),
        (0.90, (0.29, 0.33, 0.76)),
        (0.95, (0.37, 0.43, 0.99)),
        (0.99, (0.57, 0.66, 1.52)),
        (0.999, (0.86, 0.98, 2.28)),
    ],
)
def test_r12_low_default_bounds_are_pluto_and_tasche_s(level: float, published: tuple[float, ...]) -> None:
    """Their example without defaults: 100, 400 and 300 firms, bounds in percent; by hand 1 - (1 - level)^(1 / pooled firms)."""
    found = prudent_bounds(defaults=[0, 0, 0], n=[100, 400, 300], level=level)
    assert [round(100 * (bound or 0), 2) for bound in found] == pytest.approx(published, abs=0.0051)
    assert found[0] == pytest.approx(1 - (1 - level) ** (1 / 800))


def test_r12_low_default_bounds_rise_with_the_grade_and_end_where_firms_end() -> None:
    """A grade with defaults counts for the safer ones too; without firms there is no bound, and all defaulted gives 1."""
    found = prudent_bounds(defaults=[0, 2, 1], n=[100, 400, 300], level=0.9)
    assert found[0] <= found[1]
    assert prudent_bounds(defaults=[0, 1, 0], n=[10, 1, 0])[1:] == [1.0, None]


def test_a_grade_takes_pds_up_to_its_bound() -> None:
    """The bound belongs to the grade, at the five decimals a decision shows."""
    assert grades_of(np.array([0.0, 0.001, 0.0010000001, 0.00101, 1.0]), [0.001, 0.002, 1.0]) == [1, 1, 1, 2, 3]
    assert counted(target=np.array([0, 1, 1]), pd=np.array([0.001, 0.5, 0.7]), bounds=[0.001, 0.002, 1.0]) == [
        (0, 1, 0.001),
        (0, 0, 0.0),
        (2, 2, pytest.approx(0.6)),
    ]
