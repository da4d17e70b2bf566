"""Amounts of a whole order that stand on each of its lines, or on one: found, and split over the lines.

Exports write the total, coupons, points and shipping of an order beside every product, so that adding the column
up counts them again and again. Each is split by the lines' own amounts; the parts add up to the order's amount.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Literal

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.warehouse import collect

__all__ = ["Layout", "order_layouts", "split_over_lines", "with_order_values"]

Layout = Literal["repeated", "once"]
SPLIT = ("amount", "order_amount", "discount", "points_used", "shipping", "tax", "refunded")
FILLED = ("customer_id", "ordered_at", "status", "currency", "channel", "paid_at", "country", "store_id", "refunded_at")
_LINES_DIFFER = ("amount", "discount", "tax", "refunded")
"""Columns that may be equal on lines of one price by chance: judged by orders whose lines differ."""
_ORDER_WORDS = re.compile(r"총|주문|쿠폰|배송|적립|포인트|order|total|shipping", re.IGNORECASE)
_MOST = 0.95
_USUAL = 0.9
_FEW, _MANY = 3, 20
_VALUES = 10
"""Different totals that orders must have where no price tells lines apart: a shop may have but one price."""


def order_layouts(rows: ir.Table, mapping: Mapping[str, str]) -> dict[str, Layout]:
    """Which columns of order lines hold what belongs to the whole order.

    Parameters
    ----------
    rows
        Staged order lines.
    mapping
        Contract column to header.

    Returns
    -------
    dict
        Column to ``repeated`` on each line of an order, or ``once`` on one of them. Orders of one line say nothing.
    """
    money = [name for name in SPLIT if name in mapping]
    others = [name for name in FILLED if name in mapping]
    if "order_id" not in mapping or not (money or others):
        return {}
    seen = rows.filter(rows["order_id"].notnull() & ~_is_no_line(rows))
    value, differs = _line_value(seen, mapping)
    seen = seen.mutate(_value=value)
    measures: dict[str, ir.Value] = {"lines": seen.count(), "low": seen["_value"].min(), "high": seen["_value"].max()}
    for name in money:
        column = seen[name]
        measures |= {
            f"filled_{name}": (column.fill_null(0.0) != 0).sum(),
            f"min_{name}": column.min(),
            f"max_{name}": column.max(),
        }
    measures |= {f"given_{name}": seen[name].count() for name in (*money, *others)}
    orders = seen.group_by("source_file", "order_id").aggregate(**measures)
    orders = orders.filter(orders["lines"] > 1)
    counts = collect(orders.aggregate(**_evidence(orders, money, others))).fillna(0).iloc[0].astype("int64")
    found = {name: layout for name in money if (layout := _of_money(counts, name, mapping[name], differs))}
    found |= {name: "once" for name in others if _is_once(counts, name, _FEW)}
    return found


def _is_no_line(rows: ir.Table) -> ir.BooleanValue:
    return rows["parse_problem"].fill_null("").startswith("row:")


def _line_value(rows: ir.Table, mapping: Collection[str]) -> tuple[ir.Value, bool]:
    """What tells the lines of an order apart, and whether it is the line's own amount."""
    if {"quantity", "unit_price"} <= set(mapping):
        return rows["quantity"] * rows["unit_price"], True
    if "unit_price" in mapping:
        return rows["unit_price"], True
    return (rows["product_id"], False) if "product_id" in mapping else (rows["amount"].cast("string"), False)


def _evidence(orders: ir.Table, money: Collection[str], others: Collection[str]) -> dict[str, ir.Value]:
    differ = (orders["low"] < orders["high"]).fill_null(False)
    measures: dict[str, ir.Value] = {"orders": orders.count()}
    for name in money:
        used = orders[f"filled_{name}"] > 0
        judged = used & differ if name in _LINES_DIFFER else used
        same = (orders[f"filled_{name}"] == orders["lines"]) & (orders[f"min_{name}"] == orders[f"max_{name}"])
        different = ibis.ifelse(judged & same, orders[f"max_{name}"], ibis.null("float64")).nunique()
        measures |= {
            f"judged_{name}": judged.sum(),
            f"repeated_{name}": (judged & same).sum(),
            f"values_{name}": different,
        }
    for name in (*money, *others):
        given = orders[f"given_{name}"]
        measures |= {f"given_{name}": (given > 0).sum(), f"once_{name}": (given == 1).sum()}
    return measures


def _of_money(counts: pd.Series, name: str, header: str, differs: bool) -> Layout | None:
    named = bool(_ORDER_WORDS.search(header))
    least = 1 if named and name != "amount" else _FEW if differs or name not in _LINES_DIFFER else _MANY
    judged = counts[f"judged_{name}"]
    if not differs and name in _LINES_DIFFER and not named and counts[f"values_{name}"] < _VALUES:
        judged = 0
    if judged >= least and counts[f"repeated_{name}"] >= _MOST * judged:
        return "repeated"
    if _is_once(counts, name, least):
        return "once"
    return "repeated" if name == "order_amount" else None


def _is_once(counts: pd.Series, name: str, least: int) -> bool:
    """On one line of nearly every order; what only few orders have may as well be that line's own."""
    given = counts[f"given_{name}"]
    usual = given >= least and given >= _USUAL * counts["orders"]
    return bool(usual and counts[f"once_{name}"] >= _MOST * given)


def with_order_values(rows: ir.Table, columns: Collection[str]) -> ir.Table:
    """Values that only one line of an order holds, on all of its lines."""
    order = ibis.window(group_by=["source_file", "order_id"])
    whole = rows["order_id"].notnull() & ~_is_no_line(rows)
    return rows.mutate(
        **{n: ibis.ifelse(whole, ibis.coalesce(rows[n], rows[n].max().over(order)), rows[n]) for n in columns}
    )


def split_over_lines(rows: ir.Table, columns: Collection[str], *, mapped: Collection[str]) -> ir.Table:
    """Split amounts of orders over their lines, in proportion to the lines' own amounts.

    Parameters
    ----------
    rows
        Staged order lines.
    columns
        Those of which each order has one amount, on each of its lines or on one.
    mapped
        Contract columns that the source has.

    Returns
    -------
    ibis.expr.types.Table
        The same rows. Of each order the parts add up to its amount; they are rounded to whole units where all
        amounts of the source are whole, else to cents. An order whose lines hold different amounts is left as it is.
    """
    names = list(rows.columns)
    whole = _digits(rows, columns)
    rows = _in_groups(rows, mapped, "amount" in columns)
    group = ibis.window(group_by=["source_file", "_order", "_copy"])
    order = ibis.window(group_by=["source_file", "_order"])
    total = rows["_weight"].sum().over(group)
    rows = rows.mutate(_weight=ibis.ifelse(total > 0, rows["_weight"], 1.0))
    sort = [rows[name] for name in ("_weight", "product_id", "product_name", "status")]
    running = ibis.window(group_by=["source_file", "_order", "_copy"], order_by=sort, preceding=None, following=0)
    numbered = ibis.window(group_by=["source_file", "_order", "_copy"], order_by=sort)
    rows = rows.mutate(
        _until=rows["_weight"].sum().over(running),
        _number=ibis.row_number().over(numbered),
        _total=rows["_weight"].sum().over(group),
        _lines=rows.count().over(group),
        **{f"_low_{n}": rows[n].min().over(order) for n in columns},
        **{f"_high_{n}": rows[n].max().over(order) for n in columns},
    )
    return rows.mutate(**{name: _share(rows, name, whole) for name in columns}).select(names)


def _digits(rows: ir.Table, columns: Collection[str]) -> int:
    """0 where no amount has cents, as in won and yen, else 2."""
    money = [rows[name] for name in (*columns, "amount", "unit_price")]
    broken = ibis.or_(*[(m.fill_null(0.0) != m.fill_null(0.0).round()) for m in money])
    return 2 if int(collect(rows.aggregate(broken=broken.sum()))["broken"].fillna(0).iloc[0]) else 0


def _in_groups(rows: ir.Table, mapped: Collection[str], amount_is_split: bool) -> ir.Table:
    """``_order``, ``_copy`` of an order that stands in the file more than once, and ``_weight`` of the line."""
    moment = rows["ordered_at"].strftime("%Y%m%d%H%M%S")
    order = rows["order_id"] if "order_id" in mapped else rows["customer_id"].concat(ibis.literal("@"), moment)
    value = rows["quantity"] * rows["unit_price"]
    value = value if amount_is_split else ibis.coalesce(rows["amount"], value)
    rows = rows.mutate(
        _order=ibis.ifelse(_is_no_line(rows), ibis.null("string"), order),
        _weight=ibis.greatest(value.fill_null(0.0), 0.0),
    )
    if "product_id" not in mapped:
        return rows.mutate(_copy=ibis.literal(0, type="int64"))
    same = ["source_file", "_order", "product_id", "product_name", "quantity", "unit_price", "amount", "status"]
    rows = rows.mutate(_times=rows.count().over(ibis.window(group_by=same)))
    order_window = ibis.window(group_by=["source_file", "_order"])
    whole = rows["_times"].min().over(order_window) == rows["_times"].max().over(order_window)
    number = ibis.row_number().over(ibis.window(group_by=same, order_by=rows["source_file"]))
    return rows.mutate(_copy=ibis.ifelse(whole, number, 0).cast("int64"))


def _share(rows: ir.Table, name: str, digits: int) -> ir.FloatingValue:
    """The line's part: the rounded amount up to this line, less the one up to the line before."""
    amount = rows[f"_high_{name}"]
    to_here = ibis.ifelse(
        rows["_number"] + 1 == rows["_lines"], amount, _rounded(amount * rows["_until"] / rows["_total"], digits)
    )
    before = _rounded(amount * (rows["_until"] - rows["_weight"]) / rows["_total"], digits)
    before = ibis.ifelse(rows["_number"] == 0, 0.0, before)
    one = rows["_order"].notnull() & (rows[f"_low_{name}"] == amount)
    return ibis.ifelse(one.fill_null(False), to_here - before, rows[name])


def _rounded(value: ir.FloatingValue, digits: int) -> ir.FloatingValue:
    """Half up, alike on every engine."""
    scale = 10.0**digits
    return (value * scale + 0.5 + 1e-7).floor() / scale
