"""Parsed rows of every load, in one table ``staged_<table>``; a file is parsed once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.building.loads import Load, TablePlan, new_load_id
from crm_analysis.building.sources import FoundFile, refuse_changed
from crm_analysis.building.tombstones import Tombstones
from crm_analysis.config import Settings, SourceSettings
from crm_analysis.contract import TableSpec
from crm_analysis.errors import EmptySourceError
from crm_analysis.ingest import STEPS_TO_AMOUNT, open_source, stage
from crm_analysis.warehouse import Prepared, Warehouse, collect

__all__ = ["Parsed", "compact", "live_rows", "parse_new", "staged_name"]

_KEPT_FILES = 24
"""So many files a staged table may have before they are written together: one a load is slow to open."""
_READ = ("source_file", "parse_problem", "raw_value")


@dataclass(frozen=True)
class Parsed:
    """Loads that are new, with their rows beside the staged table, not yet part of it."""

    loads: list[Load] = field(default_factory=list)
    rows: Prepared | None = None
    told: dict[str, list[str]] = field(default_factory=dict)
    """By kind of tombstone, what rows of the forgotten say of them that was not known yet."""


def staged_name(table: str) -> str:
    """Name of the table with the parsed rows."""
    return f"staged_{table}"


def parse_new(
    warehouse: Warehouse,
    spec: TableSpec,
    source: SourceSettings,
    plan: TablePlan,
    settings: Settings,
    stones: Tombstones,
    *,
    reading: str,
    named_by: str,
    scratch: Path,
    at: datetime,
) -> Parsed:
    """Read and parse the files of a table that were not loaded yet, without the rows of people who were forgotten.

    Raises
    ------
    IngestError
        A file that cannot be read or mapped, or that changed meanwhile.
    """
    if not plan.new:
        return Parsed()

    def load_of(file: FoundFile, rows: int, mapping: dict[str, str]) -> Load:
        words = json.dumps(mapping, ensure_ascii=False)
        facts = (file.label, file.label, named_by, file.sha256, reading, file.modified_at, at.isoformat())
        return Load(new_load_id(at), spec.name, *facts, rows, words)

    try:
        opened = open_source(
            spec,
            source,
            warehouse.engine,
            root=settings.root,
            scratch=scratch,
            files=[(file.path, file.label) for file in plan.new],
            seen={column for load in plan.kept for column in load.columns},
        )
    except EmptySourceError:
        if not plan.kept:
            raise
        return Parsed([load_of(file, 0, {}) for file in plan.new])
    staged = stage(opened, warehouse.engine, time_zone=settings.project.time_zone, pseudonym_key=stones.key)
    counts = collect(staged.rows.group_by("source_file").aggregate(rows=staged.rows.count()))
    rows_of = dict(zip(counts["source_file"], counts["rows"], strict=True))
    loads = [load_of(file, int(rows_of.get(file.label, 0)), opened.mapping) for file in plan.new]
    told = stones.newly_told(staged.rows, spec)
    prepared = warehouse.prepare(staged_name(spec.name), _with_ids(stones.without(staged.rows), loads))
    try:
        refuse_changed(plan.new)
    except BaseException:
        warehouse.discard(prepared)
        raise
    return Parsed(loads, prepared, told)


def _with_ids(rows: ir.Table, loads: Sequence[Load]) -> ir.Table:
    if len(loads) == 1:
        return rows.mutate(load_id=ibis.literal(loads[0].load_id))
    ids = pd.DataFrame({"source_file": [load.source for load in loads], "load_id": [load.load_id for load in loads]})
    return rows.join(ibis.memtable(ids, schema={"source_file": "string", "load_id": "string"}), "source_file")


def live_rows(warehouse: Warehouse, spec: TableSpec, loads: Sequence[Load], parsed: Parsed) -> ir.Table:
    """The parsed rows of a table that count, from the staged table and from what is to join it.

    Returns
    -------
    ibis.expr.types.Table
        Every column of the contract, source_file, parse_problem, raw_value, ``load_id`` and ``file_order``: 0 for
        the oldest file.
    """
    order = {load.load_id: number for number, load in enumerate(sorted(loads, key=lambda load: load.age))}
    fresh = {load.load_id for load in parsed.loads}
    parts = [_typed(parsed.rows.rows, spec)] if parsed.rows is not None else []
    if any(load.load_id not in fresh for load in loads) and warehouse.has(staged_name(spec.name)):
        parts.append(_typed(warehouse.read(staged_name(spec.name)), spec))
    rows = parts[0] if len(parts) == 1 else ibis.union(*parts)
    if len(order) == 1 and len(parts) == 1 and parsed.rows is not None:
        return rows.mutate(file_order=ibis.literal(0, type="int64"))
    names = {load.load_id: load.source for load in loads}
    known = pd.DataFrame(
        {"load_id": list(order), "source_file": [names[i] for i in order], "file_order": list(order.values())}
    )
    kinds = {"load_id": "string", "source_file": "string", "file_order": "int64"}
    return rows.drop("source_file").join(ibis.memtable(known, schema=kinds), "load_id")


def _typed(rows: ir.Table, spec: TableSpec) -> ir.Table:
    """The columns of the contract as it is now; what rows were staged without is NULL."""
    columns = {
        column.name: rows[column.name].cast(spec.ibis_type(column.name))
        if column.name in rows.columns
        else ibis.null(spec.ibis_type(column.name))
        for column in spec.columns
    }
    names = STEPS_TO_AMOUNT if spec.name == "order_lines" else ()
    steps = {name: rows[name] if name in rows.columns else ibis.null("float64") for name in names}
    return rows.select(**columns, **steps, **{name: rows[name] for name in (*_READ, "load_id")})


def compact(warehouse: Warehouse, table: str, loads: Sequence[Load]) -> bool:
    """Write a staged table anew without rows that no longer count, if they or its files have become many.

    Parameters
    ----------
    warehouse
        Whose lock is held.
    table
        Of the contract.
    loads
        Its loads, also those that no longer count.
    """
    name = staged_name(table)
    if not warehouse.has(name):
        return False
    live = [load for load in loads if load.counts]
    counted = sum(load.rows for load in live)
    stored, files = warehouse.size(name)
    if files <= _KEPT_FILES and stored <= 2 * counted:
        return False
    rows = warehouse.read(name)
    ids = ibis.memtable(pd.DataFrame({"load_id": [load.load_id for load in live]}), schema={"load_id": "string"})
    warehouse.write(name, rows.semi_join(ids, "load_id"))
    return True
