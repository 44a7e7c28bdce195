"""The best spread of an envelope: against every possible spread, within every cap, with a bound anyone can check."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from builders_allocation import candidate, candidates, firm_code
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.allocation import AllocationError, Candidate, Plan, allocate, shipped_plan, solver, spread
from service.domain.allocation.improvement import improved
from service.domain.allocation.options import Refusal, options_of
from service.domain.allocation.problem import Problem, problem_of
from service.domain.allocation.proof import proved_bound
from service.domain.allocation.result import yuan_text

PLAN = shipped_plan()
EXACT = PLAN.model_copy(update={"search": PLAN.search.model_copy(update={"gap": 0})})


def problem(firms: list[Candidate], plan: Plan, envelope: int) -> Problem:
    judged = [(one, options_of(one, plan)) for one in firms]
    return problem_of([(one, options) for one, options in judged if not isinstance(options, Refusal)], plan, envelope)


def best_by_trial(it: Problem) -> int:
    """Try every combination of offers."""
    best = 0
    for chosen in product(*[(None, *bid.options) for bid in it.bids]):
        taken = {place: option for place, option in enumerate(chosen) if option}
        if all(used <= cap.most for used, cap in zip(it.used(taken), it.caps, strict=True)):
            best = max(best, sum(option.profit for option in taken.values()))
    return best


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.integers(1, 10))
def test_nothing_earns_more_than_what_was_chosen(seed: int, share: int) -> None:
    """With the gap set to zero, six firms get exactly the best of all their combinations."""
    firms = candidates(6, seed)
    envelope = sum(one.limit for one in firms) * share // 10
    found = allocate(firms, EXACT, envelope)
    assert found.proof.objective == best_by_trial(problem(firms, EXACT, envelope))
    assert found.proof.objective <= found.proof.bound


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.integers(0, 12), prices=st.lists(st.integers(0, 10**7), min_size=30, max_size=30))
def test_any_prices_prove_a_bound(seed: int, share: int, prices: list[int]) -> None:
    """Weak duality needs no right prices: whatever they are, no combination of offers beats the bound."""
    firms = candidates(5, seed)
    it = problem(firms, PLAN, sum(one.limit for one in firms) * share // 10)
    assert proved_bound(it, prices[: len(it.caps)]) >= best_by_trial(it)


def test_prices_below_zero_prove_nothing() -> None:
    """A negative price is refused."""
    it = problem([candidate()], PLAN, 10**7)
    with pytest.raises(ValueError, match="must not be below zero"):
        proved_bound(it, [-1] * len(it.caps))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.integers(0, 12))
def test_no_cap_is_ever_exceeded(seed: int, share: int) -> None:
    """Summed again from the result alone: envelope, fields, regions, firms, rate bounds and limits all hold."""
    firms = {one.firm_id: one for one in candidates(60, seed)}
    envelope = sum(one.limit for one in firms.values()) * share // 10
    found = allocate(list(firms.values()), PLAN, envelope)
    assert found.offered == sum(one.amount for one in found.placed) <= envelope
    for kind, share_bp in (("field", PLAN.caps.field), ("region", PLAN.caps.region)):
        for name in {getattr(one, kind) for one in firms.values()}:
            assert sum(p.amount for p in found.placed if getattr(firms[p.firm_id], kind) == name) <= envelope * share_bp // 10_000
    for one in found.placed:
        firm = firms[one.firm_id]
        assert PLAN.min_amount <= one.amount <= min(firm.limit, PLAN.caps.firm)
        assert firm.min_rate_bp <= one.rate_bp <= firm.max_rate_bp
        assert one.profit > 0
    assert {one.firm_id for one in found.placed} | {one.firm_id for one in found.unplaced} == set(firms)
    assert len(found.placed) + len(found.unplaced) == len(firms)


def test_the_same_firms_in_another_order_get_the_same_offers() -> None:
    """Order and repetition change no byte of the result."""
    firms = candidates(80)
    first = allocate(firms, PLAN, 50_000_000)
    assert allocate(firms[::-1], PLAN, 50_000_000).hash == first.hash == allocate(firms, PLAN, 50_000_000).hash


def test_the_gap_is_what_bound_and_profit_say() -> None:
    """The proved gap is at most the plan's, plus what whole loans cost against parts of loans; the solver's within the plan's."""
    found = allocate(candidates(300), PLAN, 300_000_000)
    proof = found.proof
    assert proof.objective == sum(one.profit for one in found.placed)
    assert proof.objective <= proof.solver_bound <= proof.bound + 1
    assert proof.gap_ppm == -(-(proof.bound - proof.objective) * 10**6 // proof.bound)
    assert proof.solver_gap_ppm <= PLAN.search.gap * 100
    assert proof.is_finished


def test_a_larger_envelope_never_earns_less() -> None:
    """Ten envelopes, each larger: the best profit never falls, and what one more yuan brings never rises."""
    firms = candidates(8, 3)
    found = [allocate(firms, EXACT, million * 1_000_000) for million in range(2, 22, 2)]
    profits = [one.proof.objective for one in found]
    assert profits == sorted(profits)
    prices = [one.caps[0].price for one in found]
    assert prices == sorted(prices, reverse=True)
    assert prices[0] > 0


def test_a_full_field_sends_the_money_elsewhere() -> None:
    """Two electronics firms compete for a field cap of 30 %; the third firm, of another field, is free of it."""
    firms = [candidate(1), candidate(2), candidate(3, field="materials")]
    found = allocate(firms, PLAN.model_copy(update={"caps": PLAN.caps.model_copy(update={"region": 10_000})}), 7_000_000)
    assert [one.firm_id for one in found.placed] in ([firm_code(1), firm_code(3)], [firm_code(2), firm_code(3)])
    assert [one.why.code for one in found.unplaced] == ["field-used-up"]
    assert "the cap of field electronics" in found.unplaced[0].why.en


def test_a_cap_by_name_replaces_the_general_one() -> None:
    """`only` gives one region a cap of its own."""
    caps = PLAN.caps.model_copy(update={"only": {"340100": 0}})
    found = allocate([candidate(1), candidate(2, region="340200")], PLAN.model_copy(update={"caps": caps}), 50_000_000)
    assert [one.firm_id for one in found.placed] == [firm_code(2)]
    assert [one.why.code for one in found.unplaced] == ["region-used-up"]


@pytest.mark.parametrize("firms", [[], [candidate(limit=0)]])
def test_nobody_to_lend_to_is_an_answer(firms: list[Candidate]) -> None:
    """No candidates, or none that can be lent to, is an empty allocation with nothing left to prove."""
    found = allocate(firms, PLAN, 10_000_000)
    assert (found.offered, found.proof.objective, found.proof.bound, found.proof.gap_ppm) == (0, 0, 0, 0)
    assert len(found.unplaced) == len(firms)


def test_an_envelope_of_nothing_lends_nothing() -> None:
    """Every firm is told that the envelope is used up."""
    found = allocate([candidate()], PLAN, 0)
    assert [one.why.code for one in found.unplaced] == ["envelope-used-up"]


@pytest.mark.parametrize(("firms", "envelope"), [([candidate(), candidate()], 10**7), ([candidate()], -1)])
def test_nonsense_is_refused(firms: list[Candidate], envelope: int) -> None:
    """A firm named twice and a negative envelope are errors."""
    with pytest.raises(AllocationError, match=r"more than once|below zero"):
        allocate(firms, PLAN, envelope)


def test_what_the_solver_left_lying_is_taken() -> None:
    """From nothing at all, the improvement alone gives every firm that fits an offer, and never one above a cap."""
    it = problem([candidate(number) for number in range(5)], PLAN, 5_000_000)
    better = improved(it, {})
    assert better
    assert all(used <= cap.most for used, cap in zip(it.used(better), it.caps, strict=True))
    assert improved(it, better) == better


def test_an_answer_that_breaks_a_cap_is_never_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the solver to overspend, the exact sums would find it."""
    real = spread.search

    def generous(it: Problem, limits: Any) -> Any:
        return replace(real(it, limits), chosen={place: bid.options[-1] for place, bid in enumerate(it.bids)})

    monkeypatch.setattr(spread, "search", generous)
    with pytest.raises(AllocationError, match="breaks envelope"):
        allocate([candidate(number) for number in range(9)], PLAN, 4_000_000)


def test_a_search_cut_short_says_so() -> None:
    """With one node allowed, the answer is still within the caps and its gap is still proved."""
    hurried = PLAN.model_copy(update={"search": PLAN.search.model_copy(update={"gap": 0, "nodes": 1})})
    firms = candidates(120, 11)
    found = allocate(firms, hurried, 90_000_000)
    assert found.proof.objective <= found.proof.solver_bound <= found.proof.bound + 1
    assert found.offered <= 90_000_000


def test_the_record_has_no_floats_and_sums_up() -> None:
    """Every number is an integer or a text; yuan of the offers add up to the stated profit."""

    def leaves(value: Any) -> list[Any]:
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        return [value] if parts is None else [leaf for part in parts for leaf in leaves(part)]

    said = allocate(candidates(60), PLAN, 40_000_000).to_dict()
    assert {type(leaf) for leaf in leaves(said)} <= {int, str, bool}
    fen = [int(one["expected_profit"].replace(".", "")) for one in said["placed"]]
    assert yuan_text(sum(fen)) == said["expected_profit"]
    assert said["envelope"] >= said["offered"] >= said["expected_lent"] > 0


def test_a_problem_without_an_answer_is_an_error() -> None:
    """A cap below zero cannot be kept, not even by lending nothing: neither search nor prices make something up."""
    it = problem([candidate()], PLAN, 10**7)
    impossible = Problem(it.bids, tuple(replace(cap, most=-it.step) for cap in it.caps), it.step)
    with pytest.raises(AllocationError, match="gave no answer"):
        solver.search(impossible, PLAN.search)
    rows = solver._cap_rows(impossible)
    with pytest.raises(AllocationError, match="relaxation was not solved"):
        solver._prices(np.ones(rows.shape[1]), rows, -np.ones(rows.shape[0]), rows.shape[0])
