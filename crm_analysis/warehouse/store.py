"""The warehouse: Delta tables behind one read, one write and one lock, read through Ibis."""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from crm_analysis.errors import WarehouseError
from crm_analysis.messages import _
from crm_analysis.warehouse import delta
from crm_analysis.warehouse.engine import Engine
from crm_analysis.warehouse.lock import writing

__all__ = ["KEEP_VERSIONS_SECONDS", "SCHEMA_VERSION", "Prepared", "Warehouse", "collect", "keep"]

SCHEMA_VERSION = 2
"""Version of the layout of the warehouse; a newer one is refused, a build replaces an older one."""
KEEP_VERSIONS_SECONDS = 7 * 86400
"""How long the files of a version stay that a later one replaced: who reads meanwhile finishes undisturbed."""


def collect(expr: ir.Table) -> pd.DataFrame:
    """Turn an expression into a frame. The one place where rows reach this process.

    Order lines never pass here: what does is aggregated to customers, purchase states or less.
    """
    frame: pd.DataFrame = expr.to_pandas()
    return frame


def keep(expr: ir.Table) -> ir.Table:
    """Compute an expression once and keep its rows in the engine for the calls that follow."""
    # Spark does not find a frame inside the expression unless it was registered before.
    expr._find_backend()._run_pre_execute_hooks(expr)
    return expr.cache()


@dataclass(frozen=True)
class Prepared:
    """Rows that lie in a table's folder and belong to no version yet.

    Attributes
    ----------
    table
        Name.
    plain
        Column names to stored types.
    parts
        The files.
    rows
        What the files hold, as an expression.
    """

    table: str
    plain: dict[str, str]
    parts: list[Path]
    rows: ir.Table


class Warehouse:
    """Tables of one workspace.

    Parameters
    ----------
    folder
        Where the tables lie, one folder each.
    engine
        What reads and writes them.

    Raises
    ------
    WarehouseError
        The warehouse was written by a newer version of this package, or its folder has a name that the
        storage of tables reads as something else.
    """

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.folder = folder.resolve()
        self.engine = engine
        self._refuse_quoted()
        self._refuse_newer()

    def _refuse_quoted(self) -> None:
        # delta-rs takes %20 in the name of a folder for a space, and then looks for its log in another one.
        quoted = re.search("%[0-9A-Fa-f]{2}", str(self.folder))
        if quoted:
            raise WarehouseError(
                _(
                    "The warehouse cannot lie in a folder whose name holds '{part}': rename the folder, or set "
                    "path in [warehouse] to another one.",
                    part=quoted[0],
                )
            )

    def _refuse_newer(self) -> None:
        found = self.layout()
        if found is not None and found > SCHEMA_VERSION:
            raise WarehouseError(
                _(
                    "This warehouse has layout {found}, this version of crm-analysis knows up to {known}. "
                    "Upgrade: pip install -U crm-analysis.",
                    found=found,
                    known=SCHEMA_VERSION,
                )
            )

    @contextmanager
    def lock(self, wait_seconds: float = 600) -> Iterator[None]:
        """Hold the workspace's lock while writing several tables."""
        with writing(self.folder, wait_seconds):
            if self.layout() is None:
                self.stamp_layout()
            yield

    def has(self, table: str) -> bool:
        """Whether a table was ever written."""
        return delta.version(self.folder / table) is not None

    def versions(self) -> dict[str, int]:
        """Tables and their newest version: what a run records as read."""
        found = {}
        for folder in sorted(self.folder.iterdir()) if self.folder.is_dir() else []:
            version = delta.version(folder) if folder.is_dir() else None
            if version is not None:
                found[folder.name] = version
        return found

    def read(self, table: str, version: int | None = None) -> ir.Table:
        """A table as an Ibis expression, nothing is read yet.

        Raises
        ------
        WarehouseError
            There is no such table.
        """
        files = delta.files(self.folder / table, version)
        if not files:
            raise WarehouseError(_("Table '{table}' is not in the warehouse. Run 'crm-analysis build'.", table=table))
        return self.engine.read_parquet(files)

    def write(self, table: str, expr: ir.Table, mode: str = "overwrite", note: Mapping[str, str] | None = None) -> int:
        """Write an expression as the next version of a table, atomically. Returns the version.

        The caller holds :meth:`lock`. A process killed in between leaves the last version.

        Parameters
        ----------
        table
            Name.
        expr
            What to write.
        mode
            ``overwrite`` or ``append``.
        note
            Kept with the commit.
        """
        return self.commit(self.prepare(table, expr), mode, note)

    def park(self, rows: ir.Table, folder: Path) -> ir.Table:
        """Write rows once to a folder of the caller's, so that what follows does not compute them again."""
        return self.engine.read_parquet(self.engine.write_parquet(rows, folder))

    def prepare(self, table: str, expr: ir.Table) -> Prepared:
        """Write an expression into a table's folder without making it a version: no reader sees it yet.

        Follow with :meth:`commit` or :meth:`discard`; :meth:`sweep` removes what a killed process left.
        """
        plain = delta.plain_schema(expr.schema())
        typed = expr.cast({name: kind for name, kind in plain.items() if str(expr.schema()[name]) != kind})
        try:
            parts = self.engine.write_parquet(typed, self.folder / table)
        except OSError as error:
            raise self._not_written(table, error) from error
        return Prepared(table, plain, parts, self.engine.read_parquet(parts))

    def commit(self, prepared: Prepared, mode: str = "overwrite", note: Mapping[str, str] | None = None) -> int:
        """Make prepared rows the next version of their table, atomically. Returns the version."""
        stamp = {"schema_version": str(SCHEMA_VERSION), **(note or {})}
        return delta.commit(self.folder / prepared.table, prepared.plain, prepared.parts, mode, stamp)

    def discard(self, prepared: Prepared) -> None:
        """Delete prepared rows that are not to become a version."""
        for part in prepared.parts:
            part.unlink(missing_ok=True)

    def size(self, table: str) -> tuple[int, int]:
        """Rows and files of the newest version of a table."""
        found = delta.files(self.folder / table) or []
        return sum(int(pq.read_metadata(file).num_rows) for file in found), len(found)

    def note(self, table: str) -> dict[str, str]:
        """What was noted with the newest version of a table, and what Delta adds; empty where there is none."""
        return {str(name): str(value) for name, value in delta.metadata(self.folder / table).items()}

    def _not_written(self, table: str, error: OSError) -> WarehouseError:
        return WarehouseError(
            _(
                "Table '{table}' could not be written to {folder}: {reason}.",
                table=table,
                folder=str(self.folder),
                reason=str(error),
            )
        )

    def write_frame(
        self, table: str, frame: pd.DataFrame, mode: str = "overwrite", note: Mapping[str, str] | None = None
    ) -> int:
        """Write a small frame, such as a ledger, as the next version of a table; see :meth:`write`."""
        folder = self.folder / table
        plain = delta.plain_schema(ibis.memtable(frame).schema())
        # Not through the engine: Spark would turn nullable whole numbers of a frame into NULL.
        rows = pa.Table.from_pandas(frame, ibis.schema(plain).to_pyarrow(), preserve_index=False, safe=False)
        part = folder / f"part_{uuid.uuid4().hex[:12]}.parquet"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            pq.write_table(rows, part, compression="zstd")
        except OSError as error:
            raise self._not_written(table, error) from error
        return delta.commit(folder, plain, [part], mode, {"schema_version": str(SCHEMA_VERSION), **(note or {})})

    def sweep(self, older_than_seconds: float = KEEP_VERSIONS_SECONDS) -> int:
        """Delete files of versions replaced longer ago than that, and of killed writes. Returns how many.

        A file stays as long as a version names it that was the newest at some moment of this time.
        """
        removed = 0
        limit = pd.Timestamp.now().timestamp() - older_than_seconds
        for table in self.versions():
            folder = self.folder / table
            named = {os.fspath(path) for path in delta.files_since(folder, limit)}
            for file in folder.glob("*.parquet"):
                if os.fspath(file) not in named and file.stat().st_mtime < limit:
                    file.unlink()
                    removed += 1
        return removed

    def erase_past(self, table: str) -> int:
        """Delete the files of all versions but the newest, and of killed writes, at once. Returns how many.

        The caller holds :meth:`lock`; the older versions can be read no more.
        """
        return delta.erase_past(self.folder / table)

    def layout(self) -> int | None:
        """Version of the layout that the tables were written in; None for a warehouse not written yet."""
        stamp = self.folder / "warehouse.json"
        return int(json.loads(stamp.read_text(encoding="utf-8"))["schema_version"]) if stamp.is_file() else None

    def stamp_layout(self) -> None:
        """Record that the tables are in the layout of this version; the caller holds :meth:`lock`."""
        stamp = self.folder / "warehouse.json"
        fresh = stamp.with_suffix(".new")
        fresh.write_text(json.dumps({"schema_version": SCHEMA_VERSION}), encoding="utf-8")
        fresh.replace(stamp)
