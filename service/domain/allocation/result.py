"""What an allocation leaves behind: integers and texts only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.domain.allocation.options import Refusal
from service.domain.allocation.proof import Proof
from service.domain.record.canonical import canonical_bytes, content_hash

__all__ = ["Allocation", "CapUse", "Placed", "Unplaced", "yuan_text"]


def yuan_text(fen: int) -> str:
    """Write fen as yuan with two decimals."""
    return str((Decimal(fen) / 100).quantize(Decimal("0.01")))


@dataclass(frozen=True, slots=True)
class Placed:
    """An offer to make: yuan, basis points; `profit` and `loss` are expected, in fen a year."""

    firm_id: str
    grade: int
    amount: int
    rate_bp: int
    accepts_bp: int
    profit: int
    loss: int


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A firm that gets nothing, and why."""

    firm_id: str
    why: Refusal


@dataclass(frozen=True, slots=True)
class CapUse:
    """How far a cap is used, in yuan; `price` is what one more yuan would earn in a year, in hundredths of a basis point."""

    kind: str
    name: str
    most: int
    used: int
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Offers, refusals, the use of every cap, and the proof of how good it is; firms are in the order of their codes."""

    plan: str
    plan_status: str
    envelope: int
    placed: tuple[Placed, ...]
    unplaced: tuple[Unplaced, ...]
    caps: tuple[CapUse, ...]
    proof: Proof

    @property
    def offered(self) -> int:
        """Sum of the amounts offered, in yuan: if every client accepts, so much is lent."""
        return sum(one.amount for one in self.placed)

    @property
    def expected_lent(self) -> int:
        """Sum of amounts times the chance that each is accepted, in yuan, rounded down."""
        return sum(one.amount * one.accepts_bp for one in self.placed) // 10_000

    def to_dict(self) -> dict[str, Any]:
        """Give JSON values without floats; money of expected values is text in yuan, amounts are whole yuan."""
        proof = self.proof
        return {
            "format": "allocation/1",
            "plan": self.plan,
            "plan_status": self.plan_status,
            "envelope": self.envelope,
            "offered": self.offered,
            "expected_lent": self.expected_lent,
            "expected_profit": yuan_text(proof.objective),
            "expected_loss": yuan_text(sum(one.loss for one in self.placed)),
            "proof": {
                "bound": yuan_text(proof.bound),
                "gap_ppm": proof.gap_ppm,
                "solver": "HiGHS",
                "solver_bound": yuan_text(proof.solver_bound),
                "solver_gap_ppm": proof.solver_gap_ppm,
                "nodes": proof.nodes,
                "finished": proof.is_finished,
            },
            "placed": [_placed(one) for one in self.placed],
            "unplaced": [{"firm_id": one.firm_id, "code": one.why.code, "zh": one.why.zh, "en": one.why.en} for one in self.unplaced],
            "caps": [_cap(one) for one in self.caps],
        }

    @property
    def hash(self) -> str:
        """`sha256:` of the canonical bytes."""
        return content_hash(canonical_bytes(self.to_dict()))


def _placed(one: Placed) -> dict[str, Any]:
    return {
        "firm_id": one.firm_id,
        "grade": one.grade,
        "amount": one.amount,
        "rate_bp": one.rate_bp,
        "accepts_bp": one.accepts_bp,
        "expected_profit": yuan_text(one.profit),
        "expected_loss": yuan_text(one.loss),
    }


def _cap(one: CapUse) -> dict[str, Any]:
    return {"kind": one.kind, "name": one.name, "most": one.most, "used": one.used, "price_bp": yuan_text(one.price)}
