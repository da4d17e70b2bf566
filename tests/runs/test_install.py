"""Installed from a wheel and from a checkout, the command line finds notebooks, templates and catalogue."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from crm_analysis.workflow.steps import STEPS

from .shops import THREE

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PARTS = ["crm_analysis", "notebooks", "data/complete_journey.toml", "data/contract.md", "pyproject.toml", "README.md",
         "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "constraints.txt", "widgets/install.json",
         "widgets/crm-analysis.json"]  # fmt: skip
RESOURCES = (
    "from crm_analysis.resources import resource; import crm_analysis;"
    "print(crm_analysis.__file__); print(len(list(resource('notebooks').glob('*.ipynb'))));"
    "print(resource('data').joinpath('complete_journey.toml').is_file())"
)

SHIPPED = len(STEPS) + 1
"""Notebooks that come with an install: one a step, and the dashboard."""


def _checkout(folder: Path) -> Path:
    for part in PARTS:
        target = folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, target, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
        else:
            shutil.copy(ROOT / part, target)
    return folder


def _installed(tmp_path: Path, *words: str) -> Path:
    """A virtual environment that borrows the dependencies of this one and has the package installed."""
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    binaries = home / ("Scripts" if os.name == "nt" else "bin")
    python = binaries / "python"
    place = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    (Path(place) / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    done = subprocess.run(
        [python, "-m", "pip", "install", "-q", "--no-deps", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return binaries


def _resources(binaries: Path, elsewhere: Path) -> list[str]:
    done = subprocess.run(
        [binaries / "python", "-c", RESOURCES], cwd=elsewhere, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def _has_panel(binaries: Path) -> bool:
    """Whether JupyterLab and its server find the panel beside this Python."""
    home = binaries.parent
    package = home / "share" / "jupyter" / "labextensions" / "crm-analysis" / "package.json"
    server = home / "etc" / "jupyter" / "jupyter_server_config.d" / "crm-analysis.json"
    bundle = json.loads(package.read_text())["jupyterlab"]["_build"]["load"]
    known = json.loads(server.read_text())["ServerApp"]["jpserver_extensions"]
    return (package.parent / bundle).is_file() and known == {"crm_analysis.server": True}


def test_pip_install_brings_all_it_needs_for_a_report(tmp_path: Path) -> None:
    checkout = _checkout(tmp_path / "checkout")
    binaries = _installed(tmp_path, str(checkout))
    shutil.rmtree(checkout)
    place, notebooks, settings = _resources(binaries, tmp_path)
    assert Path(place).is_relative_to(tmp_path / "venv")
    assert _has_panel(binaries)
    assert (int(notebooks), settings) == (SHIPPED, "True")
    shop = tmp_path / "my shop"

    borrowed = {**os.environ, "JUPYTER_PATH": str(Path(sys.prefix, "share", "jupyter"))}

    def crm(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [binaries / "crm-analysis", *words],
            cwd=tmp_path, env=borrowed, capture_output=True, text=True, check=False, timeout=280,
        )  # fmt: skip

    assert crm("init", "my shop", "--lang", "ko").returncode == 0
    THREE.fill(shop / "data")
    done = crm("run", "my shop")
    assert done.returncode == 0, done.stdout + done.stderr
    (page,) = (shop / "reports").glob("*/*/index.html")
    assert 'lang="ko"' in page.read_text("utf-8")


def test_an_editable_install_uses_the_checkout(tmp_path: Path) -> None:
    checkout = _checkout(tmp_path / "checkout")
    binaries = _installed(tmp_path, "-e", str(checkout))
    place, notebooks, settings = _resources(binaries, tmp_path)
    assert Path(place).is_relative_to(checkout)
    assert _has_panel(binaries)
    assert (int(notebooks), settings) == (SHIPPED, "True")
    (checkout / "notebooks" / STEPS[-1].notebook).unlink()
    assert int(_resources(binaries, tmp_path)[1]) == SHIPPED - 1, "notebooks are read where they are edited"
