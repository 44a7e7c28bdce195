"""The limit of an offer, in named yuan that reconcile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from service.domain.finance.exact import WHOLE, refuse

__all__ = ["Formula", "Kind", "LimitPart", "LimitParts", "LimitTerms", "NamedAmount", "limit", "reconciles"]

Kind = Literal["base", "addition", "floor", "capacity", "bound", "rounding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A named amount: measure x share, for the whole term if `per_year`; rounded down to the yuan, from 0 to `at_most`.

    `measure` names an amount in yuan (a year's where `per_year`). A `base` carries the loan: the largest one counts. A `bound`
    limits it.
    """

    name: str
    measure: str
    share_bp: int
    role: Literal["base", "bound"]
    per_year: bool = False
    at_most: int | None = None

    def amount(self, measures: Mapping[str, int | None], term_months: int) -> int | None:
        """Work it out; None when the measure is not known."""
        measure = measures.get(self.measure)
        if measure is None:
            return None
        months = term_months if self.per_year else 12
        amount = max(measure, 0) * self.share_bp * months // (12 * WHOLE)
        return amount if self.at_most is None else min(amount, self.at_most)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitTerms:
    """The formulas of a product, and the step in yuan that a worked-out limit is rounded down to."""

    formulas: tuple[Formula, ...]
    round_down_to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAmount:
    """An amount in yuan from outside the formulas, such as a line that is taken over."""

    name: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitPart:
    """A named amount in yuan; `addition` and `rounding` are signed. Exactly one part is `binding`: the one that sets the limit."""

    name: str
    amount: int
    kind: Kind
    binding: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitParts:
    """The limit and what it is made of; see `limit` for how the parts reconcile.

    `amount` is None when no base is known: nothing can carry a loan, which is not the same as a limit of zero.
    `missing` names each part left out because its input is not known.
    """

    parts: tuple[LimitPart, ...]
    amount: int | None
    missing: tuple[str, ...]


def limit(
    terms: LimitTerms,
    *,
    measures: Mapping[str, int | None],
    term_months: int,
    bounds: Mapping[str, int],
    multiplier_bp: int = WHOLE,
    share_bp: int = WHOLE,
    collateral: int | None = 0,
    exposure: int | None = 0,
    floor: NamedAmount | None = None,
) -> LimitParts:
    """Work out the limit. Amounts in yuan; `multiplier_bp` 10,800 is the points' x 1.08, `share_bp` the grade's share.

    capacity = largest base + points + grade + collateral - existing exposure, at least `floor` and at least 0, where
    points = base x (multiplier - 1), rounded down; grade = (base + points) x (share - 1), rounded so that less remains.
    limit = the smallest of capacity, the formulas that bound, and `bounds` (product cap, authority, what was asked, ...), and
    less a `rounding` part where capacity or a formula binds. The part named first binds where two are equal.
    `collateral` (lendable value of collateral and guarantees) and `exposure` may be None: unknown, so left out and named.
    """
    _check(terms, multiplier_bp, share_bp, collateral, exposure)
    worked = [(formula, formula.amount(measures, term_months)) for formula in terms.formulas]
    missing = [formula.name for formula, amount in worked if amount is None]
    missing += [name for name, value in (("collateral", collateral), ("existing_exposure", exposure)) if value is None]
    bases = [LimitPart(name=f.name, amount=a, kind="base") for f, a in worked if f.role == "base" and a is not None]
    ceilings = [LimitPart(name=f.name, amount=a, kind="bound") for f, a in worked if f.role == "bound" and a is not None]
    ceilings += [LimitPart(name=name, amount=amount, kind="bound") for name, amount in bounds.items()]
    if not bases:
        return LimitParts(parts=tuple(ceilings), amount=None, missing=tuple(missing))
    carrying = max(bases, key=lambda part: part.amount)
    additions = tuple(_additions(carrying.amount, multiplier_bp, share_bp, collateral or 0, exposure or 0))
    return _settled(terms, [*bases, *additions, *_floor(floor)], ceilings, set(bounds), tuple(missing))


def reconciles(limit_parts: LimitParts) -> bool:
    """Do the parts alone give the limit? What an examiner recomputes by hand, without the inputs."""
    if limit_parts.amount is None:
        return not any(part.kind in ("base", "capacity") for part in limit_parts.parts)
    by_kind = {kind: [part.amount for part in limit_parts.parts if part.kind == kind] for kind in Kind.__args__}  # type: ignore[attr-defined]
    raised = max(by_kind["base"]) + sum(by_kind["addition"])
    capacity = max([raised, 0, *by_kind["floor"]])
    within = min([capacity, *by_kind["bound"]])
    binding = [part for part in limit_parts.parts if part.binding]
    return (
        by_kind["capacity"] == [capacity]
        and within + sum(by_kind["rounding"]) == limit_parts.amount
        and [b.amount for b in binding] == [within]
    )


def _additions(base: int, multiplier_bp: int, share_bp: int, collateral: int, exposure: int) -> Iterator[LimitPart]:
    points = base * (multiplier_bp - WHOLE) // WHOLE
    signed = {
        "points": points,
        "grade": (base + points) * share_bp // WHOLE - (base + points),
        "collateral": collateral,
        "existing_exposure": -exposure,
    }
    for name, amount in signed.items():
        if amount:
            yield LimitPart(name=name, amount=amount, kind="addition")


def _floor(floor: NamedAmount | None) -> Iterator[LimitPart]:
    if floor is not None:
        yield LimitPart(name=floor.name, amount=floor.amount, kind="floor")


def _settled(
    terms: LimitTerms, parts: Sequence[LimitPart], ceilings: Sequence[LimitPart], exact: set[str], missing: tuple[str, ...]
) -> LimitParts:
    raised = max(p.amount for p in parts if p.kind == "base") + sum(p.amount for p in parts if p.kind == "addition")
    capacity = max([raised, 0, *(p.amount for p in parts if p.kind == "floor")])
    candidates = [LimitPart(name="capacity", amount=capacity, kind="capacity"), *ceilings]
    binding = min(candidates, key=lambda part: part.amount)
    rest = 0 if binding.name in exact else binding.amount % terms.round_down_to
    rounding = [LimitPart(name="rounding", amount=-rest, kind="rounding")] if rest else []
    marked = [replace(part, binding=part is binding) for part in candidates]
    return LimitParts(parts=(*parts, *marked, *rounding), amount=binding.amount - rest, missing=missing)


def _check(terms: LimitTerms, multiplier_bp: int, share_bp: int, collateral: int | None, exposure: int | None) -> None:
    refuse(terms.round_down_to <= 0, "round_down_to", terms.round_down_to, "must be positive", "give a step of at least 1 yuan")
    refuse(multiplier_bp < WHOLE, "multiplier_bp", multiplier_bp, "is below 10000", "points raise a limit or leave it")
    refuse(not 0 <= share_bp <= WHOLE, "share_bp", share_bp, "is not a share", "give basis points from 0 to 10000")
    for name, amount in (("collateral", collateral), ("exposure", exposure)):
        refuse(amount is not None and amount < 0, name, amount, "is negative", "give yuan of at least 0")
