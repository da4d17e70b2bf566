"""JupyterLab on a small workspace, with the panel from this checkout, and a browser."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

import crm_analysis
from crm_analysis.resources import resource

ROOT = Path(crm_analysis.__file__).parent.parent
NAME = "<img src=x onerror=alert(1)> shop"
"""A name that would do something if it were taken for markup."""


@dataclass(frozen=True)
class Lab:
    """A JupyterLab that was started."""

    address: str
    token: str
    root: Path
    settings: Path

    def speak(self, locale: str) -> None:
        """Set the language for pages opened from now on."""
        folder = self.settings / "@jupyterlab" / "translation-extension"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "plugin.jupyterlab-settings").write_text(json.dumps({"locale": locale}))


def _workspace(root: Path) -> None:
    """A shop of three columns: 60 customers, a year."""
    folder = root / "shop"
    (folder / "data").mkdir(parents=True)
    rows = [
        f"C{customer:02},2024-{1 + order % 12:02}-{1 + customer % 28:02},{1000 + 100 * ((customer * order) % 37)}"
        for customer in range(60)
        for order in range(1 + customer % 9)
    ]
    text = "\n".join(["customer,date,amount", *rows])
    for file in (folder / "data" / "orders.csv", root / "another.csv"):
        file.write_text(text, encoding="utf-8")
    (folder / "crm.toml").write_text(
        f"[project]\nname = '{NAME}'\nalso_in = []\n[sources.order_lines]\npath = 'data/orders.csv'\n", encoding="utf-8"
    )
    shutil.copytree(resource("notebooks"), folder / "notebooks", ignore=shutil.ignore_patterns(".*"))


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab with nothing of the user's own settings."""
    base = tmp_path_factory.mktemp("lab")
    _workspace(base / "root")
    extensions = base / "path" / "labextensions"
    shutil.copytree(ROOT / "crm_analysis" / "labextension", extensions / "crm-analysis")
    shutil.copytree(ROOT / "widgets", base / "config", ignore=lambda _folder, names: set(names) - {"crm-analysis.json"})
    (base / "config" / "crm-analysis.json").rename(base / "config" / "jupyter_server_config.json")
    news = base / "settings" / "@jupyterlab" / "apputils-extension"
    news.mkdir(parents=True)
    (news / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    places = {
        "JUPYTER_CONFIG_DIR": base / "config",
        "JUPYTER_DATA_DIR": base / "data",
        "JUPYTER_RUNTIME_DIR": base / "runtime",
        "JUPYTER_PATH": base / "path",
        "JUPYTERLAB_SETTINGS_DIR": base / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": base / "workspaces",
        "PYTHONPATH": ROOT,
    }
    port, token = _free_port(), secrets.token_hex(16)
    words = ["--no-browser", "--allow-root", f"--port={port}", "--ServerApp.port_retries=0"]
    words += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={base / 'root'}"]
    with (base / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *words],
            env={**os.environ, **{name: str(place) for name, place in places.items()}},
            stdout=log,
            stderr=log,
        )
    try:
        _wait(f"http://127.0.0.1:{port}/api", process, base / "server.log")
        yield Lab(f"http://127.0.0.1:{port}", token, base / "root", base / "settings")
    finally:
        process.terminate()
        process.wait(30)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _turn in range(240):
        if process.poll() is not None:
            break
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.25)
    raise AssertionError(log.read_text(errors="replace"))
