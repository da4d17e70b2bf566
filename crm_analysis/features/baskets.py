"""What is bought together and again, counted in the engine: pairs of items, items of each customer."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.warehouse import collect

__all__ = ["customer_items", "item_lines", "item_profit", "item_pairs", "items", "items_of_customers"]


def item_lines(lines: ir.Table, products: ir.Table | None, as_of: date) -> ir.Table:
    """Sales of products that stand, with the item they belong to: the finest kind that is known.

    An item is the subcategory where products have one, else the product itself.

    Returns
    -------
    ibis.expr.types.Table
        customer_id, order_id, day, item, item_name, category, amount.
    """
    sold = lines.filter((lines["amount"] > 0) & ~lines["netted"] & lines["is_product"] & lines["product_id"].notnull())
    sold = sold.filter(sold["ordered_at"].date() <= ibis.date(as_of.isoformat()))
    sold = sold.mutate(day=sold["ordered_at"].date())
    if products is None:
        return sold.select(
            "customer_id",
            "order_id",
            "day",
            item="product_id",
            item_name=ibis.coalesce(sold["product_name"], sold["product_id"]),
            category=ibis.null("string"),
            amount="amount",
        )
    known = products.select("product_id", "name", "category", "subcategory")
    joined = sold.drop("product_name").left_join(known, "product_id")
    return joined.select(
        "customer_id",
        "order_id",
        "day",
        item=ibis.coalesce(joined["subcategory"], joined["product_id"]),
        item_name=ibis.coalesce(joined["subcategory"], joined["name"], joined["product_id"]),
        category=joined["category"],
        amount=joined["amount"],
    )


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
    daily = sold.group_by("customer_id", "item", "day").aggregate(
        item_name=sold["item_name"].max(), category=sold["category"].max(), amount=sold["amount"].sum()
    )
    return (
        daily.group_by("customer_id", "item")
        .aggregate(
            item_name=daily["item_name"].max(),
            category=daily["category"].max(),
            days=daily.count(),
            first_day=daily["day"].min(),
            last_day=daily["day"].max(),
            amount=daily["amount"].sum(),
        )
        .cache()
    )


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
        amount=owned["amount"].sum(),
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
    some = owned.filter(owned["item"].isin(wanted)).select("customer_id", "item")
    other = some.view().rename(other="item")
    pairs = some.join(other, "customer_id").filter(lambda t: t["item"] < t["other"])
    counted = pairs.group_by("item", "other").aggregate(customers=pairs.count())
    half = collect(counted.filter(counted["customers"] >= at_least).order_by("item", "other"))
    mirrored = half.rename(columns={"item": "other", "other": "item"})[list(half.columns)]
    return pd.concat([half, mirrored], ignore_index=True)


def item_profit(lines: ir.Table, margin_rate: float) -> float | None:
    """Profit of one more item: the mean amount of a product on an order, times the margin; None without products."""
    sold = lines.filter((lines["amount"] > 0) & lines["is_product"] & lines["product_id"].notnull())
    found = collect(sold.aggregate(amount=sold["amount"].mean()))["amount"].iloc[0]
    return None if pd.isna(found) else float(found) * margin_rate
