"""Offers and the impact of a release in lines of text, every number with its parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.releases import Impact, ModelCheck, Proposal

__all__ = ["case_lines", "impact_lines", "model_lines", "offer_lines", "pd_text"]


def offer_lines(offer: dict[str, Any] | None) -> Iterator[str]:
    """Tell what is offered, how amount and rate came about, and who carries a loss; nothing where nothing is offered."""
    if offer is None:
        return
    rate = f"{offer['rate_bp'] / 100:.2f} %"
    yield f"offered {offer['amount']:,} yuan over {offer['term_months']} months at {rate}, {offer['repayment']['en']}"
    yield f"levers {offer['levers']}: " + "; ".join(offer[name]["en"] for name in ("channel", "collateral", "allocation", "monitoring"))
    yield "limit:    " + ", ".join(f"{p['en']} {p['amount']:,}{' <' if p['binding'] else ''}" for p in offer["limit_parts"])
    if len(offer["split"]) > 1:
        yield f"split:    {_split(offer)} ({offer['combination']['en']})"
    yield "rate:     " + ", ".join(f"{p['en']} {p['bp'] / 100:+.2f}" for p in offer["rate_parts_bp"])
    if offer.get("term_structure") is not None:
        yield f"default:  {_defaults(offer['term_structure'])}"
    sharing = offer["risk_sharing"]
    named = "" if sharing["programme"] is None else f" ({sharing['programme']['en']}), fee {sharing['fee_bp'] / 100:g} % a year"
    yield "loss:     " + ", ".join(f"{s['en']} {s['share_bp'] / 100:g} %" for s in sharing["shares"]) + named
    for room in sharing["rooms"]:
        yield f"room:     {_room(room)}"
    for refusal in sharing["refusals"]:
        yield f"not by:   {refusal['programme']}: {refusal['en']}"
    path = offer["rate_path"]
    if path is not None:
        yield "path:     " + ", ".join(f"from {s['from_on']} {s['rate_bp'] / 100:.2f} %" for s in path["steps"])
    for right in offer["rights"]:
        yield f"right:    {right['en']}, {right['price']:,} yuan, until {right['expires_on']}"
    first, last = offer["schedule"]["instalments"][0], offer["schedule"]["instalments"][-1]
    yield f"payments: first {_payment(first)}, last {_payment(last)}; interest in all {offer['schedule']['interest']} yuan"
    yield f"signed by the {offer['authority']['en']}, valid until {offer['valid_until']}"


def pd_text(risk: dict[str, Any]) -> str:
    """Tell grade and PD, with the interval where the model gives one."""
    if not risk:
        return "grade -   PD -"
    said = f"grade {risk['grade']}   PD {float(risk['pd']) * 100:.2f} %"
    interval = risk.get("pd_interval")
    if interval is None:
        return said
    low, high, level = (float(interval[name]) * 100 for name in ("low", "high", "level"))
    return f"{said} ({low:.2f} to {high:.2f} at {level:g} %, grades {interval['low_grade']} to {interval['high_grade']})"


def _defaults(structure: dict[str, Any]) -> str:
    years = ", ".join(f"year {year} {float(pd) * 100:.2f} %" for year, pd in enumerate(structure["marginal_pds"], start=1))
    return f"{years}; a year {float(structure['yearly_pd']) * 100:.2f} %, later years by the {structure['source']}"


def case_lines(said: dict[str, Any]) -> Iterator[str]:
    """Tell what a relay pays off, what investors changed, and who decides a case that was referred."""
    relay, investors, referral = said["relay"], said["investors"], said["referral"]
    if relay is not None:
        new = "" if relay["new_money"] is None else f", new money {relay['new_money']:,}"
        yield f"relay:    pays off loan {relay['loan_id']} of {relay['amount']:,} yuan, granted on {relay['granted_on']}{new}"
    if investors is not None:
        alone, backed = investors["alone"], investors["backed"]
        yield f"investors: alone {_answer(alone)}, with them in full {_answer(backed)}; they raised the amount by {investors['raised']:,}"
    if referral is not None:
        marks = f", as {', '.join(referral['marks'])}" if referral["marks"] else ""
        yield f"to be decided by the {referral['authority']['en']}{marks}"


def _answer(answer: dict[str, Any]) -> str:
    return f"{answer['outcome']}" if answer["amount"] is None else f"{answer['outcome']} {answer['amount']:,}"


def _split(offer: dict[str, Any]) -> str:
    return " + ".join(f"{part['en']} {part['amount']:,}" for part in offer["split"]) + f" = {offer['amount']:,}"


def _room(room: dict[str, Any]) -> str:
    """Tell what a programme has left for the firm; what nobody knows is named."""
    if room["used"] is None:
        return f"{room['programme']} not known: the firm's loans were not searched"
    unsaid = f", {room['undeclared']:,} of it by loans of which nobody says who guarantees them" if room["undeclared"] else ""
    return f"{room['programme']} {room['left']:,} left of {room['firm_cap']:,}, {room['used']:,} used{unsaid}"


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


def model_lines(proposal: Proposal) -> Iterator[str]:
    """Tell what the validation of each model that changes says, first of all where one goes without."""
    if proposal.without_validation:
        yield "PROPOSED WITHOUT A PASSING VALIDATION; the reason must say why"
    yield from map(_validated, proposal.models)


def _validated(one: ModelCheck) -> str:
    if one.standing == "none":
        return f"  {one.slot}: no validation on file"
    if one.standing == "approved-before":
        return f"  {one.slot}: no validation on file, in force before by release {one.release}"
    said = (("fails", one.failed), ("warned by", one.warned), ("too few data for", one.lacking))
    named = "".join(f"; {words} {', '.join(gates)}" for words, gates in said if gates)
    simulated = ", simulated data" if one.simulated else ""
    return (
        f"  {one.slot}: validation {one.standing} on n {one.n:,}, defaults {one.defaults:,}{simulated}{named}\n"
        f"    by {one.operator}, gates {one.gates}, record {one.validation}"
    )
