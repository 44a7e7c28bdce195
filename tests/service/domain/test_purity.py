"""The decision stands alone."""

from __future__ import annotations

import subprocess
import sys

PROBE = "import sys, service.domain; print(' '.join(sorted({name.partition('.')[0] for name in sys.modules})))"
HEAVY = {"flask", "sqlalchemy", "mlflow", "lightgbm", "shap", "pandas", "sklearn", "training"}


def test_importing_the_domain_loads_no_web_database_or_model_library():
    """Seen from a fresh interpreter: what is imported indirectly counts too."""
    loaded = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True).stdout.split()
    assert "features" in loaded
    assert HEAVY & set(loaded) == set()
