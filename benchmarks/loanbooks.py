"""Both real loan books against `LGBMClassifier` with its defaults, on the same features and rows: `python -m benchmarks.loanbooks`.

Needs the real files beside the project (`../shared/data`). Writes `results/loanbooks.json` and the table in `docs/training.md`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import lightgbm as lgb

from benchmarks.report import FOLDER, Result, rewrite, write_result
from training.assembly import train_book
from training.book import Book
from training.loanbook import book_of, load_contract, read_table
from training.metrics import Evaluation, evaluate
from training.table import CONTRACTS

__all__ = ["main", "table"]

DATA = Path(__file__).parents[2] / "shared" / "data"
PAGE = Path(__file__).parents[1] / "docs" / "training.md"
MARKS = "<!-- loanbooks: written by python -m benchmarks.loanbooks -->\n", "<!-- end -->"
BOOKS = {"SBA, out of time": ("sba", "sba_loans.csv.gz"), "German credit, random 30 %": ("german-credit", "german_credit.csv.gz")}
SHOWN = {"auc": "AUC", "brier": "Brier", "ece": "ECE", "calibration_slope": "slope", "calibration_intercept": "intercept"}


@dataclass(frozen=True, slots=True)
class Pair:
    """One book, measured on the same test rows."""

    name: str
    ours: Evaluation
    plain: Evaluation


def plain_model(book: Book) -> Evaluation:
    """LGBMClassifier with its defaults, told which features are categories."""
    categories = [position for position, feature in enumerate(book.features) if feature.is_category]
    model = lgb.LGBMClassifier(verbosity=-1, n_jobs=1, random_state=0)
    model.fit(book.matrix[book.train], book.target[book.train], categorical_feature=categories)
    return evaluate(book.target[book.held_out], model.booster_.predict(book.matrix[book.held_out], raw_score=True))


def _measured(name: str, contract: str, file: str) -> Pair:
    book = book_of(load_contract(CONTRACTS / f"{contract}.toml"), read_table(DATA / file))
    with TemporaryDirectory() as space:
        return Pair(name, train_book(book, out=Path(space), now=datetime.now(UTC)).test, plain_model(book))


def _values(found: Evaluation) -> dict[str, float]:
    values: dict[str, float] = {"n": found.n, "defaults": found.defaults}
    for name, title in SHOWN.items():
        one = found.metrics[name]
        values |= {title: round(one.value, 4), f"{title} low": round(one.low, 4), f"{title} high": round(one.high, 4)}
    return values


def table(results: list[Mapping[str, object]]) -> str:
    """Markdown of the results, a row a book and model, 95 % intervals in brackets."""
    lines = ["| book and model | n | defaults | " + " | ".join(SHOWN.values()) + " |", "|---|---|---|" + "---|" * len(SHOWN)]
    for row in results:
        values: Mapping[str, float] = row["values"]  # type: ignore[assignment]
        cells = (f"{values[t]:.3f} ({values[f'{t} low']:.3f} to {values[f'{t} high']:.3f})" for t in SHOWN.values())
        lines.append(f"| {row['name']} | {values['n']:,} | {values['defaults']:,} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, write the result and the table."""
    pairs = [_measured(name, *where) for name, where in BOOKS.items()]
    results = [Result(f"{p.name}: {who}", _values(found)) for p in pairs for who, found in (("jifen", p.ours), ("LGBMClassifier", p.plain))]
    behind = {f"{p.name}: AUC behind a plain model": p.plain.metrics["auc"].value - p.ours.metrics["auc"].value for p in pairs}
    errors = {f"{p.name}: ECE over a plain model's": p.ours.metrics["ece"].value / p.plain.metrics["ece"].value for p in pairs}
    about = "Same features and rows. jifen: compact, monotone where declared, calibrated out of fold. LGBMClassifier: its defaults."
    aims = dict.fromkeys(behind, (0.003, "at most")) | dict.fromkeys(errors, (1.0, "at most"))
    write_result("loanbooks", "Real loan books", about, results, behind | errors, aims)
    rewrite(PAGE, MARKS, table(json.loads((FOLDER / "loanbooks.json").read_text("utf-8"))["results"]))


if __name__ == "__main__":
    main()
