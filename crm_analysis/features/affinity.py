"""What goes into one basket: pairs of items, and which of the two comes first."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crm_analysis.warehouse import collect, keep

__all__ = ["BasketPairs", "basket_pairs", "order_of_pairs"]

_NUMBERS = {"item": "string", "number": "int32"}


@dataclass(frozen=True)
class BasketPairs:
    """Counts of items and pairs over baskets: all that one customer bought on one day.

    Attributes
    ----------
    items
        One row per item: item, item_name, baskets (with it).
    pairs
        One row per pair: item, other (in the order of ``items``), baskets (with both), customers.
    sizes
        One row per number of different items in a basket: size, baskets.
    """

    items: pd.DataFrame
    pairs: pd.DataFrame
    sizes: pd.DataFrame

    @property
    def baskets(self) -> int:
        """All baskets with one of the items."""
        return int(self.sizes["baskets"].sum())


def basket_pairs(sold: ir.Table, most: int = 150, at_least: int = 5) -> BasketPairs:
    """Count the commonest items and their pairs.

    Parameters
    ----------
    sold
        Of :func:`crm_analysis.features.item_lines`: customer_id, item, item_name, day.
    most
        So many items at most, the commonest.
    at_least
        Baskets from which a pair is counted.
    """
    counted = sold.group_by("item").aggregate(baskets=sold.count(), item_name=sold["item_name"].max())
    items = collect(counted.order_by(ibis.desc("baskets"), "item").limit(most))
    numbers = ibis.memtable(
        pd.DataFrame({"item": items["item"].astype("str"), "number": range(len(items))}), schema=_NUMBERS
    )
    some = keep(sold.join(numbers, "item").select("customer_id", "day", "number"))
    sizes = some.group_by("customer_id", "day").aggregate(size=some.count())
    spread = collect(sizes.group_by("size").aggregate(baskets=sizes.count()).order_by("size")).astype("int64")
    other = some.view().rename(other="number")
    pairs = some.join(other, ["customer_id", "day"]).filter(lambda t: t["number"] < t["other"])
    grouped = pairs.group_by("number", "other").aggregate(
        baskets=pairs.count(), customers=pairs["customer_id"].nunique()
    )
    frame = collect(grouped.filter(grouped["baskets"] >= at_least).order_by("number", "other"))
    names = items["item"].to_numpy(dtype=object)
    return BasketPairs(
        items[["item", "item_name", "baskets"]],
        pd.DataFrame(
            {
                "item": names[frame["number"].to_numpy(dtype="int64")],
                "other": names[frame["other"].to_numpy(dtype="int64")],
                "baskets": frame["baskets"].to_numpy(dtype="int64"),
                "customers": frame["customers"].to_numpy(dtype="int64"),
            }
        ),
        spread,
    )


def order_of_pairs(owned: ir.Table, pairs: pd.DataFrame, days: int = 90) -> pd.DataFrame:
    """How many customers bought one item of a pair for the first time after the other.

    Parameters
    ----------
    owned
        Of :func:`crm_analysis.features.customer_items`: customer_id, item, first_day.
    pairs
        item, other.
    days
        At most so many days after it.

    Returns
    -------
    pandas.DataFrame
        ``pairs`` with item_first and other_first: customers who bought ``other`` within ``days`` after ``item``, and
        the other way round; who bought both on one day counts for neither.
    """
    if pairs.empty:
        return pairs.assign(item_first=pd.Series(dtype="int64"), other_first=pd.Series(dtype="int64"))
    wanted = ibis.memtable(
        pairs[["item", "other"]].astype("str").assign(pair=np.arange(len(pairs))),
        schema={"item": "string", "other": "string", "pair": "int64"},
    )
    firsts = owned.select("customer_id", "item", "first_day")
    one = wanted.join(firsts, "item").select("pair", "other", "customer_id", began="first_day")
    two = firsts.rename(other="item", later="first_day")
    both = one.join(two, ["other", "customer_id"])
    wait = both["later"].delta(both["began"], unit="day")
    grouped = both.group_by("pair").aggregate(
        item_first=((wait >= 1) & (wait <= days)).cast("int64").sum(),
        other_first=((wait <= -1) & (wait >= -days)).cast("int64").sum(),
    )
    counts = collect(grouped).set_index("pair").reindex(range(len(pairs)), fill_value=0)
    return pairs.assign(
        item_first=counts["item_first"].fillna(0).to_numpy(dtype="int64"),
        other_first=counts["other_first"].fillna(0).to_numpy(dtype="int64"),
    )
