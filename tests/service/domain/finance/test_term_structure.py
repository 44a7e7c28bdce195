"""The term structure of default, by hand and as laws."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import DecisionError
from service.domain.finance.term_structure import term_structure

pds = st.decimals(0, 1, places=5)
months = st.integers(1, 72)
multipliers = st.lists(st.integers(0, 40_000), max_size=6).map(lambda later: (10_000, *later))


def test_a_constant_hazard_compounds():
    """PD 19 %: 81 % survive a year, so 90 % half a year and 65.61 % two."""
    survival = term_structure(Decimal("0.19"), 24).survival
    assert [survival[k] for k in (0, 6, 12, 18, 24)] == [Decimal(s) for s in ("1", "0.9", "0.81", "0.729", "0.6561")]


def test_a_doubled_hazard_squares_the_survival_of_its_year():
    """Year 1 x 1.0, year 2 x 2.0, and so on for all later years: 0.81 x 0.81^2 x 0.81^2."""
    structure = term_structure(Decimal("0.19"), 36, multipliers_bp=(10_000, 20_000))
    assert structure.survival[24] == Decimal("0.531441")
    assert structure.survival[36] == Decimal("0.3486784401")
    assert structure.cumulative == Decimal("0.6513215599")


def test_each_year_has_a_hazard_of_its_own():
    """Year 1 x 1, year 2 x 2, year 3 x 0.5 and so on: 0.81 x 0.81^2 x 0.9 x 0.9."""
    survival = term_structure(Decimal("0.19"), 48, multipliers_bp=(10_000, 20_000, 5_000)).survival
    assert [survival[k] for k in (12, 24, 36, 48)] == [Decimal(s) for s in ("0.81", "0.531441", "0.4782969", "0.43046721")]


def test_certain_and_impossible_defaults_are_answered():
    """PD 1: nobody survives the first month; PD 0: everybody survives all."""
    assert term_structure(Decimal(1), 2).survival == (1, 0, 0)
    assert term_structure(Decimal(1), 13, multipliers_bp=(10_000, 0)).survival == (1, *[0] * 13)
    assert term_structure(Decimal(0), 2).survival == (1, 1, 1)


@given(pds, months, multipliers)
def test_survival_falls_and_everything_adds_up_to_one(pd, months, multipliers):
    """Marginal PDs are never negative; with the last survival they sum to exactly 1."""
    structure = term_structure(pd, months, multipliers_bp=multipliers)
    assert len(structure.survival) == months + 1
    assert min(structure.marginal) >= 0
    assert sum(structure.marginal) == structure.cumulative
    assert sum(structure.marginal) + structure.survival[-1] == 1


@given(pds, multipliers)
def test_the_first_year_keeps_the_pd_of_the_model(pd, multipliers):
    """Whatever the later years do."""
    assert 1 - term_structure(pd, 12, multipliers_bp=multipliers).survival[12] == pd


@given(pds, st.tuples(months, months), multipliers)
def test_a_longer_hazard_never_lowers_the_cumulative_pd(pd, terms, multipliers):
    """The shorter structure is the beginning of the longer one."""
    short, long = (term_structure(pd, term, multipliers_bp=multipliers) for term in sorted(terms))
    assert short.survival == long.survival[: len(short.survival)]
    assert short.cumulative <= long.cumulative


@given(st.tuples(pds, pds), months, multipliers)
def test_a_higher_pd_never_lowers_the_cumulative_pd(pair, months, multipliers):
    """At any term."""
    low, high = (term_structure(pd, months, multipliers_bp=multipliers).cumulative for pd in sorted(pair))
    assert low <= high


def test_the_callers_precision_changes_nothing():
    """The context is fixed: a caller with three digits gets the same survival."""
    plain = term_structure(Decimal("0.0072"), 36)
    read = (plain.survival, plain.marginal, plain.cumulative, plain.units)
    with localcontext(prec=3):
        rough = term_structure(Decimal("0.0072"), 36)
        assert (rough.survival, rough.marginal, rough.cumulative, rough.units) == read


@pytest.mark.parametrize(
    ("pd", "term", "scale", "named"),
    [
        ("1.1", 12, (10_000,), "pd"),
        ("-0.1", 12, (10_000,), "pd"),
        ("0.1", 0, (10_000,), "months"),
        ("0.1", 12, (9_000,), "multipliers_bp"),
        ("0.1", 12, (), "multipliers_bp"),
        ("0.1", 12, (10_000, -1), "multipliers_bp"),
    ],
)
def test_impossible_parameters_are_refused_by_name(pd, term, scale, named):
    """A probability outside 0 to 1, no months, a first year that is not the model's, a negative hazard."""
    with pytest.raises(DecisionError, match=f"^{named} = "):
        term_structure(Decimal(pd), term, multipliers_bp=scale)
