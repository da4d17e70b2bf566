"""Published reports of the false shops, each made once a session and shared by all tests of this folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from crm_analysis.cli import main
from crm_analysis.messages import use_language
from crm_analysis.resources import resource
from crm_analysis.workflow.run_folder import latest_published

from .shops import SMALL, THREE, Shop, make_workspace

COMMAND = [sys.executable, "-c", "from crm_analysis.cli import main; main()"]


@dataclass(frozen=True)
class Workspace:
    """A folder with crm.toml, its newest report, and what the command line said while it was made."""

    root: Path
    shop: Shop
    said: str = ""

    @property
    def reports(self) -> Path:
        """The folder of the runs."""
        return self.root / "reports" / self.shop.name.replace(" ", "_")

    @property
    def report(self) -> Path:
        """The newest report."""
        latest = latest_published(self.reports)
        assert latest is not None, "nothing is published"
        return latest.path


def crm(*words: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does, in a process of its own."""
    return subprocess.run(
        [*COMMAND, *words],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=280,
        check=False,
    )


def _published(root: Path, shop: Shop) -> Workspace:
    done = crm("run", str(root))
    assert done.returncode == 0, done.stdout + done.stderr
    return Workspace(root, shop, done.stdout + done.stderr)


def _in_language(source: Workspace, root: Path, lang: str) -> Workspace:
    """The same data in another language: a copy of the workspace without its reports, run again."""
    shutil.copytree(source.root, root, ignore=shutil.ignore_patterns("reports", "runs.sqlite*"))
    text = (root / "crm.toml").read_text(encoding="utf-8")
    (root / "crm.toml").write_text(
        text.replace("lang = \"en\"\nalso_in = ['ko']", f'lang = "{lang}"\nalso_in = []'), encoding="utf-8"
    )
    return _published(root, source.shop)


@pytest.fixture(scope="session")
def english(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The small shop in English, with a switch to Korean."""
    root = make_workspace(tmp_path_factory.mktemp("small") / "en", SMALL, "en", resource("notebooks"), also_in=["ko"])
    return _published(root, SMALL)


@pytest.fixture(scope="session")
def korean(english: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The small shop in Korean."""
    return _in_language(english, tmp_path_factory.mktemp("small") / "ko", "ko")


@pytest.fixture(scope="session")
def pseudo(english: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The small shop in the pseudo language."""
    return _in_language(english, tmp_path_factory.mktemp("small") / "xx", "xx")


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The three-column shop in English."""
    root = make_workspace(tmp_path_factory.mktemp("three") / "en", THREE, "en", resource("notebooks"))
    return _published(root, THREE)


@pytest.fixture
def run_main(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Call the command line in this process: exit status, standard output, standard error."""
    monkeypatch.setenv("COLUMNS", "200")

    def call(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(list(words))
        use_language("en")
        captured = capsys.readouterr()
        return int(left.value.code or 0), captured.out, captured.err

    return call
