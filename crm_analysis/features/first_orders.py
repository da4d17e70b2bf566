"""The first order and the first thirty days of customers, and what they brought afterwards."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.purchases import is_purchase
from crm_analysis.features.totals import total
from crm_analysis.warehouse import collect

__all__ = ["EARLY_DAYS", "FOLLOWED_DAYS", "first_new_day", "first_orders"]

EARLY_DAYS = 30
FOLLOWED_DAYS = 180
"""Days after the first thirty in which later sales count."""


def first_orders(
    lines: ir.Table, products: ir.Table | None, customers: ir.Table | None, since: date, as_of: date
) -> pd.DataFrame:
    """Traits of everybody's beginning.

    Parameters
    ----------
    lines
        Order lines.
    products
        With category; None where there are none.
    customers
        With acquisition_source and referrer_id; None where there are none.
    since
        First day that counts as a beginning: who was seen before is no new customer.
    as_of
        Last day.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id first seen since then: first_day, first_amount (currency, of the first day),
        first_lines, discounted (share of the first day's sales at full price), weekend (1 or 0), channel and category
        (of most of the first day's lines; empty where not known), source, referred (1 or 0), again (purchase days
        after the first within thirty days), returned (1 where something was taken back in them), later_sales (net,
        of the 180 days after the first thirty; NaN where they are not over).
    """
    buys = lines.filter(is_purchase(lines) & (lines["ordered_at"].date() <= ibis.date(as_of.isoformat())))
    began = buys.group_by("customer_id").aggregate(first_day=lambda t: t["ordered_at"].date().min())
    fresh = began.filter(began["first_day"] >= ibis.date(since.isoformat()))
    opening = _opening(buys, products, fresh)
    seen = lines.filter(lines["ordered_at"].date() <= ibis.date(as_of.isoformat()))
    after = _after(seen, fresh)
    frame = collect(opening).merge(collect(after), on="customer_id", how="left")
    frame["first_day"] = pd.to_datetime(frame["first_day"])
    frame["weekend"] = (frame["first_day"].dt.weekday >= 5).astype("float64")
    if customers is not None:
        frame = frame.merge(_origin(customers), on="customer_id", how="left")
    for name in ("channel", "category", "source"):
        frame[name] = frame[name].fillna("").astype("str") if name in frame else ""
    frame["referred"] = frame["referred"].fillna(0.0).astype("float64") if "referred" in frame else 0.0
    over = frame["first_day"] + pd.Timedelta(days=EARLY_DAYS + FOLLOWED_DAYS) <= pd.Timestamp(as_of)
    numbers = ["first_amount", "first_lines", "discounted", "again", "returned", "later_sales"]
    frame[numbers] = frame[numbers].astype("float64").fillna(0.0)
    frame["later_sales"] = frame["later_sales"].where(over)
    return frame.sort_values("customer_id", ignore_index=True)


def _opening(buys: ir.Table, products: ir.Table | None, fresh: ir.Table) -> ir.Table:
    off = buys["discount"].fill_null(0.0).abs() if "discount" in buys.columns else ibis.literal(0.0)
    rows = buys.select(
        "customer_id",
        amount=buys["amount"],
        off=off,
        product_id=buys["product_id"] if "product_id" in buys.columns else ibis.null("string"),
        channel=buys["channel"] if "channel" in buys.columns else ibis.null("string"),
        day=buys["ordered_at"].date(),
    )
    first = rows.join(fresh, "customer_id").filter(lambda t: t["day"] == t["first_day"])
    if products is not None and "category" in products.columns:
        first = first.left_join(products.select(coded="product_id", category="category"), [("product_id", "coded")])
    else:
        first = first.mutate(category=ibis.null("string"))
    full = (first["amount"] + first["off"]).sum()
    return first.group_by("customer_id").aggregate(
        first_day=first["first_day"].min(),
        first_amount=total(first["amount"]),
        first_lines=first.count(),
        discounted=first["off"].sum() / full.nullif(0.0),
        channel=first["channel"].min(),
        # The dearest line of the day: engines agree on it, as they do not on the commonest.
        category=first["category"].argmax(first["amount"]),
    )


def _after(seen: ir.Table, fresh: ir.Table) -> ir.Table:
    joined = seen.join(fresh, "customer_id")
    age = joined["ordered_at"].date().delta(joined["first_day"], unit="day")
    early = (age >= 1) & (age <= EARLY_DAYS)
    later = (age > EARLY_DAYS) & (age <= EARLY_DAYS + FOLLOWED_DAYS)
    bought = early & is_purchase(joined)
    return joined.group_by("customer_id").aggregate(
        again=ibis.ifelse(bought, joined["ordered_at"].date(), ibis.null("date")).nunique(),
        returned=((age <= EARLY_DAYS) & (joined["amount"] < 0)).any().cast("int64"),
        later_sales=total(ibis.ifelse(later, joined["amount"], 0.0)),
    )


def _origin(customers: ir.Table) -> pd.DataFrame:
    columns: dict[str, ir.Value] = {}
    if "acquisition_source" in customers.columns:
        columns["source"] = customers["acquisition_source"]
    if "referrer_id" in customers.columns:
        columns["referred"] = customers["referrer_id"].notnull().cast("int64")
    return collect(customers.select("customer_id", **columns)).drop_duplicates("customer_id")


def first_new_day(existing_until: date | None, first: date) -> date:
    """The first day on which a first purchase is a beginning."""
    return first if existing_until is None else existing_until + timedelta(days=1)
