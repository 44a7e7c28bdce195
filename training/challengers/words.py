"""What the card says of a contest, in Chinese and English: the verdict first, then every challenger with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["contest_rows", "first_line"]

RESULT = {
    "ahead": "胜 ahead",
    "level": "无显著差别 level: the interval holds 0",
    "behind": "负 behind",
    "unknown": "样本太少 too few rows to tell",
}


def first_line(found: Mapping[str, Any]) -> str:
    """One sentence on the model against the scorecard; where it does not beat it, the sentence says so."""
    card = found["challengers"]["scorecard"]
    if card["verdict"] == "unknown":
        return f"样本太少,无法与评分卡比较 Too few test rows ({found['n']:,}) to compare with the scorecard."
    gap = card["test"]["difference"]["auc"]
    said = {
        "ahead": "优于评分卡 LightGBM beats the scorecard",
        "level": "未胜过评分卡 LightGBM does not beat the scorecard",
        "behind": "不如评分卡 LightGBM loses to the scorecard",
    }[card["verdict"]]
    return f"{said}: AUC {_gap(gap)}, {_rows(found)}."


def _rows(found: Mapping[str, Any]) -> str:
    return f"n {found['n']:,} test rows, {found['defaults']:,} defaults"


def _gap(gap: Mapping[str, Any], digits: int = 4) -> str:
    return f"{gap['value']:+.{digits}f} (95% {gap['low']:+.{digits}f} to {gap['high']:+.{digits}f}, {gap['method']})"


def _value(found: Mapping[str, Any]) -> str:
    return f"{found['value']:.4f} ({found['low']:.4f} - {found['high']:.4f})"


def _measured(challenger: Mapping[str, Any]) -> str:
    test = challenger["test"]
    if not test["metrics"]:
        return RESULT["unknown"]
    metrics = "; ".join(f"{title} {_value(test['metrics'][name])}" for name, title in (("auc", "AUC"), ("brier", "Brier"), ("ece", "ECE")))
    gaps = "; ".join(f"{title} {_gap(test['difference'][name])}" for name, title in (("auc", "AUC"), ("brier", "Brier")))
    inside = challenger.get("out_of_fold", {}).get("difference", {}).get("auc")
    folded = f". 折外 out of fold: AUC {_gap(inside)}" if inside else ""
    return f"{RESULT[challenger['verdict']]}. {metrics}. 本模型减之 ours less theirs: {gaps}{folded}"


def contest_rows(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Rows of (challenger, result), the verdict on top."""
    yield "结论 verdict", first_line(found)
    yield "同样的行 same rows", f"trained on {found['train_rows']:,}; {_rows(found)}"
    for challenger in sorted(found["challengers"].values(), key=lambda one: str(one["title"])):
        if "left_out" in challenger:
            yield str(challenger["title"]), f"未参加 left out: {challenger['left_out']}"
        else:
            yield str(challenger["title"]), _measured(challenger)
