"""Parsed rows that count -> the tables of the contract, their quarantine and their part of the ledger.

All that can be refused is computed by :func:`derive`, before :func:`store` writes the first table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import ibis.expr.types as ir
import pandas as pd

from crm_analysis import cleaning
from crm_analysis.building.history import record
from crm_analysis.building.loads import Load
from crm_analysis.cleaning import MarkedLines
from crm_analysis.config import Settings
from crm_analysis.contract import TableSpec
from crm_analysis.warehouse import Warehouse, collect

__all__ = ["Derived", "derive", "store", "with_forgotten"]


@dataclass(frozen=True)
class Derived:
    """A table that is ready to be stored.

    Attributes
    ----------
    table
        Name.
    kept, quarantined
        Its rows, and those that a rule set aside.
    ledger
        One row per rule.
    frames
        Small tables to store with it, by name.
    notes
        What is to be noted with them.
    """

    table: str
    kept: ir.Table
    quarantined: ir.Table
    ledger: pd.DataFrame
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: dict[str, dict[str, str]] = field(default_factory=dict)


def derive(
    warehouse: Warehouse, rows: ir.Table, spec: TableSpec, loads: Sequence[Load], settings: Settings, scratch: Path
) -> Derived:
    """Clean the rows of a table.

    Parameters
    ----------
    warehouse
        Whose engine computes.
    rows
        From :func:`crm_analysis.building.staged.live_rows`.
    spec
        Of the table.
    loads
        Those that the rows come from.
    settings
        Of the project.
    scratch
        Folder for rows that are computed once.

    Raises
    ------
    CleaningError
        Order states or currencies that have to be settled first, or no row that can be used.
    """
    if spec.name == "order_lines":
        return _order_lines(warehouse, rows, loads, settings, scratch)
    marked, rules = cleaning.mark_rows(rows, spec, several_files=len(loads) > 1)
    marked = warehouse.park(marked, scratch)
    names = [*(column.name for column in spec.columns), "source_file", "load_id"]
    return Derived(
        spec.name,
        marked.filter(marked["rule"].isnull()).select(*names),
        marked.filter(marked["rule"].notnull()).select(*names, "rule"),
        cleaning.ledger_of(marked, spec.name, rules, None),
    )


def _order_lines(
    warehouse: Warehouse, rows: ir.Table, loads: Sequence[Load], settings: Settings, scratch: Path
) -> Derived:
    mapped = {column for load in loads for column in load.columns}
    cleaning.ask_for_sale_states(rows, settings.cleaning, mapped="status" in mapped)
    today = datetime.now(UTC).date().isoformat()
    marked = cleaning.mark_lines(rows, settings.cleaning, mapped=mapped, today=today)
    marked = MarkedLines(warehouse.park(marked.rows, scratch), marked.rules, marked.has_products)
    ledger = cleaning.ledger_of_lines(marked)
    cleaning.refuse_mixed_currencies(marked.kept)
    return Derived(
        "order_lines",
        cleaning.with_netting(marked.kept, ledger, settings.cleaning),
        marked.quarantined,
        ledger,
        {"monthly_agreement": cleaning.monthly_agreement(marked)},
    )


def with_forgotten(derived: Derived, rows: ir.Table, loads: Sequence[Load]) -> Derived:
    """The table with a line in its ledger for rows of people who were forgotten: read, and no longer there.

    Parameters
    ----------
    derived
        From :func:`derive`.
    rows
        Those that it was made of.
    loads
        Those that they come from.
    """
    left = int(collect(rows.aggregate(rows=rows.count()))["rows"].iloc[0])
    gone = sum(load.rows for load in loads) - left
    if not gone:
        return derived
    line = {"table": derived.table, "rule": "forgotten", "action": "forgotten", "rows": gone, "matched": gone}
    blank = dict.fromkeys(derived.ledger.columns)
    added = pd.DataFrame([{**blank, **line, "amount": 0.0, "order": 97}]).astype(derived.ledger.dtypes)
    return replace(derived, ledger=pd.concat([derived.ledger, added], ignore_index=True))


def store(warehouse: Warehouse, derived: Derived, *, at: datetime, scratch: Path) -> pd.DataFrame:
    """Write a table, its history and its quarantine. Returns its part of the ledger."""
    record(warehouse, derived.table, derived.kept, at=at, scratch=scratch)
    warehouse.write(f"quarantine_{derived.table}", derived.quarantined)
    for name, frame in derived.frames.items():
        warehouse.write_frame(name, frame, note=derived.notes.get(name))
    if derived.table != "order_lines":
        return derived.ledger
    netted = cleaning.netted_line(warehouse.read("order_lines"))
    return pd.concat([derived.ledger, netted], ignore_index=True)
