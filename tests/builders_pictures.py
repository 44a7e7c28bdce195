"""The pages that are pictured: which, for whom, in which languages and themes; and what a picture was made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, meta

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "screenshots"
MANIFEST = FOLDER / "manifest.json"
TEMPLATES = ROOT / "service" / "web" / "templates"
STYLE = ROOT / "service" / "web" / "static" / "jifen.css"
MOST_BYTES = 150_000
"""Of one picture: the repository keeps them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictured:
    """A page of the list. `path` may name things of the province in braces; `press` is a button of its form; `themes` beside light."""

    name: str
    who: str
    path: str
    template: str
    press: str = ""
    fills: Mapping[str, str] | None = None
    themes: tuple[str, ...] = ("light",)
    kept: bool = True
    """Whether it is kept in the documentation; others are only looked at."""


PAGES = (
    Pictured(name="desk", who="officer", path="/desk", template="officer/desk.html", themes=("light", "dark")),
    Pictured(name="firm", who="officer", path="/firms/{firm}", template="officer/firm.html"),
    Pictured(name="apply", who="officer", path="/apply?firm_id={firm}&product=startup-credit", template="officer/apply.html"),
    Pictured(name="decision", who="officer", path="/decisions/{decision}", template="officer/case.html", themes=("light", "dark")),
    Pictured(name="override", who="officer", path="/decisions/{decision}/override", template="officer/override.html"),
    Pictured(name="notice", who="officer", path="/decisions/{declined}/notice", template="officer/notice.html"),
    Pictured(name="sheet", who="officer", path="/decisions/{decision}/sheet", template="officer/case.html"),
    Pictured(name="batch", who="officer", path="/batches/{batch}", template="officer/batch.html"),
    Pictured(name="search", who="auditor", path="/audit", template="examiner/search.html"),
    Pictured(name="record", who="auditor", path="/audit/decisions/{decision}", template="examiner/record.html", themes=("light", "dark")),
    Pictured(
        name="replay",
        who="auditor",
        path="/audit/decisions/{decision}",
        template="examiner/record.html",
        press="form[action$='/replay'] button",
    ),
    Pictured(name="verify", who="auditor", path="/audit", template="examiner/verified.html", press="form[action='/audit/verify'] button"),
    Pictured(name="lineage", who="auditor", path="/audit/decisions/{decision}/lineage", template="examiner/lineage.html"),
    Pictured(name="models", who="risk", path="/models", template="risk/models.html"),
    Pictured(name="model", who="risk", path="/models/{model}", template="risk/model.html"),
    Pictured(name="validation", who="validator", path="/models/{model}/validation", template="risk/validation.html"),
    Pictured(name="monitoring", who="risk", path="/monitoring", template="risk/monitoring.html"),
    Pictured(name="proposal", who="validator", path="/releases/{proposal}", template="risk/proposal.html"),
    Pictured(name="policy", who="risk", path="/policy", template="risk/rulebook.html"),
    Pictured(name="corrections", who="approver", path="/corrections", template="risk/overrides.html"),
    # Looked at, not kept: every other page.
    Pictured(name="sign-in", who="", path="/sign-in", template="sign_in.html", kept=False),
    Pictured(name="docs", who="", path="/docs", template="docs.html", kept=False),
    Pictured(name="account", who="officer", path="/account", template="account.html", kept=False),
    Pictured(name="landing", who="officer", path="/", template="landing.html", kept=False),
    Pictured(name="trouble", who="officer", path="/decisions/NOTHING", template="trouble.html", kept=False),
    Pictured(name="referred", who="officer", path="/desk?queue=referred", template="officer/desk.html", kept=False),
    Pictured(name="waiting", who="approver", path="/desk?queue=waiting", template="officer/desk.html", kept=False),
    Pictured(name="nothing", who="officer", path="/desk?q=没有这家企业", template="officer/desk.html", kept=False),
    Pictured(name="firms", who="officer", path="/firms", template="officer/firms.html", kept=False),
    Pictured(name="firms-none", who="officer", path="/firms?q=没有这家企业", template="officer/firms.html", kept=False),
    Pictured(name="apply-firm", who="officer", path="/apply", template="officer/apply.html", kept=False),
    Pictured(name="apply-product", who="officer", path="/apply?firm_id={firm}", template="officer/apply.html", kept=False),
    Pictured(
        name="apply-check",
        who="officer",
        path="/apply?firm_id={firm}&product=startup-credit&amount=3000000&term_months=24",
        template="officer/apply.html",
        kept=False,
    ),
    Pictured(
        name="apply-wrong",
        who="officer",
        path="/apply?firm_id={firm}&product=startup-credit&amount=abc&term_months=999",
        template="officer/apply.html",
        kept=False,
    ),
    Pictured(name="evidence", who="officer", path="/apply/evidence", template="officer/evidence_upload.html", kept=False),
    Pictured(name="declined", who="officer", path="/decisions/{declined}", template="officer/case.html", kept=False),
    Pictured(name="refer", who="officer", path="/decisions/{referred}", template="officer/case.html", kept=False),
    Pictured(name="special", who="officer", path="/decisions/{special}", template="officer/case.html", kept=False),
    Pictured(name="overridden", who="approver", path="/decisions/{overridden}", template="officer/case.html", kept=False),
    Pictured(
        name="what-if", who="officer", path="/decisions/{decision}?amount=2000000&term_months=36", template="officer/case.html", kept=False
    ),
    Pictured(
        name="override-wrong",
        who="officer",
        path="/decisions/{decision}/override",
        template="officer/override.html",
        press="main button.primary",
        kept=False,
    ),
    Pictured(name="review", who="officer", path="/decisions/{declined}/review", template="officer/review.html", kept=False),
    Pictured(name="sign", who="approver", path="/overrides/{override}", template="officer/sign.html", kept=False),
    Pictured(name="conclude", who="approver", path="/reviews/{review}", template="officer/conclude.html", kept=False),
    Pictured(name="notice-offer", who="officer", path="/decisions/{decision}/notice", template="officer/notice.html", kept=False),
    Pictured(name="batches", who="officer", path="/batches", template="officer/batches.html", kept=False),
    Pictured(name="entries", who="auditor", path="/audit/entries", template="examiner/entries.html", kept=False),
    Pictured(name="entry", who="auditor", path="/audit/entries/3", template="examiner/entry.html", kept=False),
    Pictured(name="basket", who="auditor", path="/audit/basket", template="examiner/basket.html", kept=False),
    Pictured(name="record-overridden", who="auditor", path="/audit/decisions/{overridden}", template="examiner/record.html", kept=False),
    Pictured(name="releases", who="risk", path="/releases", template="risk/releases.html", kept=False),
    Pictured(name="propose", who="risk", path="/releases/new", template="risk/propose.html", kept=False),
    Pictured(name="switch", who="validator", path="/releases/switch", template="risk/switch.html", kept=False),
    Pictured(name="shadow", who="risk", path="/releases/shadow", template="risk/shadow.html", kept=False),
    Pictured(name="watched", who="risk", path="{watched}", template="risk/watched.html", kept=False),
    Pictured(name="retrainings", who="risk", path="/retrainings", template="risk/retrainings.html", kept=False),
    Pictured(name="schemes", who="risk", path="/policy/schemes", template="risk/rulebook.html", kept=False),
    Pictured(
        name="difference",
        who="risk",
        path="/policy/difference?before=cn-core-18&after=local-1000",
        template="risk/difference.html",
        kept=False,
    ),
    Pictured(name="note", who="officer", path="/decisions/{decision}/note", template="officer/note.html", kept=False),
    Pictured(name="reviews", who="approver", path="/corrections/reviews", template="risk/reviews.html", kept=False),
)
KEPT = tuple(page for page in PAGES if page.kept)


def file_of(page: Pictured, lang: str, theme: str = "light") -> str:
    """Name the picture of a page."""
    return f"{page.name}.{lang}.png" if theme == "light" else f"{page.name}.{lang}.{theme}.png"


def pictures() -> Iterator[tuple[str, Pictured, str, str]]:
    """List the pictures that are kept: file, page, language and theme; the dark ones in Chinese only."""
    for page in KEPT:
        for theme in page.themes:
            for lang in ("zh", "en") if theme == "light" else ("zh",):
                yield file_of(page, lang, theme), page, lang, theme


def templates_of(template: str) -> frozenset[str]:
    """Name the templates that a page is made of: its own, what it extends, includes and imports."""
    environment, found, next_ = Environment(autoescape=True), set[str](), [template]
    while next_:
        name = next_.pop()
        if name not in found:
            found.add(name)
            tree = environment.parse((TEMPLATES / name).read_text(encoding="utf-8"))
            next_ += [other for other in meta.find_referenced_templates(tree) if other]
    return frozenset(found)


def made_from(page: Pictured, templates: Path = TEMPLATES, style: Path = STYLE) -> str:
    """Hash what a page looks like by: its templates and the style sheet."""
    parts = [(templates / name).read_bytes() for name in sorted(templates_of(page.template))]
    return hashlib.sha256(b"\0".join([*parts, style.read_bytes()])).hexdigest()[:16]


def read_manifest() -> dict[str, str]:
    """Read what each kept picture was made from."""
    kept: dict[str, str] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return kept


def stale(manifest: Mapping[str, str]) -> list[str]:
    """Name the pictures whose page has another look by now, or that were never made."""
    return [file for file, page, _, _ in pictures() if manifest.get(file) != made_from(page)]
