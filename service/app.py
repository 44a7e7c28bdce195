"""The web application: everything is wired here, from settings."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from service.active import Active
from service.clock import Clock, system_clock
from service.config import Settings, settings_from
from service.desk import Desk, open_desk
from service.logs import write_logs
from service.use_cases.numbers import note_process
from service.web.account import account
from service.web.allocations import allocations
from service.web.audit import audit
from service.web.baskets import baskets
from service.web.correction_pages import correction_pages
from service.web.decisions import decisions
from service.web.entrance import entrance
from service.web.examiner import examiner
from service.web.firms import firms
from service.web.journal import keep_journal
from service.web.leads import leads
from service.web.lineage import lineage
from service.web.model_pages import model_pages
from service.web.monitoring import monitoring
from service.web.monitoring_pages import monitoring_pages
from service.web.notes import notes
from service.web.officer.apply import apply
from service.web.officer.apply_evidence import apply_evidence
from service.web.officer.batches import batches
from service.web.officer.case import case
from service.web.officer.corrections import corrections
from service.web.officer.firms import firms_pages
from service.web.officer.note import note
from service.web.officer.worklist import worklist
from service.web.oidc import identity
from service.web.overrides import overrides
from service.web.pages import serve_pages
from service.web.problems import answer_problems
from service.web.propose_pages import propose_pages
from service.web.record_pages import records
from service.web.release_pages import release_pages
from service.web.releases import releases
from service.web.retention import retention
from service.web.retraining_pages import retraining_pages
from service.web.retrainings import retrainings
from service.web.reviews import reviews
from service.web.rulebook_pages import rulebook_pages
from service.web.site import site
from service.web.switch import switch
from service.web.switch_pages import switch_pages

__all__ = ["create_app"]


def noted(desk: Desk, answer: Response) -> Response:
    """Set the gauges of this process with each answer."""
    note_process(desk)
    return answer


def create_app(settings: Settings | Mapping[str, str] | None = None, *, clock: Clock = system_clock, active: Active | None = None) -> Flask:
    """Make the application.

    `settings` are given ready, as `JIFEN_*` variables, or (None) read from the environment. `active` replaces the
    release in force. The database must be up to date (`service.store.upgrade`); one that is not is told by `/readyz`.
    """
    chosen = settings if isinstance(settings, Settings) else settings_from(settings)
    write_logs(chosen.log_level)
    app = Flask("service.web", static_folder="static", template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = chosen.ingest_bytes
    if chosen.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=chosen.proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]  # as Flask documents
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    app.extensions["jifen"] = desk = open_desk(chosen, clock=clock, active=active)
    keep_journal(app, desk.metrics, is_https=chosen.is_https)
    app.after_request(lambda answer: noted(desk, answer))
    answer_problems(app)
    serve_pages(app)
    for blueprint in (
        account,
        allocations,
        apply,
        apply_evidence,
        audit,
        batches,
        case,
        baskets,
        correction_pages,
        corrections,
        decisions,
        entrance,
        examiner,
        firms,
        firms_pages,
        identity,
        leads,
        lineage,
        model_pages,
        monitoring,
        monitoring_pages,
        note,
        notes,
        overrides,
        propose_pages,
        records,
        release_pages,
        releases,
        retention,
        retraining_pages,
        retrainings,
        reviews,
        rulebook_pages,
        site,
        switch,
        worklist,
        switch_pages,
    ):
        app.register_blueprint(blueprint)
    return app
