"""How each customer buys: how often, how much at once, what with, when and where."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.purchases import is_purchase
from crm_analysis.features.totals import total
from crm_analysis.features.windows import within
from crm_analysis.warehouse import collect

__all__ = ["BEHAVIOUR", "behaviour_traits"]

BEHAVIOUR = ("orders", "order_value", "lines_per_order", "products", "discount_share", "weekend_share", "channel_share")
"""Traits of behaviour, one number per customer each."""


def behaviour_traits(lines: ir.Table, as_of: date, days: int = 365) -> pd.DataFrame:
    """Traits of everybody who bought in the days before a day.

    Parameters
    ----------
    lines
        Order lines.
    as_of
        Last day.
    days
        Length of the window.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id: orders, order_value (currency per order), lines_per_order, products (different ones;
        NaN where lines have none), discount_share (of sales at full price), weekend_share (of lines), channel_share
        (of lines through the channel that most lines come through; NaN where lines have none).
    """
    year = within(lines, "ordered_at", as_of - timedelta(days=days - 1), as_of)
    seen = year.filter(is_purchase(year))
    off = seen["discount"].fill_null(0.0).abs() if "discount" in seen.columns else ibis.literal(0.0)
    order = seen["order_id"] if "order_id" in seen.columns else seen["ordered_at"].cast("string")
    product = seen["product_id"] if "product_id" in seen.columns else ibis.null("string")
    main = _main_channel(seen)
    channel = ibis.null("float64") if main is None else (seen["channel"] == main).fill_null(False).cast("float64")
    rows = seen.select(
        "customer_id",
        order=order,
        amount=seen["amount"],
        off=off,
        product=product,
        weekend=(seen["ordered_at"].date().day_of_week.index() >= 5).cast("float64"),
        channel=channel,
    )
    grouped = rows.group_by("customer_id").aggregate(
        orders=rows["order"].nunique(),
        lines=rows.count(),
        sales=total(rows["amount"]),
        off=total(rows["off"]),
        products=rows["product"].nunique(),
        weekend_share=rows["weekend"].mean(),
        channel_share=rows["channel"].mean(),
    )
    frame = collect(grouped.order_by("customer_id")).astype({"sales": "float64", "off": "float64"})
    frame["order_value"] = frame["sales"] / frame["orders"]
    frame["lines_per_order"] = frame["lines"] / frame["orders"]
    frame["discount_share"] = (frame["off"] / (frame["sales"] + frame["off"]).where(lambda s: s > 0)).fillna(0.0)
    frame["products"] = frame["products"].astype("float64").where(frame["products"] > 0)
    frame["orders"] = frame["orders"].astype("float64")
    frame["channel_share"] = frame["channel_share"].astype("float64")
    return frame[["customer_id", *BEHAVIOUR]].round(dict.fromkeys(BEHAVIOUR, 9))


def _main_channel(seen: ir.Table) -> str | None:
    """The channel of most lines; None where lines have no channel, or only one."""
    if "channel" not in seen.columns:
        return None
    counted = seen.filter(seen["channel"].notnull()).group_by("channel").aggregate(lines=lambda t: t.count())
    found = collect(counted).sort_values(["lines", "channel"], ascending=[False, True])
    return str(found["channel"].iloc[0]) if len(found) > 1 else None
