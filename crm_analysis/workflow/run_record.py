"""A run as the store knows it, and whether a process is still at work on it."""

from __future__ import annotations

import socket
import sqlite3
import time
from dataclasses import dataclass
from typing import Literal

import psutil

__all__ = ["RunRecord", "RunState", "as_record", "is_at_work"]

RunState = Literal["queued", "running", "cancelling", "cancelled", "failed", "done", "interrupted"]


@dataclass(frozen=True)
class RunRecord:
    """One run of the store.

    Attributes
    ----------
    state
        As stored, or "interrupted" where the process that ran it is gone.
    step
        Number of the step it is in or ended in.
    reason
        One line: why it failed.
    """

    run_id: str
    data_set: str
    state: RunState
    step: str | None
    reason: str | None
    pid: int | None
    created_at: str
    finished_at: str | None


def is_at_work(row: sqlite3.Row) -> bool:
    """Whether a process holds the run: alive where it can be seen, else by its lease."""
    if row["state"] not in {"running", "cancelling"} or row["pid"] is None:
        return False
    if row["host"] != socket.gethostname():
        return float(row["lease_until"] or 0) > time.time()
    try:
        process = psutil.Process(row["pid"])
        alive = process.status() != psutil.STATUS_ZOMBIE
        return bool(alive and abs(process.create_time() - float(row["pid_started"])) < 1.0)
    except psutil.Error:
        return False


def as_record(row: sqlite3.Row) -> RunRecord:
    """A row of the table ``runs``; "interrupted" where the process that ran it is gone."""
    state: RunState = row["state"]
    if state in {"running", "cancelling"} and not is_at_work(row):
        state = "interrupted"
    return RunRecord(
        row["run_id"],
        row["data_set"],
        state,
        row["step"],
        row["reason"],
        row["pid"],
        row["created_at"],
        row["finished_at"],
    )
