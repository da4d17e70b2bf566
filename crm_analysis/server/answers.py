"""What the routes answer, as plain values for JSON; titles and sentences are in the current language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crm_analysis.config import Settings, load_settings
from crm_analysis.errors import CrmError
from crm_analysis.messages import _
from crm_analysis.server.confined import shown
from crm_analysis.server.job_queue import JobQueue
from crm_analysis.server.job_store import Job
from crm_analysis.server.progress import Progress
from crm_analysis.workflow.run_folder import is_whole, list_published
from crm_analysis.workflow.run_record import RunRecord
from crm_analysis.workflow.run_store import RunStore
from crm_analysis.workflow.runner import run_store
from crm_analysis.workflow.steps import STEPS, step_of

__all__ = ["JobAnswers", "runs_of", "steps_of", "store_of"]

_STOPPED = {"failed", "cancelled", "interrupted"}
_ENDS = {"done", *_STOPPED}


def store_of(settings: Settings) -> RunStore | None:
    """The store of runs of a project; None where nothing has run yet, so that looking makes no file."""
    return run_store(settings) if (settings.warehouse_path / "runs.sqlite").is_file() else None


class JobAnswers:
    """Answers about jobs; keeps what it has read of their runs.

    Parameters
    ----------
    queue
        The jobs.
    root
        Folder of the server.
    """

    def __init__(self, queue: JobQueue, root: Path) -> None:
        self._queue = queue
        self._root = root
        self._progress: dict[int, Progress] = {}

    def of(self, job: Job) -> dict[str, Any]:
        """One job.

        Returns
        -------
        dict
            ``id``; ``settings``, ``report`` (paths for JupyterLab, report None until there is one); ``run`` or None;
            ``state``: waiting, preparing, running, cancelling, done, failed, cancelled, interrupted; ``lang``;
            ``steps``: list of ``number``, ``title``, ``state`` (waiting, running, done, failed, stopped), ``cell``,
            ``cells``, ``seconds``; ``left_seconds`` or None; ``message``: why it failed, empty otherwise;
            ``created_at``, ``ended_at``.
        """
        try:
            settings = load_settings(job.settings)
            record = self._record(job, settings)
        except CrmError as error:
            return self._written(job, None, "failed" if job.state == "ended" else job.state, str(error), None)
        state = _state(job, record)
        message = self._why(job, record) if state == "failed" else ""
        report = _report(self._root, settings, record.run_id) if record and state == "done" else None
        return self._written(job, record, state, message, report)

    def _record(self, job: Job, settings: Settings) -> RunRecord | None:
        """The run of a job, found by its process; its events are taken in."""
        store = store_of(settings)
        if store is None or job.state == "waiting":
            return None
        if job.run_id is not None:
            record = store.get(job.run_id)
        else:
            since = job.started_at or job.created_at
            record = next(
                (
                    run
                    for run in store.runs(settings.slug)
                    if job.pid is not None and run.pid == job.pid and (run.finished_at or since) >= since
                ),
                None,
            )
            if record is not None:
                self._queue.store.set_run(job.id, record.run_id)
        if record is not None:
            progress = self._progress.setdefault(job.id, Progress.of(job.steps))
            progress.take(store.events(record.run_id, progress.seen))
        return record

    def _why(self, job: Job, record: RunRecord | None) -> str:
        said = [line for line in self._queue.errors_of(job).splitlines() if line.strip()]
        if job.exit_status in (1, 2, 3, 127) and said:
            return said[-1]
        if record is not None and record.reason:
            return record.reason
        return said[-1] if said else _("The run ended without saying why.")

    def _written(
        self, job: Job, record: RunRecord | None, state: str, message: str, report: str | None
    ) -> dict[str, Any]:
        progress = self._progress.get(job.id) or Progress.of(job.steps)
        steps = [step.as_dict(step_of(step.number).title()) for step in progress.steps.values()]
        if state in _STOPPED:
            steps = [{**step, "state": "stopped"} if step["state"] == "running" else step for step in steps]
        return {
            "id": job.id,
            "settings": shown(self._root, job.settings),
            "run": record.run_id if record else None,
            "state": state,
            "lang": job.lang,
            "steps": steps,
            "left_seconds": progress.left_seconds if state == "running" else None,
            "message": message,
            "report": report,
            "created_at": job.created_at,
            "ended_at": job.ended_at,
        }


def _state(job: Job, record: RunRecord | None) -> str:
    """The state a person is told: that of the run where there is one, else that of the process."""
    if job.state == "waiting":
        return "waiting"
    if job.state == "started":
        if job.cancelled:
            return "cancelling"
        return "preparing" if record is None else "running"
    if record is not None and record.state in _ENDS:
        return record.state
    if job.cancelled:
        return "cancelled"
    return "done" if job.exit_status == 0 else "failed"


def _report(root: Path, settings: Settings, run_id: str) -> str | None:
    page = settings.reports / settings.slug / run_id / "index.html"
    return shown(root, page) if page.is_file() else None


def runs_of(root: Path, settings: Settings) -> list[dict[str, Any]]:
    """The runs of a project, newest first.

    Returns
    -------
    list of dict
        ``run``, ``state`` (as in the store of runs), ``step`` or None, ``reason`` or None, ``created_at``,
        ``finished_at`` or None, ``whole`` (a report of all steps), ``report`` (path of its first page, or None).
    """
    published = {found.run_id: is_whole(found) for found in list_published(settings.reports / settings.slug)}
    store = store_of(settings)
    found = []
    known = set()
    for run in store.runs(settings.slug) if store else []:
        known.add(run.run_id)
        found.append(
            {
                "run": run.run_id,
                "state": run.state,
                "step": run.step,
                "reason": run.reason,
                "created_at": run.created_at,
                "finished_at": run.finished_at,
                "whole": published.get(run.run_id, False),
                "report": _report(root, settings, run.run_id) if run.run_id in published else None,
            }
        )
    return found


def steps_of(settings: Settings) -> dict[str, Any]:
    """The steps with the parameters of their notebooks.

    Returns
    -------
    dict
        ``steps``: list of ``number``, ``name``, ``title``, ``seconds`` (of the newest finished run, or None);
        ``parameters``: list of ``name``, ``type`` (text, integer, number, boolean, other), ``default`` (as it is
        written in Python), ``steps`` (numbers of the steps that know it).
    """
    from crm_analysis.workflow.translate import INJECTED, known_parameters, read_notebook

    store = store_of(settings)
    seconds = store.last_durations(settings.slug) if store else {}
    parameters: dict[str, dict[str, Any]] = {}
    for step in STEPS:
        for parameter in known_parameters(read_notebook(settings.notebooks / step.notebook)).values():
            if parameter.name not in INJECTED:
                entry = parameters.setdefault(
                    parameter.name,
                    {
                        "name": parameter.name,
                        "type": _kind(parameter.default),
                        "default": _written(parameter.default),
                        "steps": [],
                    },
                )
                entry["steps"].append(step.number)
    steps = [{"number": s.number, "name": s.name, "title": s.title(), "seconds": seconds.get(s.number)} for s in STEPS]
    return {"steps": steps, "parameters": list(parameters.values())}


def _kind(default: Any) -> str:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "text"}
    return kinds.get(type(default), "other")


def _written(default: Any) -> str:
    """A default as ``-p`` reads it: text as it is, all else as Python writes it, nothing for None."""
    if default is None or isinstance(default, str):
        return default or ""
    return repr(default)
