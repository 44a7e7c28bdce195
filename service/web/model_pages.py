"""Pages of models: champions and challengers in one table, and each with its card and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response

from service.tokens import Permission
from service.use_cases.models import COUNTED, ModelLine, ModelShown, models_on_file, show_model
from service.use_cases.validations import GatesTold, Told, gates_of, validation_of
from service.web.charts import Chart, calibration_chart, discrimination_chart, score_chart
from service.web.curves import pictures_of
from service.web.markdown import Block, blocks_of
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, render
from service.web.validation_words import ChapterShown, GateShown, chapters_of, gates_shown
from service.web.words import Words

__all__ = ["model_pages"]

model_pages = Blueprint("model_pages", __name__, template_folder="templates")
MODELS = Words("模型", "Models")
MODEL = Words("模型卡", "Model card")
VALIDATION = Words("验证报告", "Validation report")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsTable:
    """Every model on file, by segment."""

    frame: Frame
    lines: list[ModelLine]
    now: datetime
    may_propose: bool
    counted: int = COUNTED

    @property
    def unpassed(self) -> list[tuple[ModelLine, GateShown]]:
        """Every gate that a champion or challenger fails."""
        asked = [(line, line.gates) for line in self.lines if line.role != "on-file"]
        return [(line, one) for line, gates in asked if gates is not None for one in gates_shown(gates.failed, self.frame.lang)]

    @property
    def segments(self) -> dict[str, list[ModelLine]]:
        """The lines of each segment, in their order."""
        found: dict[str, list[ModelLine]] = {}
        for line in self.lines:
            found.setdefault(line.segment, []).append(line)
        return found

    def age(self, line: ModelLine) -> int | None:
        """Give a model's age in days."""
        return None if line.created_at is None else (self.now - line.created_at).days


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPage:
    """One model: its card as the bundle carries it, and pictures of what the bundle says."""

    frame: Frame
    model: ModelShown
    card: tuple[Block, ...]
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationPage:
    """The newest validation of a model: its gates and every chapter, with lines to sign on."""

    frame: Frame
    told: Told
    gates: GatesTold
    lines: tuple[GateShown, ...]
    chapters: tuple[ChapterShown, ...]


@operation(
    model_pages,
    "GET",
    "/models",
    summary="Champions and challengers in one table, with their measures on rows they had not seen",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
)
def models_page(ask: Ask, query: PageQuery) -> Response:
    """Show them."""
    del query
    page = ModelsTable(
        frame=frame_of(MODELS, ask.session, ask.caller),
        lines=models_on_file(ask.desk),
        now=ask.desk.clock(),
        may_propose=ask.caller.may(Permission.PROPOSE),
    )
    return render("risk/models.html", page)


@operation(
    model_pages,
    "GET",
    "/models/<sha256>",
    summary="A model's card and pictures",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
    problems=("unknown-model", "artefact-unusable"),
)
def model_page(ask: Ask, sha256: str, query: PageQuery) -> Response:
    """Show one."""
    del query
    model = show_model(ask.desk, sha256)
    frame = frame_of(MODEL, ask.session, ask.caller)
    own = [discrimination_chart(model.parts, frame.lang), calibration_chart(model.parts, frame.lang), score_chart(model, frame.lang)]
    validated = [] if model.told is None else pictures_of(model.told.record, model.stability, frame.lang)
    charts = tuple(one for one in (*validated, *own) if one is not None)
    page = ModelPage(frame=frame, model=model, card=blocks_of(model.card, frame.lang), charts=charts)
    return render("risk/model.html", page)


@operation(
    model_pages,
    "GET",
    "/models/<sha256>/validation",
    summary="The newest validation of a model: gates and every chapter of the report",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
    problems=("unknown-model",),
)
def validation_page(ask: Ask, sha256: str, query: PageQuery) -> Response:
    """Show it."""
    del query
    with ask.desk.store.reading() as unit:
        told = validation_of(unit, sha256)
    frame = frame_of(VALIDATION, ask.session, ask.caller)
    page = ValidationPage(
        frame=frame,
        told=told,
        gates=gates_of(told),
        lines=gates_shown(told.record.outcomes, frame.lang, told.record.chapters),
        chapters=chapters_of(told.record, frame.lang),
    )
    return render("risk/validation.html", page)
