"""The notebooks as an analyst runs them by hand, cell by cell, in a workspace with a report."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crm_analysis.workflow.steps import STEPS

from .conftest import Workspace

pytestmark = pytest.mark.slow


def _nbval(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-q", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, f"--rootdir={folder}", *words, str(folder)],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=500, check=False,
    )  # fmt: skip


def test_every_cell_of_every_notebook_runs(english: Workspace, tmp_path: Path) -> None:
    root = tmp_path / "shop"
    shutil.copytree(english.root, root)
    done = _nbval(root / "notebooks")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None, done.stdout[-500:]
    assert int(passed[1]) > 4 * len(STEPS)
    assert "failed" not in done.stdout


def test_the_check_of_notebooks_sees_a_cell_that_fails(english: Workspace, tmp_path: Path) -> None:
    root = tmp_path / "shop"
    shutil.copytree(english.root, root)
    for notebook in sorted((root / "notebooks").glob("*.ipynb"))[1:]:
        notebook.unlink()
    (first,) = (root / "notebooks").glob("*.ipynb")
    text = first.read_text(encoding="utf-8")
    assert "open_step(" in text
    first.write_text(text.replace("open_step(", "open_stepp("), encoding="utf-8")
    assert _nbval(root / "notebooks").returncode == 1
