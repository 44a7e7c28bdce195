"""Run every benchmark: `python -m benchmarks [features] [scoring] [loanbooks] ...`, by the names in `EVERY`."""

from __future__ import annotations

import sys
from importlib import import_module

EVERY = ("features", "scoring", "loanbooks", "quality", "innovation", "truth", "allocation", "decisions", "ledger", "portfolio")

for name in sys.argv[1:] or EVERY:
    import_module(f"benchmarks.{name}").main()
