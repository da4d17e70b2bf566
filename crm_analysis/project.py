"""A project: settings, warehouse and engine, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import ibis.expr.types as ir

from crm_analysis.build import BuildResult, build_warehouse
from crm_analysis.building.forgetting import Forgotten, forget_person
from crm_analysis.building.history import read_as_of
from crm_analysis.config import Settings, load_settings
from crm_analysis.messages import use_language
from crm_analysis.results import ImportedResults, import_results
from crm_analysis.warehouse import Engine, Warehouse, collect, open_engine

__all__ = ["Project", "open_project"]


@dataclass(frozen=True)
class Project:
    """Settings, warehouse and engine of one workspace. A context manager that closes the engine.

    Made by :func:`open_project`.
    """

    settings: Settings
    warehouse: Warehouse
    engine: Engine

    def build(self, *, force: bool = False) -> BuildResult:
        """Bring the warehouse up to date with its sources; see :func:`crm_analysis.build.build_warehouse`."""
        return build_warehouse(self.settings, self.warehouse, force=force)

    def import_results(self, file: Path) -> ImportedResults:
        """Take in what came back from a plan; see :func:`crm_analysis.results.import_results`."""
        return import_results(self.settings, self.warehouse, file)

    def forget(self, customer: str) -> Forgotten:
        """Remove a person for good; see :func:`crm_analysis.building.forgetting.forget_person`."""
        return forget_person(self.settings, self.warehouse, customer)

    def table(self, name: str, as_of: date | datetime | None = None) -> ir.Table:
        """A table of the warehouse as an Ibis expression.

        Parameters
        ----------
        name
            Of the table.
        as_of
            A day (its end) or a moment, in the time zone of the project: the table as the last build until then
            left it, each column as it stood; ``netted`` too. None: as it is now.

        Raises
        ------
        WarehouseError
            There is no such table, or it keeps no history that reaches back so far.
        """
        if as_of is None:
            return self.warehouse.read(name)
        return read_as_of(self.warehouse, name, as_of, self.settings.project.time_zone)

    def has(self, name: str) -> bool:
        """Whether a table is there and has rows."""
        if not self.warehouse.has(name):
            return False
        table = self.warehouse.read(name)
        return bool(collect(table.limit(1).aggregate(rows=table.limit(1).count()))["rows"].iloc[0])

    def filled(self, table: str, column: str) -> bool:
        """Whether a column of a table has any value."""
        if not self.warehouse.has(table):
            return False
        rows = self.warehouse.read(table)
        some = rows.filter(rows[column].notnull()).limit(1)
        return bool(collect(some.aggregate(rows=some.count()))["rows"].iloc[0])

    def close(self) -> None:
        """Release the engine."""
        self.engine.close()

    def __enter__(self) -> Project:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_project(path: Path | str, overrides: Mapping[str, Any] | None = None, engine: Engine | None = None) -> Project:
    """Open the project that a file of settings describes.

    Parameters
    ----------
    path
        crm.toml, or the folder it lies in.
    overrides
        Dotted setting names to values, above the environment and the file.
    engine
        To use instead of opening one.

    Raises
    ------
    ConfigError
        The settings are wrong.

    Examples
    --------
    >>> from crm_analysis import open_project
    >>> with open_project("crm.toml") as project:  # in the folder of a workspace
    ...     ledger = project.build().cleaning_ledger
    ...     rows = project.table("order_lines").count().to_pandas()
    >>> bool(ledger.loc[(ledger["table"] == "order_lines") & (ledger["action"] == "kept"), "rows"].sum() == rows)
    True
    """
    settings = load_settings(path, overrides)
    use_language(settings.lang)
    chosen = settings.warehouse
    if engine is None:
        engine = open_engine(
            chosen.engine,
            memory_limit=chosen.memory_limit,
            threads=chosen.threads,
            spill=settings.warehouse_path / ".spill" if chosen.engine == "duckdb" else None,
            options=chosen.options,
        )
    return Project(settings, Warehouse(settings.warehouse_path, engine), engine)
