"""The search: candidates are screened by the model, and only what the whole decision confirms is a plan.

Screening scores many candidates at once; the score that is needed is found by bisection over full decisions, and the cheapest
candidates that reach it are confirmed one by one. The policy rewards no worse score, so nothing cheap is missed by that; a plan
that works by innovation points alone is looked for separately.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from features.firm_row import FirmRow
from features.vocabulary import Product
from service.domain.application import Application
from service.domain.policy import Outcome
from service.domain.policy.recourse import RecourseRule
from service.domain.ports import BundleLike
from service.domain.record import Decision
from service.domain.record.recourse import RecoursePlan
from service.domain.recourse.candidates import Door, acted, amounts, cited_rules, documented, opened, pairs, settled, terms
from service.domain.recourse.state import State, ask_for
from service.domain.recourse.trials import Redecide, Trials
from service.domain.recourse.wording import plan_text

__all__ = ["Redecide", "find_plans"]

Doors = Callable[[Decision], Sequence[Door]]
"""Gives what would open the gates that are shut in a decision."""
BEST_SHOWN = 3
"""Candidates of one kind that are confirmed: the cheapest that the screening lets through."""
LOST_MOST = 4
"""Items of the points whose indicators are also moved as far as a plan may."""


def find_plans(
    decision: Decision,
    application: Application,
    firm: FirmRow,
    *,
    decide: Redecide,
    bundle: BundleLike | None,
    products: Mapping[Product, int],
    rule: RecourseRule,
    round_down_to: int,
    doors: Doors = lambda _decision: (),
    sized_on: Sequence[str] = (),
) -> tuple[RecoursePlan, ...]:
    """Find up to `rule.plans` plans that lead from `decision` to a better one, cheapest first. Pure and deterministic.

    `decide` decides a whole case anew; it is called at most `rule.tries` times. `bundle` is the model of the firm's segment, None
    where it has none: then only documents and requests are tried. `products` are those a firm may ask for, each with its least
    amount; `doors` gives what would open the gates that are shut in a decision, `sized_on` the indicators the limit depends on.
    Amounts are whole multiples of `round_down_to` yuan. Better is: an offer at all, else more money, else a milder outcome, else
    a lower rate.
    """
    trials = Trials(decide, decision, rule.tries)
    start = State(asked=application, firm=firm)
    search = _Search(trials, bundle, rule, products, doors, round_down_to, sized_on)
    now = search.documents(start)
    search.requests(now)
    shut, cited = doors(trials.current(now)), cited_rules(trials.current(now))
    if shut or cited:
        search.rules(now, shut, cited)
    else:
        search.amounts(now)
        search.acts(now)
    return tuple(_plan(state, found) for state, found in _chosen(trials.found, rule.plans))


class _Search:
    """The stages of one search; they share the trials and their budget."""

    def __init__(
        self,
        trials: Trials,
        bundle: BundleLike | None,
        rule: RecourseRule,
        products: Mapping[Product, int],
        doors: Doors,
        step: int,
        sized: Sequence[str],
    ) -> None:
        self._trials, self._bundle, self._rule, self._products, self._doors, self._step = trials, bundle, rule, products, doors, step
        self._sized = sized

    def documents(self, start: State) -> State:
        """Supply what a person would ask for first, then whatever is missing; every further plan starts from there."""
        before = self._trials.before
        now = start
        for every in (False, True):
            state = documented(start, before, self._bundle, self._rule, every=every)
            if state.fields != now.fields:
                is_better = self._trials.run(state)
                if not every or (is_better and before.outcome is Outcome.REFER):
                    now = state
                if is_better:
                    break
        return now

    def requests(self, now: State) -> None:
        """Take what is offered, or ask for another product."""
        offer = self._trials.current(now).offer
        if offer is not None:
            self._trials.run(ask_for(now, self._rule, amount=offer.amount, term_months=offer.term_months))
        for product in self._products:
            if product is not now.asked.product:
                self._trials.run(ask_for(now, self._rule, product=product))

    def rules(self, now: State, shut: Sequence[Door], cited: Sequence[str]) -> None:
        """Open the gates and settle what the rules cite; where that alone brings no offer, open what is still shut or ask for less."""
        for start in opened(now, shut, self._rule)[:BEST_SHOWN] if shut else [now]:
            state = settled(start, cited, self._rule)
            if state is None:
                continue
            self._trials.run(state)
            after = self._trials.current(state)
            if after.offer is None and state.moves < self._rule.changes:
                still = self._doors(after)
                for further in opened(state, still, self._rule)[:1]:
                    self._trials.run(further)
                if not still:
                    self.amounts(state)

    def amounts(self, now: State) -> None:
        """Ask for less, or for another term."""
        if self._trials.current(now).offer is None:
            self._bisect(self._smaller(now))
        scores = self._scores([now, *(others := terms(now, self._rule))])
        longer = [state for state, score in zip(others, scores[1:], strict=True) if score > scores[0]]
        for state in longer[:BEST_SHOWN]:
            self._trials.run(state)

    def acts(self, now: State) -> None:
        """Move indicators, one or two at a time; where no act is enough, the best ones with a smaller amount."""
        far = [*_lost(self._trials.current(now)), *self._sized]
        singles = acted(now, self._bundle, self._rule, far=far)
        base, *scores = self._scores([now, *singles])
        gains = {place: score - base for place, score in enumerate(scores)}
        both = pairs(singles, gains, self._rule)
        ranked = [*zip(singles, scores, strict=True), *zip(both, self._scores(both), strict=True)]
        reaching = self._confirm([(state, score) for state, score in ranked if score > base])
        farthest = {state.changes[-1].field: state for state in singles}
        for name in far:
            if name in farthest:
                self._trials.run(farthest[name])
        if not reaching and self._trials.current(now).offer is None and self._rule.changes > 1:
            for state, _ in sorted(zip(singles, scores, strict=True), key=lambda one: -one[1])[:2]:
                self._bisect(self._smaller(state))

    def _smaller(self, now: State) -> list[State]:
        """Ask for less, though not for less than the product lends."""
        least = self._products.get(now.asked.product, 0)
        return [s for s in amounts(now, self._bundle, self._rule, step=self._step) if s.asked.amount >= least]

    def _bisect(self, smaller: Sequence[State]) -> None:
        """Find the first of ever larger changes that helps: what helps keeps helping when more is given up."""
        low, high = -1, len(smaller) - 1
        if not smaller or not self._trials.run(smaller[high]):
            return
        offer = self._trials.current(smaller[high]).offer is not None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._trials.run(smaller[middle], offer=offer) else (middle, high)

    def _confirm(self, ranked: Sequence[tuple[State, int]]) -> list[State]:
        """Find the score that is needed, then confirm the cheapest candidates that have it."""
        by_score = sorted(ranked, key=lambda one: (-one[1], one[0].cost))
        if not by_score or not self._trials.run(by_score[0][0]):
            return []
        offer = self._trials.current(by_score[0][0]).offer is not None
        low, high = 0, len(by_score)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._trials.run(by_score[middle][0], offer=offer) else (low, middle)
        cheap = sorted(by_score[: low + 1], key=lambda one: (one[0].cost, -one[1]))
        return [state for state, _ in cheap[:BEST_SHOWN] if self._trials.run(state)]

    def _scores(self, states: Sequence[State]) -> list[int]:
        """Score states in one go; nought each where there is no model."""
        if self._bundle is None or not states:
            return [0] * len(states)
        rows = np.concatenate([self._bundle.row(state.values) for state in states])
        return [int(score) for score in self._bundle.predict(rows).score]


def _lost(decision: Decision) -> list[str]:
    """Name the indicators that lost the most innovation points."""
    if decision.points is None:
        return []
    items = sorted(decision.points.items, key=lambda item: (item.points - item.out_of, item.id))
    return [item.indicator for item in items[:LOST_MOST] if item.points < item.out_of]


def _chosen(found: Sequence[tuple[State, Decision]], most: int) -> list[tuple[State, Decision]]:
    """Choose the cheapest plans, each of another kind first, none that adds to a plan that is good enough without it."""
    ranked = sorted(found, key=lambda one: (one[1].outcome is Outcome.REFER, one[0].cost, sorted(one[0].fields)))
    lean: list[tuple[State, Decision]] = []
    for state, decision in ranked:
        if not any(other.fields <= state.fields for other, _ in lean):
            lean.append((state, decision))
    kinds: set[frozenset[str]] = set()
    first: list[tuple[State, Decision]] = []
    for one in lean:
        if one[0].kinds not in kinds:
            kinds.add(one[0].kinds)
            first.append(one)
    chosen = [*first, *(one for one in lean if one not in first)][:most]
    return sorted(chosen, key=lambda one: (one[1].outcome is Outcome.REFER, one[0].cost))


def _plan(state: State, decision: Decision) -> RecoursePlan:
    offer, risk = decision.offer, decision.risk
    zh, en = plan_text(state.changes, decision)
    return RecoursePlan(
        changes=state.changes,
        cost=state.cost,
        outcome=decision.outcome,
        amount=None if offer is None else offer.amount,
        term_months=None if offer is None else offer.term_months,
        rate_bp=None if offer is None else offer.rate_bp,
        score=None if risk is None else risk.score,
        grade=None if risk is None else risk.grade,
        tier=None if decision.points is None else decision.points.tier,
        assumes=state.assumes,
        zh=zh,
        en=en,
    )
