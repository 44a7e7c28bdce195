"""`docs/validation.md` names every measure and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from training.validation.fairness import SCREENED
from training.validation.gates import load_gates
from training.validation.run import GAMING_MEASURES, SWAP_MEASURES

PAGE = (Path(__file__).parents[2] / "docs" / "validation.md").read_text("utf-8")
SECTION = PAGE.split("## The measures")[1].split("## The gates")[0]
NAMED = {name for row in SECTION.splitlines() if row.startswith("|") for name in re.findall(r"`([a-z_0-9]+)`", row.split("|")[2])}


def test_every_gate_asks_for_a_measure_of_the_page() -> None:
    """So do tricks, swap sets and every screened dimension."""
    assert {gate.measure for gate in load_gates().gates} <= NAMED
    assert GAMING_MEASURES | SWAP_MEASURES | {f"air_{by}" for by in SCREENED} <= NAMED


def test_every_named_measure_is_measured() -> None:
    """Each name of the page stands in a module as it is written."""
    code = "".join(path.read_text("utf-8") for path in (Path(__file__).parents[2] / "training" / "validation").glob("*.py"))
    derived = GAMING_MEASURES | {f"air_{by}" for by in SCREENED}
    assert [name for name in NAMED - derived if f'"{name}"' not in code] == []
