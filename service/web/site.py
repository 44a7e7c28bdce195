"""Routes that say how the service is: health, numbers, what decides, and the documents of the API."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template

from service.domain import BundleLike
from service.metrics import METRICS_TYPE
from service.tokens import GRANTS, Permission
from service.use_cases.numbers import readings
from service.use_cases.readiness import OK, check_parts, schemes_at_hand
from service.web.answers import Alive, ModelsPage, NamedHash, Readiness, SchemeLine, json_answer
from service.web.openapi import document_of
from service.web.operations import Answer, Ask, operation, operations_of
from service.web.problems import PROBLEMS

__all__ = ["site"]

site = Blueprint("service", __name__, template_folder="templates")


@operation(site, "GET", "/healthz", summary="Is the process alive?", always=True, answers={200: Answer(meaning="It is", content=Alive)})
def get_health(ask: Ask) -> Response:
    """Say so."""
    del ask
    return json_answer(Alive(status="alive"))


@operation(
    site,
    "GET",
    "/readyz",
    summary="May the service decide? Says what is missing and what to do",
    always=True,
    answers={
        200: Answer(meaning="It may", content=Readiness),
        503: Answer(meaning="It may not", content=Readiness),
    },
)
def get_readiness(ask: Ask) -> Response:
    """Check the parts."""
    checks = check_parts(ask.desk)
    is_ready = set(checks.values()) == {OK}
    return json_answer(Readiness(status="ready" if is_ready else "not-ready", checks=checks), 200 if is_ready else 503)


@operation(
    site,
    "GET",
    "/metrics",
    summary="Numbers for Prometheus, summed over all workers",
    always=True,
    answers={200: Answer(meaning="Prometheus text format", media="text/plain")},
)
def get_metrics(ask: Ask) -> Response:
    """Give the numbers."""
    desk = ask.desk
    return Response(desk.metrics.exposition(lambda: readings(desk)), content_type=METRICS_TYPE)


@operation(
    site,
    "GET",
    "/v1/models",
    summary="What decides now: models, points scheme, reference base and policy, with their hashes",
    permission=Permission.READ,
    answers={200: Answer(meaning="The active artefacts", content=ModelsPage)},
    problems=("not-ready",),
)
def get_models(ask: Ask) -> Response:
    """Name what decides."""
    active = ask.desk.active
    peers = active.reference
    schemes = [SchemeLine(name=n, version=v, status=s, sha256=h, active=a) for n, v, s, h, a in schemes_at_hand(active.scheme)]
    reference = peers and NamedHash(name=peers.name, version=peers.as_of.isoformat(), sha256=peers.hash, simulated=peers.simulated)
    policy = NamedHash(name=active.policy.name, version=active.policy.effective_from.isoformat(), sha256=active.policy.hash)
    return json_answer(
        ModelsPage(
            release_id=active.release_id,
            bundles={segment: _model(bundle) for segment, bundle in active.bundles.items()},
            challengers={segment: _model(bundle) for segment, bundle in active.challengers.items()},
            schemes=schemes,
            reference=reference,
            policy=policy,
        )
    )


def _model(bundle: BundleLike) -> NamedHash:
    return NamedHash(name=bundle.name, version=bundle.version, sha256=bundle.hash, simulated=bundle.simulated)


@operation(site, "GET", "/openapi.json", summary="This API as an OpenAPI 3.1 document", answers={200: Answer(meaning="The document")})
def get_openapi(ask: Ask) -> Response:
    """Describe the API."""
    del ask
    return json_answer(document_of(operations_of(current_app)))


@operation(site, "GET", "/docs", summary="This API as a page to read", answers={200: Answer(meaning="The page", media="text/html")})
def get_docs(ask: Ask) -> Response:
    """Show the API."""
    del ask
    document = document_of(operations_of(current_app))
    return Response(render_template("docs.html", document=document, problems=PROBLEMS, grants=GRANTS), mimetype="text/html")
