"""The learning ledger in the warehouse: added to, never rewritten by a build or a rerun.

A draw that repeats the newest one of its day adds nothing, and so does an estimate that has not changed.
"""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.contract import TableSpec
from crm_analysis.contract.learning import ASSIGNMENTS, EFFECTS
from crm_analysis.errors import ContractError
from crm_analysis.messages import _
from crm_analysis.warehouse import Warehouse, collect

__all__ = ["append_assignments", "append_effects", "current_effects", "newest_draw"]

_DTYPES = {
    "id": "string",
    "text": "string",
    "number": "float64",
    "integer": "int64",
    "timestamp": "datetime64[us]",
    "boolean": "boolean",
}
_DRAWN = ["customer_id", "action", "offer", "arm", "probability"]
"""What tells one draw from another."""


def append_assignments(warehouse: Warehouse, drawn: pd.DataFrame, project: str, as_of: date) -> str:
    """Add a draw to the ledger, as a round of its own, unless it repeats the newest of the same day.

    Parameters
    ----------
    warehouse
        To write to; the workspace's lock is held meanwhile.
    drawn
        One row per customer and action: the columns of ``assignments`` but round and drawn_at.
    project, as_of
        What rounds are named after: the project's short name and the last day of the data.

    Returns
    -------
    str
        Name of the round that holds the draw, ``<project>:<as_of>:<number>``.

    Raises
    ------
    ContractError
        A column is missing or empty where it must not be, or a customer is drawn twice into an action.
    """
    stem = f"{project}:{as_of.isoformat()}:"
    with warehouse.lock():
        _bring_up(warehouse)
        rounds = _rounds(warehouse, stem)
        if rounds and _same_draw(warehouse, rounds[-1], drawn):
            return rounds[-1]
        name = f"{stem}{len(rounds) + 1}"
        rows = drawn.assign(round=name, drawn_at=_now())
        _append(warehouse, ASSIGNMENTS, rows)
    return name


def _now() -> pd.Timestamp:
    return pd.Timestamp(datetime.now(UTC).replace(tzinfo=None))


def _rounds(warehouse: Warehouse, stem: str) -> list[str]:
    """Rounds of a day in the order of their numbers."""
    if not warehouse.has(ASSIGNMENTS.name):
        return []
    kept = warehouse.read(ASSIGNMENTS.name)
    names = collect(kept.filter(kept["round"].startswith(stem)).select("round").distinct())["round"]
    return sorted(names, key=lambda name: int(name.removeprefix(stem)))


def _same_draw(warehouse: Warehouse, name: str, drawn: pd.DataFrame) -> bool:
    kept = warehouse.read(ASSIGNMENTS.name)
    before = collect(kept.filter(kept["round"] == name).select(_DRAWN))
    sides = [
        frame[_DRAWN].astype({c: _DTYPES[ASSIGNMENTS[c].type] for c in _DRAWN}).sort_values(_DRAWN, ignore_index=True)
        for frame in (before, drawn)
    ]
    return sides[0].equals(sides[1])


def append_effects(warehouse: Warehouse, effects: pd.DataFrame) -> int:
    """Add estimates to the ledger, those that say what the newest of their kind says left out.

    Parameters
    ----------
    warehouse
        To write to; the workspace's lock is held meanwhile.
    effects
        The columns of ``effects`` but estimated_at.

    Returns
    -------
    int
        Rows added.

    Raises
    ------
    ContractError
        A column is missing or empty where it must not be, or an estimate stands there twice.
    """
    if effects.empty:
        return 0
    with warehouse.lock():
        rows = _typed(EFFECTS, effects.assign(estimated_at=_now()))
        if warehouse.has(EFFECTS.name):
            told = [column.name for column in EFFECTS.columns if column.name != "estimated_at"]
            known = collect(_newest(warehouse.read(EFFECTS.name), list(EFFECTS.key[:-1])))
            both = pd.concat([_typed(EFFECTS, known), rows], ignore_index=True)
            rows = both[~both.duplicated(told)].iloc[len(known) :]
        if len(rows):
            _append(warehouse, EFFECTS, rows)
    return len(rows)


def _newest(effects: ir.Table, group: list[str]) -> ir.Table:
    """The newest row of each group: by the last day seen, then by when it was estimated."""
    order = [effects["observed_until"].desc(), effects["estimated_at"].desc(), effects["source"]]
    ranked = effects.mutate(place=ibis.row_number().over(ibis.window(group_by=group, order_by=order)))
    return ranked.filter(ranked["place"] == 0).drop("place")


def current_effects(warehouse: Warehouse) -> ir.Table | None:
    """What is known now: the newest effect per kind of offer, segment and measure; None before the first."""
    if not warehouse.has(EFFECTS.name):
        return None
    return _newest(warehouse.read(EFFECTS.name), ["offer_kind", "segment", "measure"])


def newest_draw(assignments: ir.Table) -> ir.Table:
    """Round, action and arm of each customer's newest draw: one row per customer_id."""
    newest = ibis.window(group_by="customer_id", order_by=[ibis.desc("drawn_at"), assignments["action"]])
    ranked = assignments.mutate(place=ibis.row_number().over(newest))
    return ranked.filter(ranked["place"] == 0).select("customer_id", "round", "action", "arm")


def _append(warehouse: Warehouse, spec: TableSpec, rows: pd.DataFrame) -> None:
    warehouse.write_frame(spec.name, _typed(spec, rows), mode="append")


def _bring_up(warehouse: Warehouse) -> None:
    """Give draws of an earlier layout, with times as text, the columns and types declared now; every row stays."""
    spec = ASSIGNMENTS
    if not warehouse.has(spec.name) or warehouse.read(spec.name)["drawn_at"].type().is_timestamp():
        return
    rows = collect(warehouse.read(spec.name))
    rows["drawn_at"] = pd.to_datetime(rows["drawn_at"], utc=True, format="ISO8601").dt.tz_localize(None)
    rows = rows.reindex(columns=[column.name for column in spec.columns])
    # A stored column keeps its type for good: the new layout is a table of its own that takes the old one's place.
    aside = warehouse.folder / ".layout"
    Warehouse(aside, warehouse.engine).write_frame(spec.name, _typed(spec, rows))
    (warehouse.folder / spec.name).replace(aside / "before")
    (aside / spec.name).replace(warehouse.folder / spec.name)
    shutil.rmtree(aside)


def _typed(spec: TableSpec, frame: pd.DataFrame) -> pd.DataFrame:
    """The declared columns in their types, required ones filled, the key unique."""
    for column in spec.columns:
        if column.name not in frame.columns:
            raise ContractError(_("Table '{name}' has no column '{column}'.", name=spec.name, column=column.name))
        empty = int(frame[column.name].isna().sum())
        if column.required and empty:
            raise ContractError(
                _(
                    "Table '{name}': column '{column}' is empty in {count} rows, and must be filled.",
                    name=spec.name,
                    column=column.name,
                    count=empty,
                )
            )
    repeated = int(frame.duplicated(list(spec.key)).sum())
    if repeated:
        raise ContractError(
            _(
                "Table '{name}': {count} rows repeat the key {key}.",
                name=spec.name,
                count=repeated,
                key=", ".join(spec.key),
            )
        )
    typed = frame[[column.name for column in spec.columns]].astype(
        {column.name: _DTYPES[column.type] for column in spec.columns if column.type != "date"}
    )
    dates = [column.name for column in spec.columns if column.type == "date"]
    return typed.assign(**{name: pd.to_datetime(typed[name]).dt.date for name in dates})
