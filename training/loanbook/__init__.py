"""Loan books of any shape, read through a small contract."""

from __future__ import annotations

from training.loanbook.contract import Contract, load_contract, read_contract
from training.loanbook.reading import book_of
from training.loanbook.suspicion import SUSPICIOUS_AUC, Suspicion
from training.loanbook.table import read_table

__all__ = ["SUSPICIOUS_AUC", "Contract", "Suspicion", "book_of", "load_contract", "read_contract", "read_table"]
