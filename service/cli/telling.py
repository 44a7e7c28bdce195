"""Offers and the impact of a release in lines of text, every number with its parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.releases import Impact

__all__ = ["impact_lines", "offer_lines"]


def offer_lines(offer: dict[str, Any] | None) -> Iterator[str]:
    """Tell what is offered, how amount and rate came about, and who carries a loss; nothing where nothing is offered."""
    if offer is None:
        return
    rate = f"{offer['rate_bp'] / 100:.2f} %"
    yield f"offered {offer['amount']:,} yuan over {offer['term_months']} months at {rate}, {offer['repayment']['en']}"
    yield f"levers {offer['levers']}: " + "; ".join(offer[name]["en"] for name in ("channel", "collateral", "allocation", "monitoring"))
    yield "limit:    " + ", ".join(f"{p['en']} {p['amount']:,}{' <' if p['binding'] else ''}" for p in offer["limit_parts"])
    yield "rate:     " + ", ".join(f"{p['en']} {p['bp'] / 100:+.2f}" for p in offer["rate_parts_bp"])
    sharing = offer["risk_sharing"]
    named = "" if sharing["programme"] is None else f" ({sharing['programme']['en']})"
    yield "loss:     " + ", ".join(f"{s['en']} {s['share_bp'] / 100:g} %" for s in sharing["shares"]) + named
    path = offer["rate_path"]
    if path is not None:
        yield "path:     " + ", ".join(f"from {s['from_on']} {s['rate_bp'] / 100:.2f} %" for s in path["steps"])
    first, last = offer["schedule"]["instalments"][0], offer["schedule"]["instalments"][-1]
    yield f"payments: first {_payment(first)}, last {_payment(last)}; interest in all {offer['schedule']['interest']} yuan"
    yield f"signed by the {offer['authority']['en']}, valid until {offer['valid_until']}"


def _payment(line: dict[str, Any]) -> str:
    return f"{line['principal']:,} + {line['interest']} on {line['due_on']}"


def impact_lines(impact: Impact | None) -> Iterator[str]:
    """Tell who ends otherwise under a proposed release, and how much money moves."""
    if impact is None:
        yield "no release to compare it with"
        return
    whole = impact.whole
    if not whole.cases:
        yield "no application is on record yet, so nobody flips"
        return
    yield f"tried on the newest {whole.cases} applications: {whole.better} end better, {whole.worse} worse"
    moved = whole.amount_after - whole.amount_before
    yield f"offered {whole.amount_before:,} -> {whole.amount_after:,} yuan ({moved:+,})"
    yield from (f"  {one.before} -> {one.after}: {one.cases}" for one in impact.flips)
    for name, flows in impact.groups.items():
        for flow in flows:
            if flow.better or flow.worse or flow.amount_before != flow.amount_after:
                change = flow.amount_after - flow.amount_before
                yield f"  {name} {flow.group}: {flow.cases} applications, {flow.better} better, {flow.worse} worse, {change:+,} yuan"
