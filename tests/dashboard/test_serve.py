"""``crm-analysis serve`` as a user starts it, in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from .conftest import NEW

COMMAND = [sys.executable, "-c", "from crm_analysis.cli import main; main()", "serve"]


@pytest.fixture
def workspace(reports: Path, tmp_path: Path) -> Path:
    text = f'[project]\nname = "corner shop"\n[paths]\nreports = "{reports.as_posix()}"\n'
    (tmp_path / "crm.toml").write_text(text, encoding="utf-8")
    return tmp_path


@contextmanager
def serving(workspace: Path, *words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address that the command prints, as long as it runs."""
    process = subprocess.Popen(
        [*COMMAND, str(workspace), "--no-browser", "--port", "0", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        address = re.search(r"http://\S+", said)
        assert address is not None, said + (process.stderr.read() if process.stderr else "")
        yield address[0], process
    finally:
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=60)
    if "--static" in words:  # a kernel that was just starting says how it was interrupted
        assert "Traceback" not in err


def test_the_report_alone_is_served_to_those_who_have_the_address(workspace: Path) -> None:
    with serving(workspace, "--static") as (address, _process):
        base, token = address.split("?")
        assert len(token) > 30
        with pytest.raises(HTTPError, match="403"):
            urlopen(base)
        page = address.replace("?", f"report/corner_shop/{NEW}/index.html?")
        assert b"First screen en" in urlopen(page).read()


def test_public_means_without_a_token_and_warns(workspace: Path) -> None:
    with serving(workspace, "--static", "--public", "--base-url", "/shop") as (address, process):
        assert address.endswith("/shop/")
        assert b"First screen en" in urlopen(address).read()
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert "Warning" in process.stderr.readline()


@pytest.mark.slow
def test_the_dashboard_is_rendered_by_a_kernel_without_its_sources(workspace: Path) -> None:
    with serving(workspace) as (address, _process):
        page = urlopen(address, timeout=60).read().decode()
    assert 'id="jupyter-config-data"' in page
    assert "open_dashboard" not in page
    assert "What do we do, for whom" not in page
    assert not re.search(r"(?:src|href)=\"https?://", page)
    assert "application/vnd.jupyter.widget-view+json" in page


def test_a_port_in_use_is_said_in_one_line(workspace: Path) -> None:
    with serving(workspace, "--static", "--public") as (address, _process):
        port = re.search(r":(\d+)/", address)
        assert port is not None
        done = subprocess.run(
            [*COMMAND, str(workspace), "--static", "--no-browser", "--port", port[1]],
            capture_output=True, text=True, encoding="utf-8", timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == f"Port {port[1]} is in use. Choose another with --port.\n"
