"""The application form: which question is next, what was typed, and what is left to check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, Field

from features.vocabulary import Product
from service.desk import Desk
from service.domain.application import ASKABLE, MAX_AMOUNT, MAX_TERM, Purpose
from service.domain.policy.rules import ProductRow
from service.errors import Fault
from service.store.worklist import FirmFound
from service.use_cases.worklist import firms_found
from service.web.forms import Choice, Typed, checked, whole
from service.web.officer.choices import product_choices, product_rows, purpose_choices
from service.web.pages import Frame
from service.web.words import Words

__all__ = ["FIELDS", "ApplyPage", "Asked", "apply_page", "asked_from"]

FIELDS = ("firm_id", "product", "amount", "term_months", "purpose")
STEPS: Mapping[str, Words] = {
    "firm": Words("企业", "Firm"),
    "product": Words("产品", "Product"),
    "terms": Words("金额与期限", "Amount and term"),
    "check": Words("核对", "Check"),
}


class Asked(BaseModel):
    """What is asked for; the bounds of the product are the decision's own."""

    product: Product
    amount: int = Field(ge=1, le=MAX_AMOUNT)
    term_months: int = Field(ge=1, le=MAX_TERM)
    purpose: Purpose | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyPage:
    """One question of the form. `firm` is the firm chosen, `row` the product's row of the policy, `asked` what was understood."""

    frame: Frame
    step: str
    typed: Typed
    text: str
    found: tuple[FirmFound, ...]
    firm: FirmFound | None
    products: tuple[Choice, ...]
    purposes: tuple[Choice, ...]
    row: ProductRow | None
    asked: Asked | None
    once: str

    steps: ClassVar[Mapping[str, Words]] = STEPS
    labels: ClassVar[Mapping[str, Words]] = {
        "firm_id": Words("企业", "Firm"),
        "product": Words("产品", "Product"),
        "amount": Words("申请金额", "Amount asked"),
        "term_months": Words("期限", "Term"),
        "purpose": Words("用途", "Purpose"),
    }

    def is_above(self) -> bool:
        """Is more asked for, or for longer, than the product gives? It may be asked; the answer will be smaller."""
        asked, row = self.asked, self.row
        return bool(asked and row and (asked.amount > row.max_amount or asked.term_months > row.max_term_months))


def asked_from(typed: Typed) -> tuple[Asked | None, Typed]:
    """Read product, amount, term and purpose as they were typed."""
    values = {
        "product": typed["product"] or None,
        "amount": whole(typed["amount"]),
        "term_months": whole(typed["term_months"]),
        "purpose": typed["purpose"] or None,
    }
    return checked(Asked, values, typed)


def apply_page(frame: Frame, desk: Desk, typed: Typed, *, text: str, wanted: str, once: str) -> ApplyPage:
    """Lay the next question out: the first without an answer, or the one somebody went back to."""
    firm, typed = _firm(desk, typed)
    row = next((one for one in product_rows(desk) if one.product.value == typed["product"]), None)
    asked, judged = asked_from(typed)
    is_typed = bool(typed["amount"] or typed["term_months"])
    step = _step(firm is not None, has_product=typed["product"] in ASKABLE, is_asked=asked is not None, wanted=wanted)
    return ApplyPage(
        frame=frame,
        step=step,
        typed=judged if step == "terms" and is_typed and asked is None else typed,
        text=text,
        found=tuple(firms_found(desk, text)) if text and step == "firm" else (),
        firm=firm,
        products=product_choices(desk),
        purposes=purpose_choices(),
        row=row,
        asked=asked,
        once=once,
    )


def _firm(desk: Desk, typed: Typed) -> tuple[FirmFound | None, Typed]:
    if not typed["firm_id"]:
        return None, typed
    found = next((one for one in firms_found(desk, typed["firm_id"]) if one.firm_id == typed["firm_id"].strip().upper()), None)
    if found:
        return found, typed
    fault = Fault(field="/firm_id", value=typed["firm_id"], rule="no evidence of the firm is on file", remedy="upload its evidence")
    return None, typed.with_faults([fault])


def _step(has_firm: bool, *, has_product: bool, is_asked: bool, wanted: str) -> str:  # noqa: FBT001 the four read as one table
    reached = "firm" if not has_firm else "product" if not has_product else "terms" if not is_asked else "check"
    order = list(STEPS)
    return wanted if wanted in order and order.index(wanted) < order.index(reached) else reached
