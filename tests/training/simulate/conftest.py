"""One small province, drawn once and read by most tests here."""

from __future__ import annotations

from datetime import date

import pytest

from training.simulate import Province, simulate

UNTIL = date(2026, 6, 30)


@pytest.fixture(scope="session")
def province() -> Province:
    return simulate(firms=4_000, seed=11, until=UNTIL)
