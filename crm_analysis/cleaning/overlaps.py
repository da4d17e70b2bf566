"""Rows that stand in several files: each counts once, and the newest file says what an order is.

Files are told apart by ``file_order``: 0 for the oldest, by the time it was changed last, then by its name. The
order of loading plays no part.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from crm_analysis.cleaning.order_numbers import numbers_name_one_order, with_moved, with_number_twice
from crm_analysis.config import CleaningSettings
from crm_analysis.contract import SOURCE_TABLES, TableSpec
from crm_analysis.warehouse import collect

__all__ = ["with_copies", "with_newest", "with_order_copies"]

_IDENTITY = (
    "customer_id",
    "ordered_at",
    "amount",
    "quantity",
    "unit_price",
    "order_id",
    "product_id",
    "product_name",
    "status",
    "store_id",
)
"""Columns in which two order lines must agree to be the same line in two files."""
_ALONE = {"copy_in_files": ibis.literal(1, type="int64"), "is_outdated": ibis.literal(False)}


def with_order_copies(lines: ir.Table, settings: CleaningSettings) -> ir.Table:
    """Tell apart order lines that stand several times.

    Parameters
    ----------
    lines
        Completed order lines of one or more files, with ``has_order_number``: whether the source gave the line one.
    settings
        ``[cleaning]``: ``order_numbers``.

    Returns
    -------
    ibis.expr.types.Table
        The same rows with ``copy_in_file``: 1, 2, ... of equal lines in a file; ``copy_in_files``: 1, 2, ... of
        the n-th of them over the files; ``is_outdated``: a newer file says otherwise about the order;
        ``is_number_twice``: another file has the number with another customer or on another day, and both count.
    """
    rows = lines
    if "file_order" not in rows.columns:
        rows = rows.mutate(file_order=ibis.dense_rank().over(order_by=rows["source_file"]))
    rows = _with_copy_in_file(rows)
    if not _several_files(rows):
        return rows.mutate(**_ALONE, is_number_twice=ibis.literal(False))
    one_order, apart = numbers_name_one_order(rows, settings)
    keyed = rows.mutate(_order=rows["order_id"].fill_null(""), _who=rows["customer_id"].fill_null(""))
    by_number = one_order and apart
    shared = _held_by_several(keyed, ["_order"] if by_number else ["_order", "_who"])
    if not _any(shared):
        return _marked_twice(rows.mutate(**_ALONE), apart=apart)
    alone = keyed.anti_join(shared, shared.columns).mutate(**_ALONE)
    several = keyed.semi_join(shared, shared.columns)
    several = _with_outdated(with_moved(several) if by_number else several, rows)
    several = _with_copy_in_files(several)
    together = ibis.union(alone, several.select(*alone.columns)).drop("_order", "_who")
    return _marked_twice(together, apart=apart and not one_order)


def _marked_twice(rows: ir.Table, *, apart: bool) -> ir.Table:
    return with_number_twice(rows) if apart else rows.mutate(is_number_twice=ibis.literal(False))


def _held_by_several(keyed: ir.Table, by: list[str]) -> ir.Table:
    """Orders that stand in more than one file."""
    held = keyed.group_by(by).aggregate(_first=keyed["file_order"].min(), _last=keyed["file_order"].max())
    return held.filter(held["_first"] < held["_last"]).select(*by)


def _any(rows: ir.Table) -> bool:
    some = rows.limit(1)
    return bool(int(collect(some.aggregate(rows=some.count()))["rows"].iloc[0]))


def _several_files(rows: ir.Table) -> bool:
    found = collect(rows.aggregate(first=rows["file_order"].min(), last=rows["file_order"].max())).iloc[0]
    return bool(found["first"] != found["last"])


def _with_copy_in_file(rows: ir.Table) -> ir.Table:
    """Numbering sorts lines, so only orders in which one pass finds equal lines are numbered."""
    groups = rows.group_by([*_IDENTITY, "file_order"]).aggregate(copies=rows.count())
    repeated = groups.filter(groups["copies"] > 1)
    repeated = repeated.select(_order=repeated["order_id"].fill_null("")).distinct()
    if not _any(repeated):
        return rows.mutate(copy_in_file=ibis.literal(1, type="int64"))
    keyed = rows.mutate(_order=rows["order_id"].fill_null(""))
    alone = keyed.anti_join(repeated, "_order").mutate(copy_in_file=ibis.literal(1, type="int64"))
    several = keyed.semi_join(repeated, "_order")
    same = ibis.window(group_by=[*_IDENTITY, "file_order"], order_by=several["source_file"])
    several = several.mutate(copy_in_file=(ibis.row_number().over(same) + 1).cast("int64"))
    return ibis.union(alone, several.select(*alone.columns)).drop("_order")


def _with_outdated(rows: ir.Table, everything: ir.Table) -> ir.Table:
    """``is_outdated``: the newest file that covers the time of the order holds the order without this line.

    A file covers the time between its first and its last order. At these two moments it may cut an order, so
    there it only overrules lines of the products that it names.
    """
    newest = _newest_file(rows, everything)
    rows = rows.left_join(newest, ["_order", "_who", "ordered_at"]).drop(
        "_order_right", "_who_right", "ordered_at_right"
    )
    content = [column.name for column in SOURCE_TABLES["order_lines"].columns]
    numbered = ibis.window(group_by=[*content, "file_order"], order_by=rows["source_file"])
    rows = rows.mutate(_copy=ibis.row_number().over(numbered))
    in_newest = (rows["file_order"] == rows["_newest"]).fill_null(False)
    stated = in_newest.max().over(ibis.window(group_by=[*content, "_copy"]))
    named = in_newest.max().over(ibis.window(group_by=["_order", "_who", "ordered_at", "product_id"]))
    outdated = rows["has_order_number"] & rows["_newest"].notnull() & ~stated & (rows["_inside"] | named)
    outdated = outdated.fill_null(False)
    if "is_moved" in rows.columns:
        outdated = outdated | rows["is_moved"]
    marked = rows.mutate(is_outdated=outdated)
    return marked.drop(*[name for name in ("_copy", "_newest", "_inside", "is_moved") if name in marked.columns])


def _newest_file(rows: ir.Table, everything: ir.Table) -> ir.Table:
    """For each order and time: the newest file with the order that covers the time, and whether well inside."""
    periods = everything.group_by(_file="file_order").aggregate(
        _from=everything["ordered_at"].min(), _to=everything["ordered_at"].max()
    )
    holders = rows.select("_order", "_who", _file="file_order").distinct().join(periods, "_file")
    moments = rows.filter(rows["ordered_at"].notnull()).select("_order", "_who", "ordered_at").distinct()
    told = moments.join(holders, ["_order", "_who"])
    told = told.filter((told["ordered_at"] >= told["_from"]) & (told["ordered_at"] <= told["_to"]))
    inside = (told["ordered_at"] > told["_from"]) & (told["ordered_at"] < told["_to"])
    told = told.mutate(_inside=inside)
    first = ibis.window(group_by=["_order", "_who", "ordered_at"], order_by=ibis.desc("_file"))
    ranked = told.mutate(_place=ibis.row_number().over(first))
    return ranked.filter(ranked["_place"] == 0).select("_order", "_who", "ordered_at", "_inside", _newest="_file")


def _with_copy_in_files(rows: ir.Table) -> ir.Table:
    """The earliest file keeps what several hold; a numbered line must agree in every column."""
    content = [column.name for column in SOURCE_TABLES["order_lines"].columns]
    rest = {
        f"_same_{name}": ibis.ifelse(rows["has_order_number"], rows[name].cast("string"), ibis.null("string"))
        for name in content
        if name not in _IDENTITY
    }
    keyed = rows.mutate(**rest)
    group = [*_IDENTITY, *rest, "is_outdated"]
    inside = ibis.window(group_by=[*group, "file_order"], order_by=keyed["source_file"])
    keyed = keyed.mutate(_copy=ibis.row_number().over(inside))
    over = ibis.window(group_by=[*group, "_copy"], order_by=keyed["file_order"])
    numbers = ibis.row_number().over(over) + 1
    return keyed.mutate(copy_in_files=numbers).drop(*rest, "_copy")


def with_newest(rows: ir.Table, spec: TableSpec) -> ir.Table:
    """Tell apart rows of a table with a key: the newest file says what a key is.

    Parameters
    ----------
    rows
        Contract columns and ``file_order``.
    spec
        Of the table.

    Returns
    -------
    ibis.expr.types.Table
        The same rows with ``copy_of_key`` (1 for the row that counts), ``is_outdated`` (a newer file has another
        row of this key) and ``copy_in_files`` (above 1 where an earlier file holds the same row).
    """
    names = [column.name for column in spec.columns]
    same = ibis.window(group_by=names)
    rows = rows.mutate(_last=rows["file_order"].max().over(same), _origin=rows["file_order"].min().over(same))
    others: Sequence[ir.Value] = [rows[name] for name in names if name not in spec.key]
    best = ibis.window(group_by=list(spec.key), order_by=[ibis.desc("_last"), rows["file_order"], *others])
    key = ibis.window(group_by=list(spec.key))
    return rows.mutate(
        copy_of_key=ibis.row_number().over(best) + 1,
        is_outdated=rows["_last"] < rows["_last"].max().over(key),
        copy_in_files=ibis.ifelse(rows["file_order"] > rows["_origin"], 2, 1),
    ).drop("_last", "_origin")


def with_copies(rows: ir.Table, spec: TableSpec) -> ir.Table:
    """Tell apart rows of a table without a key: ``copy_in_files`` counts the n-th equal row over the files."""
    names = [column.name for column in spec.columns]
    inside = ibis.window(group_by=[*names, "file_order"], order_by=rows["file_order"])
    rows = rows.mutate(_copy=ibis.row_number().over(inside))
    over = ibis.window(group_by=[*names, "_copy"], order_by=rows["file_order"])
    return rows.mutate(copy_in_files=ibis.row_number().over(over) + 1, is_outdated=ibis.literal(False)).drop("_copy")
