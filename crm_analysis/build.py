"""One build: load what is new, derive the tables, record what changed; nothing happens when nothing changed."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import ibis
import pandas as pd

from crm_analysis import cleaning
from crm_analysis.building.derive import Derived, derive, store, with_forgotten
from crm_analysis.building.forgetting import finish_forgetting, forget_later
from crm_analysis.building.history import after_last_build, record
from crm_analysis.building.loads import Load, read_loads, write_loads
from crm_analysis.building.people import (
    CUSTOMER_ACCOUNTS,
    Linked,
    as_customers,
    as_people,
    link_accounts,
    no_links,
    with_known,
    write_links,
)
from crm_analysis.building.sources import pseudonym_key, sources_of
from crm_analysis.building.staged import Parsed, compact, live_rows, parse_new
from crm_analysis.building.tasks import Task, load_ledger_of, tasks_of
from crm_analysis.building.tombstones import Tombstones, read_tombstones
from crm_analysis.config import Settings
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.identity import IDENTITY_VERSION, current_decisions
from crm_analysis.ingest import with_customers_of_orders
from crm_analysis.messages import _
from crm_analysis.warehouse import SCHEMA_VERSION, Warehouse, collect

__all__ = ["BuildResult", "build_warehouse", "pseudonym_key", "sources_of"]

_SWEEP_EVERY_SECONDS = 86400
_ORDER = {"customers": 0, "order_lines": 1}
"""Tables that others are derived with: whose an account is, and who ordered."""


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    Attributes
    ----------
    changed
        False when every source was loaded before, as it is, under the same settings.
    cleaning_ledger
        One row per table and rule.
    load_ledger
        One row per file whose rows count, and per file with the bytes of another one.
    notes
        Sentences to show.
    """

    changed: bool
    cleaning_ledger: pd.DataFrame
    load_ledger: pd.DataFrame
    notes: tuple[str, ...] = ()


def _fingerprint(warehouse: Warehouse, settings: Settings, live: Mapping[str, Sequence[Load]]) -> str:
    """Of all that decides what the tables hold, for loads that are all there."""
    decided = current_decisions(warehouse).to_dict("records")
    parts: dict[str, object] = {
        "schema": SCHEMA_VERSION,
        "rules": cleaning.RULES_VERSION,
        "cleaning": settings.cleaning.model_dump(mode="json"),
        "identity": [IDENTITY_VERSION, settings.identity.model_dump(mode="json"), settings.country, decided],
        "loads": {table: sorted((load.load_id, *load.age) for load in loads) for table, loads in live.items()},
    }
    stones = len(read_tombstones(warehouse, settings))
    if stones:
        parts["forgotten"] = stones
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _is_current(warehouse: Warehouse, fingerprint: str) -> bool:
    if not warehouse.has("build_log"):
        return False
    log = collect(warehouse.read("build_log")).sort_values("at")
    last = log.iloc[-1]
    return bool(last["state"] == "finished" and last["fingerprint"] == fingerprint)


def _log(warehouse: Warehouse, fingerprint: str, state: str) -> None:
    row = {"fingerprint": [fingerprint], "state": [state], "at": [datetime.now(UTC).isoformat()]}
    warehouse.write_frame("build_log", pd.DataFrame(row), mode="append")


@contextmanager
def _scratch(settings: Settings) -> Iterator[Path]:
    settings.warehouse_path.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".build-", dir=settings.warehouse_path))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _compute(
    warehouse: Warehouse, tasks: Sequence[Task], settings: Settings, scratch: Path, at: datetime
) -> tuple[dict[str, Parsed], list[Derived], Linked | None]:
    """Parse what is new and clean all that counts. What can be refused is refused here, before any table changes."""
    stones = read_tombstones(warehouse, settings)
    parsed: dict[str, Parsed] = {}
    derived: list[Derived] = []
    try:
        _parse(warehouse, tasks, settings, stones, parsed, scratch, at)
        linked, accounts, lines = None, None, None
        for task in sorted(tasks, key=lambda task: _ORDER.get(task.table, len(_ORDER))):
            spec, new = SOURCE_TABLES[task.table], parsed[task.table]
            live = [*task.plan.kept, *new.loads]
            counted = live_rows(warehouse, spec, live, new)
            if any(each.told for each in parsed.values()):  # then rows of earlier loads can be theirs too
                counted = stones.without(counted)
            rows = as_people(counted, spec, linked)
            lines = rows if task.table == "order_lines" else lines
            if task.table == "contacts" and lines is not None:
                rows = with_customers_of_orders(rows, lines)
            table = derive(warehouse, rows, spec, live, settings, scratch / f"marked_{task.table}")
            if len(stones):
                table = with_forgotten(table, counted, live)
            if task.table == "customers":
                linked, accounts = link_accounts(warehouse, table.kept, live, settings), table
                derived += as_customers(table, linked)
            elif task.table == "prospects" and linked and accounts:
                derived.append(with_known(warehouse, table, accounts, linked, live, settings.country))
            else:
                derived.append(table)
    except BaseException:
        for new in parsed.values():
            if new.rows is not None:
                warehouse.discard(new.rows)
        raise
    return parsed, derived, linked


def _parse(
    warehouse: Warehouse, tasks: Sequence[Task], settings: Settings, stones: Tombstones, parsed: dict[str, Parsed],
    scratch: Path, at: datetime,
) -> None:  # fmt: skip
    """Parse what is new into ``parsed``: customers and their orders first, which tell whose the other rows are."""
    first = ("customers", "order_lines")
    for task in sorted(tasks, key=lambda task: first.index(task.table) if task.table in first else len(first)):
        how = {"reading": task.reading, "named_by": task.named_by}
        spec, folder = SOURCE_TABLES[task.table], scratch / task.table
        new = parse_new(warehouse, spec, task.source, task.plan, settings, stones, **how, scratch=folder, at=at)
        parsed[task.table] = new
        if new.told:
            forget_later(warehouse, stones, new.told)


def _store(
    warehouse: Warehouse, loads: Sequence[Load], parsed: Mapping[str, Parsed], derived: Sequence[Derived],
    linked: Linked | None, scratch: Path, at: datetime,
) -> pd.DataFrame:  # fmt: skip
    """Write what was computed. Returns the ledger of the cleaning."""
    for new in parsed.values():
        if new.rows is not None:
            warehouse.commit(new.rows, mode="append")
    write_loads(warehouse, loads)
    ordered = sorted(derived, key=lambda table: table.table != "order_lines")
    ledgers = [store(warehouse, table, at=at, scratch=scratch / f"compared_{table.table}") for table in ordered]
    write_links(warehouse, linked or no_links())
    stored = {table.table for table in derived}
    for gone in [name for name in (*SOURCE_TABLES, CUSTOMER_ACCOUNTS) if name not in stored and warehouse.has(name)]:
        rows = warehouse.read(gone).filter(ibis.literal(False))
        record(warehouse, gone, rows.drop([name for name in ("known_from",) if name in rows.columns]),
               at=at, scratch=scratch / f"compared_{gone}")  # fmt: skip
    return pd.concat(ledgers, ignore_index=True)


def _tidy(warehouse: Warehouse, loads: Sequence[Load]) -> None:
    """Keep staged tables fast, and delete files that no version of the last days names, once a day."""
    for table in {load.table for load in loads}:
        compact(warehouse, table, [load for load in loads if load.table == table])
    swept = warehouse.folder / ".swept"
    if not swept.is_file() or time.time() - swept.stat().st_mtime > _SWEEP_EVERY_SECONDS:
        warehouse.sweep()
        swept.touch()


def build_warehouse(settings: Settings, warehouse: Warehouse, *, force: bool = False) -> BuildResult:
    """Bring the warehouse up to date with its sources.

    Files that were not loaded before are read and parsed; the tables are derived from all loads that count, and
    rows that they no longer have are kept in their history.

    Parameters
    ----------
    settings
        Of the project.
    warehouse
        To write to; the workspace's lock is held meanwhile.
    force
        Load all files anew, and only those that are there.

    Raises
    ------
    ConfigError, IngestError, CleaningError, WarehouseError
        Each naming what is wrong and how to mend it; the tables stay at their last version.
    """
    with warehouse.lock(), _scratch(settings) as scratch:
        finish_forgetting(settings, warehouse, is_building=True)
        at = after_last_build(warehouse, list(SOURCE_TABLES))
        before = read_loads(warehouse)
        tasks = tasks_of(settings, before, scratch, force=force, at=at)
        kept = {task.table: task.plan.kept for task in tasks}
        nothing_new = not force and not any(task.plan.new or task.plan.ended for task in tasks)
        if nothing_new and _is_current(warehouse, _fingerprint(warehouse, settings, kept)):
            return _unchanged(warehouse, before, tasks)
        notes = _layout_notes(warehouse)
        _log(warehouse, _fingerprint(warehouse, settings, kept), "started")
        parsed, derived, linked = _compute(warehouse, tasks, settings, scratch, at)
        live = {task.table: [*task.plan.kept, *parsed[task.table].loads] for task in tasks}
        loads = _merged(before, [load for task in tasks for load in (*task.plan.ended, *live[task.table])])
        cleaning_ledger = _store(warehouse, loads, parsed, derived, linked, scratch, at)
        load_ledger = load_ledger_of(tasks, live)
        warehouse.write_frame("cleaning_ledger", cleaning_ledger)
        warehouse.write_frame("load_ledger", load_ledger)
        warehouse.stamp_layout()
        finish_forgetting(settings, warehouse, is_building=True)
        _log(warehouse, _fingerprint(warehouse, settings, live), "finished")
        _tidy(warehouse, loads)
        return BuildResult(True, cleaning_ledger, load_ledger, notes)


def _merged(before: Sequence[Load], changed: Sequence[Load]) -> list[Load]:
    """All loads, each in its newest state."""
    return sorted(({load.load_id: load for load in (*before, *changed)}).values(), key=lambda load: load.load_id)


def _unchanged(warehouse: Warehouse, before: Sequence[Load], tasks: Sequence[Task]) -> BuildResult:
    """The ledgers as they are; of the loads, only where their files lie may have changed."""
    loads = _merged(before, [load for task in tasks for load in task.plan.kept])
    load_ledger = load_ledger_of(tasks, {task.table: task.plan.kept for task in tasks})
    if loads != list(before):
        write_loads(warehouse, loads)
    if not load_ledger.equals(collect(warehouse.read("load_ledger"))):
        warehouse.write_frame("load_ledger", load_ledger)
    return BuildResult(False, collect(warehouse.read("cleaning_ledger")), load_ledger)


def _layout_notes(warehouse: Warehouse) -> tuple[str, ...]:
    found = warehouse.layout()
    if found is None or found >= SCHEMA_VERSION or not warehouse.has("cleaning_ledger"):
        return ()
    return (
        _(
            "The warehouse was written by an earlier version of crm-analysis (layout {found}). It was built anew from "
            "the files that are there; its history begins now.",
            found=found,
        ),
    )
