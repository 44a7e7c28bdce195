"""The switch on file: stops and their ends, each written once with its ledger entry in the same transaction."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, insert, select
from sqlalchemy.orm import aliased

from service.ledger import Draft, Kind
from service.releases import SwitchAct
from service.store.blobs import get_blob
from service.store.ledger import append
from service.store.models import SwitchRow

__all__ = ["Stop", "find_act", "keep_act", "list_acts", "stops_in_force"]

_END = aliased(SwitchRow)
_STOPS = (  # built once: every worker asks it every second
    select(SwitchRow.order_id, SwitchRow.scope, SwitchRow.value)
    .outerjoin(_END, _END.lifts == SwitchRow.order_id)
    .where(SwitchRow.act == "stop", _END.order_id.is_(None))
    .order_by(SwitchRow.order_id)
)


class Stop(NamedTuple):
    """A stop in force."""

    order_id: str
    scope: str
    value: str


def keep_act(unit: Connection, act: SwitchAct) -> None:
    """Enter a stop or the end of one; a second end of the same stop violates the table's key."""
    draft = Draft(kind=Kind.SWITCH, subject=act.order_id, actor=act.by, at=act.at, content=act.canonical())
    append(unit, [draft])
    row = {name: getattr(act, name) for name in ("order_id", "act", "scope", "value", "lifts", "at")}
    unit.execute(insert(SwitchRow).values(row | {"content": draft.content_hash}))


def stops_in_force(unit: Connection) -> list[Stop]:
    """List the stops that nobody has ended, oldest first."""
    return [Stop(*row) for row in unit.execute(_STOPS)]


def find_act(unit: Connection, order_id: str) -> SwitchAct | None:
    """Read one act, or None."""
    content = unit.scalar(select(SwitchRow.content).where(SwitchRow.order_id == order_id))
    return None if content is None else SwitchAct.model_validate_json(get_blob(unit, content))


def list_acts(unit: Connection, limit: int) -> list[SwitchAct]:
    """Read the newest acts of the switch, newest first."""
    contents = list(unit.scalars(select(SwitchRow.content).order_by(SwitchRow.order_id.desc()).limit(limit)))
    return [SwitchAct.model_validate_json(get_blob(unit, content)) for content in contents]
