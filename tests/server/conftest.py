"""A Jupyter server with our extension alone, in a thread, and a stub in the place of the command line."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from jupyter_server.serverapp import ServerApp
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

TOKEN = "a-token-of-the-tests"

STUB = """
import pathlib, sys, time
here = pathlib.Path(__file__).parent
settings = pathlib.Path(sys.argv[2])
with (here / "words.txt").open("a") as file:
    file.write("\\t".join(sys.argv[1:]) + "\\n")
while not (here / "go").exists():
    time.sleep(0.02)
if "fails" in settings.parent.name:
    print("a line of a library", file=sys.stderr)
    print("Column 'date' is missing in orders.csv.", file=sys.stderr)
    sys.exit(1)
"""
"""Says what it was called with, waits until it may go on, fails in a folder of that name."""


@dataclass
class Answer:
    """Status, headers and body of an answer."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body as values."""
        return json.loads(self.text)


@dataclass
class Server:
    """A server that was started, and how to ask it."""

    root: Path
    app: ServerApp
    stub: Path
    tokens: dict[str, str] = field(default_factory=lambda: {"Authorization": f"token {TOKEN}"})

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.app.port}"

    def ask(self, path: str, body: Any = None, *, method: str | None = None, known: bool = True) -> Answer:
        """Ask a route below /crm-analysis; POST where a body is given."""
        request = Request(
            f"{self.address}/crm-analysis/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers=self.tokens if known else {},
            method=method,
        )
        try:
            with urlopen(request, timeout=60) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read().decode())
        except HTTPError as error:
            return Answer(error.code, dict(error.headers), error.read().decode())

    def words(self) -> list[list[str]]:
        """What the stub was called with, one list a call."""
        file = self.stub.parent / "words.txt"
        return [line.split("\t") for line in file.read_text().splitlines()] if file.is_file() else []

    def let_go(self) -> None:
        """Let the stub end."""
        (self.stub.parent / "go").touch()


class _Quiet(ServerApp):
    def init_signal(self) -> None:
        """Signals are for the main thread alone."""


def settings_file(folder: Path, name: str = "a shop", more: str = "") -> Path:
    """A file of settings without data."""
    folder.mkdir(parents=True)
    file = folder / "crm.toml"
    file.write_text(f"[project]\nname = '{name}'\n[sources.order_lines]\npath = 'orders.csv'\n{more}", encoding="utf-8")
    return file


def wait_for(holds: Callable[[], Any], seconds: float = 20) -> Any:
    """What ``holds`` returns as soon as it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come about")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server on an empty folder ``root``, with one run at once and the stub as its command."""
    for name in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(tmp_path / name.lower()))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    root, stub = tmp_path / "root", tmp_path / "stub" / "stub.py"
    for folder in (root, stub.parent):
        folder.mkdir()
    stub.write_text(STUB)
    started: list[ServerApp] = []
    ready, over = threading.Event(), threading.Event()

    async def serve() -> None:
        app = _Quiet(root_dir=str(root), open_browser=False, allow_root=True, log_level="ERROR")
        app.config.IdentityProvider.token = TOKEN
        app.config.CrmAnalysisApp.command = [sys.executable, str(stub)]
        app.config.CrmAnalysisApp.state_dir = str(tmp_path / "state")
        app.jpserver_extensions = {"crm_analysis.server": True}
        app.initialize(argv=[], find_extensions=False, new_httpserver=False)
        listening = HTTPServer(app.web_app)
        sockets = bind_sockets(0, "127.0.0.1")
        listening.add_sockets(sockets)
        app.port = sockets[0].getsockname()[1]
        started.append(app)
        ready.set()
        await asyncio.to_thread(over.wait)
        listening.stop()
        await app._cleanup()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(60), "the server did not start"
    found = Server(root, started[0], stub)
    yield found
    found.let_go()
    over.set()
    thread.join(30)
