"""Starts runs as processes of their own, a few at once, and notices when they end."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from crm_analysis.config import load_settings
from crm_analysis.errors import ConfigError, CrmError
from crm_analysis.messages import _
from crm_analysis.server.job_store import Job, JobStore
from crm_analysis.workflow.runner import run_store

__all__ = ["JobQueue"]

_MOMENT = timedelta(seconds=30)


class JobQueue:
    """The queue of one server.

    A run is the command line in a session of its own: it goes on when the browser is closed or the server is
    started anew, and the next server finds it by its process.

    Parameters
    ----------
    store
        The jobs.
    logs
        Folder for what the processes print.
    command
        Words that start the command line.
    most
        How many runs at once.
    """

    def __init__(self, store: JobStore, logs: Path, command: Sequence[str], most: int) -> None:
        self.store = store
        self._logs = logs
        self._command = list(command)
        self._most = most
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        self._turn = threading.Lock()

    def add(
        self, settings: Path, lang: str, steps: Sequence[str], parameters: Mapping[str, str], *, resume: bool = False
    ) -> Job:
        """Ask for a run; it starts at once where there is room.

        Raises
        ------
        ConfigError
            A run of the same settings waits or is under way.
        """
        if any(job.settings == settings for job in self.store.unfinished()):
            raise ConfigError(_("A run of {file} is under way. Wait for it or cancel it.", file=settings.name))
        job = self.store.add(settings, lang, steps, parameters, resume=resume)
        self.advance()
        return self.store.get(job.id) or job

    def advance(self) -> None:
        """Note what has ended and start what waits."""
        with self._turn:
            at_work = 0
            for job in self.store.unfinished():
                if job.state == "started":
                    at_work += self._still_at_work(job)
            for job in self.store.unfinished():
                if job.state == "waiting" and at_work < self._most and self.store.take(job.id):
                    self._start(job)
                    at_work += 1

    def cancel(self, job: Job) -> None:
        """Withdraw a waiting job; ask a run to stop in order; stop what has not become a run yet."""
        self.store.ask_to_cancel(job.id)
        if job.state == "started" and not self._cancel_run(job) and job.pid is not None and _is_alive(job):
            with suppress(ProcessLookupError):
                os.kill(job.pid, signal.SIGINT)

    def errors_of(self, job: Job) -> str:
        """What its process said on standard error; empty where it said nothing."""
        with suppress(OSError):
            return (self._logs / f"{job.id}.err").read_text(encoding="utf-8", errors="replace")
        return ""

    def _cancel_run(self, job: Job) -> bool:
        if job.run_id is None:
            return False
        with suppress(CrmError):
            return run_store(load_settings(job.settings)).request_cancel(job.run_id)
        return False

    def _still_at_work(self, job: Job) -> bool:
        child = self._children.get(job.id)
        if child is not None:
            if (status := child.poll()) is None:
                return True
            del self._children[job.id]
            self.store.end(job.id, status)
            return False
        if _is_alive(job):
            return True
        self.store.end(job.id, None)
        return False

    def _start(self, job: Job) -> None:
        self._logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        words = [*self._command, "run", str(job.settings), "--lang", job.lang]
        words += [word for step in job.steps for word in ("--step", step)]
        words += [word for name, value in job.parameters.items() for word in ("-p", f"{name}={value}")]
        words += ["--resume"] if job.resume else []
        out, err = (self._logs / f"{job.id}.{name}" for name in ("out", "err"))
        with out.open("wb") as output, err.open("wb") as errors:
            try:
                child = subprocess.Popen(
                    words,
                    cwd=job.settings.parent,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=errors,
                    start_new_session=True,
                )
            except OSError as error:
                errors.write(str(error).encode())
                self.store.end(job.id, 127)
                return
        self._children[job.id] = child
        with suppress(psutil.Error):
            self.store.set_process(job.id, child.pid, psutil.Process(child.pid).create_time())


def _is_alive(job: Job) -> bool:
    if job.pid is None:  # another server has just taken it
        since = datetime.now(UTC) - datetime.fromisoformat(job.started_at or job.created_at)
        return since < _MOMENT
    try:
        process = psutil.Process(job.pid)
        same = abs(process.create_time() - float(job.pid_started or 0)) < 1.0
        return bool(same and process.status() != psutil.STATUS_ZOMBIE)
    except (psutil.Error, ValueError):
        return False
