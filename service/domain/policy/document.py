"""A policy as a page: docs/policy.md is written from the policy file, never by hand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from features.indicators import CATALOGUE
from features.tables import TABLES
from service.domain.policy.document_money import money_sections
from service.domain.policy.model import Policy
from service.domain.policy.pages import Lines, conditions, listed, section, yuan
from service.domain.policy.quantities import percent_text
from service.domain.policy.rules import IndicatorRule

__all__ = ["policy_page"]

INTRODUCTION = """\
# Lending policy `{name}`

Written from `service/policies/{name}.toml`; do not edit. Status **{status}**, in force from {effective_from}.
Content hash `{hash}`; every decision carries it.

A case is decided in this order:

1. **Product and gates**: is the firm's growth stage served, is the amount at least the minimum, and does one condition of each gate hold?
   If not: the gate's effect. One that is known to hold opens a gate, whatever else is unknown. Where every base of the limit is known and
   the most that the best grade and tier could be lent without any loan running is below the product's minimum: decline.
2. **Knock-outs**: if one holds: decline. If its indicator is unknown: refer, or pass where the rule says ignore.
3. **Evidence, coverage, referrals, disagreement, certainty**: a required document that is missing, any listed one that is stale, too
   little that is known, a referral rule that holds, points and model that contradict each other, a model that cannot answer or
   explain, or whose interval reaches too far to be sure of its grade: refer.
4. **Grid**: grade of the probability of default (PD) against tier of the innovation points names a set of levers: it lends, refers or
   declines.
5. **Security**: the least form that the levers (or a combination for the purpose) ask for, the product takes and the firm can give.
   None: refer.
6. **Limit**: the largest base of the product x the tier's multiplier x the levers' limit, less loans running; at most every bound, the
   product's cap, the highest authority and what was asked; rounded down to whole {round_down_to:,} yuan where it was worked out. Less than
   the product's minimum: refer.
7. **Shared loss and price**: the first programme that takes the loan and the pool say what the bank keeps; the rate is the sum of its
   parts within floor and cap. Of a combination with a lease, the bank lends its share only.
8. **Offer**: the term is cut to the product's longest; the offer stands for {validity_days} days from the as-of date. As asked in amount
   and term: approve; else: counter.

A decline outranks a referral, a referral outranks the grid. All bounds are inclusive.
"""


def policy_page(policy: Policy) -> str:
    """Write the whole policy as Markdown; the same policy gives the same text."""
    told = ("name", "status", "effective_from", "hash", "round_down_to", "validity_days")
    parts = [
        INTRODUCTION.format(**{key: getattr(policy, key) for key in told}),
        _products(policy),
        _gates(policy),
        _rules("Knock-outs", "`knock_outs`: declined at once.", policy.knock_outs),
        _rules("Referrals", "`referrals`: a person decides.", policy.referrals),
        _evidence(policy),
        _grades(policy),
        _grid(policy),
        _levers(policy),
        _words(policy),
        _innovation(policy),
        _disagreements(policy),
        _certainty(policy),
        *money_sections(policy),
        _recourse(policy),
    ]
    return "\n".join(parts)


def _products(policy: Policy) -> str:
    rows = [
        (
            row,
            f"`{p.product}` {p.product.zh}",
            ", ".join(p.stages),
            yuan(p.min_amount),
            yuan(p.max_amount),
            p.max_term_months,
            ", ".join(p.collateral),
        )
        for row, p in enumerate(policy.products, start=1)
    ]
    head = ("row", "product", "stages", "min_amount (yuan)", "max_amount (yuan)", "max_term_months", "collateral")
    return section("Products", "`products`: who may ask for what.", head, rows)


def _gates(policy: Policy) -> str:
    rows = [
        (row, f"`{g.id}`", listed(g.products), conditions(g.ways), g.effect, g.unknown, g.mark or "-", f"{g.zh}<br>{g.en}")
        for row, g in enumerate(policy.gates, start=1)
    ]
    head = ("row", "id", "products", "one must hold", "else", "unknown", "mark", "reason")
    return section("Gates", "`gates`: conditions of entry.", head, rows)


def _rules(title: str, text: str, rules: Sequence[IndicatorRule]) -> str:
    lines: Lines = [
        (
            row,
            f"`{rule.id}`",
            f"`{rule.indicator}` {rule.operator} {rule.value} ({CATALOGUE[rule.indicator].unit})",
            rule.unknown,
            listed(rule.products),
            f"{rule.zh}<br>{rule.en}",
        )
        for row, rule in enumerate(rules, start=1)
    ]
    return section(title, text, ("row", "id", "holds when", "unknown", "products", "reason"), lines)


def _evidence(policy: Policy) -> str:
    rows = [
        (row, f"`{e.table}`", f"{TABLES[e.table].document} / {TABLES[e.table].document_en}", e.missing, e.max_age_days or "any")
        for row, e in enumerate(policy.evidence, start=1)
    ]
    floor = policy.coverage
    text = (
        "`evidence`: what must be there (`missing`), and how many days old its newest fact may be (`max_age_days`). "
        f"`coverage`: at least {percent_text(floor.indicators)} of the firm's indicators and {percent_text(floor.points)} of the points' "
        "weight must be known."
    )
    return section("Evidence", text, ("row", "table", "document", "missing", "max_age_days"), rows)


def _grades(policy: Policy) -> str:
    rows = [(g.grade, percent_text(g.pd_up_to, 1000)) for g in policy.grades]
    return section("Master scale", "`grades`: one-year PD.", ("grade", "pd_up_to"), rows)


def _grid(policy: Policy) -> str:
    columns = [tuple(tiers) for _, tiers in groupby(policy.tiers, key=lambda tier: [row.cells[tier] for row in policy.grid])]
    heads = [tiers[0] if len(tiers) == 1 else f"{tiers[0]} to {tiers[-1]}" for tiers in columns]
    rows = [(row.grade, *(row.cells[tiers[0]] for tiers in columns)) for row in policy.grid]
    return section("Grid", "`grid`: a set of levers for each grade (row) and tier (column).", ("grade", *heads), rows)


def _levers(policy: Policy) -> str:
    rows = [
        (
            row,
            lever.set,
            lever.access,
            *(
                "-" if lever.access != "approve" else said
                for said in (
                    percent_text(lever.limit or 0),
                    lever.speed,
                    percent_text(lever.margin or 0),
                    lever.collateral,
                    lever.allocation,
                )
            ),
            lever.control or "-",
        )
        for row, lever in enumerate(policy.levers, start=1)
    ]
    head = ("row", "set", "1 access", "2 limit", "3 speed", "4 margin", "5 collateral", "6 allocation", "7 control")
    return section("Levers", "`levers`: what each set does, best first.", head, rows)


def _words(policy: Policy) -> str:
    said: Lines = [
        *(("speed", n, f"`{s.speed}`", f"{s.days} working days", f"{s.zh} / {s.en}") for n, s in enumerate(policy.speeds, 1)),
        *(
            (
                "collateral",
                n,
                f"`{c.collateral}`",
                f"LGD {percent_text(c.lgd)}" + (f", if `{c.indicator}` {c.operator} {c.value}" if c.indicator else ""),
                f"{c.zh} / {c.en}",
            )
            for n, c in enumerate(policy.collaterals, 1)
        ),
        *(("allocation", n, f"`{a.allocation}`", f"funds: {a.funds}", f"{a.zh} / {a.en}") for n, a in enumerate(policy.allocations, 1)),
        *(("control", n, f"`{c.control}`", f"every {c.every_months} months", f"{c.zh} / {c.en}") for n, c in enumerate(policy.controls, 1)),
    ]
    text = "`speeds`, `collaterals` (the least first; LGD: loss given default), `allocations`, `controls`: the words of the levers."
    return section("What the levers mean", text, ("lever", "row", "word", "effect", "meaning"), said)


def _innovation(policy: Policy) -> str:
    rows = [
        (row, ", ".join(entry.tiers), percent_text(entry.multiplier), percent_text(entry.benefit))
        for row, entry in enumerate(policy.innovation, start=1)
    ]
    text = "`innovation`: what a tier earns: a multiple of the base of the limit, and a benefit on the yearly rate."
    return section("Innovation", text, ("row", "tiers", "multiplier", "benefit"), rows)


def _disagreements(policy: Policy) -> str:
    rows = [(row, ", ".join(d.tiers), f"{d.from_grade} to {d.to_grade}") for row, d in enumerate(policy.disagreements, start=1)]
    text = "`disagreements`: points and model contradict each other; referred, whatever the grid says."
    return section("Disagreement", text, ("row", "tiers", "grades"), rows)


def _certainty(policy: Policy) -> str:
    rows = [(row, listed(c.products), c.beyond or "-", c.within or "-", c.spans or "-") for row, c in enumerate(policy.certainty, start=1)]
    text = (
        "`certainty`: how sure the model must be of its grade. Its interval of the PD (level and method are the model's, and recorded) "
        "touches the grades from its lower to its upper end; the case is referred where one of these holds. `beyond`: the grade lends, "
        "but the upper end lies at least so many grades past the last that lends in the firm's tier. `within`: the grade declines, but "
        "the lower end lies at least so many grades inside those that lend. `spans`: the grade lends, but the interval touches at least "
        "so many grades. Missing evidence widens the interval, so a document that is filed can lift the referral. A model without an "
        "interval refers nothing here; the first row that takes the product counts."
    )
    return section("Certainty", text, ("row", "products", "beyond", "within", "spans"), rows)


def _recourse(policy: Policy) -> str:
    rule = policy.recourse
    text = (
        f"`recourse`: up to {rule.plans} plans of at most {rule.changes} changes beside documents, an indicator by at most {rule.steps} "
        f"realistic steps, found within {rule.tries} new decisions; docs/recourse.md says how. Costs rank plans."
    )
    rows = [(f"`{name}`", cost) for name, cost in rule.cost.model_dump().items()]
    return section("Recourse", text, ("change", "cost"), rows)
