"""The model card: one page in Chinese and English, rendered from the manifest alone, as Markdown and as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from training.bundle import Manifest
from training.bundle.doubt import Band
from training.bundle.term import YearHazard
from training.challengers.words import contest_rows, first_line

__all__ = ["Section", "render_card", "sections"]

SHOWN_METRICS: Final = {
    "auc": "AUC",
    "gini": "Gini",
    "ks": "KS",
    "pr_auc": "PR-AUC",
    "brier": "Brier",
    "log_loss": "对数损失 log loss",
    "ece": "ECE",
    "calibration_slope": "校准斜率 calibration slope",
    "calibration_intercept": "校准截距 calibration intercept",
}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its rows of (what, value)."""

    title: str
    rows: tuple[tuple[str, str], ...]


def _purpose(manifest: Manifest) -> Section:
    warning = (
        (("注意 warning", "模拟数据训练,不得用于真实审批 trained on simulated data, never for real lending"),) if manifest.simulated else ()
    )
    return Section(
        "用途 Purpose",
        (
            ("模型 model", manifest.name),
            ("客群 segment", manifest.segment),
            ("预测 predicts", str(manifest.training.get("label", "default"))),
            ("评分 score", f"{manifest.base_score} = 平均申请人 average applicant; {manifest.pdo} 分好坏比翻倍 points double the odds"),
            *warning,
        ),
    )


def _data(manifest: Manifest) -> Section:
    counts = ((name.replace("_", " "), _plain(value)) for name, value in manifest.training.items() if name != "label")
    return Section("数据 Data", tuple(counts))


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_plain(inner)}" for name, inner in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)


def _measures(title: str, found: dict[str, Any]) -> Section:
    counted = ("n", f"{found['n']:,}; 违约 defaults {found['defaults']:,}; 平均PD mean PD {found['mean_pd']:.4f}")
    rows = ((SHOWN_METRICS[name], _interval(found["metrics"][name])) for name in SHOWN_METRICS if name in found["metrics"])
    return Section(title, (counted, *rows))


def _interval(value: dict[str, Any]) -> str:
    return f"{value['value']:.4f} (95% {value['low']:.4f} - {value['high']:.4f}, {value['method']})"


def _calibration(manifest: Manifest) -> Section:
    calibration = manifest.calibration
    return Section(
        "校准 Calibration",
        (
            ("log odds", f"{calibration.slope:.4f} x margin {calibration.intercept:+.4f}"),
            ("训练违约率 default rate in training", f"{calibration.observed:.4f}"),
            ("中心趋势 central tendency", f"{calibration.central_tendency:.4f} (shift {calibration.shift:+.4f})"),
        ),
    )


def _doubt(manifest: Manifest) -> list[Section]:
    """How wide the intervals of a PD are; nothing for a bundle without them."""
    doubt = manifest.doubt
    if doubt is None:
        return []
    hidden = (f"{_upto(band.below)} (n {band.n:,}): {band.low:+.2f} to {band.high:+.2f}" for band in doubt.by_missing)
    rows = (
        ("水平 level", f"{doubt.level:.0%}; 对数几率的移动 shifts of the log odds"),
        ("按缺失证据的权重 by weight of missing evidence", "; ".join(hidden)),
        *(
            (f"按边际 by margin, missing {_upto(band.below)}", _near(bands))
            for band, bands in zip(doubt.by_missing, doubt.by_margin, strict=True)
        ),
    )
    return [Section("PD的区间 Interval of a PD", rows)]


def _near(bands: Iterable[Band]) -> str:
    return "; ".join(f"n {band.n:,}, defaults {band.defaults:,}: {band.low:+.2f} to {band.high:+.2f}" for band in bands)


def _upto(edge: float | None) -> str:
    return "more" if edge is None else f"up to {edge:.0%}"


def _term(manifest: Manifest) -> list[Section]:
    """Hazard of later years against the first."""
    term = manifest.term_structure
    rows = () if term is None else tuple(_year(year) for year in term.years)
    return [Section("期限结构 Term structure: hazard against year 1", rows)] if rows else []


def _year(year: YearHazard) -> tuple[str, str]:
    shares = (f"{bp / 100:.0f}%" for bp in (year.multiplier_bp, year.low_bp, year.high_bp))
    value, low, high = shares
    return (
        f"第{year.year}年 year {year.year}",
        f"{value} (95% {low} - {high}); loans {year.loans:,}, defaults {year.defaults:,}; slope {year.slope:.2f}",
    )


def _resisted(findings: Iterable[dict[str, Any]]) -> str:
    found = (f"{f['feature']} (declared {f['declared']:+d}, against {f['against']:.2f}, share {f['share']:.1%})" for f in findings)
    return "; ".join(found) or "无 none"


def _suspicious(findings: Iterable[dict[str, Any]]) -> str:
    found = (f"{f['column']} (AUC {f['auc']:.3f} alone, {f['standing']})" for f in findings)
    return "; ".join(found) or "无 none"


def _cost(found: dict[str, Any]) -> str:
    advice = "深树值得 depth would pay" if found["depth_is_worth_it"] else "深树不值得 depth would not pay"
    return (
        f"{found['cost_of_compactness']:+.4f} AUC to {found['deep_rounds']} trees of depth 6 and 31 leaves, n={found['n']:,} out of fold; "
        f"{advice} (more than one standard error); explaining would cost {found['deep_explanation_cost']:.1f} times as much"
    )


def _level(test: dict[str, Any]) -> str:
    """Does the model say the right level of risk on later loans, within its interval?"""
    shift = test["metrics"].get("calibration_intercept")
    if shift is None:
        return "样本太少 too few rows to tell"
    rates = f"mean PD {test['mean_pd']:.4f}, default rate {test['defaults'] / test['n']:.4f}, log odds {_interval(shift)}"
    if shift["low"] > 0:
        return f"低估风险 understates the risk of the test rows: {rates}"
    if shift["high"] < 0:
        return f"高估风险 overstates the risk of the test rows: {rates}"
    return f"一致 agrees: {rates}"


def _findings(manifest: Manifest) -> Section:
    found = manifest.findings
    compact = found["compactness"]
    return Section(
        "发现 Findings",
        (
            ("风险水平 level of risk", _level(manifest.metrics["test"])),
            ("紧凑的代价 cost of compactness", _cost(compact)),
            ("单调约束的代价 cost of declared directions", f"{compact['cost_of_directions']:+.4f} AUC"),
            ("数据抵触的方向 directions the data resist", _resisted(found["resisted_directions"])),
            ("可疑列 suspicious columns", _suspicious(found.get("suspicious", ()))),
            *_tuning(found.get("tuning")),
            *_rejects(found.get("rejects")),
        ),
    )


def _tuning(found: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    """What a search tried and whether it was taken; nothing where none was made."""
    if found is None:
        return
    taken = "采用 taken" if found["taken"] else "未采用,沿用默认 not taken, the defaults stay"
    cut = f" of {found['trials_asked']} asked (cut short by the clock)" if found["cut_short"] else ""
    best = ", ".join(f"{name} {value:g}" for name, value in sorted(found["best"].items())) or "the defaults"
    losses = f"log loss {found['best_log_loss']:.5f} against {found['default_log_loss']:.5f}, gain {found['gain']:.5f}"
    said = f"standard error {found['standard_error']:.5f}, n={found['n']:,}"
    recent = "" if found["gain_in_latest_fold"] is None else f", gain in the latest fold {found['gain_in_latest_fold']:.5f}"
    yield "调参 tuning", f"{taken}: {found['trials']} trials{cut} on folds {found['folds']}; best {best}; {losses}{recent}, {said}"


def _rejects(found: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    """What was assumed about the declined; nothing where they were left out."""
    if found is not None:
        assumed = (
            f"{found['method']}, factor {found['factor']:g}, {found['declined']:,} declined, mean PD {found['mean_pd_of_declined']:.4f}"
        )
        yield "拒绝推断 reject inference", f"{assumed}; 假设 assumes that {found['assumption']}; 未经证实 no outcome confirms it"


def _contest(manifest: Manifest) -> list[Section]:
    found = manifest.findings.get("challengers")
    return [Section("对手 Challengers", tuple(contest_rows(found)))] if found else []


def _made_of(manifest: Manifest) -> Section:
    hashes = ((f"{name} hash", value) for name, value in manifest.hashes.model_dump().items() if value)
    libraries = "; ".join(f"{name} {version}" for name, version in manifest.libraries.items())
    return Section("来源 Made of", (*hashes, ("libraries", libraries), ("features", str(len(manifest.features)))))


def sections(manifest: Manifest) -> list[Section]:
    """The card's sections in order; pages may render them their own way."""
    return [
        *_contest(manifest),
        _purpose(manifest),
        _data(manifest),
        _measures("测试集表现 On the test set", manifest.metrics["test"]),
        _measures("折外表现 Out of fold", manifest.metrics["out_of_fold"]),
        _calibration(manifest),
        *_doubt(manifest),
        *_term(manifest),
        _findings(manifest),
        _made_of(manifest),
    ]


def _markdown(title: str, lead: str, parts: list[Section]) -> str:
    blocks = [f"# {title}", *([lead] if lead else [])]
    for part in parts:
        rows = "\n".join(f"| {name} | {value.replace('|', '/')} |" for name, value in part.rows)
        blocks.append(f"## {part.title}\n\n| | |\n|---|---|\n{rows}")
    return "\n\n".join(blocks) + "\n"


def _html(title: str, lead: str, parts: list[Section]) -> str:
    body = "\n".join(
        f"<h2>{escape(part.title)}</h2>\n<table>\n"
        + "\n".join(f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in part.rows)
        + "\n</table>"
        for part in parts
    )
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    first = f"<p>{escape(lead)}</p>\n" if lead else ""
    return f'<!doctype html>\n<html lang="zh-CN">\n<head>{head}</head>\n<body>\n<h1>{escape(title)}</h1>\n{first}{body}\n</body>\n</html>\n'


def render_card(manifest: Manifest) -> dict[str, str]:
    """Give `card.md` and `card.html` of a manifest whose metrics are filled in."""
    title = f"模型卡 Model card: {manifest.name}"
    parts, contest = sections(manifest), manifest.findings.get("challengers")
    lead = first_line(contest) if contest else ""
    return {"card.md": _markdown(title, lead, parts), "card.html": _html(title, lead, parts)}
