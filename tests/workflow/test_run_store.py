from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from crm_analysis.errors import RunError
from crm_analysis.workflow.run_store import SCHEMA_VERSION, RunStore

OLD, NEW = "20250101-000000-aaaa", "20250102-000000-bbbb"


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs.sqlite")


def execute(tmp_path: Path, statement: str) -> None:
    with closing(sqlite3.connect(tmp_path / "runs.sqlite")) as connection, connection:
        connection.execute(statement)


def test_life_of_a_run(store: RunStore) -> None:
    store.create(NEW, "shop")
    assert store.runs("shop")[0].state == "queued"
    assert store.claim(NEW)
    store.set_step(NEW, "02")
    running = store.runs("shop")[0]
    assert (running.state, running.step, running.pid) == ("running", "02", os.getpid())
    assert store.heartbeat(NEW)
    store.finish(NEW, "failed", "no memory")
    failed = store.get(NEW)
    assert failed is not None
    assert (failed.state, failed.reason) == ("failed", "no memory")
    assert failed.finished_at is not None


def test_runs_are_listed_newest_first_and_by_data_set(store: RunStore) -> None:
    store.create(OLD, "shop")
    store.create(NEW, "shop")
    store.create("20250103-000000-cccc", "other")
    assert [run.run_id for run in store.runs("shop")] == [NEW, OLD]
    assert len(store.runs()) == 3


def test_run_of_a_dead_process_is_interrupted_and_can_be_claimed(store: RunStore, tmp_path: Path) -> None:
    store.create(NEW, "shop")
    code = (
        "from pathlib import Path\nfrom crm_analysis.workflow.run_store import RunStore\n"
        f"print(RunStore(Path({str(tmp_path / 'runs.sqlite')!r})).claim({NEW!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
    assert store.runs()[0].state == "interrupted"
    assert not store.request_cancel(NEW)
    assert not store.heartbeat(NEW)
    assert store.claim(NEW)
    assert store.runs()[0].state == "running"


def test_run_of_another_machine_lives_as_long_as_its_lease(store: RunStore, tmp_path: Path) -> None:
    store.create(NEW, "shop")
    store.claim(NEW)
    execute(tmp_path, "UPDATE runs SET host = 'elsewhere', pid = 1")
    assert store.runs()[0].state == "running"
    assert not store.claim(NEW)
    execute(tmp_path, "UPDATE runs SET lease_until = 1")
    assert store.runs()[0].state == "interrupted"
    assert store.claim(NEW)


def test_cancel_is_seen_by_the_run(store: RunStore) -> None:
    store.create(NEW, "shop")
    assert not store.request_cancel(NEW)
    store.claim(NEW)
    assert not store.is_cancel_requested(NEW)
    assert store.request_cancel(NEW)
    assert store.is_cancel_requested(NEW)
    assert store.runs()[0].state == "cancelling"


def test_events_come_back_in_order_and_after_a_number(store: RunStore) -> None:
    store.create(NEW, "shop")
    for cell in range(3):
        store.append_event(NEW, {"v": 1, "type": "cell_started", "cell": cell})
    events = store.events(NEW)
    assert [event["cell"] for _number, event in events] == [0, 1, 2]
    assert [event["cell"] for _number, event in store.events(NEW, after=events[1][0])] == [2]


def test_durations_come_from_the_newest_finished_run(store: RunStore) -> None:
    for run_id, seconds in ((OLD, 5.0), (NEW, 9.0)):
        store.create(run_id, "shop")
        store.append_event(run_id, {"type": "step_finished", "step": "00", "seconds": seconds})
    assert store.last_durations("shop") == {}
    store.finish(OLD, "done")
    store.finish(NEW, "failed")
    assert store.last_durations("shop") == {"00": 5.0}


def test_store_of_a_newer_version_is_refused_in_words(store: RunStore, tmp_path: Path) -> None:
    execute(tmp_path, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(RunError, match=r"newer crm-analysis \(version 2 of the store, this one reads 1\)"):
        RunStore(tmp_path / "runs.sqlite")


def test_store_is_in_wal_mode(store: RunStore, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "runs.sqlite")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
