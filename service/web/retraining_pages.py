"""Pages of retrainings: the form that starts one, those on record, and each with its steps, its account and its log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flask import Blueprint, Response
from pydantic import Field

from service.errors import InvalidRequest, UnknownRetraining
from service.requests import Strict
from service.retraining.evidence import folders_below
from service.retraining.jobs import newest_retrainings, show_retraining
from service.retraining.plan import Plan
from service.store.people import names_of
from service.store.retrainings import Kept, report_bytes
from service.tokens import Permission
from service.use_cases.retrainings import start_retraining
from service.web.forms import Choice, Typed, checked, whole
from service.web.log_words import told
from service.web.operations import Answer, Ask, operation
from service.web.pages import HTML, Frame, PageQuery, frame_of, go_to, render
from service.web.refusals import Refusal, tried
from service.web.release_pages import AGAIN, WRITTEN
from service.web.words import Words
from service.web.words_retraining import MODELS, REJECTS

__all__ = ["retraining_pages"]

retraining_pages = Blueprint("retraining_pages", __name__, template_folder="templates")
TITLE = Words("再训练", "Retraining")
LISTED, EVERY = 30, 5
LABELS: Mapping[str, Words] = {
    "evidence": Words("证据", "Evidence"),
    "segments": Words("模型", "Models"),
    "seed": Words("随机种子", "Seed"),
    "challengers": Words("对照模型", "Challengers"),
    "trials": Words("调参次数", "Tuning trials"),
    "rejects": Words("拒绝推断", "Reject inference"),
    "reason": Words("理由（记入账本）", "Reason (kept in the ledger)"),
}
BOTH = "both"
MODEL_CHOICES = (Choice(BOTH, Words("全部模型", "All models")), *(Choice(segment, words) for segment, words in MODELS.items()))
CHALLENGER_CHOICES = (Choice("on", Words("一并训练并比较", "Train and compare them too")), Choice("off", Words("不训练", "Leave them out")))
REJECT_CHOICES = (Choice("none", Words("不做", "None")), *(Choice(method, words) for method, words in REJECTS.items()))
ON_FILE = "on-file"


class RetrainingForm(Strict):
    """What to retrain, on what, how and why; texts as they were typed."""

    evidence: str = Field(default=ON_FILE, max_length=400, description="`on-file`, or a folder right below JIFEN_HOME")
    segments: str = Field(default=BOTH, max_length=20, description="`both`, or one model's segment")
    seed: str = Field(default="", max_length=20, description="Seed of every draw")
    challengers: str = Field(default="on", max_length=5, description="`on` or `off`")
    trials: str = Field(default="", max_length=20, description="Trials to search settings in")
    rejects: str = Field(default="none", max_length=20, description="`none`, or how the declined are added")
    reason: str = Field(default="", max_length=WRITTEN, description="Why; kept in the ledger")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainingsShown:
    """The form and those on record."""

    frame: Frame
    jobs: tuple[tuple[Kept, str], ...]
    """With the name of who started each."""
    may_start: bool
    typed: Typed
    evidence: tuple[Choice, ...]
    refusal: Refusal | None
    labels: Mapping[str, Words]
    models: tuple[Choice, ...] = MODEL_CHOICES
    challengers: tuple[Choice, ...] = CHALLENGER_CHOICES
    rejects: tuple[Choice, ...] = REJECT_CHOICES


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of the log; one that says nothing begins a step."""

    at: datetime
    step: str
    said: Words | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainingPage:
    """One retraining: how far it is, what came of it, and its log."""

    frame: Frame
    job: Kept
    who: str
    steps: tuple[tuple[str, Literal["done", "now", "failed", "waits"]], ...]
    lines: tuple[LineShown, ...]
    every: int = EVERY


@operation(
    retraining_pages,
    "GET",
    "/retrainings",
    summary="The form that starts a retraining, and the retrainings on record",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
)
def retrainings_page(ask: Ask, query: PageQuery) -> Response:
    """Show them."""
    del query
    plan = Plan(reason="-")
    return _listed(ask, Typed({"seed": str(plan.seed), "trials": str(plan.trials), "segments": BOTH, "evidence": ON_FILE}))


@operation(
    retraining_pages,
    "POST",
    "/retrainings",
    summary="Start a retraining on the page; it proposes where every gate holds, and never approves",
    page=True,
    permission=Permission.PROPOSE,
    form=RetrainingForm,
    answers={303: Answer(meaning="Started: leads to its page", headers=("Location",)), 409: AGAIN, 422: AGAIN},
)
def start_on_page(ask: Ask, form: RetrainingForm) -> Response:
    """Start it."""
    typed = Typed(form.model_dump())
    for name, choices in (("segments", MODEL_CHOICES), ("challengers", CHALLENGER_CHOICES), ("rejects", REJECT_CHOICES)):
        typed = typed.must_be_one_of(name, [choice.value for choice in choices])
    plan, typed = checked(Plan, _asked(form), typed)
    if plan is None or typed.wrong:
        return _listed(ask, typed, status=422)

    def act() -> Response:
        try:
            job = start_retraining(ask.desk, plan, ask.caller.actor)
        except InvalidRequest as error:
            return _listed(ask, typed.with_faults(error.faults), status=422)
        return go_to(f"/retrainings/{job.job_id}")

    return tried(act, lambda refusal: _listed(ask, typed, refusal=refusal, status=refusal.status))


def _asked(form: RetrainingForm) -> dict[str, object]:
    """Read the texts as the API would be sent them; what cannot be read stays as typed, for the model to refuse."""
    return {
        "reason": form.reason.strip(),
        "evidence": "" if form.evidence == ON_FILE else form.evidence,
        "segments": None if form.segments == BOTH else (form.segments,) if form.segments in MODELS else None,
        "seed": whole(form.seed),
        "challengers": form.challengers == "on",
        "trials": whole(form.trials),
        "rejects": form.rejects if form.rejects in REJECTS else None,
    }


@operation(
    retraining_pages,
    "GET",
    "/retrainings/<job_id>",
    summary="A retraining: steps, account of every model and gate, and log",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers={200: Answer(meaning="The page", media=HTML)},
    problems=("unknown-retraining",),
)
def retraining_page(ask: Ask, job_id: str, query: PageQuery) -> Response:
    """Show it."""
    del query
    shown = show_retraining(ask.desk.store, ask.desk.clock, job_id)
    page = RetrainingPage(
        frame=frame_of(TITLE, ask.session, ask.caller, refresh=EVERY if shown.job.is_open else None),
        job=shown.job,
        who=_who(ask, [shown.job]).get(shown.job.actor.id, shown.job.actor.id),
        steps=_steps(shown.job),
        lines=tuple(LineShown(line.at, line.step, told(line.said) if line.said else None) for line in shown.lines),
    )
    return render("risk/retraining.html", page)


@operation(
    retraining_pages,
    "GET",
    "/retrainings/<job_id>/<segment>/<name>",
    summary="A document that the validation of a retraining left: report or model card",
    page=True,
    permission=Permission.READ,
    query=PageQuery,
    answers={200: Answer(meaning="The file, which carries its own style", media=HTML)},
    problems=("unknown-retraining",),
)
def retraining_document(ask: Ask, job_id: str, segment: str, name: str, query: PageQuery) -> Response:
    """Give it out as a file: with its style inside it, it is not a page of this service."""
    del query
    job = show_retraining(ask.desk.store, ask.desk.clock, job_id).job
    models = job.outcome.models if job.outcome else ()
    model = next((one for one in models if one.segment == segment and name in one.reports), None)
    with ask.desk.store.reading() as unit:
        content = None if model is None else report_bytes(unit, model.reports[name])
    if model is None or content is None:
        raise UnknownRetraining(f"retraining {job_id[:40]!r} left no {name[:40]!r} of {segment[:20]!r}; its page lists what it left")
    answer = Response(content, content_type="text/html; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{model.name}-{model.version}-{name}")
    return answer


def _listed(ask: Ask, typed: Typed, *, refusal: Refusal | None = None, status: int = 200) -> Response:
    jobs = newest_retrainings(ask.desk.store, ask.desk.clock, LISTED)
    names = _who(ask, jobs)
    folders = folders_below(ask.desk.settings.home)
    page = RetrainingsShown(
        frame=frame_of(TITLE, ask.session, ask.caller),
        jobs=tuple((job, names.get(job.actor.id, job.actor.id)) for job in jobs),
        may_start=ask.caller.may(Permission.PROPOSE),
        typed=typed,
        evidence=(
            Choice(ON_FILE, Words("库中证据", "Evidence on file")),
            *(Choice(one, Words(f"文件夹 {one}", f"Folder {one}")) for one in folders),
        ),
        refusal=refusal,
        labels=LABELS,
    )
    return render("risk/retrainings.html", page, status)


def _who(ask: Ask, jobs: list[Kept]) -> Mapping[str, str]:
    with ask.desk.store.reading() as unit:
        return names_of(unit, [job.actor.id for job in jobs])


def _steps(job: Kept) -> tuple[tuple[str, Literal["done", "now", "failed", "waits"]], ...]:
    """Say of each step whether it is behind, under way, where it failed, or to come."""
    steps = job.plan.steps
    reached = steps.index(job.step) if job.step in steps else -1
    here: Literal["done", "now", "failed"] = {"done": "done", "failed": "failed"}.get(job.state, "now")  # type: ignore[assignment]
    return tuple((step, "done" if place < reached else here if place == reached else "waits") for place, step in enumerate(steps))
