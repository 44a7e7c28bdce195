"""Which public programme stands behind which loan, as the bank's register would show it."""

from __future__ import annotations

import numpy as np
import polars as pl

from features.vocabulary import GuaranteeProgramme
from training.simulate.applications import PRODUCTS, Applications
from training.simulate.arrays import Generator, picked, whole
from training.simulate.loans import Outcomes
from training.simulate.parameters import LoanParameters

__all__ = ["guarantees"]


def guarantees(rng: Generator, asked: Applications, outcomes: Outcomes, p: LoanParameters) -> tuple[pl.Series, pl.Series]:
    """Draw the columns `programme` and `guaranteed`: null where nothing was drawn, or where the register does not say.

    A pledged loan has no programme. A programme stands behind the whole loan, at most its part for one loan, yuan.
    """
    n, words = asked.firm.size, list(p.programmes)
    backed = rng.random(n) < np.array([p.guaranteed.get(word, 0.0) for word in PRODUCTS])[asked.product]
    backed &= outcomes.drawn & ~outcomes.pledged
    edges = np.cumsum(np.array([p.programmes[word][0] for word in words]))
    choice = np.minimum(np.searchsorted(edges, rng.random(n), side="right"), len(words) - 1)
    known = outcomes.drawn & (rng.random(n) >= p.guarantee_unknown)
    most = np.array([p.programmes[word][1] for word in words], dtype=np.int64)[choice]
    names = picked([GuaranteeProgramme.NONE.value, *(word.value for word in words)], np.where(backed, choice + 1, 0))
    unknown = pl.Series([None], dtype=pl.String).new_from_index(0, n)
    return names.zip_with(pl.Series(known), unknown), whole(np.minimum(asked.amount, most), backed & known)
