"""What was sold of each product while each of its prices held, and while its shelf was empty."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.product_names import names_of
from crm_analysis.features.purchases import is_purchase
from crm_analysis.features.totals import total
from crm_analysis.warehouse import collect

__all__ = ["empty_shelves", "price_periods"]

MOST_PRODUCTS = 300
USUAL_DAYS = 180
LEAST_DAYS = 3


def _periods(prices: ir.Table, first: date, as_of: date) -> ir.Table:
    """Periods inside the data: product_id, since, until, price, is_there."""
    start, end = ibis.date(first.isoformat()), ibis.date(as_of.isoformat())
    there = prices["available"].fill_null(True) if "available" in prices.columns else ibis.literal(True)
    last = prices["valid_to"] if "valid_to" in prices.columns else ibis.null("date")
    until = ibis.coalesce(last.cast("date"), end)
    found = prices.select(
        "product_id",
        since=ibis.greatest(prices["valid_from"].cast("date"), start),
        until=ibis.least(until, end),
        price=prices["price"],
        is_there=there,
    )
    return found.filter(found["since"] <= found["until"])


def price_periods(
    lines: ir.Table, prices: ir.Table | None, groups: pd.DataFrame | None, first: date, as_of: date
) -> pd.DataFrame | None:
    """Purchases of the products that are bought most, by the period of one price and by group of customers.

    Parameters
    ----------
    lines
        Order lines.
    prices
        product_prices; None where there is no such table.
    groups
        customer_id and group; None for all customers in one group.
    first, as_of
        First and last day of the data.

    Returns
    -------
    pandas.DataFrame or None
        One row per product_id, since and group: until, price (currency), days, purchases (customers times days on which
        it was bought). Periods in which the product was not there are left out. None without prices, products, or with
        fewer than two prices of every product.
    """
    if prices is None or "product_id" not in lines.columns:
        return None
    sold = lines.filter(is_purchase(lines) & lines["product_id"].notnull())
    bought = sold.select("customer_id", "product_id", day=sold["ordered_at"].date()).distinct()
    most = bought.group_by("product_id").aggregate(n=bought.count()).order_by(ibis.desc("n"), "product_id")
    periods = _periods(prices, first, as_of).filter(lambda t: t["is_there"] & (t["price"] > 0))
    periods = periods.join(most.limit(MOST_PRODUCTS).select("product_id"), "product_id")
    if groups is None:
        named = bought.mutate(group=ibis.literal("all"))
    else:
        table = ibis.memtable(
            groups[["customer_id", "group"]].astype("str"), schema={"customer_id": "string", "group": "string"}
        )
        named = bought.join(table, "customer_id")
    counted = (
        named.join(periods, "product_id")
        .filter(lambda t: (t["day"] >= t["since"]) & (t["day"] <= t["until"]))
        .group_by("product_id", "since", "group")
        .aggregate(purchases=lambda t: t.count())
    )
    known = collect(periods.select("product_id", "since", "until", "price")).drop_duplicates(["product_id", "since"])
    counts = collect(counted)
    if known.empty or known.groupby("product_id")["price"].nunique().max() < 2:
        return None
    names = ["all"] if groups is None else sorted(groups["group"].astype("str").unique())
    whole = known.merge(pd.DataFrame({"group": names}), how="cross").astype({"group": "str"})
    whole["since"], counts["since"] = pd.to_datetime(whole["since"]), pd.to_datetime(counts["since"])
    frame = whole.merge(counts, "left", ["product_id", "since", "group"])
    frame["until"] = pd.to_datetime(frame["until"])
    frame["days"] = (frame["until"] - frame["since"]).dt.days + 1
    frame["purchases"] = frame["purchases"].fillna(0).astype("int64")
    return frame.sort_values(["product_id", "since", "group"], ignore_index=True)


def empty_shelves(
    lines: ir.Table, prices: ir.Table | None, names: ir.Table | None, first: date, as_of: date
) -> pd.DataFrame | None:
    """Products that were not there within the last year, and what they sold on as many days before.

    Parameters
    ----------
    lines, prices
        As in :func:`price_periods`.
    names
        products, for their names; None where there are none.
    first, as_of
        First and last day of the data.

    Returns
    -------
    pandas.DataFrame or None
        One row per product_id, the most missed first: product, days (without the product), last_day (of them), usual
        (sales a day, currency, over the 180 days before it was missing first), missed (days times usual). Products
        that sold nothing before are left out. None where the table says nothing about shelves.
    """
    if prices is None or "available" not in prices.columns or "product_id" not in lines.columns:
        return None
    start = max(first, as_of - timedelta(days=364))
    gone = _periods(prices, start, as_of).filter(lambda t: ~t["is_there"])
    spans = gone.group_by("product_id").aggregate(
        days=(gone["until"].delta(gone["since"], unit="day") + 1).sum(), began=gone["since"].min(),
        last_day=gone["until"].max(),
    )  # fmt: skip
    spans = spans.filter(spans["days"] >= LEAST_DAYS)
    sold = lines.filter(is_purchase(lines)).select("product_id", "amount", day=lines["ordered_at"].date())
    before = sold.join(spans, "product_id")
    age = before["began"].delta(before["day"], unit="day")
    usual = before.filter((age > 0) & (age <= USUAL_DAYS)).group_by("product_id").aggregate(
        sales=lambda t: total(t["amount"])
    )  # fmt: skip
    joined = spans.join(usual, "product_id").drop("began")
    frame = collect(joined).astype({"days": "int64", "sales": "float64"})
    known = min(USUAL_DAYS, max((as_of - first).days, 1))
    frame["usual"] = frame.pop("sales") / known
    frame["missed"] = frame["days"] * frame["usual"]
    title = names_of(names)
    frame["product"] = [title.get(str(p), str(p)) for p in frame["product_id"]]
    frame["last_day"] = pd.to_datetime(frame["last_day"])
    columns = ["product_id", "product", "days", "last_day", "usual", "missed"]
    return frame.sort_values(["missed", "product_id"], ascending=[False, True], ignore_index=True)[columns]
