"""The limit and its parts, by hand and as laws."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import DecisionError
from service.domain.finance.limit import Formula, LimitPart, LimitParts, LimitTerms, NamedAmount, limit, reconciles

TERMS = LimitTerms(
    formulas=(
        Formula(name="revenue_capacity", measure="revenue", share_bp=2000, role="base"),
        Formula(name="rd_capacity", measure="rd_expense", share_bp=10_000, role="base", at_most=8_000_000),
        Formula(name="cash_cap", measure="cash_flow", share_bp=5000, role="bound", per_year=True),
    ),
    round_down_to=10_000,
)
FIRM = {"revenue": 18_000_000, "rd_expense": 5_600_000, "cash_flow": 3_250_000}
CASE = {
    "measures": FIRM,
    "term_months": 24,
    "bounds": {"asked": 5_000_000, "product_cap": 10_000_000},
    "multiplier_bp": 10_800,
    "share_bp": 8_000,
    "exposure": 1_000_000,
}
yuan = st.integers(0, 50_000_000)
maybe = st.none() | st.integers(-5_000_000, 500_000_000)
cases = st.fixed_dictionaries(
    {
        "measures": st.fixed_dictionaries(dict.fromkeys(FIRM, maybe)),
        "term_months": st.integers(1, 60),
        "bounds": st.fixed_dictionaries({"asked": st.integers(1, 50_000_000), "product_cap": yuan, "authority": yuan}),
        "multiplier_bp": st.integers(10_000, 11_500),
        "share_bp": st.integers(0, 10_000),
        "collateral": st.none() | yuan,
        "exposure": st.none() | yuan,
        "floor": st.none() | st.builds(NamedAmount, name=st.just("old_line"), amount=yuan),
    }
)


def shown(parts: LimitParts) -> list[tuple[str, int]]:
    return [(part.name, part.amount) for part in parts.parts]


def binding(parts: LimitParts) -> str:
    (name,) = (part.name for part in parts.parts if part.binding)
    return name


def test_a_limit_worked_by_hand():
    """R&D carries: 5.6 m x 1.08 = 6.048 m, 80 % of it 4,838,400, less 1 m owed. Half of two years' cash flow binds: 3.25 m."""
    parts = limit(TERMS, **CASE)
    assert shown(parts) == [
        ("revenue_capacity", 3_600_000),
        ("rd_capacity", 5_600_000),
        ("points", 448_000),
        ("grade", -1_209_600),
        ("existing_exposure", -1_000_000),
        ("capacity", 3_838_400),
        ("cash_cap", 3_250_000),
        ("asked", 5_000_000),
        ("product_cap", 10_000_000),
    ]
    assert (parts.amount, binding(parts), parts.missing) == (3_250_000, "cash_cap", ())


def test_an_unknown_input_leaves_its_part_out_and_says_so():
    """Without the cash flow the capacity binds, and is rounded down to whole 10,000 yuan as a part of its own."""
    parts = limit(TERMS, **CASE | {"measures": FIRM | {"cash_flow": None}})
    assert (parts.amount, binding(parts), parts.missing) == (3_830_000, "capacity", ("cash_cap",))
    assert shown(parts)[-1] == ("rounding", -8_400)


def test_without_any_base_there_is_no_limit_rather_than_one_of_zero():
    """Nothing can carry a loan when neither revenue nor R&D is known."""
    parts = limit(TERMS, **CASE | {"measures": {"cash_flow": 3_250_000}})
    assert (parts.amount, parts.missing) == (None, ("revenue_capacity", "rd_capacity"))
    assert shown(parts) == [("cash_cap", 3_250_000), ("asked", 5_000_000), ("product_cap", 10_000_000)]


def test_known_zero_is_a_limit_of_zero():
    """A firm without revenue and R&D; a negative cash flow bounds at zero, not below."""
    parts = limit(TERMS, **CASE | {"measures": {"revenue": 0, "rd_expense": 0, "cash_flow": -1}})
    assert (parts.amount, parts.missing) == (0, ())


def test_what_was_asked_is_never_rounded():
    """The firm gets the 1,234,567 yuan it asked for."""
    parts = limit(TERMS, **CASE | {"bounds": {"asked": 1_234_567}})
    assert (parts.amount, binding(parts)) == (1_234_567, "asked")


def test_a_formula_may_have_a_most_of_its_own():
    """R&D of 30 m counts as 8 m."""
    assert ("rd_capacity", 8_000_000) in shown(limit(TERMS, **CASE | {"measures": FIRM | {"rd_expense": 30_000_000}}))


def test_a_line_that_is_taken_over_is_the_least_capacity():
    """Relay: the old line of 4 m stands above the 3,838,400 of the growth formula; other bounds still hold."""
    parts = limit(TERMS, **CASE | {"measures": FIRM | {"cash_flow": None}, "floor": NamedAmount(name="old_line", amount=4_000_000)})
    assert ("old_line", 4_000_000) in shown(parts)
    assert (parts.amount, binding(parts)) == (4_000_000, "capacity")


def test_collateral_adds_what_may_be_lent_on_it():
    """1 m of collateral makes up for the 1 m that is owed; an unknown value adds nothing and is named."""
    capacity = {part.name: part.amount for part in limit(TERMS, **CASE, collateral=1_000_000).parts}["capacity"]
    assert capacity == 4_838_400
    assert limit(TERMS, **CASE, collateral=None).missing == ("collateral",)
    assert limit(TERMS, **CASE | {"exposure": None}).missing == ("existing_exposure",)


def test_what_is_left_unsaid_changes_nothing():
    """No multiplier, no grade, no collateral, no debt, no line taken over: the largest base is the capacity."""
    parts = limit(TERMS, measures={"revenue": 18_000_000}, term_months=12, bounds={})
    assert (shown(parts), parts.amount) == ([("revenue_capacity", 3_600_000), ("capacity", 3_600_000)], 3_600_000)


def test_of_two_equal_bounds_the_first_named_binds():
    """Formulas come before the bounds the caller gives."""
    assert binding(limit(TERMS, **CASE | {"bounds": {"asked": 3_250_000, "product_cap": 3_250_000}})) == "cash_cap"
    assert binding(limit(TERMS, **CASE | {"bounds": {"product_cap": 10_000, "asked": 10_000}})) == "product_cap"


@given(cases)
def test_the_parts_reconcile(case):
    """The parts alone give the limit, one of them binds, and no bound is exceeded."""
    parts = limit(TERMS, **case)
    assert reconciles(parts)
    if parts.amount is not None:
        assert 0 <= parts.amount <= min(case["bounds"].values())
        assert [part.binding for part in parts.parts].count(True) == 1
        assert all(part.amount >= parts.amount for part in parts.parts if part.kind in ("bound", "capacity"))


@given(cases, st.data())
def test_a_limit_that_was_tampered_with_does_not_reconcile(case, data):
    """A changed amount of the total, of the binding part or of the capacity shows."""
    parts = limit(TERMS, **case)
    if parts.amount is None:
        assert not reconciles(replace(parts, parts=(*parts.parts, LimitPart(name="x", amount=1, kind="base"))))
        return
    shift = data.draw(st.integers(-1_000_000, 1_000_000).filter(bool))
    assert not reconciles(replace(parts, amount=parts.amount + shift))
    for kept in (lambda part: part.binding, lambda part: part.kind == "capacity"):
        moved = tuple(replace(part, amount=part.amount + shift) if kept(part) else part for part in parts.parts)
        assert not reconciles(replace(parts, parts=moved))


@given(cases, st.integers(10_000, 11_500), st.integers(0, 10_000), yuan, maybe)
def test_better_inputs_never_lower_the_limit(case, multiplier, share, exposure, revenue):
    """More points, a better grade, less debt or more revenue, all else equal."""
    case["exposure"] = case["exposure"] or 0
    before = limit(TERMS, **case).amount
    better = {
        "multiplier_bp": max(multiplier, case["multiplier_bp"]),
        "share_bp": max(share, case["share_bp"]),
        "exposure": min(exposure, case["exposure"]),
        "measures": case["measures"] | {"revenue": max((x for x in (revenue, case["measures"]["revenue"]) if x is not None), default=None)},
    }
    for field, value in better.items():
        after = limit(TERMS, **case | {field: value}).amount
        assert before is None or after >= before


@pytest.mark.parametrize(
    ("field", "value"),
    [("multiplier_bp", 9_999), ("share_bp", 10_001), ("share_bp", -1), ("collateral", -1), ("exposure", -1)],
)
def test_an_impossible_parameter_is_refused_by_name(field, value):
    """Points never lower a limit, a share is at most the whole, amounts are not negative."""
    with pytest.raises(DecisionError, match=f"^{field} = {value}: "):
        limit(TERMS, **CASE | {field: value})


def test_a_step_of_nothing_is_refused():
    """One cannot round down to whole zeros."""
    with pytest.raises(DecisionError, match="round_down_to = 0"):
        limit(replace(TERMS, round_down_to=0), **CASE)
