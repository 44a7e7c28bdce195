"""What a firm can do: one act moves every figure it would really move, and nothing that cannot be."""

from __future__ import annotations

import math

import pytest
from builders_golden import GOLDEN_DAY, golden_evidence
from hypothesis import given
from hypothesis import strategies as st

from features.acts import ACTS, ORDERED, SIGNED
from features.firm_row import BASES, FirmRow, build_firm
from features.indicators import CATALOGUE, FIRM
from features.measures import OWNER
from features.what_if import is_reachable, reach, searched, supplied, with_bases

DAY = GOLDEN_DAY.toordinal() - 719_163
ROW = build_firm(golden_evidence(), DAY)
REACHABLE = [name for name in ACTS if is_reachable(ROW, name)]
UNDONE = {"lapse_rate"}
"""Actions that look ahead only: what was not renewed stays lapsed."""


def target(name: str, steps: int) -> float:
    action, value = CATALOGUE[name].action, ROW.values[name]
    assert action is not None
    assert value is not None
    return value + steps * action.step


def test_every_action_of_a_firm_has_an_act() -> None:
    """An indicator the firm can change says how, and no other does; what it moves are measures."""
    assert set(ACTS) == {name for name in FIRM if CATALOGUE[name].action} - UNDONE
    moved = {base for act in ACTS.values() for base in (*act.entries, *act.once, *act.stamps)}
    assert moved <= set(OWNER)
    assert moved <= set(BASES)
    assert SIGNED | {name for pair in ORDERED for name in pair} <= set(BASES)


def test_computing_anew_from_unchanged_measures_changes_nothing() -> None:
    """Every indicator, to the bit."""
    assert with_bases(ROW, {name: value for name, value in ROW.bases.items() if value is not None}) == ROW


@given(st.sampled_from(REACHABLE), st.integers(1, 4))
def test_an_act_reaches_its_target_with_the_least_effort(name: str, steps: int) -> None:
    """The indicator is at the target or past it, and one unit of effort less would not do."""
    act, wanted = ACTS[name], target(name, steps)
    sign = math.copysign(1, CATALOGUE[name].action.step)
    after = reach(ROW, name, wanted)
    if after is None:
        return
    assert sign * (after.values[name] - wanted) >= -1e-9
    base, step = next(iter(act.entries.items()))
    units = round((after.bases[base] - ROW.bases[base] - act.once.get(base, 0)) / step)
    less = with_bases(ROW, {b: ROW.bases[b] + s * (units - 1) for b, s in act.entries.items()})
    assert units == 1 or sign * (less.values[name] - wanted) < 0


@given(st.sampled_from(REACHABLE), st.integers(1, 6))
def test_an_act_leaves_the_figures_in_order(name: str, steps: int) -> None:
    """No stock turns negative, no part exceeds its whole, and every indicator stays plausible."""
    after = reach(ROW, name, target(name, steps))
    if after is None:
        return
    assert all(value is None or value >= 0 or base in SIGNED for base, value in after.bases.items())
    for part, whole in ORDERED:
        assert (after.bases[part] or 0) <= (after.bases[whole] or math.inf)
    for indicator in FIRM:
        value, low, high = after.values[indicator], CATALOGUE[indicator].low, CATALOGUE[indicator].high
        assert value is None or ((low is None or low <= value) and (high is None or value <= high))


def test_repaying_debt_takes_the_money_from_somewhere() -> None:
    """The golden firm owes 5 m of 40 m: (5 - x) / (40 - x) is 7.5 % at 2.162 m, paid out of its 9 m of cash."""
    after = reach(ROW, "debt_to_assets", ROW.values["debt_to_assets"] - 0.05)
    assert after.bases["total_debt_0"] == 5_000_000 - 2_170_000
    assert after.bases["cash_0"] == 9_000_000 - 2_170_000
    assert after.values["debt_to_assets"] == pytest.approx(2.83 / 37.83)
    assert after.values["cash_cover_months"] < ROW.values["cash_cover_months"]
    assert after.with_request(1_000_000, 12) != ROW.with_request(1_000_000, 12)


def test_hiring_technicians_adds_them_to_the_staff() -> None:
    """Of n staff with t technicians, x more make (t + x) / (n + x)."""
    staff, technical = ROW.bases["staff_0"], ROW.bases["technical_staff_0"]
    after = reach(ROW, "tech_staff_share", ROW.values["tech_staff_share"] + 0.05)
    hired = after.bases["staff_0"] - staff
    assert hired == after.bases["technical_staff_0"] - technical > 0
    assert after.values["tech_staff_share"] == (technical + hired) / (staff + hired)
    assert after.values["staff"] == staff + hired


def test_what_cannot_be_is_not_reached() -> None:
    """More cash than current assets, debt below nothing, or a share that no effort raises any further."""
    assert reach(ROW, "cash_cover_months", 100.0) is None
    assert reach(ROW, "debt_to_assets", -0.5) is None
    assert reach(ROW, "tech_staff_share", 2.0) is None


def test_what_is_not_known_cannot_be_acted_on() -> None:
    """Without its measures an indicator has no act, and an indicator without an act is never reachable."""
    assert not is_reachable(with_bases(ROW, {"cash_0": math.nan}), "cash_cover_months")
    assert not is_reachable(ROW, "firm_age_years")


def bare(*tables: str) -> FirmRow:
    return build_firm({name: frame for name, frame in golden_evidence().items() if name not in tables}, DAY)


def test_a_searched_register_without_rows_says_zero() -> None:
    """Unknown conduct becomes none on record, and coverage rises."""
    row = bare("conduct")
    after = searched(row, "conduct")
    assert row.values["open_records"] is None
    assert after.values["open_records"] == after.values["arrears_open"] == 0
    assert after.coverage > row.coverage


def test_a_supplied_table_fills_only_what_was_unknown() -> None:
    """Given values replace nulls of that table; what was known stays, other tables' indicators stay, and the table is of today."""
    row = bare("talent")
    after = supplied(row, "talent", {"staff": 40.0, "revenue": 1.0, "phd_share": 0.1, "inventions_per_technical_staff": 0.2})
    assert after.values["staff"] == 40.0
    assert after.values["inventions_per_technical_staff"] == 0.2
    assert after.values["revenue"] == row.values["revenue"]
    assert after.known["talent"] == DAY
    assert after.coverage == pytest.approx(row.coverage + 3 / len(FIRM), abs=1e-12)


def test_an_indicator_of_two_absent_tables_stays_unknown() -> None:
    """One document does not tell what needs two."""
    after = supplied(bare("talent", "financials"), "talent", {"revenue_per_staff": 50.0})
    assert after.values["revenue_per_staff"] is None
