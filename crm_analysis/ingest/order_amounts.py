"""What a line of an order earned, from whatever the source says: its own amount, the order's, discounts, refunds.

Each step from the money that the file states to ``amount`` is kept in a column of its own, so that the agreement
with the books names it.
"""

from __future__ import annotations

import uuid

import ibis
import ibis.expr.types as ir

from crm_analysis import formats as f
from crm_analysis.errors import ConfigError
from crm_analysis.ingest.order_level import SPLIT, Layout, order_layouts, split_over_lines, with_order_values
from crm_analysis.ingest.source import Source
from crm_analysis.messages import _
from crm_analysis.warehouse import Engine, collect

__all__ = ["STEPS_TO_AMOUNT", "ADJUSTMENTS", "with_amounts"]

ADJUSTMENTS = ("repeated", "discount", "shipping", "points", "refunded")
"""``adjusted_NAME``: what lies between ``stated_amount`` and ``amount``; NULL where nothing does."""
STEPS_TO_AMOUNT = ("stated_amount", *(f"adjusted_{name}" for name in ADJUSTMENTS))
"""Columns of staged order lines that lead from what the file states to the amount."""


def with_amounts(rows: ir.Table, source: Source, engine: Engine) -> tuple[ir.Table, list[str]]:
    """Staged order lines with amounts per line, refunds as lines of their own, and what led there.

    Parameters
    ----------
    rows
        Staged order lines.
    source
        Where they come from.
    engine
        The engine that reads them; what was split is stored in the source's scratch folder.

    Returns
    -------
    tuple
        The rows with ``stated_amount`` and ``adjusted_...``, one more for each refund; and sentences to show.

    Raises
    ------
    ConfigError
        ``order_level`` names a column that cannot be split or is not mapped.
    """
    layouts = _layouts(rows, source)
    split = [name for name in layouts if name in SPLIT]
    filled = [name for name in layouts if name not in SPLIT]
    if filled:
        rows = with_order_values(rows, filled)
    stands = rows.mutate(_stands=rows["amount"])
    if split:
        stands = split_over_lines(stands, split, mapped=source.mapping)
    if split or filled:
        folder = source.scratch / f"split_{uuid.uuid4().hex[:12]}"
        stands = engine.read_parquet(engine.write_parquet(stands, folder))
    priced = _priced(stands, source, split)
    refunds = (
        int(collect(priced.aggregate(n=_is_refunded(priced).sum()))["n"].fillna(0).iloc[0])
        if ("refunded" in source.mapping)
        else 0
    )
    if refunds:
        priced = _with_returns(priced)
    return priced, _notes(source, layouts, refunds)


def _layouts(rows: ir.Table, source: Source) -> dict[str, Layout]:
    found = order_layouts(rows, source.mapping)
    wanted = source.settings.order_level
    if wanted is None:
        return found
    for name in wanted:
        if name not in SPLIT or name not in source.mapping:
            raise ConfigError(
                _(
                    "crm.toml: order_level of [sources.order_lines] names '{name}', which is no amount that the source "
                    "has. Possible here: {names}.",
                    name=name,
                    names=", ".join(n for n in SPLIT if n in source.mapping),
                )
            )
    kept = {name: layout for name, layout in found.items() if name not in SPLIT or name == "order_amount"}
    return kept | {name: found.get(name, "repeated") for name in wanted}


def _priced(rows: ir.Table, source: Source, split: list[str]) -> ir.Table:
    """The line's amount after discounts, beside what the file states and the steps between."""
    nothing = ibis.null("float64")
    steps: dict[str, ir.Value] = dict.fromkeys(ADJUSTMENTS, nothing)
    has_price = {"quantity", "unit_price"} <= source.mapping.keys()
    from_order = "order_amount" in source.mapping
    if "amount" not in source.mapping and not has_price:
        amount = rows["order_amount"] - rows["shipping"].fill_null(0.0) + rows["points_used"].fill_null(0.0)
        steps |= {"shipping": -rows["shipping"], "points": rows["points_used"]}
        return _stored(rows, amount, rows["order_amount"], steps)
    value = ibis.coalesce(rows["amount"], rows["quantity"] * rows["unit_price"])
    sign = ibis.ifelse(value < 0, -1.0, 1.0)
    off = nothing if source.settings.discount_taken_off else sign * rows["discount"].abs()
    amount = rows["amount"] if source.settings.discount_taken_off else value - off.fill_null(0.0)
    stated = value
    if "amount" in split:
        stated = rows["_stands"]
        steps["repeated"] = value - rows["_stands"].fill_null(0.0)
    steps["discount"] = -off
    if from_order:
        known = rows["order_amount"].notnull()
        stated = ibis.coalesce(rows["order_amount"], stated)
        steps = {
            **{name: ibis.ifelse(known, nothing, step) for name, step in steps.items()},
            "shipping": ibis.ifelse(known, -rows["shipping"], nothing),
            "points": ibis.ifelse(known, rows["points_used"], nothing),
        }
    return _stored(rows, amount, stated, steps)


def _stored(rows: ir.Table, amount: ir.Value, stated: ir.Value, steps: dict[str, ir.Value]) -> ir.Table:
    columns = {f"adjusted_{name}": step.cast("float64") for name, step in steps.items()}
    return rows.mutate(amount=amount, stated_amount=stated.cast("float64"), **columns).drop("_stands")


def _is_refunded(rows: ir.Table) -> ir.BooleanValue:
    return (rows["refunded"].fill_null(0.0) != 0) & ~rows["parse_problem"].fill_null("").startswith("row:")


def _with_returns(rows: ir.Table) -> ir.Table:
    """Refunds as return lines: of the whole amount with the sale's pieces, so that both are netted."""
    refund = rows["refunded"].abs()
    sold = ibis.coalesce(rows["amount"], rows["quantity"] * rows["unit_price"])
    whole = ((sold - refund).abs() < 0.005).fill_null(False)
    none = ibis.null("float64")
    empty = dict.fromkeys(("discount", "shipping", "points_used", "order_amount", "refunded"), none)
    steps = {f"adjusted_{name}": none for name in ADJUSTMENTS}
    returns = rows.filter(_is_refunded(rows)).mutate(
        **empty
        | steps
        | {
            "amount": -refund,
            "tax": -(rows["tax"].abs() * refund / sold.nullif(0.0)),
            "quantity": ibis.ifelse(whole, -rows["quantity"].abs(), none),
            "unit_price": ibis.ifelse(whole, rows["unit_price"], none),
            "ordered_at": ibis.coalesce(rows["refunded_at"], rows["ordered_at"]),
            "stated_amount": ibis.literal(0.0),
            "adjusted_refunded": -refund,
            "refunded_at": ibis.null(rows["refunded_at"].type()),
        }
    )
    sales = rows.mutate(refunded=ibis.ifelse(_is_refunded(rows), none, rows["refunded"]))
    return ibis.union(sales, returns.select(list(sales.columns)))


def _notes(source: Source, layouts: dict[str, Layout], refunds: int) -> list[str]:
    notes = []
    for name, layout in layouts.items():
        if name in SPLIT and layout == "repeated":
            notes.append(
                _(
                    "{file}: column '{header}' holds one amount per order, repeated on each of its lines; it was split "
                    "over the lines by their amounts.",
                    file=source.name,
                    header=source.mapping[name],
                )
            )
        elif name in SPLIT:
            notes.append(
                _(
                    "{file}: column '{header}' is filled on one line of an order only; it was split over the lines by "
                    "their amounts.",
                    file=source.name,
                    header=source.mapping[name],
                )
            )
    if refunds:
        notes.append(
            _(
                "{file}: {count} lines have something in '{header}'; each refund became a return line.",
                file=source.name,
                count=f.number(refunds, 0),
                header=source.mapping["refunded"],
            )
        )
    return notes
