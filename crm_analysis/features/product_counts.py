"""What each product sold, how much of it came back, and whether its first buyers did, counted in the engine."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.totals import total
from crm_analysis.warehouse import collect

__all__ = ["BACK_DAYS", "product_counts"]

HALF_DAYS, YEAR_DAYS = 182, 364
BACK_DAYS = 180
"""Days after a first purchase in which a customer comes back or not."""
_COUNTS = ["now", "before", "sold", "returned", "firsts", "back"]


def product_counts(lines: ir.Table, products: ir.Table | None, since: date, first: date, as_of: date) -> pd.DataFrame:
    """Counts for buyers of goods.

    The last half-year is held against the same half-year one year earlier where the data reaches so far, so that a
    product's own season is no trend; else against the half-year before.

    Parameters
    ----------
    lines
        Order lines.
    products
        With name and category; None where there are none.
    since
        First day on which a first purchase is a beginning.
    first, as_of
        First and last day of the data.

    Returns
    -------
    pandas.DataFrame
        One row per product_id sold in one of the halves: product, category, now and before (customers who bought it in
        the last half and in the one compared), sold and returned (lines of the last year, with those that cancel each
        other), returned_amount (currency), firsts (new customers whose first day holds it, 180 days ago or more), back
        (of them: bought anything in the 180 days after).
    """
    if "product_id" not in lines.columns:
        return pd.DataFrame(columns=["product_id", "product", "category", *_COUNTS, "returned_amount"])
    goods = lines.filter(lines["product_id"].notnull() & (lines["amount"] != 0))
    goods = goods.mutate(day=goods["ordered_at"].date()).filter(lambda t: t["day"] <= ibis.date(as_of.isoformat()))
    counted = collect(_sales(goods, first, as_of)).merge(
        collect(_beginnings(goods, since, as_of)), "left", "product_id"
    )
    counted[_COUNTS] = counted[_COUNTS].fillna(0).astype("int64")
    counted["returned_amount"] = counted["returned_amount"].astype("float64").fillna(0.0)
    counted = counted[(counted["now"] > 0) | (counted["before"] > 0)]
    named = _named(counted, products)
    return named.sort_values("product_id", ignore_index=True)


def _sales(goods: ir.Table, first: date, as_of: date) -> ir.Table:
    half = timedelta(days=HALF_DAYS)
    shift = timedelta(days=YEAR_DAYS)
    if first > as_of - half - shift:
        shift = half
    day, sale = goods["day"], goods["amount"] > 0
    stands = sale & ~goods["netted"]
    now = stands & _within(day, as_of - half, as_of)
    before = stands & _within(day, as_of - half - shift, as_of - shift)
    year = _within(day, as_of - timedelta(days=YEAR_DAYS), as_of)
    back = year & (goods["amount"] < 0)
    nobody = ibis.null("string")
    return goods.group_by("product_id").aggregate(
        line_name=goods["product_name"].max() if "product_name" in goods.columns else ibis.null("string").max(),
        now=ibis.ifelse(now, goods["customer_id"], nobody).nunique(),
        before=ibis.ifelse(before, goods["customer_id"], nobody).nunique(),
        sold=(year & sale).cast("int64").sum(),
        returned=back.cast("int64").sum(),
        returned_amount=total(ibis.ifelse(back, -goods["amount"], 0.0)),
    )


def _within(day: ir.DateValue, after: date, until: date) -> ir.BooleanValue:
    return (day > ibis.date(after.isoformat())) & (day <= ibis.date(until.isoformat()))


def _beginnings(goods: ir.Table, since: date, as_of: date) -> ir.Table:
    buys = goods.filter((goods["amount"] > 0) & ~goods["netted"]).select("customer_id", "product_id", "day")
    began = buys.group_by("customer_id").aggregate(first_day=buys["day"].min())
    over = as_of - timedelta(days=BACK_DAYS)
    fresh = began.filter(began["first_day"].between(ibis.date(since.isoformat()), ibis.date(over.isoformat())))
    joined = buys.join(fresh, "customer_id")
    age = joined["day"].delta(joined["first_day"], unit="day")
    came = joined.group_by("customer_id").aggregate(back=((age >= 1) & (age <= BACK_DAYS)).any().cast("int64"))
    opening = joined.filter(joined["day"] == joined["first_day"]).select("customer_id", "product_id").distinct()
    told = opening.join(came, "customer_id")
    return told.group_by("product_id").aggregate(firsts=told.count(), back=told["back"].sum())


def _named(counted: pd.DataFrame, products: ir.Table | None) -> pd.DataFrame:
    if products is not None:
        given = {new: old for new, old in (("product", "name"), ("category", "category")) if old in products.columns}
        known = collect(products.select("product_id", **given)).drop_duplicates("product_id")
        counted = counted.merge(known, how="left", on="product_id")
    for name in ("product", "category"):
        if name not in counted:
            counted[name] = pd.Series(index=counted.index, dtype="str")
    counted["product"] = counted["product"].fillna(counted["line_name"]).fillna(counted["product_id"]).astype("str")
    counted["category"] = counted["category"].fillna("").astype("str")
    return counted[["product_id", "product", "category", *_COUNTS, "returned_amount"]]
