"""The end of a run: manifest, index, one rename, ``latest.json``, or the reason why not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crm_analysis.config import Settings
from crm_analysis.errors import CrmError
from crm_analysis.workflow.cancel import RunCancelledError
from crm_analysis.workflow.editions import Edition
from crm_analysis.workflow.events import EventLog
from crm_analysis.workflow.manifest import write_manifest
from crm_analysis.workflow.plan import RunPlan
from crm_analysis.workflow.run_folder import RunFolder, update_latest
from crm_analysis.workflow.run_store import RunStore
from crm_analysis.workflow.steps import STEPS

__all__ = ["ManifestExtra", "Run", "Work", "WriteIndex", "publish", "record_failure"]

ManifestExtra = Callable[[Path], Mapping[str, Any]]
"""Given the folder of the run, further entries for its manifest."""

WriteIndex = Callable[[Path, Sequence[Edition]], None]
"""Given the folder of the run and its languages, writes ``index.html`` of each."""


@dataclass(frozen=True)
class Run:
    """A published run.

    Attributes
    ----------
    id
        Run id, part of the folder's name.
    folder
        The folder that stands alone, with ``index.html``.
    seconds
        Duration by number of step, of the steps executed now or before a resume.
    """

    id: str
    folder: Path
    seconds: dict[str, float]


@dataclass(frozen=True)
class Work:
    """What the parts of one run share."""

    settings: Settings
    plan: RunPlan
    folder: RunFolder
    store: RunStore


def publish(
    work: Work,
    log: EventLog,
    extra_manifest: ManifestExtra | None,
    write_index: WriteIndex | None,
) -> Run:
    """Write manifest and index, make the run visible, then point ``latest.json`` at it."""
    plan, folder = work.plan, work.folder
    extra = extra_manifest(folder.partial) if extra_manifest else None
    write_manifest(folder.partial, _manifest_content(work), extra)
    if write_index is not None:
        write_index(folder.partial, plan.editions())
    folder.publish()
    log.moved(folder.path / "events.jsonl")
    log.emit("published")
    update_latest(folder.parent)
    work.store.finish(plan.run_id, "done")
    seconds = {number: done.seconds for number, done in plan.done.items() if done.copied_from is None}
    return Run(plan.run_id, folder.path, seconds)


def _manifest_content(work: Work) -> dict[str, Any]:
    plan = work.plan
    return {
        "run": plan.run_id,
        "data_set": plan.data_set,
        "whole": len(plan.with_pages()) == len(STEPS),
        "project": work.settings.name,
        "lang": plan.lang,
        "languages": [edition.lang for edition in plan.editions()],
        "started_at": plan.started_at,
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "parameters": plan.parameters,
        "settings": work.settings.model_dump(mode="json", exclude={"path"}),
        "steps": [
            {
                "number": step.number,
                "name": step.name,
                "notebook": step.notebook,
                "page": step.page,
                "seconds": plan.done[step.number].seconds,
                "tables": plan.done[step.number].tables,
                "copied_from": plan.done[step.number].copied_from,
            }
            for step in plan.with_pages()
        ],
    }


def record_failure(work: Work, error: BaseException) -> None:
    """Say in the store how a run ended; where even that cannot be written, the lease runs out."""
    cancelled = isinstance(error, (RunCancelledError, KeyboardInterrupt))
    reason = getattr(error, "reason", None) or (str(error) if isinstance(error, CrmError) else None)
    with suppress(OSError, sqlite3.Error):
        work.store.finish(
            work.plan.run_id,
            "cancelled" if cancelled else "failed",
            None if cancelled else str(reason or type(error).__name__),
        )
