"""Capacities, curves, repayments, programmes and combinations: every product can be sized, priced and repaid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from service.domain.errors import PolicyFault
from service.domain.offering.words import LIMIT_WORDS, PARTY_WORDS
from service.domain.policy.model import Policy
from service.domain.policy.quantities import percent_text
from service.domain.policy.saying import at, once

__all__ = ["MONEY_CHECKS"]


def _capacities(policy: Policy) -> Iterator[PolicyFault]:
    for row, capacity in enumerate(policy.capacities, start=1):
        if capacity.name in LIMIT_WORDS:
            yield at("capacities", row, "name", capacity.name, "is a part every limit has", "choose another name")
        alone = policy.investors.products if policy.investors else ()
        if capacity.measure == "venture_capital" and not set(capacity.products) <= set(alone):
            rule = "lends on investors to products that are not judged without them"
            yield at("capacities", row, "measure", capacity.measure, rule, "add the products to `investors`, or choose another measure")
    for number, product in enumerate(policy.products, start=1):
        names = [row.name for row in policy.capacities if product.product in row.products]
        if len(names) != len(set(names)):
            yield at("capacities", None, "name", product.product, "has two capacities of one name", "keep one of them")
        if not any(row.role == "base" for row in policy.capacities if product.product in row.products):
            yield at("products", number, "product", product.product, "has no base in `capacities`", "say what its limit is worked out from")


def _curves(policy: Policy) -> Iterator[PolicyFault]:
    for table, rows in (("funding", policy.funding), ("lpr", policy.lpr)):
        yield from _rising(table, [row.up_to_months for row in rows])
    for row, entry in enumerate(policy.funding, start=1):
        if entry.rate > policy.price.hurdle:
            yield at("funding", row, "rate", percent_text(entry.rate), "is above the hurdle of capital", "ask more of capital than of debt")
    if policy.price.hazards[0] != 10_000:
        first = percent_text(policy.price.hazards[0])
        yield at("price", None, "hazards", first, "must begin with 100 %", "the PD of year 1 is what the model said")


def _rising(table: str, ends: Sequence[int | None]) -> Iterator[PolicyFault]:
    if ends[-1] is not None:
        yield at(table, len(ends), "up_to_months", ends[-1], "leaves a gap: longer terms have no row", "drop it in the last row")
    for row, (below, end) in enumerate(pairwise(ends), start=2):
        if below is None or (end is not None and end <= below):
            yield at(table, row, "up_to_months", end, "cannot be reached: the row before takes it", "let the months rise")


def _repayments(policy: Policy) -> Iterator[PolicyFault]:
    """Every product and term has a row, and every row has a product and term of its own."""
    used: set[int] = set()
    for product in policy.products:
        for term in range(1, product.max_term_months + 1):
            found = next(
                (
                    row
                    for row, entry in enumerate(policy.repayments, start=1)
                    if (not entry.products or product.product in entry.products)
                    and (entry.up_to_months is None or term <= entry.up_to_months)
                ),
                None,
            )
            if found is None:
                yield at(
                    "repayments", None, "up_to_months", term, f"no row repays {product.product}", "end with a row without up_to_months"
                )
                break
            used.add(found)
    for row in range(1, len(policy.repayments) + 1):
        if row not in used:
            rule = "cannot be reached: earlier rows take all its terms"
            yield at("repayments", row, "up_to_months", policy.repayments[row - 1].up_to_months, rule, "reorder or remove it")


def _programmes(policy: Policy) -> Iterator[PolicyFault]:
    forms = [form.collateral for form in policy.collaterals]
    yield from once("programmes", "programme", (row.programme for row in policy.programmes))
    for row, programme in enumerate(policy.programmes, start=1):
        if programme.collateral not in forms:
            yield at("programmes", row, "collateral", programme.collateral, "is not defined", f"name one of {', '.join(forms)}")
        for number, entry in enumerate(programme.classes):
            for party in sorted(entry.shares.keys() - PARTY_WORDS.keys()):
                yield at("programmes", row, "shares", party, "is not a party", f"name {', '.join(PARTY_WORDS)}")
            if not entry.ways and number < len(programme.classes) - 1:
                yield at("programmes", row, "classes", number + 1, "takes every firm, so later classes cannot be reached", "put it last")
    if policy.pool is not None and policy.pool.ip_collateral not in forms:
        yield at("pool", None, "ip_collateral", policy.pool.ip_collateral, "is not defined", f"name one of {', '.join(forms)}")


def _combinations(policy: Policy) -> Iterator[PolicyFault]:
    forms = [form.collateral for form in policy.collaterals]
    yield from once("combinations", "id", (row.id for row in policy.combinations))
    taken: set[tuple[str, str]] = set()
    for row, combination in enumerate(policy.combinations, start=1):
        if combination.collateral not in forms:
            yield at("combinations", row, "collateral", combination.collateral, "is not defined", f"name one of {', '.join(forms)}")
        pairs = {(product.value, purpose.value) for product in combination.products for purpose in combination.purposes}
        if pairs <= taken:
            yield at("combinations", row, "id", combination.id, "cannot be reached: earlier rows take its purposes", "reorder or remove it")
        taken |= pairs


def _paths(policy: Policy) -> Iterator[PolicyFault]:
    longest = {row.product: row.max_term_months for row in policy.products}
    yield from once("paths", "products", (product for row in policy.paths for product in row.products))
    yield from once("rights", "right", (row.right for row in policy.rights))
    for row, path in enumerate(policy.paths, start=1):
        discounts = [step.discount for step in path.steps]
        if discounts != sorted(discounts, reverse=True):
            yield at("paths", row, "discount", "a later step is cheaper", "must begin low and rise", "put the largest discount first")
        early = sum(step.months for step in path.steps)
        for product in path.products:
            if early >= longest.get(product, early):
                yield at("paths", row, "months", early, f"leaves no month for the last step of {product}", "shorten the early steps")


MONEY_CHECKS: Iterable[Callable[[Policy], Iterator[PolicyFault]]] = (_capacities, _curves, _repayments, _programmes, _combinations, _paths)
