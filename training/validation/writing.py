"""What a validation leaves: the record beside the bundle, and the report and the model card in both languages."""

from __future__ import annotations

from pathlib import Path

from training.bundle import Bundle, write_validation
from training.validation.model_card import render_model_card
from training.validation.report import LANGUAGES, render_report
from training.validation.run import Validated

__all__ = ["write_documents", "write_validated"]


def write_documents(found: Validated, bundle: Bundle, folder: Path) -> list[Path]:
    """Write `report.<lang>.html` and `model-card.<lang>.html`; give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for lang in LANGUAGES:
        for name, text in (("report", render_report(found, lang)), ("model-card", render_model_card(found, bundle, lang))):
            path = folder / f"{name}.{lang}.html"
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written


def write_validated(found: Validated, bundle: Bundle, folder: Path) -> list[Path]:
    """Keep the record beside the bundle, and the documents with a copy of it in `folder`; give the paths."""
    kept = write_validation(bundle.folder, found.record)
    documents = write_documents(found, bundle, folder)
    if folder != bundle.folder:
        documents.append(write_validation(folder, found.record))
    return [kept, *documents]
