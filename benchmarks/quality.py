"""jifen through its own `train-table` path against seven peers on every labelled real set: `python -m benchmarks.quality [SET ...]`.

Needs the real files beside the project (`../shared/data`); a set whose file is absent is skipped, with the reason. Writes
`results/quality.json` and the table in `docs/training.md`. Sets named on the command line are measured anew, the others keep their results.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import numpy as np

from benchmarks.report import FOLDER, Result, rewrite, write_result
from benchmarks.smesd import firm_table
from training.assembly import TrainResult
from training.book import Book
from training.boosting import Settings
from training.effort import Effort
from training.loanbook import book_of, read_contract, read_table
from training.metrics import Evaluation, evaluate
from training.table import CONTRACTS, train_table
from training.tuning import Budget

__all__ = ["MARKS", "SETS", "main", "table", "verdicts"]

DATA = Path(__file__).parents[2] / "shared" / "data"
PAGE = Path(__file__).parents[1] / "docs" / "training.md"
MARKS = "<!-- quality: written by python -m benchmarks.quality -->\n", "<!-- end of quality -->"
SHOWN = {"auc": "AUC", "ks": "KS", "brier": "Brier", "ece": "ECE", "log_loss": "log loss"}
OURS, TUNED = "jifen", "jifen tuned"
TRIALS = 20
Z = 1.96


@dataclass(frozen=True, slots=True)
class Set:
    """A labelled real set: how it is called, its contract, its file, and over how many seeds it is measured."""

    title: str
    contract: str
    file: str
    seeds: int


SETS = {
    "german": Set("German credit, random 30 %", "german-credit", "german_credit.csv.gz", 5),
    "smesd": Set("SMEsD, published split, without age", "smesd", "smesd_firms.csv.gz", 3),
    "polish": Set("Polish companies, random 30 %", "polish-bankruptcy", "polish_bankruptcy_year1.csv.gz", 3),
    "sba": Set("SBA, out of time", "sba", "sba_loans.csv.gz", 3),
    "uci": Set("UCI card, random 30 %", "uci-credit-card", "uci_credit_card.csv.gz", 2),
}


def _contract_text(name: str, seed: int) -> str:
    """A shipped contract whose random split, if it has one, is dealt with another seed."""
    text = (CONTRACTS / f"{name}.toml").read_text("utf-8")
    return re.sub(r'(kind = "random"\ntest_share = \S+\n)seed = \d+', rf"\1seed = {seed}", text)


def _file(one: Set, space: Path) -> Path:
    if one.contract != "smesd":
        return DATA / one.file
    firm_table(DATA).write_csv(space / "smesd.csv")
    return space / "smesd.csv"


def _ours(contract: Path, file: Path, out: Path, seed: int, effort: Effort) -> TrainResult:
    return train_table(contract, out=out, now=datetime.now(UTC), file=file, settings=Settings(seed=20 + seed), effort=effort)


def _rival(book: Book, train: Callable[..., Callable[..., Any]], seed: int) -> Evaluation:
    predict = train(book, book.train, seed)
    return evaluate(book.target[book.held_out], predict(book.matrix[book.held_out]))


def _measured(one: Set, seed: int) -> Iterator[tuple[str, Evaluation, Mapping[str, Any]]]:
    """Every model on one split: its name, its metrics, and for ours what the run found."""
    from benchmarks.rivals import RIVALS  # noqa: PLC0415 - the table is read without the peers' libraries

    with TemporaryDirectory() as space:
        contract, file = Path(space) / f"{one.contract}.toml", _file(one, Path(space))
        contract.write_text(_contract_text(one.contract, seed), encoding="utf-8")
        for name, effort in ((OURS, Effort()), (TUNED, Effort(tuning=Budget(trials=TRIALS, seconds=3600)))):
            result = _ours(contract, file, Path(space) / name, seed, effort)
            yield name, result.test, result.findings
        book = book_of(read_contract(contract.read_text("utf-8"), name=one.contract), read_table(file))
        for name, train in RIVALS.items():
            yield name, _rival(book, train, seed), {}


def _error(found: Evaluation, name: str) -> float:
    """Standard error of one metric on one split: a quarter of the width of its 95 % interval, nearly."""
    one = found.metrics[name]
    return (one.high - one.low) / (2 * Z)


def _values(runs: Sequence[Evaluation]) -> dict[str, float]:
    """Means over the seeds, and the standard error of one split: what another draw of as many test rows would move."""
    values: dict[str, float] = {"n": runs[0].n, "defaults": runs[0].defaults, "seeds": len(runs)}
    for name, title in SHOWN.items():
        values[title] = round(float(np.mean([run.metrics[name].value for run in runs])), 4)
        values[f"{title} se"] = round(float(np.mean([_error(run, name) for run in runs])), 4)
    values["slope"] = round(float(np.mean([run.metrics["calibration_slope"].value for run in runs])), 3)
    return values


def _said(findings: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """What our runs cost and took, over the seeds."""
    costs = {
        name: float(np.mean([found["compactness"][name] for found in findings])) for name in ("cost_of_compactness", "cost_of_directions")
    }
    taken = [found["tuning"]["taken"] for found in findings if "tuning" in found]
    return {name: round(cost, 4) for name, cost in costs.items()} | ({"tuning_taken": float(np.mean(taken))} if taken else {})


def _results(one: Set) -> list[Result]:
    runs: dict[str, list[Evaluation]] = {}
    findings: dict[str, list[Mapping[str, Any]]] = {}
    for seed in range(one.seeds):
        since = monotonic()
        for name, measured, found in _measured(one, seed):
            runs.setdefault(name, []).append(measured)
            if found:
                findings.setdefault(name, []).append(found)
            print(f"{one.title}, seed {seed}, {name}: AUC {measured.metrics['auc']}, {monotonic() - since:.0f} s", flush=True)
    return [Result(f"{one.title}: {name}", _values(found) | _said(findings.get(name, [])) if name in findings else _values(found))
            for name, found in runs.items()]  # fmt: skip


def _kept() -> dict[str, list[Result]]:
    """Results on file, by the title of their set."""
    path = FOLDER / "quality.json"
    found = json.loads(path.read_text("utf-8"))["results"] if path.exists() else []
    kept: dict[str, list[Result]] = {}
    for row in found:
        kept.setdefault(row["name"].rsplit(": ", 1)[0], []).append(Result(row["name"], row["values"]))
    return kept


def _who(name: str) -> str:
    return name.rsplit(": ", 1)[1]


def _ratios(results: Mapping[str, Sequence[Result]]) -> tuple[dict[str, float], dict[str, tuple[float, str]]]:
    """Standard errors that jifen's AUC is behind the best peer's, and its ECE over the best peer's; aims are one each."""
    ratios: dict[str, float] = {}
    for title, rows in results.items():
        ours = next(row.values for row in rows if _who(row.name) == OURS)
        peers = [row.values for row in rows if _who(row.name) not in (OURS, TUNED)]
        best = max(peers, key=lambda values: values["AUC"])
        ratios[f"{title}: AUC behind the best peer, in its standard errors"] = round((best["AUC"] - ours["AUC"]) / best["AUC se"], 3)
        ratios[f"{title}: ECE over the best peer's"] = round(ours["ECE"] / min(values["ECE"] for values in peers), 3)
    return ratios, dict.fromkeys(ratios, (1.0, "at most"))


def verdicts(results: Sequence[Mapping[str, Any]]) -> str:
    """A sentence a set: where jifen stands against the best peer in AUC and in ECE, and how the scorecard did."""
    lines = []
    for title in dict.fromkeys(row["name"].rsplit(": ", 1)[0] for row in results):
        rows = {_who(row["name"]): row["values"] for row in results if row["name"].startswith(f"{title}: ")}
        peers = {name: values for name, values in rows.items() if name not in (OURS, TUNED)}
        best, true = max(peers, key=lambda name: peers[name]["AUC"]), min(peers, key=lambda name: peers[name]["ECE"])
        behind = (peers[best]["AUC"] - rows[OURS]["AUC"]) / peers[best]["AUC se"]
        place = "ahead of" if behind <= 0 else "within one standard error of" if behind <= 1 else "**behind**"
        gap = f"AUC {rows[OURS]['AUC']:.3f} against {peers[best]['AUC']:.3f} ({behind:+.1f} standard errors)"
        ece = "better than" if rows[OURS]["ECE"] < peers[true]["ECE"] else "worse than"
        errors = f"ECE {rows[OURS]['ECE']:.3f}, {ece} the best peer's {peers[true]['ECE']:.3f} ({true})"
        over = {name: rows[OURS]["AUC"] - rows[name]["AUC"] for name in ("scorecard", "LightGBM")}
        card = f"{over['scorecard']:+.3f} AUC to the scorecard, {over['LightGBM']:+.3f} to plain LightGBM"
        lines.append(f"- {title}: {place} {best}, {gap}; {errors}; {card}.")
    return "\n".join(lines) + "\n"


def table(results: Sequence[Mapping[str, Any]]) -> str:
    """Markdown, a row a set and model: means, with the standard error of one split in brackets; the best of each set in bold."""
    lines = ["| set and model | n | seeds | " + " | ".join(SHOWN.values()) + " | slope |", "|---|---|---|" + "---|" * (len(SHOWN) + 1)]
    best: dict[tuple[str, str], float] = {}
    for row in results:
        for title in SHOWN.values():
            key, value = (row["name"].rsplit(": ", 1)[0], title), row["values"][title]
            best[key] = (max if title in ("AUC", "KS") else min)(value, best.get(key, value))
    for row in results:
        values, of = row["values"], row["name"].rsplit(": ", 1)[0]
        cells = [_cell(values, title, is_best=values[title] == best[of, title]) for title in SHOWN.values()]
        lines.append(f"| {row['name']} | {values['n']:,} | {values['seeds']} | " + " | ".join(cells) + f" | {values['slope']:.2f} |")
    return "\n".join(lines) + "\n\n" + verdicts(results)


def _cell(values: Mapping[str, float], title: str, *, is_best: bool) -> str:
    said = f"{values[title]:.3f} ({values[f'{title} se']:.3f})"
    return f"**{said}**" if is_best else said


ABOUT = """Every model gets the same features and rows. jifen: `train-table`, compact, monotone where declared, calibrated out of fold;
tuned: 20 trials. Peers have their defaults, see `benchmarks/rivals.py`. Means over seeds (random splits are dealt anew, published ones
only seed the models); se is the standard error of one split, from the 95 % interval on its test rows. Columns about sex, age, marriage
and nationality are set aside for all models, so figures elsewhere that use them are higher."""


def main(names: Sequence[str] = ()) -> None:
    """Measure, write the results and the table."""
    for one in (SETS[name] for name in names or SETS):
        if not (DATA / one.file).exists():
            print(f"{one.title}: skipped, {DATA / one.file} is not there")
            continue
        measured = _results(one)
        kept = _kept() | {one.title: measured}
        found = {title: kept[title] for title in (each.title for each in SETS.values()) if title in kept}
        ratios, aims = _ratios(found)
        write_result("quality", "Quality on real data", ABOUT, [row for rows in found.values() for row in rows], ratios, aims)
    rewrite(PAGE, MARKS, table(json.loads((FOLDER / "quality.json").read_text("utf-8"))["results"]))


if __name__ == "__main__":
    main(sys.argv[1:])
