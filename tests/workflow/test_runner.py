from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest

from crm_analysis.config import Settings
from crm_analysis.errors import ConfigError, RunError
from crm_analysis.workflow import runner
from crm_analysis.workflow.cancel import RunCancelledError
from crm_analysis.workflow.editions import Edition
from crm_analysis.workflow.events import Event
from crm_analysis.workflow.execution import StepFailedError
from crm_analysis.workflow.run_folder import list_partial, list_published
from crm_analysis.workflow.runner import run_store, run_workflow
from crm_analysis.workflow.steps import STEPS

Workspace = Callable[..., Settings]
TWO = ["00", "01"]


@pytest.fixture(autouse=True)
def no_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_WARM_UP", ())


def parent(settings: Settings) -> Path:
    return settings.reports / settings.slug


def note(folder: Path, number: str) -> dict[str, Any]:
    return dict(json.loads((folder / "notes" / f"t{number}.json").read_text(encoding="utf-8")))


def kill_when(
    settings: Settings, patch: str, condition: Callable[[], bool], steps: tuple[str, ...] | None = ("00", "01")
) -> None:
    """Run steps in another process and kill it outright when ``condition`` holds."""
    script = (
        "from pathlib import Path\nfrom crm_analysis.config import Settings\n"
        "from crm_analysis.workflow import runner, publishing\nrunner._WARM_UP = ()\n"
        f"{patch}\n"
        f"path = Path({str(settings.path)!r})\n"
        "settings = Settings.model_validate({'project': {'name': 'Corner shop', 'also_in': []}, 'path': path})\n"
        f"runner.run_workflow(settings, steps={steps!r})\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 40
    while process.poll() is None and time.monotonic() < deadline:
        if condition():
            process.kill()
            break
        time.sleep(0.05)
    _out, errors = process.communicate(timeout=20)
    assert process.returncode == -signal.SIGKILL, errors


def test_all_steps_run_in_order_and_the_run_appears_whole(workspace: Workspace) -> None:
    settings = workspace({"02": "import sys\nprint('noise', file=sys.stderr)\n'kim@example.org'"})
    events: list[Event] = []
    indexed: list[Path] = []

    def write_index(run_dir: Path, _editions: Sequence[Edition]) -> None:
        indexed.append(run_dir)
        (run_dir / "index.html").write_text("index", encoding="utf-8")
        assert list_published(parent(settings)) == []

    run = run_workflow(
        settings,
        parameters={"shop": '한국 "가게"', "days": "30"},
        progress=events.append,
        extra_manifest=lambda _run_dir: {"warehouse_tables": {"order_lines": 3}},
        write_index=write_index,
    )

    assert run.folder == parent(settings) / run.id
    assert [event.step for event in events if event.type == "step_started"] == [s.number for s in STEPS]
    assert note(run.folder, "07") == {
        "seen": ["t00", "t01", "t02", "t03", "t04", "t05", "t06"],
        "shop": '한국 "가게"',
        "days": 30,
        "lang": "en",
    }
    assert (events[0].type, events[-1].type, events[-1].left_seconds) == ("run_started", "published", None)
    assert all(event.left_seconds is not None for event in events if event.type == "step_finished")
    assert json.loads((parent(settings) / "latest.json").read_text())["run"] == run.id
    assert indexed[0].name == f".{run.id}.partial"
    for step in STEPS:
        assert (run.folder / step.page).is_file()
        assert ".partial" not in (run.folder / step.notebook).read_text(encoding="utf-8")
    assert 'shop = "한국' in nbformat.read(run.folder / "02_customers.ipynb", 4).cells[2].source

    written = (run.folder / "events.jsonl").read_text(encoding="utf-8")
    assert "kim@" not in written
    assert "parquet" not in written
    lines = [json.loads(line) for line in written.splitlines()]
    assert {line["v"] for line in lines} == {1}
    assert lines[-1]["type"] == "published"
    assert [event for _id, event in run_store(settings).events(run.id)] == lines

    manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["state"] == "done"
    assert manifest["parameters"] == {"shop": '한국 "가게"', "days": 30}
    assert manifest["tables"]["t00"] == {"rows": 3, "columns": 2}
    assert [step["tables"] for step in manifest["steps"]] == [[f"t{step.number}"] for step in STEPS]
    assert manifest["warehouse_tables"] == {"order_lines": 3}
    assert "path" not in manifest["settings"]
    record = run_store(settings).get(run.id)
    assert record is not None
    assert record.state == "done"


def test_unknown_parameter_is_refused_before_anything_is_made(workspace: Workspace) -> None:
    settings = workspace()
    with pytest.raises(RunError, match=r"no parameter 'dayz'.*Known: days, shop\."):
        run_workflow(settings, parameters={"dayz": 1})
    assert not parent(settings).exists()


def test_settings_without_a_file_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"needs a file of settings"):
        run_workflow(Settings())


def test_missing_notebook_is_refused_before_anything_is_made(workspace: Workspace) -> None:
    settings = workspace()
    (settings.notebooks / "05_personalization.ipynb").unlink()
    with pytest.raises(RunError, match=r"05_personalization\.ipynb is missing"):
        run_workflow(settings)
    assert not parent(settings).exists()


def test_failed_step_keeps_the_last_report_and_is_resumed(workspace: Workspace) -> None:
    settings = workspace()
    good = run_workflow(settings)
    settings = workspace({"01": "values = {}\nvalues['amount']"})
    failure = r"Step 01 \(Environment\) failed in code cell 4: KeyError: 'amount'"
    with pytest.raises(StepFailedError, match=failure) as caught:
        run_workflow(settings)
    error = caught.value
    assert (error.step.number, error.cell, error.exit_status) == ("01", 4, 3)
    failed = nbformat.read(error.notebook, 4)
    assert failed.cells[-1].outputs[0].ename == "KeyError"
    assert "papermill-error-cell-tag" in failed.cells[-2].metadata.tags
    assert "KeyError" in error.notebook.with_suffix(".html").read_text(encoding="utf-8")
    assert [run.run_id for run in list_published(parent(settings))] == [good.id]
    assert json.loads((parent(settings) / "latest.json").read_text())["run"] == good.id
    newest = run_store(settings).runs(settings.slug)[0]
    assert (newest.state, newest.step, newest.reason) == ("failed", "01", "KeyError: 'amount'")

    with pytest.raises(RunError, match=r"A resumed run keeps its steps and parameters"):
        run_workflow(settings, resume=True, parameters={"days": 1})
    settings = workspace()
    resumed = run_workflow(settings, resume=True)
    assert resumed.id == newest.run_id
    assert "papermill-error" not in (resumed.folder / "01_environment.ipynb").read_text(encoding="utf-8")
    assert json.loads((parent(settings) / "latest.json").read_text())["run"] == resumed.id
    assert list_partial(parent(settings)) == []


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            "from crm_analysis.errors import NotEnoughDataError\nraise NotEnoughDataError('have 41, need 200')",
            r"failed in code cell 4: have 41, need 200 The notebook",
        ),
        ("raise OSError(28, 'No space left on device')", r"The disk that holds .* or the warehouse is full"),
        ("import os\nos._exit(9)", r"The kernel ended without an answer"),
    ],
)
def test_reason_of_a_failure_is_one_line(workspace: Workspace, code: str, reason: str) -> None:
    settings = workspace({"00": code})
    with pytest.raises(StepFailedError, match=reason) as caught:
        run_workflow(settings, steps=["00"])
    assert "\n" not in str(caught.value)
    assert caught.value.notebook.is_file()


@pytest.mark.parametrize("how", ["request", "signal"])
def test_cancel_interrupts_the_cell_and_writes_the_notebook(workspace: Workspace, how: str) -> None:
    settings = workspace({"01": "import time\nprint('before', flush=True)\ntime.sleep(60)"})
    before = signal.getsignal(signal.SIGINT)

    def progress(event: Event) -> None:
        if event.type == "cell_started" and event.step == "01" and event.cell == 4:
            stop = (
                (lambda: run_store(settings).request_cancel(event.run))
                if how == "request"
                else (lambda: os.kill(os.getpid(), signal.SIGINT))
            )
            threading.Timer(0.5, stop).start()

    started = time.monotonic()
    with pytest.raises(RunCancelledError, match=r"was cancelled in step 01.*--resume"):
        run_workflow(settings, steps=TWO, progress=progress)
    assert time.monotonic() - started < 30
    assert signal.getsignal(signal.SIGINT) is before
    (folder,) = list_partial(parent(settings))
    outputs = nbformat.read(folder.partial / "01_environment.ipynb", 4).cells[-1].outputs
    assert outputs[0].text == "before\n"
    assert outputs[1].ename == "KeyboardInterrupt"
    record = run_store(settings).get(folder.run_id)
    assert record is not None
    assert (record.state, record.step) == ("cancelled", "01")
    assert list_published(parent(settings)) == []


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_run_killed_in_a_step_goes_on_at_that_step(workspace: Workspace) -> None:
    settings = workspace({"01": "import time, pathlib\npathlib.Path('started').touch()\ntime.sleep(60)"})
    flag = settings.root / "started"
    kill_when(settings, "", flag.exists)
    (folder,) = list_partial(parent(settings))
    first = (folder.partial / "tables" / "t00.parquet").stat().st_mtime_ns
    assert list_published(parent(settings)) == []
    assert run_store(settings).runs()[0].state == "interrupted"
    settings = workspace()
    events: list[Event] = []
    run = run_workflow(settings, resume=True, progress=events.append)
    assert run.id == folder.run_id
    assert [event.step for event in events if event.type == "step_started"] == ["01"]
    assert (run.folder / "tables" / "t00.parquet").stat().st_mtime_ns == first
    assert (run.folder / "00_data.html").is_file()
    assert run_store(settings).runs()[0].state == "done"


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_run_killed_before_latest_json_is_mended(workspace: Workspace) -> None:
    settings = workspace()
    patch = "import os, signal\npublishing.update_latest = lambda parent: os.kill(os.getpid(), signal.SIGKILL)\n"
    kill_when(settings, patch, lambda: False, steps=None)
    (folder,) = list_published(parent(settings))
    assert not (parent(settings) / "latest.json").exists()
    assert run_store(settings).runs()[0].state == "interrupted"
    run = run_workflow(settings, resume=True)
    assert (run.id, run.folder) == (folder.run_id, folder.path)
    assert json.loads((parent(settings) / "latest.json").read_text())["run"] == run.id
    assert run_store(settings).runs()[0].state == "done"
    with pytest.raises(RunError, match=r"no unfinished run of 'corner_shop'"):
        run_workflow(settings, resume=True)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_run_killed_before_it_is_published_is_never_listed(workspace: Workspace) -> None:
    settings = workspace()
    patch = (
        "import os, signal, pathlib\npublishing.RunFolder.publish = lambda self: os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    kill_when(settings, patch, lambda: False)
    (folder,) = list_partial(parent(settings))
    assert (folder.partial / "manifest.json").is_file()
    assert list_published(parent(settings)) == []
    run = run_workflow(settings, resume=True)
    assert run.id == folder.run_id
    assert [published.run_id for published in list_published(parent(settings))] == [run.id]


def test_single_step_starts_from_the_tables_of_the_last_run(workspace: Workspace) -> None:
    settings = workspace()
    with pytest.raises(RunError, match=r"Step 01 needs the tables of the steps before it"):
        run_workflow(settings, steps=["01"])
    first = run_workflow(settings, steps=TWO)
    second = run_workflow(settings, steps=["01"])
    assert note(second.folder, "01")["seen"] == ["t00"]
    assert sorted(path.name for path in (second.folder / "tables").iterdir()) == ["t00.parquet", "t01.parquet"]
    assert (second.folder / "00_data.html").is_file()
    manifest = json.loads((second.folder / "manifest.json").read_text(encoding="utf-8"))
    assert [(step["number"], step["copied_from"]) for step in manifest["steps"]] == [("00", first.id), ("01", None)]
    assert list(second.seconds) == ["01"]


def test_prose_and_parameter_are_in_the_language_of_the_run(workspace: Workspace) -> None:
    settings = workspace(lang="xx")
    run = run_workflow(settings, steps=["00"])
    notebook = nbformat.read(run.folder / "00_data.ipynb", 4)
    assert notebook.cells[0].source != "# Step 00\n\nWhat is it about?"
    assert note(run.folder, "00")["lang"] == "xx"
