"""A lending policy as one typed value; `service.domain.policy.loading` reads it from TOML."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import Annotated, Any, Literal

import orjson
from pydantic import Field, PrivateAttr

from service.domain.policy.kinds import Identifier, Rows, Yuan
from service.domain.policy.levers import Allocation, Collateral, Control, InnovationRow, LeverRow, Speed
from service.domain.policy.money import Combination, PriceRules, RepaymentRow, Tenor
from service.domain.policy.quantities import Part
from service.domain.policy.recourse import RecourseRule
from service.domain.policy.rules import (
    Authority,
    CertaintyRow,
    CoverageFloor,
    Disagreement,
    EvidenceRule,
    GateRule,
    GradeRow,
    IndicatorRule,
    ProductRow,
)
from service.domain.policy.sharing import CapacityRow, PoolRule, ProgrammeRow
from service.domain.policy.specials import InvestorRule, PathRow, RelayRule, RightRow
from service.domain.policy.table import GridRow, Tiers

__all__ = ["Policy"]


class Policy(Part):
    """A whole policy file: effective-dated, checked on loading, and pinned by `hash` in every decision it makes."""

    name: Identifier
    effective_from: date
    status: Literal["illustrative", "approved"]
    validity_days: Annotated[int, Field(ge=1, le=365)]
    round_down_to: Yuan
    tiers: Tiers
    """The points scheme's innovation tiers this policy knows, best first."""
    products: Annotated[tuple[ProductRow, ...], Rows, Field(min_length=1)]
    gates: Annotated[tuple[GateRule, ...], Rows] = ()
    knock_outs: Annotated[tuple[IndicatorRule, ...], Rows] = ()
    referrals: Annotated[tuple[IndicatorRule, ...], Rows] = ()
    evidence: Annotated[tuple[EvidenceRule, ...], Rows] = ()
    coverage: CoverageFloor
    grades: Annotated[tuple[GradeRow, ...], Rows, Field(min_length=2)]
    grid: Annotated[tuple[GridRow, ...], Rows, Field(min_length=1)]
    levers: Annotated[tuple[LeverRow, ...], Rows, Field(min_length=1)]
    """Sets of the seven levers, best first."""
    innovation: Annotated[tuple[InnovationRow, ...], Rows, Field(min_length=1)]
    speeds: Annotated[tuple[Speed, ...], Rows, Field(min_length=1)]
    collaterals: Annotated[tuple[Collateral, ...], Rows, Field(min_length=1)]
    """Forms of security, the least first."""
    allocations: Annotated[tuple[Allocation, ...], Rows, Field(min_length=1)]
    controls: Annotated[tuple[Control, ...], Rows, Field(min_length=1)]
    disagreements: Annotated[tuple[Disagreement, ...], Rows] = ()
    certainty: Annotated[tuple[CertaintyRow, ...], Rows] = ()
    authorities: Annotated[tuple[Authority, ...], Rows, Field(min_length=1)]
    capacities: Annotated[tuple[CapacityRow, ...], Rows, Field(min_length=1)]
    price: PriceRules
    funding: Annotated[tuple[Tenor, ...], Rows, Field(min_length=1)]
    lpr: Annotated[tuple[Tenor, ...], Rows, Field(min_length=1)]
    repayments: Annotated[tuple[RepaymentRow, ...], Rows, Field(min_length=1)]
    programmes: Annotated[tuple[ProgrammeRow, ...], Rows] = ()
    pool: PoolRule | None = None
    combinations: Annotated[tuple[Combination, ...], Rows] = ()
    relay: RelayRule | None = None
    investors: InvestorRule | None = None
    paths: Annotated[tuple[PathRow, ...], Rows] = ()
    rights: Annotated[tuple[RightRow, ...], Rows] = ()
    recourse: RecourseRule

    _hash: str = PrivateAttr()

    def model_post_init(self, _context: Any, /) -> None:
        """Hash the canonical content once."""
        self._hash = f"sha256:{sha256(self.canonical()).hexdigest()}"

    def canonical(self) -> bytes:
        """Write the content in the one form that is hashed: without comments and layout.

        What policies could not say at first is left out where this one does not say it, so that the policies of old decisions keep
        their hash.
        """
        said = self.model_dump(mode="json")
        if not self.certainty:
            del said["certainty"]
        if self.price.model_hazards is None:
            del said["price"]["model_hazards"]
        return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)

    @property
    def hash(self) -> str:
        """`sha256:` of the canonical content: comments and layout of the file do not change it."""
        return self._hash
