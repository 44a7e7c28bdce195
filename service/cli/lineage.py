"""`jifen audit lineage`: from every scored value back to where it came from."""

from __future__ import annotations

from collections.abc import Iterator

import click
import orjson

from service.cli.console import out
from service.cli.serve import opened_store
from service.use_cases.lineage import DecisionLineage, lineage_of
from service.web.answers_lineage import LineagePage

__all__ = ["lineage"]


@click.command("lineage")
@click.argument("decision_id")
@click.option("--json", "as_json", is_flag=True, help="Print values, rows and loadings as JSON.")
def lineage(decision_id: str, *, as_json: bool) -> None:
    """Walk every scored value of decision DECISION_ID back to raw rows, and each row to the loading it came with."""
    with opened_store() as store:
        found = lineage_of(store, decision_id)
    if as_json:
        out.print(orjson.dumps(LineagePage.of(found).model_dump(mode="json"), option=orjson.OPT_INDENT_2).decode(), markup=False)
    else:
        out.print("\n".join(_told(found)), markup=False)


def _told(found: DecisionLineage) -> Iterator[str]:
    decision = found.decision
    where = "sent with the request" if found.version is None else f"version {found.version} on file"
    yield f"decision {decision.decision_id} of firm {decision.application.firm_id} as of {decision.as_of}; evidence {where}"
    for value in found.values:
        tables = ", ".join(value.tables) or "the request"
        yield f"{value.indicator} = {value.value or 'unknown'}  ({', '.join(value.used_by)})  from {tables}"
    for table, rows in found.tables.items():
        yield f"{table}: {len(rows)} rows known by then"
        for traced in rows:
            key = " ".join(str(value) for name, value in traced.row.known.items() if name != "firm_id" and value is not None)
            yield f"  {'' if traced.row.stands else '(replaced) '}{key[:100]}  <- {traced.ingest_id or 'the request'}"
    for number, loading in sorted(found.loadings.items()):
        yield f"loading {number}: {loading.source}, authority {loading.authority or 'not said'}, consent {loading.consent or 'not said'}"
        yield f"  fetched {loading.fetched_at or 'not said'}, recorded {loading.recorded_at} by {loading.operator}, {loading.checksum}"
