"""Save the rival of `decisions.py`: a pyfunc model with the same booster that answers with `shap.TreeExplainer` values.

Usage: python -m benchmarks.rival BUNDLE_FOLDER MODEL_FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import lightgbm
import mlflow.pyfunc
import pandas as pd
import shap


class Explained(mlflow.pyfunc.PythonModel):
    """A booster and its explainer, made once when the model is loaded, as a careful team would."""

    def load_context(self, context: Any) -> None:
        """Load the booster and make its explainer."""
        self.booster = lightgbm.Booster(model_file=context.artifacts["booster"])
        self.explainer = shap.TreeExplainer(self.booster)

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Give a probability and the SHAP values of each row."""
        del context, params
        margins = self.booster.predict(model_input, num_threads=1)
        values = self.explainer.shap_values(model_input)
        return [{"pd": float(pd_), "shap": row.tolist()} for pd_, row in zip(margins, values, strict=True)]


def main(bundle: str, folder: str) -> None:
    """Save the model for `mlflow models serve`."""
    artifacts = {"booster": str(Path(bundle) / "model.txt")}
    mlflow.pyfunc.save_model(folder, python_model=Explained(), artifacts=artifacts, pip_requirements=["mlflow", "shap", "lightgbm"])


if __name__ == "__main__":
    main(*sys.argv[1:])
