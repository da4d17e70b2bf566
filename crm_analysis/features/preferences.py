"""What customers prefer beyond chance: category, brand, channel, price band, days of the week, discounts."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy.stats import beta, binom, false_discovery_control

from crm_analysis.features.empty import empty_frame
from crm_analysis.features.purchases import is_purchase
from crm_analysis.thresholds import PERCENT_CUSTOMERS
from crm_analysis.warehouse import collect, keep

__all__ = ["TRAITS", "preference_profiles", "preferences_by_segment"]

TRAITS = ("category", "brand", "price_band", "channel", "weekday", "discount")
LEVEL = 0.90
_LEAST = 3
_FALSE_SHARE = 0.05
_COLUMNS = ["customer_id", "trait", "value", "days", "share", "usual", "low", "high"]


def preference_profiles(lines: ir.Table, products: ir.Table | None, as_of: date) -> pd.DataFrame:
    """The strongest preference of each customer in each trait, where it is surely above what all customers do.

    A purchase is a day on which a value (such as the category Drinks) was bought. A customer's share of a value is
    drawn towards the share of all by as much as customers differ no more than chance (Dirichlet-multinomial, its
    weight from the moments, Mosimann 1962). A price band is the third of the products of a category, by mean price,
    that a product is in.

    Parameters
    ----------
    lines
        Order lines.
    products
        With category and brand; None where there are none.
    as_of
        Last day.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id and trait (of ``TRAITS``; those without columns are left out): value, days (days with
        any value of the trait), share (of the value, drawn towards all), usual (share over all customers), low and
        high (90 % of share). Only rows whose low is above usual, from three days with the value.
    """
    sold = _sold(lines, products, as_of)
    found = [_strongest(sold, trait) for trait in TRAITS if trait in sold.columns]
    some = [frame for frame in found if len(frame)]
    if not some:
        return empty_frame(_COLUMNS, 3)
    return pd.concat(some, ignore_index=True).sort_values(["customer_id", "trait"], ignore_index=True)


def preferences_by_segment(profiles: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """For each segment the preferences that its customers have more often than all customers, beyond chance.

    Parameters
    ----------
    profiles
        Of :func:`preference_profiles`.
    scores
        customer_id and segment of all customers.

    Returns
    -------
    pandas.DataFrame
        One row per segment, trait and value: customers (with the preference), of (customers of the segment), share,
        usual (share over all customers), chance (one-sided exact binomial, Benjamini and Hochberg over all that were
        compared; at most 0.05). The largest ratio of share to usual first within a segment.
    """
    columns = ["segment", "trait", "value", "customers", "of", "share", "usual", "chance"]
    joined = profiles.merge(scores[["customer_id", "segment"]], on="customer_id")
    if joined.empty:
        return empty_frame(columns, 3)
    found = joined.groupby(["segment", "trait", "value"], as_index=False).agg(customers=("customer_id", "size"))
    usual = joined.groupby(["trait", "value"]).size() / len(scores)
    found["of"] = found["segment"].map(scores["segment"].value_counts()).astype("int64")
    found["share"] = found["customers"] / found["of"]
    found["usual"] = usual.reindex(pd.MultiIndex.from_frame(found[["trait", "value"]])).to_numpy()
    found["chance"] = false_discovery_control(binom.sf(found["customers"] - 1, found["of"], found["usual"]))
    sure = found[(found["chance"] <= _FALSE_SHARE) & (found["customers"] >= PERCENT_CUSTOMERS)]
    order = (sure["share"] / sure["usual"]).rename("ratio")
    ordered = sure.join(order).sort_values(["segment", "ratio", "value"], ascending=[True, False, True])
    return ordered[columns].reset_index(drop=True)


def _sold(lines: ir.Table, products: ir.Table | None, as_of: date) -> ir.Table:
    bought = lines.filter(is_purchase(lines) & (lines["ordered_at"].date() <= ibis.date(as_of.isoformat())))
    day = bought["ordered_at"].date()
    columns: dict[str, ir.Value] = {"weekday": day.day_of_week.index().cast("string")}
    if "channel" in bought.columns:
        columns["channel"] = bought["channel"]
    if "discount" in bought.columns:
        off = bought["discount"].fill_null(0.0).abs() > 0
        columns["discount"] = ibis.ifelse(off, "discounted", "full_price")
    if "product_id" in bought.columns:
        columns["product_id"] = bought["product_id"]
    pieces = bought["quantity"].nullif(0.0) if "quantity" in bought.columns else ibis.literal(1.0)
    table = bought.select("customer_id", day=day, amount=bought["amount"], piece=bought["amount"] / pieces, **columns)
    if products is None or "product_id" not in columns:
        return keep(table)
    return keep(table.left_join(_known(table, products), "product_id"))


def _known(table: ir.Table, products: ir.Table) -> ir.Table:
    given = {name: products[name] for name in ("category", "brand") if name in products.columns}
    named = products.select("product_id", **given)
    if "category" not in given:
        return named
    price = table.group_by("product_id").aggregate(price=table["piece"].mean().round(6))
    priced = named.join(price, "product_id").filter(lambda t: t["category"].notnull())
    rank = priced["price"].percent_rank().over(group_by="category", order_by=["price", "product_id"])
    band = ibis.cases((rank < 1 / 3, "low"), (rank < 2 / 3, "middle"), else_="high")
    return named.left_join(priced.select("product_id", price_band=band), "product_id").select(
        "product_id", *given, "price_band"
    )


def _strongest(sold: ir.Table, trait: str) -> pd.DataFrame:
    known = sold.filter(sold[trait].notnull()).rename(value=trait)
    days = known.group_by("customer_id", "value").aggregate(k=known["day"].nunique())
    whole = days.group_by("value").aggregate(k=days["k"].sum())
    usual = collect(whole)
    usual["usual"] = usual["k"].astype("float64") / max(float(usual["k"].sum()), 1.0)
    if len(usual) < 2:
        return pd.DataFrame(columns=_COLUMNS)
    kinds = {"value": "string", "usual": "float64"}
    shares = ibis.memtable(usual[["value", "usual"]].astype({"value": "str"}), schema=kinds)
    each = days.join(shares, "value")
    each = keep(each.mutate(n=each["k"].sum().over(group_by="customer_id")))
    weight = _weight(each, len(usual))
    share = (each["k"] + weight * each["usual"]) / (each["n"] + weight)
    # A normal bound in the engine spares most rows; the exact one follows below.
    spread = (each["usual"] * (1 - each["usual"]) / (each["n"] + weight + 1)).sqrt()
    likely = each.mutate(share=share).filter((each["k"] >= _LEAST) & (share > each["usual"] + 0.5 * spread))
    frame = collect(likely).astype({"k": "float64", "n": "float64"})
    a = frame["k"] + weight * frame["usual"]
    b = frame["n"] + weight - a
    tail = (1 - LEVEL) / 2
    frame["low"], frame["high"] = beta.ppf(tail, a, b), beta.ppf(1 - tail, a, b)
    sure = frame[frame["low"] > frame["usual"]].rename(columns={"n": "days"}).assign(trait=trait)
    sure["index"] = sure["share"] / sure["usual"]
    ordered = sure.sort_values(["customer_id", "index", "value"], ascending=[True, False, True])
    return ordered.drop_duplicates("customer_id")[_COLUMNS]


def _weight(each: ir.Table, values: int) -> float:
    """Weight of all customers' shares against a customer's own purchases, from how much customers differ."""
    n = each.group_by("customer_id").aggregate(n=each["n"].max(), fit=(each["k"] * each["k"] / each["usual"]).sum())
    sums = collect(
        n.aggregate(beyond=(n["fit"] / n["n"] - n["n"]).sum().round(3), customers=n.count(), days=n["n"].sum())
    ).iloc[0]
    customers, free = float(sums["customers"]), values - 1
    further = max(float(sums["days"]) - customers, 1.0)
    rho = max(float(sums["beyond"]) / free - customers, 0.0) / further + np.sqrt(2 * customers / free) / further
    return float(np.clip(1 / max(rho, 1e-6) - 1, 1.0, 1e6))
