"""Where evidence comes from, as whoever loads it says: source, authority, consent and time of fetching."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from service.clock import day_in_china
from service.days import Moment
from service.errors import Fault, InvalidRequest

__all__ = ["NOTHING_SAID", "Lineage", "required"]

Words = Annotated[str, Field(min_length=1, max_length=200)]


class Lineage(BaseModel):
    """What is said of a loading's origin; each part is kept with it and leads from every scored value back to it."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    source: Words | None = Field(default=None, description="Where it was taken from, as in: patent register, credit bureau report")
    authority: Words | None = Field(default=None, description="On which legal or contractual basis, or from which body, it was obtained")
    consent: Words | None = Field(default=None, description="Reference of the firm's consent, where one is needed")
    fetched_at: Moment | None = Field(default=None, description="When it was fetched from its source, with a time zone")

    @field_validator("fetched_at")
    @classmethod
    def _not_ahead(cls, moment: datetime | None, info: ValidationInfo) -> datetime | None:
        today: date | None = (info.context or {}).get("today")
        if moment is not None and today is not None and day_in_china(moment) > today:
            raise ValueError(f"must not lie after today in China ({today}); correct it")
        return moment


NOTHING_SAID = Lineage()


def required(lineage: Lineage | None, *, is_required: bool, field: str) -> Lineage:
    """Give what was said, or nothing; where it is required, a loading without source and authority is `InvalidRequest`.

    `field` is the place of a part in what was sent, with `{}` for its name.
    """
    said = lineage or NOTHING_SAID
    lacking = [name for name in ("source", "authority") if getattr(said, name) is None]
    if is_required and lacking:
        rule, remedy = "is required here (JIFEN_REQUIRE_LINEAGE is on)", "say where the evidence comes from and on which basis"
        faults = [Fault(field=field.format(name), value="(nothing)", rule=rule, remedy=remedy) for name in lacking]
        named = ", ".join(fault.field for fault in faults)
        raise InvalidRequest(f"the loading does not say its origin: {named} {rule}; {remedy}", faults)
    return said
