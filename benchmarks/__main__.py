"""Run every benchmark: `python -m benchmarks [features] [scoring] [loanbooks] ...`, by the names in `EVERY`."""

from __future__ import annotations

import sys
from importlib import import_module

from benchmarks.report import aims_table

EVERY = ("features", "scoring", "loanbooks", "quality", "innovation", "truth", "allocation", "starting", "decisions", "ledger", "portfolio")

if __name__ == "__main__":
    for name in sys.argv[1:] or EVERY:
        import_module(f"benchmarks.{name}").main()
    print(aims_table())
