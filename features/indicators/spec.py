"""What an indicator is: one definition from which columns, scalars, constraints, reasons, forms and documents come."""

from __future__ import annotations

from dataclasses import dataclass

from features.algebra import Term, columns_of
from features.measures import APPLICATION, OWNER

__all__ = ["Action", "Indicator", "define"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """The smallest realistic change of an indicator, in its unit and signed towards the better, and what the firm would do."""

    step: float
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One number that is known about a firm or its application at an as-of date; null where the evidence does not say."""

    id: str
    zh: str
    en: str
    unit: str
    """`10k yuan`, `ratio` (1 is 100 %), `times`, `average`, `count`, `persons`, `months`, `years`, `flag` (0, 1) or `stage` (0, 1, 2)."""
    group: str
    tables: tuple[str, ...]
    """The evidence tables its value can depend on."""
    core: bool
    zero_inflated: bool
    """Is a true zero so common that it must not share a rank with its ties?"""
    direction: int
    """+1 higher means a lower default risk, -1 a higher one, 0 undeclared: the source of the model's monotone constraints."""
    low: float | None
    high: float | None
    """The plausible range, both ends included; a value outside is worth a second look, it is not wrong by itself."""
    horizon_days: int | None
    """The newest fact of its tables may be this old; None where silence is no sign of staleness."""
    action: Action | None
    """None where the firm cannot change it within a loan's horizon."""
    reason_zh: str
    reason_en: str
    """Sentences with {value}; where it stands to its peers is said by `features.indicators.wording`."""
    source: str
    """Where the definition comes from; what no source states is called a default."""
    formula: Term
    """The one expression over measures."""

    @property
    def measures(self) -> tuple[str, ...]:
        """Name the measures and application numbers that the formula reads."""
        return columns_of(self.formula)

    @property
    def is_request(self) -> bool:
        """Does it depend on what is asked for (amount or term)?"""
        return self.group == "request"


def define(
    name: str,
    zh: str,
    en: str,
    unit: str,
    formula: Term,
    *,
    group: str,
    direction: int,
    span: tuple[float | None, float | None],
    says: tuple[str, str],
    source: str,
    horizon: int | None = None,
    action: Action | None = None,
    core: bool = False,
    zero_inflated: bool = False,
) -> Indicator:
    """Make an indicator; its tables are read off the formula, and `says` is what its value says, in Chinese and English."""
    tables = dict.fromkeys(OWNER[m] for m in columns_of(formula) if m not in APPLICATION)
    return Indicator(
        id=name,
        zh=zh,
        en=en,
        unit=unit,
        group=group,
        tables=tuple(tables),
        core=core,
        zero_inflated=zero_inflated,
        direction=direction,
        low=span[0],
        high=span[1],
        horizon_days=horizon,
        action=action,
        reason_zh=says[0],
        reason_en=says[1],
        source=source,
        formula=formula,
    )
