"""The page on recourse: how plans are found, what they cost, and what each act moves; written from the code and the policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from features.acts import ACTS, ORDERED, Act
from features.indicators import CATALOGUE
from service.domain.policy.recourse import RecourseRule

__all__ = ["recourse_page"]

PAGE = """# What would change the answer

Written by `service.domain.recourse.document` from the acts and the shipped policy; change those, not this file.

A decision that is not *approve as asked* carries `recourse`: up to {plans} plans, cheapest first, offers before referrals. `null` means
that nobody looked (the request said `"recourse": false`, or there was nothing to improve); an empty list means that none was found.
`GET /v1/firms/{{firm_id}}/offers` shows the nearest better answer of every product.

1. **Documents** without which a person must decide are supplied first. A stale one is taken to be confirmed by a newer one
   (`document-confirms`), a register that was not searched to be empty (`nothing-on-record`), another missing document to show what
   comparable firms show (`peer-median`). The plan names what it assumes. What was missing of a statement's amounts stays unknown: no
   plan invents a revenue.
2. **Requests**: what was offered, a smaller amount (the largest at which an indicator of the request crosses a threshold of the model), a
   term nearer or farther, another product that serves the firm's stage.
3. **Gates, knock-outs and referrals** that stopped the case are opened or settled where the firm has an act for it.
4. **Acts**: an indicator goes just past a threshold at which the model splits, in whole realistic steps, at most {steps}; one act, or two
   together, the second on the figures that the first leaves. Items that lost the most innovation points, and what the limit is
   worked out from, also go as far as a plan may.

Candidates are scored by the model at once; the score that is needed is found by bisection, and only what a whole new decision confirms is
a plan: gates, knock-outs, points, model, limit and price, with the outcome and offer it shows. At most {changes} changes beside documents,
at most {tries} new decisions. The same case has the same plans.

## Cost

Units of effort; they rank plans and mean nothing else.

| change | cost |
|---|---|
| a document | {document} |
| each started per cent of the amount given up | {amount_percent} |
| each month of the term | {term_month} |
| another product | {product} |
| each realistic step of an indicator | {step} |

## Acts

One act moves every figure that it would really move, and all indicators that read one follow, so no indicator contradicts the figures it
is made of. A plan never breaks what holds between figures ({ordered}), turns a stock negative, or leaves an indicator's plausible range.
Approximated, on the safe side unless said: no act earns anything within the horizon; a loan is repaid in parts although its register
counts whole loans; an application counts as published at once, which takes up to 18 months; the amount of a record stays open when it
is settled. Ages, past defaults, past awards and what was not renewed cannot be changed and are never proposed.

| indicator | what the firm does | step | moves, for each unit of effort |
|---|---|---|---|
{acts}
"""


def recourse_page(rule: RecourseRule) -> str:
    """Write the page as Markdown that ends in a line break."""
    numbers: Mapping[str, int] = {name: getattr(rule, name) for name in ("plans", "changes", "steps", "tries")} | rule.cost.model_dump()
    ordered = ", ".join(f"`{part}` <= `{whole}`" for part, whole in ORDERED)
    return PAGE.format(**numbers, ordered=ordered, acts="\n".join(_acts()))


def _acts() -> Iterable[str]:
    for name, act in ACTS.items():
        action = CATALOGUE[name].action
        assert action is not None  # a test holds every act to an indicator with an action
        yield f"| `{name}` {CATALOGUE[name].zh} | {action.en} {action.zh} | {action.step:+g} {CATALOGUE[name].unit} | {_moves(act)} |"


def _moves(act: Act) -> str:
    parts = [f"`{name}` {step:+,}" for name, step in act.entries.items()]
    parts += [f"`{name}` {step:+,} once" for name, step in act.once.items()]
    return ", ".join(parts + [f"`{name}` = as-of day" for name in act.stamps])
