"""The only place that knows Delta: file lists of a version, and commits of files that an engine wrote."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, TableFeatures
from deltalake.exceptions import TableNotFoundError
from deltalake.schema import Field, PrimitiveType, Schema
from deltalake.transaction import AddAction, create_table_with_add_actions

from crm_analysis.errors import WarehouseError
from crm_analysis.messages import _

__all__ = ["commit", "erase_past", "files", "files_since", "metadata", "plain_schema", "version"]

_DELTA_TYPES: tuple[tuple[type[dt.DataType], str, str], ...] = (
    (dt.String, "string", "string"),
    (dt.Null, "string", "string"),
    (dt.Boolean, "boolean", "boolean"),
    (dt.Integer, "long", "int64"),
    (dt.Decimal, "double", "float64"),
    (dt.Floating, "double", "float64"),
    (dt.Date, "date", "date"),
    (dt.Timestamp, "timestamp_ntz", "timestamp(6)"),
)


def plain_schema(schema: sch.Schema) -> dict[str, str]:
    """Column names to the plain Ibis types that are stored: 64-bit numbers, text, dates, microseconds."""
    plain = {}
    for name, kind in schema.items():
        for cls, _delta, ibis_type in _DELTA_TYPES:
            if isinstance(kind, cls):
                plain[name] = ibis_type
                break
        else:
            raise WarehouseError(_("Column '{name}' has a type that is not stored: {kind}.", name=name, kind=str(kind)))
    return plain


def _delta_schema(plain: Mapping[str, str]) -> Schema:
    names = {ibis_type: delta for _cls, delta, ibis_type in _DELTA_TYPES}
    return Schema([Field(name, PrimitiveType(names[kind])) for name, kind in plain.items()])


def _table(folder: Path, version: int | None = None) -> DeltaTable | None:
    if not (folder / "_delta_log").is_dir():
        return None
    try:
        return DeltaTable(str(folder), version=version)
    except TableNotFoundError:
        return None


def version(folder: Path) -> int | None:
    """The newest version of a table, None where there is none."""
    table = _table(folder)
    return None if table is None else int(table.version())


def files(folder: Path, at: int | None = None) -> list[Path] | None:
    """The Parquet files of a version; None where the table does not exist.

    Raises
    ------
    WarehouseError
        The table uses deletion vectors, which another program wrote: reading its files as they are
        would bring deleted rows back.
    """
    table = _table(folder, at)
    if table is None:
        return None
    if "deletionVectors" in (table.protocol().reader_features or []):
        raise WarehouseError(
            _(
                "Table '{name}' was changed by another program that uses deletion vectors. "
                "Rewrite it there without them, or delete the folder and build again.",
                name=folder.name,
            )
        )
    # A table's files lie in its folder under plain names; file_uris() would quote spaces and Korean letters.
    return [folder.resolve() / uri.rpartition("/")[2] for uri in table.file_uris()]


def files_since(folder: Path, moment: float) -> set[Path]:
    """The files of every version that was the newest one at some time since a moment (seconds of the epoch)."""
    table = _table(folder)
    if table is None:
        return set()
    newest = int(table.version())
    # A version committed after the moment had one before it, which was the newest until then.
    recent = [int(entry["version"]) for entry in table.history() if entry.get("timestamp", 0) / 1000 >= moment]
    wanted = {newest} | set(recent) | {number - 1 for number in recent if number > 0}
    return {path for number in wanted for path in files(folder, number) or []}


def metadata(folder: Path) -> dict[str, Any]:
    """What the newest commit recorded."""
    table = _table(folder)
    return {} if table is None else dict(table.history(1)[0])


def erase_past(folder: Path) -> int:
    """Delete every file that the newest version does not name, and the log of the versions before it.

    Returns how many files with rows were deleted. A reader that is at an older version fails.
    """
    table = _table(folder)
    named = {os.fspath(path) for path in files(folder) or []}
    gone = [path for path in folder.rglob("*.parquet") if "_delta_log" not in path.parts]
    gone = [path for path in gone if os.fspath(path.resolve()) not in named]
    for path in gone:
        path.unlink()
    if table is None or int(table.version()) == 0:
        return len(gone)
    # A checkpoint says all that the log before it said of the newest version, so that the log can go.
    table.create_checkpoint()
    for entry in (folder / "_delta_log").iterdir():
        number = entry.name.partition(".")[0]
        if number.isdigit() and int(number) < int(table.version()):
            entry.unlink()
    return len(gone)


def _action(folder: Path, file: Path) -> AddAction:
    # Only the number of rows: minima and maxima would copy values, personal ones too, into the log.
    rows = pq.read_metadata(file).num_rows
    return AddAction(
        path=file.relative_to(folder).as_posix(),
        size=file.stat().st_size,
        partition_values={},
        modification_time=int(time.time() * 1000),
        data_change=True,
        stats=json.dumps({"numRecords": rows}),
    )


def _allow_times(table: DeltaTable) -> None:
    """A table that began without times says in its log that readers need not know them; then it says so from now on."""
    if "timestampNtz" not in (table.protocol().writer_features or []):
        table.alter.add_feature(TableFeatures.TimestampWithoutTimezone, allow_protocol_versions_increase=True)


def commit(folder: Path, plain: Mapping[str, str], parts: Sequence[Path], mode: str, note: Mapping[str, str]) -> int:
    """Make files that lie in the table's folder its next version, atomically.

    Parameters
    ----------
    folder
        Of the table.
    plain
        Column names to plain Ibis types.
    parts
        Files written by an engine, inside ``folder``.
    mode
        ``overwrite`` or ``append``.
    note
        Kept with the commit, for example the schema version.
    """
    schema = _delta_schema(plain)
    actions: list[AddAction] = [_action(folder, part) for part in parts]
    properties = CommitProperties(custom_metadata=dict(note))
    table = _table(folder)
    if table is None:
        create_table_with_add_actions(str(folder), schema, actions, mode="error", commit_properties=properties)
    else:
        if "timestamp(6)" in plain.values():
            _allow_times(table)
        table.create_write_transaction([*actions], mode, schema, commit_properties=properties)
    return int(DeltaTable(str(folder)).version())
