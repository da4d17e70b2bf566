"""Examples in docstrings that need a workspace."""

from __future__ import annotations

import doctest
import importlib
import shutil
from pathlib import Path

import pytest

from .conftest import Workspace

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("module", ["card.lookup", "project", "workflow.session", "workflow.whole_run"])
def test_examples(module: str, plain: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(plain.root, tmp_path / "shop")
    monkeypatch.chdir(tmp_path / "shop")
    result = doctest.testmod(importlib.import_module(f"crm_analysis.{module}"))
    assert result.attempted > 0
    assert result.failed == 0
