"""Does the model rank? AUC, Gini and KS with intervals, overall and by group."""

from __future__ import annotations

from training.metrics import MIN_EACH, Evaluation, evaluate
from training.validation.chapter import Cell, Chapter, Grid, Measure, Words, measured
from training.validation.sample import Sample

__all__ = ["discrimination"]

ABOUT = Words(
    "AUC = P(违约客户的风险分 > 正常客户的风险分)，平局计一半；区间为 DeLong (1988)。Gini = 2·AUC − 1。KS 为两类累计占比的最大差，"
    "区间为分层自助法 200 次。每个组须至少有 10 个违约和 10 个正常客户。",
    "AUC = P(risk of a default > risk of a payer), ties count half; interval after "
    "DeLong (1988). Gini = 2 AUC - 1. KS is the largest gap of "
    f"the cumulated shares, interval from 200 stratified bootstrap draws. A group needs {MIN_EACH} defaults and {MIN_EACH} payers.",
)
COLUMNS = (
    Words("组", "group"),
    Words("样本", "n"),
    Words("违约", "defaults"),
    Words("AUC", "AUC"),
    Words("Gini", "Gini"),
    Words("KS", "KS"),
)


def discrimination(sample: Sample, *, overall: Evaluation) -> Chapter:
    """Report how the model ranks the held-out rows.

    Parameters
    ----------
    sample
        The held-out rows.
    overall
        Their evaluation as a whole, which other chapters share.

    Returns
    -------
    Chapter
        Measures `auc`, `gini` and `ks`, and a grid for each dimension of groups.
    """
    measures: dict[str, Measure] = {name: measured(overall.metrics.get(name), overall.n) for name in ("auc", "gini", "ks")}
    grids = [Grid(title=Words("全部", "All rows"), columns=COLUMNS, rows=(_row("all", overall),))]
    for by, labels in sample.groups.items():
        found = {
            str(name): evaluate(sample.target[labels == name], sample.log_odds[labels == name]) for name in sorted(set(labels.tolist()))
        }
        rows = tuple(_row(name, one) for name, one in found.items())
        grids.append(Grid(title=Words(f"按 {by}", f"By {by}"), columns=COLUMNS, rows=rows))
    return Chapter(id="discrimination", title=Words("区分能力", "Discrimination"), about=ABOUT, measures=measures, grids=tuple(grids))


def _row(name: str, found: Evaluation) -> tuple[Cell, ...]:
    return (name, found.n, found.defaults, *(found.metrics.get(key) for key in ("auc", "gini", "ks")))
