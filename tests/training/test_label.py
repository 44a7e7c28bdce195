from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from training.label import label_loans

DRAWN = date(2024, 1, 10)
END = DRAWN + timedelta(days=365)
BOOK_END = date(2026, 6, 30)


def loan(**said: object) -> dict[str, object]:
    return {"decision": "approved", "drawn_on": DRAWN, "default_on": None, "observed_until": BOOK_END} | said


def labels(*loans: dict[str, object]) -> list[int | None]:
    """Target of each loan, None where it was left out; a last, old loan marks the end of the book."""
    rows = [one | {"loan_id": number} for number, one in enumerate([*loans, loan()])]
    schema = {"decision": pl.Utf8, "drawn_on": pl.Date, "default_on": pl.Date, "observed_until": pl.Date, "loan_id": pl.Int64}
    labelled, _ = label_loans(pl.DataFrame(rows, schema=schema))
    found = dict(labelled.select("loan_id", "target").iter_rows())
    return [found.get(number) for number in range(len(loans))]


@pytest.mark.parametrize(
    ("default_on", "target"), [(DRAWN, 1), (END - timedelta(days=1), 1), (END, 1), (END + timedelta(days=1), 0), (None, 0)]
)
def test_default_counts_until_day_365(default_on: date | None, target: int):
    """The twelfth month's last day still counts; a later default is a payer within the horizon."""
    assert labels(loan(default_on=default_on)) == [target]


def test_a_loan_watched_too_briefly_has_no_label():
    """One day short of twelve months, not in default: unknown, not good."""
    assert labels(loan(observed_until=END - timedelta(days=1)), loan(observed_until=END), loan(observed_until=None)) == [None, 0, None]


def test_a_default_ends_the_watch_and_still_counts():
    """A loan that failed in month three and left the books is a default."""
    early = DRAWN + timedelta(days=90)
    assert labels(loan(default_on=early, observed_until=early)) == [1]


def test_the_newest_loans_are_left_out_whether_they_failed_or_not():
    """Before their twelve months are over only failures could be seen, so none of them count."""
    recent = BOOK_END - timedelta(days=364)
    assert labels(loan(drawn_on=recent, default_on=recent + timedelta(days=91)), loan(drawn_on=recent)) == [None, None]


def test_loans_that_were_not_drawn_have_no_outcome():
    """Declined, withdrawn, or approved and never drawn."""
    assert labels(loan(decision="declined", drawn_on=None), loan(decision="withdrawn", drawn_on=None), loan(drawn_on=None)) == [None] * 3


def test_every_application_is_accounted_for():
    """The counts add up to the whole book."""
    recent = BOOK_END - timedelta(days=100)
    rows = [
        loan(),
        loan(default_on=END),
        loan(decision="declined", drawn_on=None),
        loan(drawn_on=recent),
        loan(drawn_on=recent, default_on=recent),
        loan(observed_until=DRAWN),
    ]
    schema = {"decision": pl.Utf8, "drawn_on": pl.Date, "default_on": pl.Date, "observed_until": pl.Date}
    _, counts = label_loans(pl.DataFrame(rows, schema=schema))
    assert counts.to_dict() == {
        "applications": 6,
        "not_drawn": 1,
        "too_recent": 2,
        "too_recent_defaults": 1,
        "lost_sight_of": 1,
        "labelled": 2,
        "defaults": 1,
    }
