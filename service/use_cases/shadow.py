"""Reading what the shadow says: each challenger against the champion it followed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import orjson

from service.domain.shadow import Answered, Compared, Pair, compare
from service.store.engine import Store
from service.store.shadows import newest_shadows

__all__ = ["Match", "matches"]


@dataclass(frozen=True, slots=True)
class Match:
    """A challenger against a champion, by their hashes, with the champion's name and segment."""

    segment: str
    champion: str
    champion_hash: str
    challenger_hash: str
    compared: Compared


def matches(store: Store, newest: int) -> list[Match]:
    """Compare on the newest shadows, at most `newest` of them; the pair that answered most stands first."""
    pairs: dict[tuple[str, str, str, str], list[Pair]] = {}
    with store.reading() as unit:
        shadows = newest_shadows(unit, newest)
    for bundle, pd, score, outcome, amount, body in shadows:
        made = orjson.loads(body)
        risk, offer = made["risk"], made["offer"]
        champion = Answered(pd=Decimal(risk["pd"]), score=risk["score"], outcome=made["outcome"], amount=offer["amount"] if offer else 0)
        challenger = Answered(pd=Decimal(pd), score=score, outcome=outcome, amount=amount)
        key = (risk["segment"], risk["model"], made["pins"]["bundle"], bundle)
        pairs.setdefault(key, []).append(Pair(champion=champion, challenger=challenger))
    found = [Match(*key, compare(listed)) for key, listed in pairs.items()]
    return sorted(found, key=lambda match: (-match.compared.n, match.champion_hash, match.challenger_hash))
