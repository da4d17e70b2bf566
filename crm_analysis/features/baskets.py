"""What is bought together and again, counted in the engine: pairs of items, items of each customer."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crm_analysis.features.totals import total
from crm_analysis.warehouse import collect, keep

_NUMBERS = {"item": "string", "number": "int32"}

__all__ = ["customer_items", "item_lines", "item_profit", "item_pairs", "items", "items_of_customers"]


def _products_sold(lines: ir.Table) -> ir.Table:
    """Lines of a product that was paid for and not taken back."""
    return lines.filter((lines["amount"] > 0) & ~lines["netted"] & lines["is_product"] & lines["product_id"].notnull())


def item_lines(lines: ir.Table, products: ir.Table | None, as_of: date) -> ir.Table:
    """Items that customers bought, a row a day, kept in the engine for the calls that follow.

    An item is the subcategory where products have one, else the product itself. Only sales that stand count.

    Returns
    -------
    ibis.expr.types.Table
        One row per customer_id, item and day: item_name, category, amount.
    """
    sold = _products_sold(lines)
    sold = sold.filter(sold["ordered_at"].date() <= ibis.date(as_of.isoformat()))
    daily = sold.mutate(day=sold["ordered_at"].date())
    daily = daily.group_by("customer_id", "product_id", "day").aggregate(
        product_name=daily["product_name"].max(), amount=total(daily["amount"])
    )
    if products is None:
        named = daily.select(
            "customer_id",
            "day",
            item="product_id",
            item_name=ibis.coalesce(daily["product_name"], daily["product_id"]),
            category=ibis.null("string"),
            amount="amount",
        )
        return named.cache()
    joined = daily.left_join(products.select("product_id", "name", "category", "subcategory"), "product_id")
    named = joined.select(
        "customer_id",
        "day",
        item=ibis.coalesce(joined["subcategory"], joined["product_id"]),
        item_name=ibis.coalesce(joined["subcategory"], joined["name"], joined["product_name"], joined["product_id"]),
        category=joined["category"],
        amount=joined["amount"],
    )
    by_item = named.group_by("customer_id", "item", "day").aggregate(
        item_name=named["item_name"].max(), category=named["category"].max(), amount=total(named["amount"])
    )
    return by_item.cache()


def customer_items(sold: ir.Table) -> ir.Table:
    """What each customer bought, counted once and kept in the engine for the calls that follow.

    Parameters
    ----------
    sold
        Of :func:`item_lines`.

    Returns
    -------
    ibis.expr.types.Table
        One row per customer_id and item: item_name, category, days (with a purchase), first_day, last_day, amount.
    """
    table = sold.group_by("customer_id", "item").aggregate(
        item_name=sold["item_name"].max(),
        category=sold["category"].max(),
        days=sold.count(),
        first_day=sold["day"].min(),
        last_day=sold["day"].max(),
        amount=total(sold["amount"]),
    )
    return table.cache()


def items(owned: ir.Table, most: int = 1000) -> pd.DataFrame:
    """The items most customers bought.

    Parameters
    ----------
    owned
        Of :func:`customer_items`.
    most
        How many at most.

    Returns
    -------
    pandas.DataFrame
        One row per item: item, item_name, category, customers, amount, repeat_share (share of its customers who
        bought it on more than one day).
    """
    table = owned.group_by("item").aggregate(
        item_name=owned["item_name"].max(),
        category=owned["category"].max(),
        customers=owned.count(),
        amount=total(owned["amount"]),
        again=(owned["days"] > 1).sum(),
    )
    frame = collect(table.order_by(ibis.desc("customers"), "item").limit(most))
    return frame.assign(repeat_share=frame["again"] / frame["customers"].clip(lower=1)).drop(columns="again")


def items_of_customers(owned: ir.Table, wanted: list[str]) -> pd.DataFrame:
    """What each customer bought of these items: customer_id, item, days (with a purchase), first_day, last_day."""
    some = owned.filter(owned["item"].isin(wanted)).select("customer_id", "item", "days", "first_day", "last_day")
    frame = collect(some.order_by("customer_id", "item"))
    return frame.assign(first_day=pd.to_datetime(frame["first_day"]), last_day=pd.to_datetime(frame["last_day"]))


def item_pairs(owned: ir.Table, wanted: list[str], at_least: int = 10) -> pd.DataFrame:
    """How many customers bought both of two items.

    Returns
    -------
    pandas.DataFrame
        One row per pair in both orders: item, other, customers (who bought both).
    """
    # Small numbers in the place of names, kept: the join makes customers x items squared rows of them.
    numbers = ibis.memtable(pd.DataFrame({"item": wanted, "number": range(len(wanted))}), schema=_NUMBERS)
    some = keep(owned.join(numbers, "item").select("customer_id", "number"))
    other = some.view().rename(other="number")
    pairs = some.join(other, "customer_id").filter(lambda t: t["number"] < t["other"])
    counted = pairs.group_by("number", "other").aggregate(customers=pairs.count())
    half = collect(counted.filter(counted["customers"] >= at_least).order_by("number", "other"))
    left, right = (np.asarray(wanted, dtype=object)[half[name].to_numpy()] for name in ("number", "other"))
    customers = half["customers"].to_numpy()
    return pd.DataFrame(
        {
            "item": np.concatenate([left, right]),
            "other": np.concatenate([right, left]),
            "customers": np.concatenate([customers, customers]),
        }
    )


def item_profit(lines: ir.Table, margin_rate: float) -> float | None:
    """Profit of one more item: the mean amount of a product on an order, times the margin; None without products.

    Only sales that stand count.
    """
    sold = _products_sold(lines)
    found = collect(sold.aggregate(amount=sold["amount"].mean().round(6)))["amount"].iloc[0]
    return None if pd.isna(found) else float(found) * margin_rate
