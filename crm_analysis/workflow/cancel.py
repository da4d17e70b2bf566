"""Stopping a run: Ctrl-C, a signal to end, or a request through the store; and the lease that says it lives."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from crm_analysis.errors import RunError
from crm_analysis.workflow.run_store import LEASE_SECONDS, RunStore

__all__ = ["CancelSwitch", "RunCancelledError", "holding"]

_ASK_SECONDS = 0.5


class RunCancelledError(RunError):
    """A run was cancelled; it can be resumed."""

    exit_status = 130


class CancelSwitch:
    """Says whether a run is to stop; asked from any thread."""

    def __init__(self, store: RunStore, run_id: str) -> None:
        self._store = store
        self._run_id = run_id
        self._set = threading.Event()
        self._asked_at = 0.0

    def set(self) -> None:
        """Stop the run."""
        self._set.set()

    def requested(self) -> bool:
        """Whether to stop: told here, or asked for through the store (looked up twice a second)."""
        if not self._set.is_set() and time.monotonic() - self._asked_at > _ASK_SECONDS:
            self._asked_at = time.monotonic()
            with suppress(sqlite3.Error):
                if self._store.is_cancel_requested(self._run_id):
                    self._set.set()
        return self._set.is_set()


@contextmanager
def holding(store: RunStore, run_id: str) -> Iterator[CancelSwitch]:
    """Keep the lease of a run alive, and turn signals into a request to stop.

    The first Ctrl-C stops the run in order; the second one ends the process at once.
    """
    switch = CancelSwitch(store, run_id)
    over = threading.Event()

    def beat() -> None:
        while not over.wait(LEASE_SECONDS / 6):
            with suppress(sqlite3.Error):
                if not store.heartbeat(run_id):
                    switch.set()

    thread = threading.Thread(target=beat, name="lease", daemon=True)
    thread.start()
    try:
        with _signals(switch):
            yield switch
    finally:
        over.set()
        thread.join()


@contextmanager
def _signals(switch: CancelSwitch) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    wanted = [signal.SIGINT, signal.SIGTERM]
    before = {number: signal.getsignal(number) for number in wanted}

    def stop(number: int, _frame: FrameType | None) -> None:
        switch.set()
        signal.signal(number, before[signal.Signals(number)] or signal.SIG_DFL)

    for number in wanted:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in wanted:
            signal.signal(number, before[number] or signal.SIG_DFL)
