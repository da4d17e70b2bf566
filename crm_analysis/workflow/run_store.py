"""The store of runs: one SQLite file beside the warehouse, shared by all processes that start or watch runs.

A run belongs to the process that holds its lease. Where that process is dead, or its lease has run out, a
run that still says "running" is shown as "interrupted".
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import psutil

from crm_analysis.errors import RunError
from crm_analysis.messages import _
from crm_analysis.workflow.run_record import RunRecord, as_record, is_at_work

__all__ = ["LEASE_SECONDS", "SCHEMA_VERSION", "RunStore"]

SCHEMA_VERSION = 1
LEASE_SECONDS = 30.0

_SCHEMA = """
CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    data_set TEXT NOT NULL,
    state TEXT NOT NULL,
    step TEXT,
    reason TEXT,
    host TEXT,
    pid INTEGER,
    pid_started REAL,
    lease_until REAL,
    created_at TEXT NOT NULL,
    finished_at TEXT
);
CREATE INDEX runs_by_data_set ON runs (data_set, run_id);
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    event TEXT NOT NULL
);
CREATE INDEX events_by_run ON events (run_id, id);
"""


class RunStore:
    """Runs and their events.

    Parameters
    ----------
    path
        The SQLite file; it is made where it is missing.

    Raises
    ------
    RunError
        The file was written by a newer version.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                version = connection.execute("PRAGMA user_version").fetchone()[0]
                if version == 0:
                    for statement in _SCHEMA.split(";"):
                        connection.execute(statement)
                    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        if version > SCHEMA_VERSION:
            raise RunError(
                _(
                    "The store of runs {file} was written by a newer crm-analysis (version {found} of the "
                    "store, this one reads {known}). Upgrade crm-analysis, or move the file away to start "
                    "a new store.",
                    file=str(path),
                    found=version,
                    known=SCHEMA_VERSION,
                )
            )

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            yield connection

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as connection:
            connection.execute("PRAGMA synchronous = NORMAL")
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                yield connection

    def create(self, run_id: str, data_set: str) -> None:
        """Add a queued run; one that is known already stays as it is."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO runs (run_id, data_set, state, created_at) VALUES (?, ?, 'queued', ?)",
                (run_id, data_set, _now()),
            )

    def claim(self, run_id: str, lease_seconds: float = LEASE_SECONDS) -> bool:
        """Take a run for this process and set it running; False if another process is at work on it."""
        with self._transaction() as connection:
            row = connection.execute("SELECT * FROM runs WHERE run_id = ?", (run_id,)).fetchone()
            if row is None or (is_at_work(row) and row["pid"] != os.getpid()):
                return False
            connection.execute(
                "UPDATE runs SET state = 'running', reason = NULL, finished_at = NULL, host = ?, pid = ?, "
                "pid_started = ?, lease_until = ? WHERE run_id = ?",
                (
                    socket.gethostname(),
                    os.getpid(),
                    psutil.Process().create_time(),
                    time.time() + lease_seconds,
                    run_id,
                ),
            )
        return True

    def heartbeat(self, run_id: str, lease_seconds: float = LEASE_SECONDS) -> bool:
        """Prolong the lease; False if the run does not belong to this process any more."""
        with self._transaction() as connection:
            changed = connection.execute(
                "UPDATE runs SET lease_until = ? WHERE run_id = ? AND pid = ? AND host = ?",
                (time.time() + lease_seconds, run_id, os.getpid(), socket.gethostname()),
            )
            return changed.rowcount == 1

    def set_step(self, run_id: str, step: str) -> None:
        """Say which step a run is in."""
        with self._transaction() as connection:
            connection.execute("UPDATE runs SET step = ? WHERE run_id = ?", (step, run_id))

    def finish(self, run_id: str, state: Literal["cancelled", "failed", "done"], reason: str | None = None) -> None:
        """Set the end of a run and give its lease back."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE runs SET state = ?, reason = ?, finished_at = ?, lease_until = NULL WHERE run_id = ?",
                (state, reason, _now(), run_id),
            )

    def request_cancel(self, run_id: str) -> bool:
        """Ask the process at work on a run to stop; False if nobody is at work on it."""
        with self._transaction() as connection:
            row = connection.execute("SELECT * FROM runs WHERE run_id = ?", (run_id,)).fetchone()
            if row is None or not is_at_work(row):
                return False
            connection.execute("UPDATE runs SET state = 'cancelling' WHERE run_id = ?", (run_id,))
        return True

    def is_cancel_requested(self, run_id: str) -> bool:
        """Whether somebody asked for the end of a run."""
        with self._reading() as connection:
            row = connection.execute("SELECT state FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        return row is not None and row["state"] == "cancelling"

    def append_event(self, run_id: str, event: Mapping[str, Any]) -> None:
        """Add an event of a run, as :meth:`crm_analysis.workflow.events.Event.as_dict` makes it."""
        with self._transaction() as connection:
            connection.execute("INSERT INTO events (run_id, event) VALUES (?, ?)", (run_id, json.dumps(dict(event))))

    def events(self, run_id: str, after: int = 0) -> list[tuple[int, dict[str, Any]]]:
        """The events of a run with their numbers, oldest first, those after number ``after`` only."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT id, event FROM events WHERE run_id = ? AND id > ? ORDER BY id", (run_id, after)
            ).fetchall()
        return [(row["id"], json.loads(row["event"])) for row in rows]

    def get(self, run_id: str) -> RunRecord | None:
        """One run, None if it is not known."""
        with self._reading() as connection:
            row = connection.execute("SELECT * FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        return None if row is None else as_record(row)

    def runs(self, data_set: str | None = None) -> list[RunRecord]:
        """All runs, or those of one data set, newest first."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT * FROM runs WHERE ? IS NULL OR data_set = ? ORDER BY run_id DESC",
                (data_set, data_set),
            ).fetchall()
        return [as_record(row) for row in rows]

    def last_durations(self, data_set: str) -> dict[str, float]:
        """Seconds by step of the newest finished run of a data set; empty if there is none."""
        for run in self.runs(data_set):
            if run.state == "done":
                events = (event for _id, event in self.events(run.run_id))
                return {event["step"]: float(event["seconds"]) for event in events if event["type"] == "step_finished"}
        return {}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
