"""The edge to Spark: its session, its file systems, and what its errors mean. PySpark and Java are loaded only from here."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.errors import PortfolioRefused

__all__ = ["Files", "spark_session"]

NO_PYSPARK = "PySpark is not installed here; run `pip install 'jifen[spark]'` on the machine that submits and on every executor"
NO_JAVA = "Spark found no Java that it can start ({}); install a Java of version 17 or later, or name one in JAVA_HOME"
NO_CONNECT = "SPARK_REMOTE is set, and a Spark Connect session carries no broadcasts; unset it, and run through spark-submit"


def spark_session() -> Any:
    """Give the session of the cluster that spark-submit named, else a local one; `PortfolioRefused` with what is missing."""
    if os.environ.get("SPARK_REMOTE"):
        raise PortfolioRefused(NO_CONNECT)
    try:
        from pyspark.errors import PySparkRuntimeError  # noqa: PLC0415 loaded only where it is asked for
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError as error:
        raise PortfolioRefused(NO_PYSPARK) from error
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else Spark takes any python3, which knows nothing of us
    # a task holds one core, and so should its frames
    builder = SparkSession.builder.appName("jifen portfolio").config("spark.executorEnv.POLARS_MAX_THREADS", "1")
    try:
        return builder.getOrCreate()
    except (PySparkRuntimeError, FileNotFoundError) as error:
        raise PortfolioRefused(NO_JAVA.format(str(error).splitlines()[0])) from error


@dataclass(frozen=True)
class Files:
    """Files wherever the cluster keeps them: a local path, or an address such as `hdfs://...` or `s3a://...`."""

    session: Any

    def _place(self, path: str) -> tuple[Any, Any]:
        """Give Hadoop's file system of a path, and the path in it."""
        place = self.session.sparkContext._jvm.org.apache.hadoop.fs.Path(path)  # noqa: SLF001 PySpark has no other way to it
        return place.getFileSystem(self.session.sparkContext._jsc.hadoopConfiguration()), place  # noqa: SLF001

    def names(self, folder: str) -> Sequence[str] | None:
        """Name what lies in a folder, hidden files aside, in order; None where there is no such folder."""
        system, place = self._place(folder)
        if not system.exists(place) or not system.getFileStatus(place).isDirectory():
            return None
        return sorted(name for one in system.listStatus(place) if not (name := str(one.getPath().getName())).startswith((".", "_")))

    def read(self, path: str) -> bytes | None:
        """Read a small file, None where there is none."""
        system, place = self._place(path)
        if not system.exists(place):
            return None
        stream = system.open(place)
        try:
            return bytes(self.session.sparkContext._jvm.org.apache.commons.io.IOUtils.toByteArray(stream))  # noqa: SLF001
        finally:
            stream.close()

    def write(self, path: str, content: bytes) -> None:
        """Write a small file whole: beside its place, and then into it."""
        system, place = self._place(path)
        folder, _, name = path.rpartition("/")
        _, draft = self._place(f"{folder}/.{name}.tmp")
        stream = system.create(draft, True)  # noqa: FBT003 Hadoop's word for overwrite
        try:
            stream.write(bytearray(content))
        finally:
            stream.close()
        system.delete(place, False)  # noqa: FBT003 not what lies below it; Hadoop renames onto nothing only
        if not system.rename(draft, place):
            raise PortfolioRefused(f"{path} could not be written; look whether its folder may be written to, and begin anew")
