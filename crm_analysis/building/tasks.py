"""What a build has to do for each table, and the ledger of the files it found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from crm_analysis.building.loads import Load, TablePlan, plan_table, reading_of
from crm_analysis.building.sources import FoundFile, find_files, path_in_words, sources_of
from crm_analysis.config import Settings, SourceSettings
from crm_analysis.contract import SOURCE_TABLES

__all__ = ["Task", "load_ledger_of", "tasks_of"]


@dataclass(frozen=True)
class Task:
    """A table with its source, how that is read and named, and what is to happen to its loads."""

    table: str
    source: SourceSettings
    reading: str
    named_by: str
    plan: TablePlan


def tasks_of(settings: Settings, loads: Sequence[Load], scratch: Path, *, force: bool, at: datetime) -> list[Task]:
    """What to do for each table that crm.toml names, order lines first."""
    wanted = sources_of(settings, scratch)
    tasks = []
    for name in sorted(wanted, key=lambda name: name != "order_lines"):
        source, live = wanted[name], [load for load in loads if load.table == name and load.counts]
        reading = reading_of(SOURCE_TABLES[name], source, settings.project.time_zone)
        named_by = path_in_words(source, scratch)
        gone = not force and any(load.named_by == named_by for load in live)
        found = find_files(name, source, root=settings.root, scratch=scratch, may_be_gone=gone)
        plan = plan_table(live, found, reading=reading, named_by=named_by, force=force, at=at)
        tasks.append(Task(name, source, reading, named_by, plan))
    return tasks


def load_ledger_of(tasks: Sequence[Task], live: Mapping[str, Sequence[Load]]) -> pd.DataFrame:
    """One row per file: what was loaded, when, how its columns were mapped, and whether it is still there."""
    rows = []
    for task in tasks:
        loaded = sorted(live[task.table], key=lambda load: (load.found_as, load.load_id))
        by_digest = {load.sha256: load for load in loaded}
        rows += [_line(load) for load in loaded]
        rows += [_repeated(by_digest[file.sha256], file) for file in task.plan.repeated]
    return pd.DataFrame(rows)


def _line(load: Load) -> dict[str, object]:
    return {
        "table": load.table,
        "source": Path(load.found_as).name,
        "sha256": load.sha256,
        "rows_read": load.rows,
        "mapped": ", ".join(f"{ours} = {theirs}" for ours, theirs in load.columns.items()),
        "loaded_at": load.loaded_at,
        "already_loaded": False,
        "file_modified_at": load.file_modified_at,
        "load_id": load.load_id,
        "state": load.state,
    }


def _repeated(load: Load, file: FoundFile) -> dict[str, object]:
    return _line(load) | {
        "source": Path(file.label).name,
        "rows_read": 0,
        "mapped": "",
        "already_loaded": True,
        "state": "repeated",
    }
