"""Runs asked for in JupyterLab, in one SQLite file: they outlive the browser and the server."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

__all__ = ["Job", "JobState", "JobStore"]

JobState = Literal["waiting", "started", "ended"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    root TEXT NOT NULL,
    settings TEXT NOT NULL,
    lang TEXT NOT NULL,
    steps TEXT NOT NULL,
    parameters TEXT NOT NULL,
    resume INTEGER NOT NULL,
    state TEXT NOT NULL,
    cancelled INTEGER NOT NULL DEFAULT 0,
    pid INTEGER,
    pid_started REAL,
    run_id TEXT,
    exit_status INTEGER,
    created_at TEXT NOT NULL,
    started_at TEXT,
    ended_at TEXT
)
"""


@dataclass(frozen=True)
class Job:
    """One run that was asked for.

    Attributes
    ----------
    id
        Number, counting up.
    settings
        File of settings, absolute.
    lang, steps, parameters, resume
        As on the command line; no steps means all.
    state
        Waiting for its turn, started, or ended.
    cancelled
        Whether somebody asked for its end.
    pid, pid_started
        Its process, with when that was started, so that another one of the same number is not taken for it.
    run_id
        Its run in the store of runs, once it is known.
    exit_status
        Of its process; None where a server started later could not see it.
    created_at, started_at, ended_at
        ISO 8601, UTC.
    """

    id: int
    settings: Path
    lang: str
    steps: tuple[str, ...]
    parameters: dict[str, str]
    resume: bool
    state: JobState
    cancelled: bool
    pid: int | None
    pid_started: float | None
    run_id: str | None
    exit_status: int | None
    created_at: str
    started_at: str | None
    ended_at: str | None


class JobStore:
    """The jobs of one server's folder; several servers may share the file.

    Parameters
    ----------
    path
        The SQLite file; made where it is missing, readable by its owner alone.
    root
        Folder of the server.
    """

    def __init__(self, path: Path, root: Path) -> None:
        self._path = path
        self._root = str(root)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._open() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(_SCHEMA)
        path.chmod(0o600)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=30)) as connection, connection:
            connection.row_factory = sqlite3.Row
            yield connection

    def add(
        self, settings: Path, lang: str, steps: Sequence[str], parameters: Mapping[str, str], *, resume: bool
    ) -> Job:
        """Put a job at the end of the queue."""
        with self._open() as connection:
            row = connection.execute(
                "INSERT INTO jobs (root, settings, lang, steps, parameters, resume, state, created_at) "
                "VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?) RETURNING *",
                (
                    self._root,
                    str(settings),
                    lang,
                    json.dumps(list(steps)),
                    json.dumps(dict(parameters)),
                    resume,
                    _now(),
                ),
            ).fetchone()
            return _job(row)

    def get(self, job_id: int) -> Job | None:
        """One job of this folder, None if it is not known."""
        with self._open() as connection:
            row = connection.execute("SELECT * FROM jobs WHERE id = ? AND root = ?", (job_id, self._root)).fetchone()
        return None if row is None else _job(row)

    def unfinished(self) -> list[Job]:
        """Waiting and started jobs, in the order of the queue."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT * FROM jobs WHERE root = ? AND state <> 'ended' ORDER BY id", (self._root,)
            ).fetchall()
        return [_job(row) for row in rows]

    def latest(self, most: int = 20) -> list[Job]:
        """The newest jobs, newest first."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT * FROM jobs WHERE root = ? ORDER BY id DESC LIMIT ?", (self._root, most)
            ).fetchall()
        return [_job(row) for row in rows]

    def take(self, job_id: int) -> bool:
        """Take a waiting job to start it; False if another server took it or it was withdrawn."""
        with self._open() as connection:
            changed = connection.execute(
                "UPDATE jobs SET state = 'started', started_at = ? WHERE id = ? AND state = 'waiting'",
                (_now(), job_id),
            )
            return changed.rowcount == 1

    def set_process(self, job_id: int, pid: int, pid_started: float) -> None:
        """Say which process is at work on a job."""
        with self._open() as connection:
            connection.execute("UPDATE jobs SET pid = ?, pid_started = ? WHERE id = ?", (pid, pid_started, job_id))

    def set_run(self, job_id: int, run_id: str) -> None:
        """Say which run a job became."""
        with self._open() as connection:
            connection.execute("UPDATE jobs SET run_id = ? WHERE id = ?", (run_id, job_id))

    def ask_to_cancel(self, job_id: int) -> None:
        """Note that somebody wants the job to end; one that waits is withdrawn."""
        with self._open() as connection:
            connection.execute("UPDATE jobs SET cancelled = 1 WHERE id = ?", (job_id,))
            connection.execute(
                "UPDATE jobs SET state = 'ended', ended_at = ? WHERE id = ? AND state = 'waiting'", (_now(), job_id)
            )

    def end(self, job_id: int, exit_status: int | None) -> None:
        """Set the end of a job."""
        with self._open() as connection:
            connection.execute(
                "UPDATE jobs SET state = 'ended', exit_status = ?, ended_at = ? WHERE id = ?",
                (exit_status, _now(), job_id),
            )


def _job(row: sqlite3.Row) -> Job:
    return Job(
        row["id"],
        Path(row["settings"]),
        row["lang"],
        tuple(json.loads(row["steps"])),
        json.loads(row["parameters"]),
        bool(row["resume"]),
        row["state"],
        bool(row["cancelled"]),
        row["pid"],
        row["pid_started"],
        row["run_id"],
        row["exit_status"],
        row["created_at"],
        row["started_at"],
        row["ended_at"],
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
