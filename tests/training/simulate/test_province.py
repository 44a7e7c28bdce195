"""One seed, one province; parts are independent; wrong requests are refused by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from training.errors import TrainingError
from training.simulate import DEFAULT, Province, SimulationError, simulate

UNTIL = date(2025, 3, 31)


def tables_that_differ(one: Province, other: Province) -> set[str]:
    return {name for name in one.tables if not one.tables[name].equals(other.tables[name])}


def test_the_same_seed_gives_the_same_province() -> None:
    """Nothing depends on the clock, on memory or on the order of hashing."""
    one, other = (simulate(firms=300, seed=4, until=UNTIL) for _ in range(2))
    assert tables_that_differ(one, other) == set()
    assert one.truth.equals(other.truth)
    assert one.loan_truth.equals(other.loan_truth)


def test_another_seed_gives_another_province() -> None:
    """Every table changes with the seed."""
    one, other = (simulate(firms=300, seed=seed, until=UNTIL) for seed in (4, 5))
    assert tables_that_differ(one, other) == set(one.tables)


def test_a_change_to_one_part_moves_no_other() -> None:
    """Each part draws from its own stream: other staff gaps leave ten tables and the truth as they were."""
    changed = replace(DEFAULT, people=replace(DEFAULT.people, never_reports=0.5))
    one, other = simulate(firms=300, seed=4, until=UNTIL), simulate(firms=300, seed=4, until=UNTIL, parameters=changed)
    assert tables_that_differ(one, other) == {"talent"}
    assert one.loan_truth.equals(other.loan_truth)


def test_progress_is_told_from_start_to_end() -> None:
    """A command can show a bar: named parts, shares rising from 0 to 1."""
    told: list[tuple[str, float]] = []
    simulate(firms=50, seed=1, until=UNTIL, progress=lambda part, share: told.append((part, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(part for part, _ in told)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"firms": 0}, "firms is 0; a province has 1 to 2,000,000"),
        ({"firms": 3_000_000}, "firms is 3000000"),
        ({"seed": -1}, "seed is -1"),
        ({"until": date(1990, 1, 1)}, "until is 1990-01-01"),
    ],
)
def test_a_request_out_of_range_is_refused(change: dict[str, object], said: str) -> None:
    """The message gives value, rule and remedy, under a stable code."""
    with pytest.raises(SimulationError, match=said) as refused:
        simulate(**({"firms": 10, "seed": 1, "until": UNTIL} | change))
    assert refused.value.code == "simulation-invalid"
    assert isinstance(refused.value, TrainingError)


def test_a_province_may_invent_nothing() -> None:
    """Without filings no loan is secured by a patent, and all else goes on."""
    idle = dict.fromkeys(("invention_rate", "utility_rate", "design_rate", "software_rate", "pct_rate", "burst_size"), 0.0)
    parameters = replace(DEFAULT, invention=replace(DEFAULT.invention, **idle))
    barren = simulate(firms=300, seed=4, until=UNTIL, parameters=parameters)
    assert barren.tables["patents"].is_empty()
    assert not barren.loan_truth["pledged"].any()
    assert barren.tables["loans"].height > 0


def test_a_shorter_history_has_the_same_last_day() -> None:
    """History can be cut for a small sample; the newest evidence stays."""
    short = simulate(firms=400, seed=4, until=UNTIL, parameters=replace(DEFAULT, history_years=3))
    assert short.tables["loans"]["applied_on"].min() >= date(2022, 3, 1)
    assert short.tables["invoices"]["month"].max() == date(2025, 2, 1)
