"""Who the target is, in numbers: how many, what they bring, and through which channel they may be reached."""

from __future__ import annotations

import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.consents import CONSENT_CHANNELS
from crm_analysis.warehouse import collect

__all__ = ["TARGET_GROUPS", "target_groups", "target_reach"]

TARGET_GROUPS = ("best_fifth", "active", "new", "left")
"""Groups of the target, each customer in the first that fits."""

ADDRESSES = {"email": "email", "message": "phone", "phone": "phone", "letter": "address"}
"""The column of customers that a channel needs."""


def target_groups(people: pd.DataFrame, leaving_days: int) -> pd.Series:
    """The group of every customer.

    Parameters
    ----------
    people
        Of :func:`crm_analysis.features.segment_customers`: recency_days, purchases, revenue.
    leaving_days
        Days without a purchase after which a customer counts as having left.

    Returns
    -------
    pandas.Series
        One of :data:`TARGET_GROUPS` per row: ``left``; else ``best_fifth`` (among those who have not left, by revenue
        so far), ``new`` (one purchase so far) or ``active``.
    """
    gone = people["recency_days"] > leaving_days
    here = people.loc[~gone, "revenue"]
    group = pd.Series("active", index=people.index, dtype="str")
    group[people["purchases"] == 1] = "new"
    if len(here):
        best = here.sort_values(ascending=False, kind="stable").index[: max(1, round(len(here) / 5))]
        group[best] = "best_fifth"
    group[gone] = "left"
    return group


def target_reach(
    people: pd.DataFrame, leaving_days: int, agreed: pd.DataFrame | None, customers: ir.Table | None
) -> pd.DataFrame:
    """Size, revenue and reach of each group of the target.

    Parameters
    ----------
    people, leaving_days
        As in :func:`target_groups`.
    agreed
        Of :func:`crm_analysis.features.advertising_consents`; None where no consents are known.
    customers
        For which addresses are known (only whether, never which); None where there is no such table.

    Returns
    -------
    pandas.DataFrame
        One row per group and channel, and one per group with channel ``any``: group, channel, customers, revenue,
        with_address (an address for the channel is known; NaN without the column), agreed (customers who may be sent
        advertising on it; NaN where no consents are known), reachable (agreed and with address, where known).
    """
    table = people[["customer_id", "revenue"]].assign(group=target_groups(people, leaving_days))
    known = _addresses(customers)
    rows = []
    reached = pd.DataFrame(False, index=table.index, columns=list(CONSENT_CHANNELS))
    for channel in CONSENT_CHANNELS:
        column = ADDRESSES[channel]
        has = None if known is None or column not in known else table["customer_id"].isin(known[column])
        yes = None
        if agreed is not None:
            given = agreed[(agreed["channel"] == channel) & agreed["granted"].astype(bool)]
            yes = table["customer_id"].isin(given["customer_id"])
            reached[channel] = yes if has is None else yes & has
        rows += _counted(table, channel, has, yes, reached[channel] if yes is not None else None)
    some = reached.any(axis=1) if agreed is not None else None
    rows += _counted(table, "any", None, None, some)
    columns = ["group", "channel", "customers", "revenue", "with_address", "agreed", "reachable"]
    return pd.DataFrame(rows, columns=columns)


def _addresses(customers: ir.Table | None) -> dict[str, set[str]] | None:
    """Customers of whom an e-mail, phone or postal address is known, by column."""
    if customers is None:
        return None
    columns = [c for c in dict.fromkeys(ADDRESSES.values()) if c in customers.columns]
    if not columns:
        return {}
    frame = collect(customers.select("customer_id", **{c: customers[c].notnull() for c in columns}))
    return {c: set(frame.loc[frame[c].astype(bool), "customer_id"]) for c in columns}


def _counted(
    table: pd.DataFrame, channel: str, has: pd.Series | None, yes: pd.Series | None, reached: pd.Series | None
) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for group in TARGET_GROUPS:
        mine = table["group"] == group
        if not mine.any():
            continue
        counts = [float("nan") if flag is None else float((flag & mine).sum()) for flag in (has, yes, reached)]
        rows.append((group, channel, int(mine.sum()), float(table.loc[mine, "revenue"].sum()), *counts))
    return rows
