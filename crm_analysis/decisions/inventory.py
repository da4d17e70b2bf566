"""Which tables and columns are there, since when, and how complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ibis.expr.types as ir
import pandas as pd

from crm_analysis.contract import SOURCE_TABLES, TableSpec
from crm_analysis.warehouse import collect

__all__ = ["filled_in", "inventory"]

COLUMNS = {
    "table": "str", "column": "str", "rows": "int64", "filled": "float64", "first": "datetime64[us]",
    "last": "datetime64[us]",
}  # fmt: skip


def _time_column(spec: TableSpec) -> str | None:
    """The column that says when: the first required one that is a time, else the first of all."""
    times = [column for column in spec.columns if column.type in ("timestamp", "date")]
    times.sort(key=lambda column: not column.required)
    return times[0].name if times else None


def _of_table(spec: TableSpec, table: ir.Table) -> list[dict[str, object]]:
    time = _time_column(spec)
    names = [column.name for column in spec.columns if column.name in table.columns]
    counts: dict[str, ir.Scalar] = {f"n_{name}": table[name].count() for name in names}
    if time in names:
        counts |= {"first": table[time].min().cast("timestamp"), "last": table[time].max().cast("timestamp")}
    found = collect(table.aggregate(rows=table.count(), **counts)).iloc[0]
    rows = int(found["rows"])
    first, last = (pd.to_datetime(found[name]) if name in found else pd.NaT for name in ("first", "last"))
    return [
        {
            "table": spec.name,
            "column": name,
            "rows": rows,
            "filled": float(found[f"n_{name}"]) / rows,
            "first": first,
            "last": last,
        }
        for name in names
        if rows
    ]


def inventory(tables: Mapping[str, ir.Table]) -> pd.DataFrame:
    """Count what every column of the tables that are there holds.

    Parameters
    ----------
    tables
        Tables of the warehouse by name.

    Returns
    -------
    pandas.DataFrame
        One row per table and column of a table with rows: rows (of the table), filled (share of rows with a value),
        first and last (of the table's time, NaT where it has none).
    """
    rows = [row for name, spec in SOURCE_TABLES.items() if name in tables for row in _of_table(spec, tables[name])]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def filled_in(inventory: pd.DataFrame) -> Callable[[str, str], bool]:
    """Whether a column of a table has any value, by an inventory."""
    some = inventory[inventory["filled"] > 0]
    there = set(zip(some["table"], some["column"], strict=True))
    return lambda table, column: (table, column) in there
