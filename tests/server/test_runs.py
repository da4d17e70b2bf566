"""Runs asked for in JupyterLab: a queue that outlives the server."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from crm_analysis.errors import ConfigError
from crm_analysis.server.job_queue import JobQueue
from crm_analysis.server.job_store import JobStore
from crm_analysis.workflow.run_store import RunStore

from .conftest import STUB, Server, settings_file, wait_for


def _jobs(server: Server, until: int) -> list[dict]:
    """The last of ``until`` messages of the socket."""

    async def listen() -> list[dict]:
        address = server.address.replace("http", "ws") + "/crm-analysis/watch"
        socket = await websocket_connect(HTTPRequest(address, headers=server.tokens))
        messages = [json.loads(await asyncio.wait_for(socket.read_message(), 20)) for _n in range(until)]
        socket.close()
        return messages[-1]["jobs"]

    return asyncio.run(listen())


def test_a_run_is_the_command_line_with_what_was_asked(server: Server) -> None:
    file = settings_file(server.root / "shop")
    asked = {"settings": "shop/crm.toml", "lang": "ko", "steps": ["01", "00"], "parameters": {"budget": "7"}}
    job = server.ask("runs", asked).json
    assert job["state"] == "preparing"
    assert [step["number"] for step in job["steps"]] == ["00", "01"]
    (words,) = wait_for(server.words)
    assert words == ["run", str(file), "--lang", "ko", "--step", "00", "--step", "01", "-p", "budget=7"]
    server.let_go()
    wait_for(lambda: _jobs(server, 1)[0]["state"] == "done")


def test_one_at_a_time_and_the_next_when_it_ends(server: Server) -> None:
    for name in ("first", "second"):
        settings_file(server.root / name)
    states = [server.ask("runs", {"settings": f"{name}/crm.toml"}).json["state"] for name in ("first", "second")]
    assert states == ["preparing", "waiting"]
    wait_for(lambda: len(server.words()) == 1)
    server.let_go()
    wait_for(lambda: len(server.words()) == 2)
    wait_for(lambda: {job["state"] for job in _jobs(server, 1)} == {"done"})


def test_the_same_settings_do_not_run_twice_at_once(server: Server) -> None:
    settings_file(server.root / "shop")
    assert server.ask("runs", {"settings": "shop/crm.toml"}).status == 200
    again = server.ask("runs", {"settings": "shop/crm.toml"})
    assert again.status == 400
    assert "is under way" in again.json["message"]


def test_a_failure_is_told_in_one_plain_line(server: Server) -> None:
    settings_file(server.root / "fails")
    server.let_go()
    server.ask("runs", {"settings": "fails/crm.toml"})
    job = wait_for(lambda: next((job for job in _jobs(server, 1) if job["state"] == "failed"), None))
    assert job["message"] == "Column 'date' is missing in orders.csv."


def test_a_waiting_run_is_withdrawn_and_one_at_work_is_stopped(server: Server) -> None:
    for name in ("first", "second"):
        settings_file(server.root / name)
    first, second = (server.ask("runs", {"settings": f"{name}/crm.toml"}).json for name in ("first", "second"))
    wait_for(server.words)
    assert server.ask(f"jobs/{second['id']}/cancel", {}).json["state"] == "cancelled"
    assert server.ask(f"jobs/{first['id']}/cancel", {}).json["state"] == "cancelling"
    wait_for(lambda: {job["state"] for job in _jobs(server, 1)} == {"cancelled"})
    assert len(server.words()) == 1


def test_changes_are_pushed(server: Server) -> None:
    settings_file(server.root / "shop")

    async def listen() -> list[str]:
        address = server.address.replace("http", "ws") + "/crm-analysis/watch"
        socket = await websocket_connect(HTTPRequest(address, headers=server.tokens))
        assert json.loads(await socket.read_message()) == {"jobs": []}
        await asyncio.to_thread(server.ask, "runs", {"settings": "shop/crm.toml"})
        states = []
        while "done" not in states:
            (job,) = json.loads(await asyncio.wait_for(socket.read_message(), 20))["jobs"]
            states.append(job["state"])
            server.let_go()
        return states

    assert asyncio.run(listen()) == ["preparing", "done"]


@pytest.fixture
def stub(tmp_path: Path) -> Path:
    file = tmp_path / "stub.py"
    file.write_text(STUB)
    return file


@pytest.mark.slow
def test_a_run_outlives_the_server_that_started_it(stub: Path, tmp_path: Path) -> None:
    file = settings_file(tmp_path / "shop")
    state = tmp_path / "jobs.sqlite"
    start = (
        "import sys; from pathlib import Path; from crm_analysis.server.job_queue import JobQueue;"
        "from crm_analysis.server.job_store import JobStore;"
        f"store = JobStore(Path({str(state)!r}), Path({str(tmp_path)!r}));"
        f"queue = JobQueue(store, Path({str(tmp_path / 'logs')!r}), [sys.executable, {str(stub)!r}], 1);"
        f"queue.add(Path({str(file)!r}), 'en', [], {{}})"
    )
    subprocess.run([sys.executable, "-c", start], check=True)
    later = JobQueue(JobStore(state, tmp_path), tmp_path / "logs", [sys.executable, str(stub)], 1)
    later.advance()
    (job,) = later.store.latest()
    assert job.state == "started"
    with pytest.raises(ConfigError, match="is under way"):
        later.add(file, "en", [], {})
    (tmp_path / "go").touch()

    def ended() -> bool:
        later.advance()
        return later.store.latest()[0].state == "ended"

    wait_for(ended)


def test_the_jobs_of_another_folder_are_not_shown(tmp_path: Path) -> None:
    here, there = (JobStore(tmp_path / "jobs.sqlite", tmp_path / name) for name in ("here", "there"))
    job = here.add(tmp_path / "here" / "crm.toml", "en", [], {}, resume=False)
    assert there.latest() == []
    assert there.get(job.id) is None
    assert (tmp_path / "jobs.sqlite").stat().st_mode & 0o077 == 0


def test_steps_are_shown_as_far_as_the_events_of_the_run_say(server: Server) -> None:
    settings_file(server.root / "shop")
    job = server.ask("runs", {"settings": "shop/crm.toml", "steps": ["00", "01"]}).json
    wait_for(server.words)
    runs = RunStore(server.root / "shop" / "data" / "warehouse" / "runs.sqlite")
    runs.create("20260101-000000-abcd", "a_shop")
    events = [
        {"type": "step_started", "step": "00", "cells": 4},
        {"type": "step_finished", "step": "00", "cells": 4, "seconds": 2.5},
        {"type": "cell_started", "step": "01", "cell": 3, "cells": 9, "left_seconds": 12.0},
    ]
    for event in events:
        runs.append_event("20260101-000000-abcd", event)
    store = JobStore(server.stub.parent.parent / "state" / "jobs.sqlite", server.root)
    store.set_run(job["id"], "20260101-000000-abcd")
    (found,) = _jobs(server, 1)
    assert [(s["number"], s["state"], s["cell"], s["seconds"]) for s in found["steps"]] == [
        ("00", "done", 0, 2.5),
        ("01", "running", 3, None),
    ]
    assert found["left_seconds"] == 12.0
    assert found["run"] == "20260101-000000-abcd"
    runs.finish("20260101-000000-abcd", "cancelled")
    server.let_go()
    ended = wait_for(lambda: next((job for job in _jobs(server, 1) if job["state"] == "cancelled"), None))
    assert [step["state"] for step in ended["steps"]] == ["done", "stopped"]
