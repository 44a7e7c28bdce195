"""Without PySpark, Java or a session that can be used, a run on Spark says what to install or unset."""

from __future__ import annotations

import sys

import pytest

from service.errors import PortfolioRefused
from service.portfolio.cluster import spark_session


def test_without_pyspark_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the driver and on every executor."""
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(PortfolioRefused, match=r"run `pip install 'jifen\[spark\]'` on the machine that submits and on every executor"):
        spark_session()


@pytest.mark.parametrize("missing", ["the gateway", "the program"])
def test_without_java_it_says_which_one_to_install(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    """Whether Java does not start or is not there at all."""
    pytest.importorskip("pyspark")
    from pyspark.errors import PySparkRuntimeError  # noqa: PLC0415 only where it is there
    from pyspark.sql import SparkSession  # noqa: PLC0415

    error = (
        FileNotFoundError("java")
        if missing == "the program"
        else PySparkRuntimeError(errorClass="JAVA_GATEWAY_EXITED", messageParameters={})
    )

    def fail(_builder: object) -> None:
        raise error

    monkeypatch.setattr(SparkSession.Builder, "getOrCreate", fail)
    monkeypatch.setenv("PYSPARK_PYTHON", "python3")
    with pytest.raises(PortfolioRefused, match="install a Java of version 17 or later"):
        spark_session()


def test_a_connect_session_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It carries no broadcast."""
    monkeypatch.setenv("SPARK_REMOTE", "sc://host")
    with pytest.raises(PortfolioRefused, match="unset it, and run through spark-submit"):
        spark_session()
