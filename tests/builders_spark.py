"""A small Spark session in this process, for the tests that need one."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from conftest import need

__all__ = ["small_spark"]

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.session.timeZone": "Asia/Shanghai",
    "spark.driver.bindAddress": "127.0.0.1",
    # tiny frames and wide plans: compiling them would take longer than running them
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.python.sql.dataFrameDebugging.enabled": "false",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
}


@contextmanager
def small_spark(cores: int) -> Iterator[Any]:
    """Give a session on `cores` of this machine; the test is skipped where PySpark or Java is missing."""
    need(importlib.util.find_spec("pyspark"), "pyspark is not installed: pip install 'jifen[spark]'")
    need(shutil.which("java") or os.environ.get("JAVA_HOME"), "no Java runtime: Spark needs one")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    from pyspark.sql import SparkSession  # noqa: PLC0415 only where Spark is there

    builder = SparkSession.builder.master(f"local[{cores}]").appName("jifen-tests")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()
