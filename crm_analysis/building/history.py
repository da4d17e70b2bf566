"""What a table was: rows that a build took out lie in ``history_<table>``, with the time from and until.

Rows of a table carry ``known_from``, the build that brought them; rows of its history also ``known_to``, the build
that no longer had them. A row is what it was in every column, marks such as ``netted`` included: a sale undone later
lies in the history as it counted before. (The names are not ``valid_from`` and ``valid_to``, which the contract uses
for the days on which a price holds.)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from crm_analysis import formats as f
from crm_analysis.errors import WarehouseError
from crm_analysis.messages import _
from crm_analysis.warehouse import Engine, Warehouse, collect

__all__ = ["after_last_build", "history_name", "read_as_of", "record"]

_ARRIVAL = ("load_id", "known_from")
"""Columns that say when a row came, not what it is."""
_KEPT_FILES = 24
"""So many files a table may have before it is written as one: each build that only adds rows adds a file."""


def history_name(table: str) -> str:
    """Name of the table with the rows that a table no longer has."""
    return f"history_{table}"


def after_last_build(warehouse: Warehouse, tables: Sequence[str]) -> datetime:
    """The time of a build in UTC, later than all before it, even if the clock was set back."""
    now = datetime.now(UTC).replace(tzinfo=None)
    stamps = [stamp for table in tables if (stamp := _built_at(warehouse, table)) is not None]
    return max([now, *(stamp + timedelta(microseconds=1) for stamp in stamps)])


def record(warehouse: Warehouse, table: str, rows: ir.Table, *, at: datetime, scratch: Path) -> bool:
    """Make rows the content of a table, and keep those it no longer has.

    A row that was there before, equal in all columns but the load, stays with its load and time.

    Parameters
    ----------
    warehouse
        Whose lock is held.
    table
        Name.
    rows
        All rows of the table, with ``load_id``.
    at
        Time of the build, see :func:`after_last_build`.
    scratch
        Folder for rows that are computed once and read twice.

    Returns
    -------
    bool
        Whether the table changed.
    """
    last = warehouse.note(table)
    note = {"built_at": at.isoformat(), "first_built_at": last.get("first_built_at", at.isoformat())}
    before = warehouse.read(table) if "built_at" in last else None
    content = [name for name in rows.columns if name not in _ARRIVAL]
    columns = [*content, *_ARRIVAL]
    if before is None:
        warehouse.write(table, rows.mutate(known_from=_moment(at)).select(*columns), note=note)
        return True
    old, new = _alike(before, rows.mutate(known_from=_moment(at)), content, warehouse.engine)
    differ = warehouse.park(_differing(old, new), scratch / "digests")
    compared = _compared(old.semi_join(differ, "_digest"), new.semi_join(differ, "_digest"), content)
    compared = warehouse.park(compared, scratch / "rows").cast(dict(old.drop("_digest").schema()))
    counts = collect(compared.group_by("_sides").aggregate(rows=compared.count())).set_index("_sides")["rows"]
    lost, added = int(counts.get(1, 0)), int(counts.get(2, 0))
    if not lost and not added and set(before.columns) == set(columns):
        return False
    if not lost and set(before.columns) == set(columns) and warehouse.size(table)[1] < _KEPT_FILES:
        warehouse.write(table, compared.filter(compared["_sides"] == 2).select(*columns), mode="append", note=note)
        return True
    if lost:
        gone = compared.filter(compared["_sides"] == 1).mutate(known_to=_moment(at))
        _add_history(warehouse, table, gone.select(*columns, "known_to"))
    same = old.anti_join(differ, "_digest").select(*columns)
    warehouse.write(table, ibis.union(same, compared.filter(compared["_sides"] >= 2).select(*columns)), note=note)
    return True


def _built_at(warehouse: Warehouse, table: str) -> datetime | None:
    stamp = warehouse.note(table).get("built_at")
    return datetime.fromisoformat(stamp) if stamp else None


def _moment(at: datetime) -> ir.TimestampScalar:
    return ibis.literal(at, type="timestamp(6)")


def _alike(before: ir.Table, now: ir.Table, content: Sequence[str], engine: Engine) -> tuple[ir.Table, ir.Table]:
    """Both with the columns and types of now, and a digest of what a row says."""
    kinds = {name: now.schema()[name] for name in content} | {"load_id": "string", "known_from": "timestamp(6)"}
    old = before.select(
        **{name: before[name] if name in before.columns else ibis.null(kinds[name]) for name in content},
        **{name: before[name] for name in _ARRIVAL},
    )
    tables = [rows.select(*content, *_ARRIVAL).cast(kinds) for rows in (old, now)]
    old, new = (rows.mutate(_digest=engine.row_digest(rows, content)) for rows in tables)
    return old, new


def _differing(old: ir.Table, new: ir.Table) -> ir.Table:
    """Digests that one of two tables has more often; all other rows are the same in both."""
    digests = [old.select("_digest", _step=ibis.literal(-1)), new.select("_digest", _step=ibis.literal(1))]
    both = ibis.union(*digests)
    counts = both.group_by("_digest").aggregate(_more=both["_step"].sum())
    return counts.filter(counts["_more"] != 0).select("_digest")


def _compared(old: ir.Table, new: ir.Table, content: Sequence[str]) -> ir.Table:
    """Every row of both, equal ones once: ``_sides`` 1 if only before, 2 if only now, 3 if in both."""
    tagged = [old.mutate(_side=ibis.literal(1, type="int64")), new.mutate(_side=ibis.literal(2, type="int64"))]
    both = ibis.union(*[rows.select(*content, *_ARRIVAL, "_side") for rows in tagged])
    same = ibis.window(group_by=[*content, "_side"], order_by=[both["known_from"], both["load_id"]])
    both = both.mutate(_copy=ibis.row_number().over(same).cast("int64"))
    return both.group_by([*content, "_copy"]).aggregate(
        load_id=both["load_id"].min(), known_from=both["known_from"].min(), _sides=both["_side"].sum()
    )


def _add_history(warehouse: Warehouse, table: str, gone: ir.Table) -> None:
    """Append rows to the history, without what a killed build left there."""
    name, built = history_name(table), _built_at(warehouse, table)
    if warehouse.has(name) and built is not None:
        rows = warehouse.read(name)
        left = rows.filter(rows["known_to"] > _moment(built)).limit(1)
        if int(collect(left.aggregate(rows=left.count()))["rows"].iloc[0]):
            warehouse.write(name, rows.filter(rows["known_to"] <= _moment(built)))
    warehouse.write(name, gone, mode="append")


def read_as_of(warehouse: Warehouse, table: str, as_of: date | datetime, time_zone: str) -> ir.Table:
    """A table as the last build up to a moment left it.

    Every column is as it stood then: ``netted`` too, for a sale that was undone later counted at that time.

    Parameters
    ----------
    warehouse
        To read.
    table
        Of the contract.
    as_of
        A day (its end) or a moment; without a time zone of its own, in that of the project.
    time_zone
        Of the project.

    Raises
    ------
    WarehouseError
        The table has no history, or the moment lies before its first build.
    """
    moment, note = _utc(as_of, time_zone), warehouse.note(table)
    if "built_at" not in note:
        raise WarehouseError(
            _(
                "Table '{table}' keeps no history, so it cannot be read as of a day. Tables of the contract do, once "
                "'crm-analysis build' has built them.",
                table=table,
            )
        )
    if moment < datetime.fromisoformat(note["first_built_at"]):
        raise WarehouseError(
            _(
                "Table '{table}' cannot be read as of {moment}: it was built first on {first}.",
                table=table,
                moment=f.date(moment),
                first=f.date(datetime.fromisoformat(note["first_built_at"])),
            )
        )
    now = warehouse.read(table)
    rows = now.filter(now["known_from"] <= _moment(moment))
    if not warehouse.has(history_name(table)):
        return rows
    past = warehouse.read(history_name(table))
    # What a killed build wrote counts only if the table followed.
    built = datetime.fromisoformat(note["built_at"])
    then = (past["known_from"] <= _moment(moment)) & (past["known_to"] > _moment(moment))
    past = past.filter(then & (past["known_to"] <= _moment(built)))
    columns = {
        name: past[name].cast(kind) if name in past.columns else ibis.null(kind) for name, kind in now.schema().items()
    }
    return ibis.union(rows, past.select(**columns))


def _utc(as_of: date | datetime, time_zone: str) -> datetime:
    if not isinstance(as_of, datetime):
        as_of = datetime.combine(as_of, time.max)
    if as_of.tzinfo is None:
        as_of = as_of.replace(tzinfo=ZoneInfo(time_zone))
    return as_of.astimezone(UTC).replace(tzinfo=None)
