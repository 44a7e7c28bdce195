"""Candidates of an allocation: one by hand, or many drawn from a seed."""

from __future__ import annotations

import random
from typing import Any

from features.codes import check_digit
from features.vocabulary import TechnologyField
from service.domain.allocation import Candidate

FIELDS = tuple(TechnologyField)
REGIONS = tuple(f"34{number:02}00" for number in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 15, 16, 17, 18))
SCALE = (0.001, 0.002, 0.004, 0.0075, 0.013, 0.022, 0.038, 0.065)


def firm_code(number: int) -> str:
    """A valid social credit code for each number."""
    first = f"91340100MA2{number:06}"
    return first + check_digit(first)


def candidate(number: int = 1, **said: Any) -> Candidate:
    """A grade-4 electronics firm of Hefei that may get 2 m yuan at 3.3 to 4.5 %, unless said otherwise."""
    usual = {"firm_id": firm_code(number), "field": "electronics", "region": "340100", "grade": 4, "pd": "0.00500", "lgd_bp": 4500}
    return Candidate.of(**(usual | {"limit": 2_000_000, "min_rate_bp": 330, "max_rate_bp": 450} | said))


def candidates(count: int, seed: int = 7) -> list[Candidate]:
    """Approved firms as a batch has them: small limits are common, large ones rare, rates follow the grade."""
    draw = random.Random(seed)
    return [_drawn(draw, number) for number in range(count)]


def _drawn(draw: random.Random, number: int) -> Candidate:
    pd = min(0.08, draw.lognormvariate(-4.7, 0.9))
    grade = 1 + sum(pd > bound for bound in SCALE)
    price = 330 + 25 * grade
    return candidate(
        number,
        field=draw.choice(FIELDS),
        region=draw.choices(REGIONS, weights=[6, *[1] * (len(REGIONS) - 1)])[0],
        grade=grade,
        pd=f"{pd:.5f}",
        lgd_bp=draw.choice((2500, 3500, 4500)),
        limit=min(30_000_000, int(draw.lognormvariate(14.8, 0.8)) // 10_000 * 10_000),
        min_rate_bp=price - 25,
        max_rate_bp=price + 60,
    )
