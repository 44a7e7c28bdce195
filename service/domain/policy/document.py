"""A policy as a page: docs/policy.md is written from the policy file, never by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from features.indicators import CATALOGUE
from features.tables import TABLES
from service.domain.policy.model import IndicatorRule, Policy
from service.domain.policy.quantities import percent_text

__all__ = ["policy_page"]

INTRODUCTION = """\
# Lending policy `{name}`

Written from `service/policies/{name}.toml`; do not edit. Status **{status}**, in force from {effective_from}.
Content hash `{hash}`; every decision carries it.

A case is decided in this order:

1. **Product**: is the firm's growth stage served, and is the amount at least the minimum? If not: decline.
2. **Knock-outs**: if one holds: decline. If its indicator is unknown: refer, or pass where the rule says ignore.
3. **Evidence, coverage, referrals, disagreement**: a required document that is missing, any listed one that is stale, too little that is
   known, a referral rule that holds, points and model that contradict each other, a model that cannot answer or explain: refer.
4. **Outcome table**: grade of the probability of default (PD) against tier of the innovation points. A percentage lends that share of the
   amount asked within the product's cap, a share below 100 % rounded down to whole {round_down_to:,} yuan; less than the product's
   minimum: refer.
5. **Offer**: the term is cut to the product's longest, the rate is the grade's (indicative), it stands for {validity_days} days from the
   as-of date. As asked in amount and term: approve; else: counter.

A decline outranks a referral, a referral outranks the outcome table. All bounds are inclusive.
"""


def policy_page(policy: Policy) -> str:
    """Write the whole policy as Markdown; the same policy gives the same text."""
    told = ("name", "status", "effective_from", "hash", "round_down_to", "validity_days")
    parts = [
        INTRODUCTION.format(**{key: getattr(policy, key) for key in told}),
        _products(policy),
        _rules("Knock-outs", "`knock_outs`: declined at once.", policy.knock_outs),
        _rules("Referrals", "`referrals`: a person decides.", policy.referrals),
        _evidence(policy),
        _grades(policy),
        _outcomes(policy),
        _disagreements(policy),
        _handling(policy),
    ]
    return "\n".join(parts)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def _section(title: str, text: str, table: str) -> str:
    return f"## {title}\n\n{text}\n\n{table}"


def _products(policy: Policy) -> str:
    rows = [
        (row, f"`{p.product}` {p.product.zh}", ", ".join(p.stages), f"{p.min_amount:,}", f"{p.max_amount:,}", p.max_term_months)
        for row, p in enumerate(policy.products, start=1)
    ]
    head = ("row", "product", "stages", "min_amount (yuan)", "max_amount (yuan)", "max_term_months")
    return _section("Products", "`products`: who may ask for what.", _table(head, rows))


def _rules(title: str, text: str, rules: Sequence[IndicatorRule]) -> str:
    lines = [
        (
            row,
            f"`{rule.id}`",
            f"`{rule.indicator}` {rule.operator} {rule.value} ({CATALOGUE[rule.indicator].unit})",
            rule.unknown,
            ", ".join(rule.products) or "all",
            f"{rule.zh}<br>{rule.en}",
        )
        for row, rule in enumerate(rules, start=1)
    ]
    return _section(title, text, _table(("row", "id", "holds when", "unknown", "products", "reason"), lines))


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
    return _section("Evidence", text, _table(("row", "table", "document", "missing", "max_age_days"), rows))


def _grades(policy: Policy) -> str:
    rows = [(g.grade, percent_text(g.pd_up_to, 1000), "-" if g.rate is None else percent_text(g.rate)) for g in policy.grades]
    return _section("Master scale", "`grades`: one-year PD and indicative yearly rate.", _table(("grade", "pd_up_to", "rate"), rows))


def _outcomes(policy: Policy) -> str:
    columns = [tuple(tiers) for _, tiers in groupby(policy.tiers, key=lambda tier: [str(row.cells[tier]) for row in policy.outcomes])]
    heads = [tiers[0] if len(tiers) == 1 else f"{tiers[0]} to {tiers[-1]}" for tiers in columns]
    rows = [(row.grade, *(row.cells[tiers[0]] for tiers in columns)) for row in policy.outcomes]
    text = "`outcomes`: share of the amount to lend, or refer, or decline. The row is the grade, the column the tier."
    return _section("Outcome table", text, _table(("grade", *heads), rows))


def _disagreements(policy: Policy) -> str:
    rows = [(row, ", ".join(d.tiers), f"{d.from_grade} to {d.to_grade}") for row, d in enumerate(policy.disagreements, start=1)]
    text = "`disagreements`: points and model contradict each other; referred, whatever the outcome table says."
    return _section("Disagreement", text, _table(("row", "tiers", "grades"), rows))


def _handling(policy: Policy) -> str:
    channels = [(row, f"`{c.channel}`", ", ".join(c.tiers), f"{c.zh} / {c.en}") for row, c in enumerate(policy.channels, start=1)]
    limits = [
        (row, f"`{a.authority}`", "any" if a.up_to_amount is None else f"{a.up_to_amount:,}", f"{a.zh} / {a.en}")
        for row, a in enumerate(policy.authorities, start=1)
    ]
    fast = _table(("row", "channel", "tiers", "meaning"), channels)
    who = _table(("row", "authority", "up_to_amount (yuan)", "who"), limits)
    signed = "`authorities`: who may sign the amount offered, or decide the amount asked."
    return _section("Channel", "`channels`: how an offer is handled.", fast) + "\n" + _section("Authority", signed, who)
