"""The numbers that shape the simulated province, each with its meaning; the code fixes only lags and noise that no target hangs on."""

from __future__ import annotations

from dataclasses import dataclass, field

from training.simulate.parameters.conduct import (
    ConductParameters,
    CreditParameters,
    InvoiceParameters,
    LoanParameters,
    StatementParameters,
)
from training.simulate.parameters.firms import DistressParameters, FinanceParameters, WorldParameters
from training.simulate.parameters.innovation import InventionParameters, PeopleParameters, RecognitionParameters, TitleParameters
from training.simulate.parameters.number import number

__all__ = [
    "DEFAULT",
    "ConductParameters",
    "CreditParameters",
    "DistressParameters",
    "FinanceParameters",
    "InventionParameters",
    "InvoiceParameters",
    "LoanParameters",
    "Parameters",
    "PeopleParameters",
    "RecognitionParameters",
    "StatementParameters",
    "TitleParameters",
    "WorldParameters",
]


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """All parameters, by part; change one with `dataclasses.replace`."""

    history_years: int = number(8, "years of tables before `until`")
    warm_up_years: int = number(4, "years of state before those, in which patents and titles pile up")
    world: WorldParameters = field(default_factory=WorldParameters)
    finance: FinanceParameters = field(default_factory=FinanceParameters)
    distress: DistressParameters = field(default_factory=DistressParameters)
    invention: InventionParameters = field(default_factory=InventionParameters)
    people: PeopleParameters = field(default_factory=PeopleParameters)
    recognition: RecognitionParameters = field(default_factory=RecognitionParameters)
    titles: TitleParameters = field(default_factory=TitleParameters)
    statements: StatementParameters = field(default_factory=StatementParameters)
    conduct: ConductParameters = field(default_factory=ConductParameters)
    invoices: InvoiceParameters = field(default_factory=InvoiceParameters)
    credit: CreditParameters = field(default_factory=CreditParameters)
    loans: LoanParameters = field(default_factory=LoanParameters)


DEFAULT = Parameters()
