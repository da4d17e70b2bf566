"""Parquet files as one raw table that keeps their types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from crm_analysis.errors import IngestError
from crm_analysis.messages import _
from crm_analysis.warehouse import Engine
from crm_analysis.warehouse.engine import SOURCE_COLUMN

__all__ = ["OpenedParquet", "open_parquet"]

_SAMPLE = 200


@dataclass(frozen=True)
class OpenedParquet:
    """Rows of Parquet files with ``_source_file``, some values of each column, and what its times mean."""

    rows: ir.Table
    samples: dict[str, list[str]]
    instants: frozenset[str]
    nanoseconds: frozenset[str]


def open_parquet(engine: Engine, files: Sequence[Path], labels: Sequence[str]) -> OpenedParquet:
    """Read Parquet files by name of column.

    Parameters
    ----------
    engine
        Reads them.
    files, labels
        The files and the names that their rows carry.

    Raises
    ------
    IngestError
        A damaged file, or one column of different kinds in two files.
    """
    schemas = [_schema(file) for file in files]
    types: dict[str, pa.DataType] = {}
    for file, schema in zip(files, schemas, strict=True):
        for column in schema:
            first = types.setdefault(column.name, column.type)
            if _kind(first) != _kind(column.type):
                raise IngestError(
                    _(
                        "{file}: column '{column}' is {kind}, but {other} in {first}. Write both the same way.",
                        file=file.name,
                        column=column.name,
                        kind=str(column.type),
                        other=str(first),
                        first=files[0].name,
                    )
                )
    names = list(types)
    parts = []
    for file, label in zip(files, labels, strict=True):
        rows = engine.read_parquet([file])
        columns = {name: _plain(rows, name) for name in names}
        parts.append(rows.select(**columns, **{SOURCE_COLUMN: ibis.literal(label)}))
    while len(parts) > 1:
        pairs = [parts[i : i + 2] for i in range(0, len(parts), 2)]
        parts = [ibis.union(*_alike(pair)) if len(pair) == 2 else pair[0] for pair in pairs]
    times = {name: kind for name, kind in types.items() if pa.types.is_timestamp(kind)}
    return OpenedParquet(
        parts[0],
        _samples(files, names),
        frozenset(name for name, kind in times.items() if kind.tz),
        frozenset(name for name, kind in times.items() if kind.unit == "ns"),
    )


def _schema(file: Path) -> pa.Schema:
    try:
        return pq.read_schema(file)
    except (pa.ArrowInvalid, OSError) as error:
        raise IngestError(_("{file} is a damaged Parquet file. Export it again.", file=file.name)) from error


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind):
        return "number"
    if pa.types.is_timestamp(kind):
        return "instant" if kind.tz else "time"
    return "text" if pa.types.is_string(kind) or pa.types.is_large_string(kind) else str(kind)


def _plain(rows: ir.Table, name: str) -> ir.Value:
    if name not in rows.columns:
        return ibis.null()
    return rows[name]


def _alike(pair: Sequence[ir.Table]) -> list[ir.Table]:
    """Two tables with the same types: numbers that differ become float64, all else text."""
    left, right = pair
    casts: dict[str, str] = {}
    for name in left.columns:
        one, two = left[name].type(), right[name].type()
        if one == two:
            continue
        if one.is_null() or two.is_null():
            casts[name] = str(two if one.is_null() else one)
        else:
            casts[name] = "float64" if one.is_numeric() and two.is_numeric() else "string"
    return [table.cast(casts) if casts else table for table in pair]


def _samples(files: Sequence[Path], names: Sequence[str]) -> dict[str, list[str]]:
    samples: dict[str, list[str]] = {name: [] for name in names}
    for file in files:
        batch = next(pq.ParquetFile(file).iter_batches(batch_size=_SAMPLE), None)
        if batch is None:
            continue
        for name in batch.schema.names:
            if not samples[name]:
                values = batch.column(batch.schema.get_field_index(name)).to_pylist()
                samples[name] = ["" if value is None else str(value) for value in values]
        if all(samples.values()):
            break
    return samples
