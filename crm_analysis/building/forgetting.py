"""Takes a person out of the warehouse for good: every table, every old version, every file a killed build left.

Tombstones come first, and all else follows from them: a kill in between leaves a mark, and the next call or build
goes on from it. See :mod:`crm_analysis.building.tombstones`.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import ibis
import ibis.expr.types as ir

from crm_analysis.building.erased_reports import erase_from_reports, refuse_while_running
from crm_analysis.building.loads import read_loads
from crm_analysis.building.person import Person, find_person
from crm_analysis.building.staged import staged_name
from crm_analysis.building.tombstones import FORGOTTEN, Tombstones, read_tombstones
from crm_analysis.config import Settings
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.warehouse import Warehouse, collect

__all__ = ["accounts_of", "Forgotten", "HeldBy", "finish_forgetting", "forget_later", "forget_person", "purge"]

_MARK = ".forgetting"
"""A file without content that says: tombstones are set, not everything is purged yet."""
_COPIES = ("customer_events_sources", "customer_events")
"""Sorted copies of other tables, made anew by whoever needs them; the one that says what they hold goes first."""
_EXAMPLES = {"cleaning_ledger": "examples"}
"""Columns with order numbers picked as examples, which can hold a customer's number; the next build makes new ones."""
_STAMPS = ("built_at", "first_built_at", "identity")
"""What is noted with tables and stays true for their other rows."""
_SCRATCH = (".build-*", ".results-*")
"""Folders that only whoever holds the lock writes: now they are what killed processes left."""


@dataclass(frozen=True)
class HeldBy:
    """A source file that still holds the person: table, file, rows. It is the user's and is not changed."""

    table: str
    file: str
    rows: int


@dataclass(frozen=True)
class Forgotten:
    """What was removed.

    Attributes
    ----------
    accounts
        Numbers of customers that were the person's.
    tables
        Rows removed by table of the warehouse; ``staged_`` and ``history_`` tables hold the same rows again.
    runs
        Folders of reports that were changed.
    held_by
        Source files that hold the person still, as of the last build.
    """

    accounts: int
    tables: dict[str, int]
    runs: int
    held_by: list[HeldBy] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows removed from all tables."""
        return sum(self.tables.values())


def forget_person(settings: Settings, warehouse: Warehouse, customer: str) -> Forgotten:
    """Remove a person from tables, old versions, reports and lists, and keep a tombstone.

    Parameters
    ----------
    settings
        Of the project.
    warehouse
        To write to; the workspace's lock is held meanwhile. Whoever reads an older version of a table then fails.
    customer
        Number of one of the person's accounts, or the e-mail address or phone number that a source uses as one.

    Raises
    ------
    ConfigError
        No table knows the customer.
    RunError
        A run is under way: it would write down what it has read.
    """
    with warehouse.lock():
        refuse_while_running(warehouse.folder)
        stones = read_tombstones(warehouse, settings)
        person = find_person(warehouse, stones, customer)
        _mark(warehouse).touch()
        stones.add(warehouse, person.forms)
        held_by = _held_by(warehouse, stones)
        _clear_scratch(warehouse.folder)
        return _finish(settings, warehouse, stones, person, held_by)


def accounts_of(settings: Settings, warehouse: Warehouse, customer: str) -> tuple[str, ...]:
    """The accounts that :func:`forget_person` would remove: all that are held to be one person.

    Raises
    ------
    ConfigError
        No table knows the customer.
    """
    return find_person(warehouse, read_tombstones(warehouse, settings), customer).accounts


def forget_later(warehouse: Warehouse, stones: Tombstones, forms: Mapping[str, Sequence[str]]) -> None:
    """Add tombstones that a build found out about: :func:`finish_forgetting` follows once its rows are stored."""
    _mark(warehouse).touch()
    stones.add(warehouse, forms)


def finish_forgetting(settings: Settings, warehouse: Warehouse, *, is_building: bool = False) -> None:
    """Go on where a call was killed, or where a build added tombstones; the caller holds the lock.

    Parameters
    ----------
    settings
        Of the project.
    warehouse
        To write to.
    is_building
        Whether the folders of a build are in use.
    """
    if _mark(warehouse).is_file():
        if not is_building:
            _clear_scratch(warehouse.folder)
        _finish(settings, warehouse, read_tombstones(warehouse, settings), Person(()), [])


def _finish(
    settings: Settings, warehouse: Warehouse, stones: Tombstones, person: Person, held_by: list[HeldBy]
) -> Forgotten:
    runs = erase_from_reports(settings, warehouse.folder, stones, person.accounts)
    tables = purge(warehouse, stones)
    _mark(warehouse).unlink(missing_ok=True)
    return Forgotten(len(person.accounts), tables, runs, held_by)


def _mark(warehouse: Warehouse) -> Path:
    return warehouse.folder / _MARK


def purge(warehouse: Warehouse, stones: Tombstones) -> dict[str, int]:
    """Remove the rows of all who have a tombstone, now and in every older version; the caller holds the lock.

    Returns
    -------
    dict
        Rows removed by table.
    """
    for table in _COPIES:
        shutil.rmtree(warehouse.folder / table, ignore_errors=True)
    removed = {}
    for folder in sorted(path for path in warehouse.folder.iterdir() if path.is_dir() and path.name[0] != "."):
        if warehouse.has(folder.name) and folder.name != FORGOTTEN:
            rows = _purge_newest(warehouse, folder.name, stones)
            removed.update({folder.name: rows} if rows else {})
        warehouse.erase_past(folder.name)
    return removed


def _purge_newest(warehouse: Warehouse, table: str, stones: Tombstones) -> int:
    """Write a table anew without the rows of the forgotten. Returns how many they were."""
    rows = warehouse.read(table)
    mine = stones.mine(rows)
    others = rows if mine is None else rows.filter(~mine)
    unnamed = _without_examples(table, others) if table in _EXAMPLES else stones.unnamed(others)
    if mine is None and unnamed is None:
        return 0
    found = warehouse.note(table)
    note = {name: found[name] for name in _STAMPS if name in found}
    before = warehouse.size(table)[0]
    warehouse.write(table, others if unnamed is None else unnamed, note=note)
    return before - warehouse.size(table)[0]


def _without_examples(table: str, rows: ir.Table) -> ir.Table | None:
    column = _EXAMPLES[table]
    return rows.mutate(**{column: ibis.literal("")}) if column in rows.columns else None


def _clear_scratch(folder: Path) -> None:
    for pattern in _SCRATCH:
        for left in folder.glob(pattern):
            shutil.rmtree(left, ignore_errors=True)


def _held_by(warehouse: Warehouse, stones: Tombstones) -> list[HeldBy]:
    """The files of the last build that hold rows of the forgotten, by the staged rows that are still there."""
    loads = {load.load_id: load for load in read_loads(warehouse) if load.counts and load.state == "loaded"}
    found = []
    for table in SOURCE_TABLES:
        if not warehouse.has(staged_name(table)):
            continue
        rows = warehouse.read(staged_name(table))
        mine = stones.mine(rows)
        if mine is None:
            continue
        told = rows.filter(mine)
        counts = collect(told.group_by("load_id").aggregate(rows=told.count()))
        named = zip(counts["load_id"], counts["rows"], strict=True)
        found += [HeldBy(table, loads[load].found_as, int(rows)) for load, rows in named if load in loads]
    return sorted(found, key=lambda held: (held.file, held.table))
