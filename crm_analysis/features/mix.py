"""What sales are made of in two periods: by category, channel, country, and what changed beyond chance."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crm_analysis.features.empty import empty_frame
from crm_analysis.features.totals import total
from crm_analysis.features.windows import within
from crm_analysis.intervals import NORMAL_90, beyond_chance
from crm_analysis.warehouse import collect, keep

__all__ = ["MIX_DIMENSIONS", "sales_mix"]

MIX_DIMENSIONS = ("category", "channel", "country", "store_id", "region")
"""What sales are divided by; those without values, or with one alone, are left out."""

_MOST_VALUES = 1_000
_COLUMNS = [
    "dimension", "value", "revenue_before", "revenue_after", "share_before", "share_after", "change", "low", "high",
    "customers", "sure",
]  # fmt: skip
FALSE_SHARE = 0.10
"""Of the changes that are called sure, the share that may be chance (Benjamini and Hochberg 1995)."""


def sales_mix(
    lines: ir.Table,
    products: ir.Table | None,
    customers: ir.Table | None,
    before: tuple[date, date],
    after: tuple[date, date],
) -> pd.DataFrame:
    """Shares of revenue by value of each dimension in two periods, and the change between them.

    The change of a share has the interval of a difference of two ratios over customers (Cochran 1977, Sampling
    Techniques, section 6.4, linearised): a customer who buys in both periods counts in both, so that loyalty to a
    category is no change.

    Parameters
    ----------
    lines
        Order lines.
    products
        For the category; None where there are none.
    customers
        For the region, where it has the column; None where there are none.
    before, after
        First and last day of the two periods.

    Returns
    -------
    pandas.DataFrame
        One row per dimension (of :data:`MIX_DIMENSIONS`) and value: revenue_before, revenue_after (currency, net of
        returns), share_before, share_after (of the revenue whose value is known), change (difference of the shares),
        low, high (90 %), customers (with revenue in the later period), sure (whether the change is more than chance, of
        all rows together at a rate of false ones of 10 %). The largest share of the later period first.
    """
    seen = within(lines, "ordered_at", before[0], after[1])
    day = seen["ordered_at"].date()
    late = day >= ibis.date(after[0].isoformat())
    early = (day <= ibis.date(before[1].isoformat())) & ~late
    given = {name: seen[name].cast("string") for name in ("channel", "country", "store_id") if name in seen.columns}
    sold = seen.select(
        "customer_id",
        *(["product_id"] if "product_id" in seen.columns else []),
        early=ibis.ifelse(early, seen["amount"], 0.0),
        late=ibis.ifelse(late, seen["amount"], 0.0),
        **given,
    )
    if products is not None and "category" in products.columns and "product_id" in sold.columns:
        sold = sold.left_join(products.select("product_id", "category"), "product_id").drop("product_id_right")
    if customers is not None and "region" in customers.columns:
        sold = sold.left_join(customers.select("customer_id", "region"), "customer_id").drop("customer_id_right")
    sold = keep(sold)
    found = [_of(sold, name) for name in MIX_DIMENSIONS if name in sold.columns]
    some = [frame for frame in found if len(frame)]
    if not some:
        return empty_frame(_COLUMNS, 2)
    both = pd.concat(some, ignore_index=True)
    return both.assign(sure=beyond_chance(both["change"], both["low"], both["high"], FALSE_SHARE))


def _of(sold: ir.Table, dimension: str) -> pd.DataFrame:
    """One dimension: sums and the cross products of customers that the interval needs, in the engine."""
    known = sold.filter(sold[dimension].notnull()).rename(value=dimension)
    each = known.group_by("customer_id", "value").aggregate(x0=total(known["early"]), x1=total(known["late"]))
    people = each.group_by("customer_id").aggregate(y0=each["x0"].sum(), y1=each["x1"].sum())
    whole = collect(
        people.aggregate(
            n=people.count(), y0=people["y0"].sum(), y1=people["y1"].sum(), y00=(people["y0"] * people["y0"]).sum(),
            y01=(people["y0"] * people["y1"]).sum(), y11=(people["y1"] * people["y1"]).sum(),
        )
    ).astype("float64").iloc[0]  # fmt: skip
    joined = each.join(people, "customer_id")
    x0, x1, y0, y1 = (joined[name] for name in ("x0", "x1", "y0", "y1"))
    sums = joined.group_by("value").aggregate(
        revenue_before=total(x0), revenue_after=total(x1), customers=(x1 > 0).cast("int64").sum(),
        x00=(x0 * x0).sum(), x01=(x0 * x1).sum(), x11=(x1 * x1).sum(),
        x0y0=(x0 * y0).sum(), x0y1=(x0 * y1).sum(), x1y0=(x1 * y0).sum(), x1y1=(x1 * y1).sum(),
    )  # fmt: skip
    frame = collect(sums.order_by(ibis.desc("revenue_after"), "value").limit(_MOST_VALUES))
    if len(frame) < 2 or whole["y0"] <= 0 or whole["y1"] <= 0:
        return pd.DataFrame(columns=_COLUMNS)
    s = frame.drop(columns="value").astype("float64")
    share0, share1 = s["revenue_before"] / whole["y0"], s["revenue_after"] / whole["y1"]
    # The sum over customers of ((x1 - share1 y1) / Y1 - (x0 - share0 y0) / Y0) squared, multiplied out.
    after2 = s["x11"] - 2 * share1 * s["x1y1"] + share1**2 * whole["y11"]
    before2 = s["x00"] - 2 * share0 * s["x0y0"] + share0**2 * whole["y00"]
    both = s["x01"] - share0 * s["x1y0"] - share1 * s["x0y1"] + share0 * share1 * whole["y01"]
    square = after2 / whole["y1"] ** 2 + before2 / whole["y0"] ** 2 - 2 * both / (whole["y0"] * whole["y1"])
    n = whole["n"]
    error = NORMAL_90 * np.sqrt(square.clip(lower=0) * n / max(n - 1, 1))
    found = frame[["value", "revenue_before", "revenue_after", "customers"]].assign(
        dimension=dimension, share_before=share0, share_after=share1, change=share1 - share0,
        low=share1 - share0 - error, high=share1 - share0 + error,
    )  # fmt: skip
    return (
        found.assign(sure=False)[_COLUMNS]
        .astype(dict.fromkeys(_COLUMNS[2:-1], "float64"))
        .astype({"value": "str", "dimension": "str"})
    )
