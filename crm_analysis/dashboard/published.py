"""The published runs that the dashboard shows; it reads nothing else, never raw data or the warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.messages import _, current_language
from crm_analysis.workflow.editions import Edition, editions_of
from crm_analysis.workflow.files import read_json
from crm_analysis.workflow.recorded import facts_of, notes_of
from crm_analysis.workflow.run_folder import MANIFEST, latest_published, list_published
from crm_analysis.workflow.steps import STEPS, Step
from crm_analysis.workflow.without_code import page_body

__all__ = ["PublishedRun", "published_runs"]


@dataclass(frozen=True)
class PublishedRun:
    """One published run.

    Attributes
    ----------
    folder
        ``reports/<data set>/<run id>``.
    manifest
        Its ``manifest.json``.
    """

    folder: Path
    manifest: dict[str, Any]

    @property
    def id(self) -> str:
        """Run id."""
        return self.folder.name

    @property
    def data_set(self) -> str:
        """Folder name of its data set."""
        return self.folder.parent.name

    @property
    def project(self) -> str:
        """Name of the project as people read it."""
        return str(self.manifest.get("project") or self.data_set)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings it was made with, secrets hidden."""
        return dict(self.manifest.get("settings") or {})

    @property
    def currency(self) -> str:
        """Currency of its amounts."""
        return str((self.settings.get("project") or {}).get("currency") or "USD")

    @property
    def label(self) -> str:
        """When it was made, in words, and the end of its id."""
        made = datetime.strptime(self.id[:15], "%Y%m%d-%H%M%S")
        return _("{date}, {time} UTC, run {run}", date=f.date(made.date()), time=f"{made:%H:%M}", run=self.id[16:])

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What its steps recorded."""
        return facts_of(notes_of(self.folder))

    @property
    def edition(self) -> Edition:
        """Its edition in the language in use, else the one it opens in."""
        editions = editions_of(self.manifest.get("languages") or [str(self.manifest.get("lang") or "en")])
        return next((one for one in editions if one.lang == current_language()), editions[0])

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps that have a page."""
        return tuple(step for step in STEPS if (self.folder / step.page).is_file())

    def address(self, root: str) -> str:
        """Address of its folder in the language in use, below the root of the server."""
        edition = self.edition
        return f"{root}report/{self.data_set}/{self.id}/{edition.subfolder and edition.subfolder + '/'}"

    def body(self, page: str, root: str) -> str:
        """Content of one of its pages in the language in use, without code; empty where there is no such page."""
        file = self.edition.folder(self.folder) / page
        return page_body(file.read_text(encoding="utf-8"), self.address(root)) if file.is_file() else ""

    @cached_property
    def tables(self) -> dict[str, int]:
        """Handed-over tables that are there, with their number of rows, by name."""
        sizes = self.manifest.get("tables") or {}
        there = {file.stem for file in (self.folder / "tables").glob("*.parquet")}
        return {name: int(size["rows"]) for name, size in sorted(sizes.items()) if name in there}

    def table(self, name: str) -> pd.DataFrame:
        """A handed-over table.

        Raises
        ------
        KeyError
            The run has no such table.
        """
        if name not in self.tables:
            raise KeyError(name)
        return pd.read_parquet(self.folder / "tables" / f"{name}.parquet")


def published_runs(reports: Path) -> dict[str, list[PublishedRun]]:
    """All published runs by data set, newest first; the whole run finished last leads.

    Parameters
    ----------
    reports
        Folder of all reports.
    """
    found: dict[str, list[PublishedRun]] = {}
    for parent in sorted(reports.iterdir()) if reports.is_dir() else ():
        latest = latest_published(parent)
        first = latest.run_id if latest is not None else ""
        runs = [PublishedRun(run.path, read_json(run.path / MANIFEST) or {}) for run in list_published(parent)]
        if runs:
            found[parent.name] = sorted(runs, key=lambda run: run.id != first)
    return found
