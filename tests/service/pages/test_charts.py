"""Pictures of a model: every mark stands where its number says."""

from __future__ import annotations

import pytest

from service.use_cases.models import Measure, Part
from service.web.charts import calibration_chart, discrimination_chart, wilson

PART = Part("stage", "start-up", 1_000, 20, 0.02, Measure(0.7, 0.6, 0.8, "DeLong"))


def test_auc_stands_on_its_axis() -> None:
    """On an axis from 0.4 to 1.0 over 300 pixels, 0.7 stands in the middle; its interval a third of the way to either side."""
    chart = discrimination_chart([PART], "zh")
    assert chart is not None
    assert chart.dots[0].x == pytest.approx(140 + 150)
    interval = next(one for one in chart.lines if one.look == "range")
    assert (interval.x, interval.width) == (pytest.approx(240), pytest.approx(100))
    assert [text.said for text in chart.texts][-2:] == ["初创期", "0.700"]


def test_groups_without_an_auc_are_left_out() -> None:
    """Too few rows prove nothing, so no mark is drawn."""
    few = Part("stage", "growth", 10, 1, 0.02, None)
    chart = discrimination_chart([PART, few], "en")
    assert chart is not None
    assert len(chart.dots) == 1
    assert discrimination_chart([few], "en") is None
    assert calibration_chart([], "en") is None


def test_the_interval_of_a_rate_iswilsons() -> None:
    """20 of 1,000: 1.30 % to 3.07 %, as tables of the Wilson interval give it; none of 10 still has an upper end."""
    low, high = wilson(20, 1_000)
    assert (round(low, 4), round(high, 4)) == (0.0130, 0.0307)
    assert wilson(0, 10)[0] == 0
    assert round(wilson(0, 10)[1], 3) == 0.278
