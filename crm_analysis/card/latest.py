"""The tables of the latest report, one customer at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from crm_analysis.config import Settings
from crm_analysis.workflow.files import read_json
from crm_analysis.workflow.run_folder import latest_published

__all__ = ["LatestRun", "latest_run"]

_TABLES = ("customer_scores", "leaving_reasons", "offer_decisions", "personal_plan", "contact_plan")


@dataclass(frozen=True)
class LatestRun:
    """Where the tables of a run lie.

    Attributes
    ----------
    name
        Id of the run, empty where there is none.
    tables
        Folder of its tables, None where there is no run.
    """

    name: str
    tables: Path | None

    @cached_property
    def as_of(self) -> date | None:
        """The day that the run looks back from, None where it does not say."""
        note = read_json(self.tables.parent / "notes" / "00_data.json") if self.tables is not None else None
        day = (note or {}).get("facts", {}).get("as_of")
        return date.fromisoformat(day) if day else None

    def rows_of(self, customer_id: str) -> dict[str, list[dict[str, Any]]]:
        """Rows on a customer by table. Row groups that cannot hold the customer are not read."""
        found = {}
        for table in _TABLES if self.tables is not None else ():
            file = self.tables / f"{table}.parquet" if self.tables is not None else Path()
            if file.is_file():
                rows = pq.read_table(file, filters=[("customer_id", "=", customer_id)]).to_pylist()
                found[table] = [{str(k): None if pd.isna(v) else v for k, v in row.items()} for row in rows]
        return found


def latest_run(settings: Settings) -> LatestRun:
    """The latest whole report, else the latest run of single steps."""
    parent = settings.reports / settings.slug
    run = latest_published(parent) or latest_published(parent, whole=False)
    return LatestRun("", None) if run is None else LatestRun(run.run_id, run.path / "tables")
