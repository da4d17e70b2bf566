"""Which run to go on with, and what a run of single steps takes over from the last one."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from crm_analysis.errors import RunError
from crm_analysis.messages import _
from crm_analysis.workflow.editions import Edition, editions_of
from crm_analysis.workflow.files import read_json
from crm_analysis.workflow.plan import StepDone, load_plan
from crm_analysis.workflow.run_folder import MANIFEST, RunFolder, latest_published, list_partial, update_latest
from crm_analysis.workflow.run_store import RunStore
from crm_analysis.workflow.steps import Step

__all__ = ["find_unfinished", "mend_published", "take_over"]


def mend_published(parent: Path, data_set: str, store: RunStore) -> list[RunFolder]:
    """Finish runs that were killed after they were published: ``latest.json`` and the store follow.

    Returns
    -------
    list of RunFolder
        The runs that were mended, newest first.
    """
    update_latest(parent)
    mended = []
    for record in store.runs(data_set):
        folder = RunFolder(parent, record.run_id)
        published = (read_json(folder.path / MANIFEST) or {}).get("state") == "done"
        if record.state == "interrupted" and published:
            store.finish(record.run_id, "done")
            mended.append(folder)
    return mended


def find_unfinished(parent: Path, data_set: str, store: RunStore) -> RunFolder:
    """The newest run of a data set that was not finished and that nobody is at work on.

    Raises
    ------
    RunError
        There is none, or a process is still at work on it.
    """
    folder = next((run for run in list_partial(parent) if load_plan(run.partial) is not None), None)
    if folder is None:
        raise RunError(
            _(
                "There is no unfinished run of '{data_set}' to resume. Start a new one with 'crm-analysis run'.",
                data_set=data_set,
            )
        )
    record = store.get(folder.run_id)
    if record is not None and record.state in {"running", "cancelling"}:
        raise RunError(
            _(
                "Run {run} of '{data_set}' is still at work (process {pid}). Wait for it, or cancel it first.",
                run=folder.run_id,
                data_set=data_set,
                pid=record.pid,
            )
        )
    return folder


def take_over(folder: RunFolder, steps: Sequence[Step], editions: Sequence[Edition]) -> dict[str, StepDone]:
    """Copy what the steps before ``steps`` made in the newest published run.

    Notebooks are copied in the languages wanted, where the run has them, else in the one it opens in.

    Returns
    -------
    dict
        The steps taken over, by number.

    Raises
    ------
    RunError
        There is no published run, and the first step is not step 00.
    """
    first = min(step.number for step in steps)
    if first == "00":
        return {}
    latest = latest_published(folder.parent, whole=False)
    if latest is None:
        raise RunError(
            _(
                "Step {step} needs the tables of the steps before it, and there is no finished run to take "
                "them from. Run all steps first: 'crm-analysis run'.",
                step=first,
            )
        )
    manifest = read_json(latest.path / MANIFEST) or {}
    entries = manifest.get("steps", [])
    found = {edition.lang: edition for edition in editions_of(manifest.get("languages") or [""])}
    later = {name for entry in entries if entry["number"] >= first for name in entry["tables"]}
    for path in sorted((latest.path / "tables").glob("*.parquet")):
        if path.stem not in later:
            shutil.copy2(path, folder.partial / "tables" / path.name)
    taken = {}
    for entry in entries:
        if entry["number"] < first:
            for edition in editions:
                source = found.get(edition.lang, Edition(edition.lang, "")).folder(latest.path)
                target = edition.folder(folder.partial)
                target.mkdir(exist_ok=True)
                if (source / entry["notebook"]).is_file():
                    shutil.copy2(source / entry["notebook"], target / entry["notebook"])
            taken[entry["number"]] = StepDone(entry["seconds"], entry["tables"], latest.run_id)
    return taken
