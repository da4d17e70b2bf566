"""Fixtures that several folders share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from crm_analysis.warehouse import Engine, open_engine

ROOT = Path(__file__).parent.parent

settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def realdata() -> Callable[[str], Path]:
    """Find a published data set by its path in the folder, or skip with the reason."""
    folder = Path(os.environ.get("CRM_ANALYSIS_REALDATA", ROOT.parent / "shared" / "data"))

    def find(name: str) -> Path:
        path = folder / name
        if not path.exists():
            pytest.skip(f"published data not found: {path} (name its folder in CRM_ANALYSIS_REALDATA)")
        return path

    return find


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's Chromium, one for all tests of a worker: Playwright runs once in a thread."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("there is no Chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture(scope="session", params=["duckdb", pytest.param("pyspark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Both engines, one after the other; each is started once."""
    if request.param == "pyspark":
        pytest.importorskip("pyspark", reason="pyspark is not installed")
        if not (shutil.which("java") or os.environ.get("JAVA_HOME") or os.environ.get("SPARK_HOME")):
            pytest.skip("Spark needs Java 17, which is not installed")
    opened = open_engine(request.param)
    yield opened
    opened.close()
