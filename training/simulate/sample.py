"""The sample that ships in `data_samples/`: a small province as CSV, its dictionary, and how to make it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from features.dictionary import data_dictionary
from features.tables import TABLES
from training.simulate.parameters import DEFAULT
from training.simulate.province import Province, simulate
from training.simulate.writing import NOTICE, write_province

__all__ = ["COMMAND", "FIRMS", "HISTORY_YEARS", "SEED", "UNTIL", "sample_province", "write_sample"]

FIRMS: Final = 2_000
SEED: Final = 2026
UNTIL: Final = date(2026, 6, 30)
HISTORY_YEARS: Final = 4
"""Half the usual history, so that all files together stay below 10 MB."""
COMMAND: Final = """.venv/bin/python -c "from training.simulate import write_sample; write_sample('data_samples')\""""

README = """# A sample of the simulated province

{notice} The names begin with `模拟·`, and the organisation code inside each credit code fails its own check digit, which no
registered firm's can.

{firms:,} firms as a bank would know them on {until}, with {years} years of loans, in the eleven tables that
[dictionary.md](dictionary.md) explains. `truth/` holds what only the simulator knows: hidden traits and fates of each firm, and
for each application, declined ones too, the true probability of default and whether it would have defaulted. No product code reads it.
[docs/simulation.md](../docs/simulation.md) says what is drawn from what.

Made with seed {seed} by

```sh
{command}
```

`manifest.json` has every parameter and the SHA-256 of each file. A larger province, with eight years of loans, comes from
`jifen simulate`.

| file | rows | one row is |
|---|---|---|
{rows}
"""


def sample_province() -> Province:
    """Draw the province of the sample."""
    return simulate(firms=FIRMS, seed=SEED, until=UNTIL, parameters=replace(DEFAULT, history_years=HISTORY_YEARS))


def write_sample(folder: str | Path) -> Path:
    """Write the sample, its dictionary and its README into `folder`; give the manifest's path."""
    province, place = sample_province(), Path(folder)
    manifest = write_province(province, place, format="csv")
    (place / "dictionary.md").write_text(data_dictionary(), "utf-8")
    (place / "README.md").write_text(_readme(province), "utf-8")
    return manifest


def _readme(province: Province) -> str:
    rows = [f"| `{name}.csv` | {frame.height:,} | {_meaning(name)} |" for name, frame in province.tables.items()]
    rows += [
        f"| `truth/firms.csv` | {province.truth.height:,} | a firm |",
        f"| `truth/loans.csv` | {province.loan_truth.height:,} | an application |",
    ]
    return README.format(notice=NOTICE, firms=FIRMS, until=UNTIL, years=HISTORY_YEARS, seed=SEED, command=COMMAND, rows="\n".join(rows))


def _meaning(name: str) -> str:
    said = (TABLES[name].model.__doc__ or "").split("\n", maxsplit=1)[0].split(";")[0].strip().rstrip(".")
    return said[0].lower() + said[1:]
