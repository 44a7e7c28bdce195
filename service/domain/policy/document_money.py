"""The page of a policy: limit, price, repayment, who carries a loss, who signs, and what single products have."""

from __future__ import annotations

from service.domain.policy.model import Policy
from service.domain.policy.money import PriceRules
from service.domain.policy.pages import Lines, conditions, listed, section, yuan
from service.domain.policy.published import PUBLISHED, PUBLISHED_POOLS, PublishedPool, PublishedProgramme
from service.domain.policy.quantities import percent_text
from service.domain.policy.sharing import ShareClassRow
from service.domain.policy.specials import PathRow, TriggerRow

__all__ = ["money_sections"]


def money_sections(policy: Policy) -> list[str]:
    """Write the sections in the order in which a case meets them."""
    return [
        _capacities(policy),
        _price(policy),
        _repayments(policy),
        _programmes(policy),
        _published(policy),
        _combinations(policy),
        _authorities(policy),
        _specials(policy),
    ]


def _capacities(policy: Policy) -> str:
    rows = [
        (
            row,
            f"`{c.name}` {c.zh} / {c.en}",
            listed(c.products),
            c.role,
            f"{percent_text(c.share)} of `{c.measure}`" + (" x years" if c.per_year else ""),
            yuan(c.at_most),
        )
        for row, c in enumerate(policy.capacities, start=1)
    ]
    text = "`capacities`: the largest base of a product carries the loan; every bound limits it. What is not known is left out and named."
    return section("Limit", text, ("row", "name", "products", "role", "amount", "at_most (yuan)"), rows)


def _price(policy: Policy) -> str:
    price = policy.price
    rows: Lines = [
        *(("funding", _months(t.up_to_months), percent_text(t.rate)) for t in policy.funding),
        *(("lpr", _months(t.up_to_months), percent_text(t.rate)) for t in policy.lpr),
        ("relending", f"for {percent_text(price.relending_share)} of a loan allotted relending funds", percent_text(price.relending)),
        ("operating", "every loan", percent_text(price.operating)),
        ("capital", "capital_ratio x (hurdle - funding)", f"{percent_text(price.capital_ratio)}, {percent_text(price.hurdle)}"),
        ("expected loss", "PD x LGD x the bank's share; hazards by year", ", ".join(map(percent_text, price.hazards))),
        *_model_hazards(price),
        ("margin", "by the levers", "see Levers"),
        ("technology benefit", "by the tier", "see Innovation"),
        ("floor", "LPR less", percent_text(price.floor_below_lpr)),
        ("cap", "LPR plus", percent_text(price.cap_above_lpr)),
    ]
    text = "`price`, `funding`, `lpr`: the rate is the sum of its parts; relending is counted against funding, the benefit is taken off."
    return section("Price", text, ("part", "for", "a year"), rows)


def _model_hazards(price: PriceRules) -> Lines:
    if price.model_hazards is None:
        return []
    low, high = percent_text(price.model_hazards.at_least), percent_text(price.model_hazards.at_most)
    return [("expected loss", "hazards of later years by the model instead, where it carries a term structure", f"{low} to {high}")]


def _months(up_to: int | None) -> str:
    return "longer" if up_to is None else f"up to {up_to} months"


def _repayments(policy: Policy) -> str:
    rows = [
        (row, listed(r.products), _months(r.up_to_months), f"`{r.repayment}` {r.repayment.zh}")
        for row, r in enumerate(policy.repayments, start=1)
    ]
    return section("Repayment", "`repayments`: the first row that takes product and term.", ("row", "products", "term", "repayment"), rows)


def _programmes(policy: Policy) -> str:
    rows = [
        (
            row,
            f"`{p.programme}` {p.zh} / {p.en}",
            p.collateral,
            yuan(p.firm_cap) + ("" if p.covers_part else " (whole loans only)"),
            percent_text(p.fee),
            "-" if p.compensation_ceiling is None else percent_text(p.compensation_ceiling),
            "<br>".join(_shares(entry) for entry in p.classes),
        )
        for row, p in enumerate(policy.programmes, start=1)
    ]
    pool = policy.pool
    said = (
        "No compensation pool."
        if pool is None
        else f"`pool` ({pool.zh} / {pool.en}): {percent_text(pool.direct)} of what the bank loses, "
        f"{percent_text(pool.guaranteed)} where a programme guarantees; {percent_text(pool.extra)} more for a first loan, pure credit "
        f"or `{pool.ip_collateral}`; public money pays at most {percent_text(pool.public_cap)} of it."
    )
    head = ("row", "programme", "for collateral", "firm_cap (yuan)", "fee", "ceiling", "shares")
    room = (
        "What a programme guarantees of the firm's running loans is used of its firm_cap; a running loan of which nobody says who "
        "guarantees it counts in full against every programme, and where the loans were not searched no programme takes the loan."
    )
    text = f"`programmes`: the first that takes a loan, and its first class that fits, count. {room} {said}"
    return section("Shared loss", text, head, rows)


def _published(_policy: Policy) -> str:
    rows = [
        *((f"`{name}` {bound.source}", *_bounds(bound)) for name, bound in PUBLISHED.items()),
        *((f"`{name}` {pool.source}", "-", "-", _pool_bounds(pool)) for name, pool in PUBLISHED_POOLS.items()),
    ]
    text = "What is published of programmes and pools: a policy that names one of them is held to it by `jifen policy check`."
    return section("Published bounds", text, ("programme", "firm_cap (yuan)", "fee", "shares of a loss"), rows)


def _pool_bounds(pool: PublishedPool) -> str:
    direct, guaranteed, extra, public = map(percent_text, (pool.direct, pool.guaranteed, pool.extra, pool.public_cap))
    return f"at most {direct} of a direct loan, {guaranteed} of a guaranteed one, {extra} extra; public money at most {public}"


def _bounds(bound: PublishedProgramme) -> tuple[str, str, str]:
    said = [f"{party} {percent_text(share)}" for party, share in bound.exactly.items()]
    said += [f"{party} at least {percent_text(share)}" for party, share in bound.least.items()]
    if bound.system_most is not None:
        said.append(f"guarantors together at most {percent_text(bound.system_most)}")
    if bound.by_class is not None:
        party, by_condition, others = bound.by_class
        classes = ", ".join(f"{percent_text(most)} by `{condition}`" for condition, most in by_condition.items())
        said.append(f"{party} at most {classes}, {percent_text(others)} for others")
    if bound.ceiling is not None:
        said.append(f"stops at {percent_text(bound.ceiling)} of compensation")
    if bound.years:
        said.append("only for " + " or ".join(f"`{name}` <= {years}" for name, years in bound.years.items()))
    return yuan(bound.firm_cap), f"{'below' if bound.fee_is_open else 'at most'} {percent_text(bound.fee)}", "; ".join(said)


def _shares(entry: ShareClassRow) -> str:
    who = conditions(entry.ways) or "others"
    return f"{who}: " + ", ".join(f"{party} {percent_text(share)}" for party, share in entry.shares.items())


def _combinations(policy: Policy) -> str:
    rows = [
        (
            row,
            f"`{c.id}` {c.zh} / {c.en}",
            listed(c.products),
            ", ".join(c.purposes),
            ", ".join(c.instruments),
            ", ".join(f"{part} {percent_text(share)}" for part, share in c.split.items()),
            c.collateral,
        )
        for row, c in enumerate(policy.combinations, start=1)
    ]
    text = (
        "`combinations`: loan with guarantee, insurance and lease, by purpose; they bring the security with them. `split`: who finances "
        "the new money, in whole yuan by largest remainder; what pays off an old loan is lent. Price, shared loss, payments and rights are "
        "those of the loan."
    )
    return section("Combinations", text, ("row", "combination", "products", "purposes", "with", "split", "collateral"), rows)


def _authorities(policy: Policy) -> str:
    rows = [(row, f"`{a.authority}`", yuan(a.up_to_amount), f"{a.zh} / {a.en}") for row, a in enumerate(policy.authorities, start=1)]
    text = "`authorities`: who signs the amount offered, or decides the amount asked; no offer goes beyond the last row."
    return section("Authority", text, ("row", "authority", "up_to_amount (yuan)", "who"), rows)


def _specials(policy: Policy) -> str:
    rows: list[tuple[str, str, str]] = []
    if policy.relay is not None:
        said = f"pays off a running `{policy.relay.takes_over}`, performing when not past due in {policy.relay.clean_months} months"
        rows.append(("relay", listed(policy.relay.products), said))
    if policy.investors is not None:
        said = (
            "points, risk and price as if no round had been closed; gates see the rounds, a capacity on `venture_capital` may raise the "
            "limit, and what is offered nothing without them is offered nothing with them"
        )
        rows.append(("investors", listed(policy.investors.products), said))
    rows += [("paths", listed(path.products), _path(path)) for path in policy.paths]
    rows += [
        (
            "rights",
            listed(r.products),
            f"`{r.right}` {r.zh} / {r.en}: {percent_text(r.price)} of the loan, ends after {r.expires_after_months} months",
        )
        for r in policy.rights
    ]
    return section("Single products", "What only some products have. Rights never enter a score.", ("rule", "products", "effect"), rows)


def _path(path: PathRow) -> str:
    steps = ", ".join(f"{step.months} months at {percent_text(step.discount)} less" for step in path.steps)
    events = "; ".join(f"`{t.trigger}` {t.zh} / {t.en}: {_shift(t)}" for t in path.triggers)
    return f"rate path: {steps}, then the step that makes up for it at {percent_text(path.discount_rate)} discount. {events}"


def _shift(trigger: TriggerRow) -> str:
    return f"+{percent_text(trigger.raises)}" if trigger.raises else f"-{percent_text(trigger.lowers)}"
