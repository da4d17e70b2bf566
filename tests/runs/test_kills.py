"""A killed run is resumed; a half-written one is never listed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crm_analysis.project import open_project
from crm_analysis.resources import resource
from crm_analysis.workflow.run_folder import list_partial, list_published

from .conftest import crm
from .shops import THREE, make_workspace

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("kill") / "shop", THREE, "en", resource("notebooks"))


def _start(root: Path, *words: str, before: str = "") -> subprocess.Popen[bytes]:
    code = f"{before}\nfrom crm_analysis.cli import main; main()"
    return subprocess.Popen([sys.executable, "-c", code, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _events(reports: Path) -> list[dict[str, object]]:
    found = []
    for file in reports.glob(".*.partial/events.jsonl"):
        found += [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.endswith("}")]
    return found


def _wait_for_step(reports: Path, step: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline:
        if any(e["type"] == "cell_started" and e.get("step") == step for e in _events(reports)):
            return
        assert process.poll() is None, "the run ended before it could be killed"
        time.sleep(0.05)
    pytest.fail("the step did not start")


def test_killed_in_three_steps_and_resumed_each_time(shop):
    reports = shop / "reports" / "three_columns"
    words = ["run", str(shop)]
    for step in ("00", "02", "05"):
        process = _start(shop, *words)
        _wait_for_step(reports, step, process)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert list_published(reports) == []
        assert len(list_partial(reports)) == 1
        words = ["run", str(shop), "--resume"]
    done = crm("run", str(shop), "--resume")
    assert done.returncode == 0, done.stderr
    assert len(list_published(reports)) == 1
    assert list_partial(reports) == []
    # what was finished before a kill was not done again
    events = (list_published(reports)[0].path / "events.jsonl").read_text("utf-8").splitlines()
    finished = [json.loads(e)["step"] for e in events if json.loads(e)["type"] == "step_finished"]
    assert sorted(finished) == ["00", "01", "02", "03", "04", "05", "06", "07"]


def test_killed_between_publishing_and_latest(shop):
    reports = shop / "reports" / "three_columns"
    before = len(list_published(reports))
    kill = (
        "import os, signal\n"
        "import crm_analysis.workflow.publishing as p, crm_analysis.workflow.run_folder as f\n"
        "def die(*a, **k): os.kill(os.getpid(), signal.SIGKILL)\n"
        "f.update_latest = die\n"
        "for m in (p, __import__('crm_analysis.workflow.runner', fromlist=['x'])):\n"
        "    if hasattr(m, 'update_latest'): m.update_latest = die\n"
    )
    process = _start(shop, "run", str(shop), before=kill)
    assert process.wait(timeout=250) == -signal.SIGKILL
    found = list_published(reports)
    assert len(found) == before + 1
    assert json.loads((reports / "latest.json").read_text("utf-8"))["run"] != found[0].run_id
    done = crm("run", str(shop), "--resume")
    assert done.returncode == 0, done.stderr
    assert json.loads((reports / "latest.json").read_text("utf-8"))["run"] == found[0].run_id


def test_killed_inside_a_commit_of_a_table(tmp_path):
    root = make_workspace(tmp_path / "shop", THREE, "en", resource("notebooks"))
    kill = (
        "import os, signal\n"
        "import crm_analysis.warehouse.delta as d\n"
        "original = d.commit\n"
        "def commit(folder, *a, **k):\n"
        "    if folder.name == 'order_lines': os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return original(folder, *a, **k)\n"
        "d.commit = commit\n"
    )
    process = _start(root, "build", str(root), before=kill)
    assert process.wait(timeout=120) == -signal.SIGKILL
    with open_project(root) as project:
        assert not project.warehouse.has("order_lines")
        assert project.build().changed
        assert project.has("order_lines")


def test_a_full_disk_during_the_run_is_one_clear_line_and_resumable(tmp_path):
    root = make_workspace(tmp_path / "shop", THREE, "en", resource("notebooks"))
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=230m", "tmpfs", str(disk)], capture_output=True, check=False
    ).returncode:
        pytest.skip("mounting a small file system is not allowed here")
    try:
        with (root / "crm.toml").open("a", encoding="utf-8") as file:
            file.write(f'[paths]\nreports = "{disk.as_posix()}"\n')
        process = _start(root, "run", str(root))
        _wait_for_step(disk / "three_columns", "01", process)
        filler = disk / "filler"
        with filler.open("wb") as file:
            try:
                while True:
                    file.write(b"0" * 65536)
                    file.flush()
            except OSError:
                pass
        assert process.wait(timeout=200) in (1, 3)
        assert list_published(disk / "three_columns") == []
        filler.unlink()
        done = crm("run", str(root), "--resume")
        assert done.returncode == 0, done.stderr
        assert len(list_published(disk / "three_columns")) == 1
    finally:
        subprocess.run(["umount", str(disk)], check=False)
