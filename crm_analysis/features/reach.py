"""Where customers are met: the people behind accounts, channels they buy in, partners and lists they come from."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.purchases import is_purchase
from crm_analysis.warehouse import collect

__all__ = ["SEVERAL", "channel_reach", "identity_counts", "prospect_reach"]

SEVERAL = "several channels"
"""Reach of customers who bought in more than one channel."""


def identity_counts(accounts: ir.Table | None, review: ir.Table | None) -> pd.DataFrame:
    """Accounts, the customers they are, and pairs that wait for a decision.

    Parameters
    ----------
    accounts, review
        Tables of the warehouse; None where there are none.

    Returns
    -------
    pandas.DataFrame
        One row: accounts, customers, several (customers with more than one account), waiting (pairs).
    """
    counts = {"accounts": 0, "customers": 0, "several": 0}
    if accounts is not None:
        people = accounts.group_by("customer_id").aggregate(n=accounts.count())
        found = people.aggregate(accounts=people["n"].sum(), customers=people.count(), several=(people["n"] > 1).sum())
        row = collect(found).fillna(0).iloc[0]
        counts = {name: int(row[name]) for name in counts}
    waiting = 0 if review is None else int(collect(review.aggregate(n=review.count()))["n"].iloc[0])
    return pd.DataFrame([{**counts, "waiting": waiting}])


def channel_reach(lines: ir.Table) -> pd.DataFrame:
    """Customers by the channels that they bought in.

    Parameters
    ----------
    lines
        Order lines of the warehouse.

    Returns
    -------
    pandas.DataFrame
        One row per reach, the largest revenue first: reach (a channel, or :data:`SEVERAL`), customers, orders, revenue
        (net of returns). Empty where no line names its channel.
    """
    told = lines.filter(lines["channel"].notnull())
    bought = is_purchase(told)
    each = told.group_by("customer_id").aggregate(
        channels=told["channel"].nunique(where=bought),
        channel=told["channel"].max(where=bought),
        orders=told["order_id"].nunique(where=bought),
        revenue=told["amount"].sum(),
    )
    each = each.filter(each["channels"] > 0)
    each = each.mutate(reach=ibis.ifelse(each["channels"] > 1, SEVERAL, each["channel"]))
    found = each.group_by("reach").aggregate(
        customers=each.count(), orders=each["orders"].sum(), revenue=each["revenue"].sum()
    )
    frame = collect(found).astype({"customers": "int64", "orders": "int64", "revenue": "float64"})
    return frame.sort_values(["revenue", "reach"], ascending=[False, True], ignore_index=True)


def prospect_reach(prospects: ir.Table | None, lines: ir.Table) -> pd.DataFrame:
    """Prospects by the list that they came on, and who of them is a customer already.

    Parameters
    ----------
    prospects
        Table of the warehouse with ``known_as``, the customer_id of those who are customers; None where there is none.
    lines
        Order lines of the warehouse.

    Returns
    -------
    pandas.DataFrame
        One row per list, the largest first: origin (partner, else source), prospects, known (customers already),
        revenue (of these).
    """
    if prospects is None or "known_as" not in prospects.columns:
        kinds = {"origin": "str", "prospects": "int64", "known": "int64", "revenue": "float64"}
        return pd.DataFrame(columns=list(kinds)).astype(kinds)
    spent = lines.group_by("customer_id").aggregate(spent=lines["amount"].sum())
    origin = ibis.coalesce(prospects["partner_id"], prospects["source"], "")
    listed = prospects.select(origin=origin, known_as=prospects["known_as"])
    joined = listed.left_join(spent, listed["known_as"] == spent["customer_id"])
    found = joined.group_by("origin").aggregate(
        prospects=joined.count(), known=joined["known_as"].count(), revenue=joined["spent"].sum().fill_null(0.0)
    )
    frame = collect(found).astype({"prospects": "int64", "known": "int64", "revenue": "float64"})
    return frame.sort_values(["prospects", "origin"], ascending=[False, True], ignore_index=True)
