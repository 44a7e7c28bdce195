"""Pages of models: champions and challengers in one table, and each with its card and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response

from service.tokens import Permission
from service.use_cases.models import COUNTED, ModelLine, ModelShown, models_on_file, show_model
from service.web.charts import Chart, calibration_chart, discrimination_chart, score_chart
from service.web.markdown import Block, blocks_of
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, render
from service.web.words import Words

__all__ = ["model_pages"]

model_pages = Blueprint("model_pages", __name__, template_folder="templates")
MODELS = Words("模型", "Models")
MODEL = Words("模型卡", "Model card")
MONITORING = Words("监测", "Monitoring")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsTable:
    """Every model on file, by segment."""

    frame: Frame
    lines: list[ModelLine]
    now: datetime
    may_propose: bool
    counted: int = COUNTED

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
class MonitoringPage:
    """The models that decide, which is what monitoring watches."""

    frame: Frame
    used: list[ModelLine]


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
    charts = (discrimination_chart(model.parts, frame.lang), calibration_chart(model.parts, frame.lang), score_chart(model, frame.lang))
    page = ModelPage(
        frame=frame, model=model, card=blocks_of(model.card, frame.lang), charts=tuple(one for one in charts if one is not None)
    )
    return render("risk/model.html", page)


@operation(
    model_pages,
    "GET",
    "/monitoring",
    summary="Where monitoring will stand; today it is a command",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
)
def monitoring_page(ask: Ask, query: PageQuery) -> Response:
    """Say where its verdicts are told until they stand here."""
    del query
    used = [line for line in models_on_file(ask.desk) if line.role == "champion"]
    return render("risk/monitoring.html", MonitoringPage(frame=frame_of(MONITORING, ask.session, ask.caller), used=used))
