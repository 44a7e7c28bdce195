"""What a training run leaves in MLflow: parameters, metrics with bounds, hashes, pictures, and the bundle as a pyfunc model."""

from __future__ import annotations

import importlib.metadata
import logging
import os
import shutil
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from training.assembly import TrainResult
from training.bundle import Bundle, Validation
from training.bundle.encoding import sources_of
from training.bundle.files import INDEX
from training.figures import figures
from training.metrics import Evaluation
from training.provenance import ROOT
from training.pyfunc import INTERVAL, OUTPUTS, POINTS

__all__ = ["EXPERIMENT", "connected", "fetch_bundle", "log_training", "log_validation"]

EXPERIMENT: Final = "jifen"
REQUIRED: Final = ("lightgbm", "narwhals", "numpy", "pandas", "pydantic")
"""What scoring a logged bundle needs; its code travels with it."""
ANY, DOUBLE = "any", "double"
TRACKING: Final = "MLFLOW_TRACKING_URI"
CHATTY: Final = ("alembic", "mlflow.store.db.utils", "mlflow.pyfunc", "mlflow.tracking._model_registry.fluent")
KNOWN: Final = (
    ("The ``noload`` loader strategy is deprecated", DeprecationWarning),
    ("Operation with range is deprecated", DeprecationWarning),
    (r".*Any type hint is inferred as AnyType", UserWarning),
)
"""Warnings MLflow 3 raises about itself (SQLAlchemy, pandas, its own type hints); nothing here can change them."""


@contextmanager
def _quiet() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in CHATTY]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            for message, category in KNOWN:
                warnings.filterwarnings("ignore", message=message, category=category)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def connected(uri: str) -> Iterator[Any]:
    """Give the `mlflow` module speaking to `uri`, and put back what it spoke to before.

    MLflow keeps its address in a global and in `MLFLOW_TRACKING_URI`; left there, it would decide where the next registry looks.
    """
    with _quiet():
        import mlflow  # noqa: PLC0415 - a second to import: only those who train or promote pay it
        from mlflow.environment_variables import MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR as BAR  # noqa: PLC0415

        before, bar = os.environ.get(TRACKING), BAR.get()
        mlflow.set_tracking_uri(uri)
        BAR.set(False)
        try:
            yield mlflow
        finally:
            BAR.set(bar)
            mlflow.set_tracking_uri(before)


def _experiment(mlflow: Any, artifacts: Path | None) -> str:
    """Find or make the experiment; its artifacts go to `artifacts`, or where the server keeps them."""
    found = mlflow.get_experiment_by_name(EXPERIMENT)
    if found is not None:
        return str(found.experiment_id)
    return str(mlflow.create_experiment(EXPERIMENT, artifact_location=artifacts.absolute().as_uri() if artifacts else None))


def _metrics(result: TrainResult) -> dict[str, float]:
    sets = {"test": result.test, "out_of_fold": result.out_of_fold}
    sets |= {f"test.{by}.{name}": found for by, named in result.by_group.items() for name, found in named.items()}
    return {name: value for prefix, found in sets.items() for name, value in _flat(prefix, found).items()}


def _flat(prefix: str, found: Evaluation) -> dict[str, float]:
    flat = {f"{prefix}.n": float(found.n), f"{prefix}.defaults": float(found.defaults)}
    for name, measured in found.metrics.items():
        flat |= {f"{prefix}.{name}": measured.value, f"{prefix}.{name}.low": measured.low, f"{prefix}.{name}.high": measured.high}
    return flat


def _tags(bundle: Bundle, operator: str) -> dict[str, str]:
    hashes = {f"{name}_hash": value for name, value in bundle.manifest.hashes.model_dump().items() if value}
    said = {"segment": bundle.segment, "simulated": str(bundle.simulated).lower(), "operator": operator}
    return {"bundle_hash": bundle.hash, "bundle_version": bundle.version, **hashes, **said}


def _schema(bundle: Bundle) -> dict[str, str]:
    """Columns a caller sends, and their MLflow types.

    Plain numbers are double. A table's own columns are of any type: MLflow would refuse a whole number where it expects a double,
    and a code such as 451120 where it expects a text; the bundle's encoder checks them better.
    """
    features = bundle.manifest.features
    kinds = dict.fromkeys(sources_of(features), ANY) | {f.source: DOUBLE for f in features if f.type == "number"}
    dated = any(feature.derive == "days-before-decision" for feature in features)
    return kinds | ({bundle.manifest.decided.column: ANY} if dated and bundle.manifest.decided else {})


def _signature(bundle: Bundle) -> Any:
    from mlflow.models.signature import ModelSignature  # noqa: PLC0415 - see connected
    from mlflow.types import ColSpec, Schema  # noqa: PLC0415
    from mlflow.types.schema import AnyType  # noqa: PLC0415

    given = [ColSpec(AnyType() if kind == ANY else kind, name, required=False) for name, kind in _schema(bundle).items()]
    answers = [ColSpec("long" if name == "score" else "double", name) for name in OUTPUTS]
    answers += [ColSpec("double", name) for name in INTERVAL] if bundle.manifest.doubt is not None else []
    return ModelSignature(Schema(given), Schema([*answers, *(ColSpec("long", f"{POINTS}{name}") for name in bundle.features)]))


def _example(result: TrainResult) -> Any:
    """The example rows, numbers as double."""
    import pandas as pd  # noqa: PLC0415 - MLflow wants a frame

    kinds = _schema(result.bundle)
    columns = {
        name: np.array(values, dtype=np.float64) if kinds[name] == DOUBLE else list(values) for name, values in result.example.items()
    }
    return pd.DataFrame(columns)


def _log_model(mlflow: Any, result: TrainResult) -> Any:
    bundle = result.bundle
    with redirect_stderr(StringIO()):  # it tells of success there, in the middle of a progress bar; failures are raised
        return mlflow.pyfunc.log_model(
            name=bundle.name,
            loader_module="training.pyfunc",
            data_path=str(result.folder),
            code_paths=[str(ROOT / package) for package in ("features", "training")],
            signature=_signature(bundle),
            input_example=_example(result),
            pip_requirements=[f"{name}=={importlib.metadata.version(name)}" for name in REQUIRED],
            registered_model_name=bundle.name,
            metadata={"bundle_hash": bundle.hash},
        )


def log_training(result: TrainResult, *, uri: str, artifacts: Path | None, operator: str) -> tuple[str, str]:
    """Log the run and register the bundle; give the run id and the registered version.

    `artifacts` is where a new local experiment keeps its files; None leaves that to the server. Every metric is logged with
    its bounds (`test.auc`, `test.auc.low`, `test.auc.high`) and its n.
    """
    bundle = result.bundle
    with connected(uri) as mlflow:
        with mlflow.start_run(experiment_id=_experiment(mlflow, artifacts), run_name=f"{bundle.name}@{bundle.version}") as run:
            mlflow.log_params(bundle.manifest.settings | {"features": len(bundle.features)})
            mlflow.log_metrics(_metrics(result))
            mlflow.set_tags(_tags(bundle, operator))
            mlflow.log_dict(bundle.manifest.findings, "findings.json")
            mlflow.log_artifact(str(result.folder / "card.md"))
            for name, figure in figures(result).items():
                mlflow.log_figure(figure, f"figures/{name}")
            logged = _log_model(mlflow, result)
        client = mlflow.MlflowClient()
        version = str(logged.registered_model_version)
        for key, value in _tags(bundle, operator).items():
            client.set_model_version_tag(bundle.name, version, key, value)
        return str(run.info.run_id), version


def log_validation(run_id: str, documents: Sequence[Path], record: Validation, *, uri: str) -> None:
    """Log a validation to the run that made the model: its files under `validation/`, its measures, and its verdict as a tag."""
    with connected(uri) as mlflow:
        client = mlflow.MlflowClient()
        for path in dict.fromkeys(documents):
            client.log_artifact(run_id, str(path), "validation")
        said = {"verdict": record.verdict, "sha256": record.sha256, "gates": record.gates.sha256, "operator": record.operator}
        client.log_batch(
            run_id, metrics=list(_numbers(mlflow, record)), tags=[mlflow.entities.RunTag(f"validation.{k}", v) for k, v in said.items()]
        )


def _numbers(mlflow: Any, record: Validation) -> Iterator[Any]:
    """Every measure that is known, with its bounds and its n."""
    at = int(record.made_at.timestamp() * 1000)
    for chapter in record.chapters:
        for name, one in chapter["measures"].items():
            for suffix, key in (("", "value"), (".low", "low"), (".high", "high"), (".n", "n")):
                if one[key] is not None and one["value"] is not None:
                    yield mlflow.entities.Metric(f"validation.{name}{suffix}", float(one[key]), at, 0)


def fetch_bundle(model_uri: str, folder: Path, *, uri: str) -> None:
    """Copy the bundle inside a registered model to `folder`."""
    with connected(uri) as mlflow, TemporaryDirectory() as space:
        logged = Path(mlflow.artifacts.download_artifacts(model_uri, dst_path=space))
        (index,) = logged.rglob(INDEX)
        shutil.copytree(index.parent, folder)
