"""Who buys less often than customers like them."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy.stats import poisson

from crm_analysis.features.empty import empty_frame
from crm_analysis.features.purchases import is_purchase
from crm_analysis.thresholds import PERCENT_CUSTOMERS
from crm_analysis.warehouse import collect

__all__ = ["below_peers"]

PEER_DAYS = 182
CHANCE = 0.05
_COLUMNS = ["customer_id", "segment", "own", "peers", "missing", "headroom", "chance"]


def below_peers(lines: ir.Table, scores: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Active customers whose purchases of the last half-year lie below those of their peers, beyond chance.

    Peers are the customers of the same fifth of the amount per purchase, of the same channel (or several), and of the
    same age as a customer (under one year, one to two, more), who bought in the last half-year and were customers
    before it began. A customer is listed whose purchases are so few that somebody with the pace of the middle peer
    would have so few at most once in twenty (Poisson). That others like them buy more often is no proof that they
    would.

    Parameters
    ----------
    lines
        Order lines.
    scores
        customer_scores: segment, order_profit.
    as_of
        Last day.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id, the most headroom first: segment, own (purchase days of the half-year), peers (median
        of theirs), missing (difference), headroom (missing times profit of an order, currency), chance. Groups with
        under 30 peers are left out.
    """
    start = as_of - timedelta(days=PEER_DAYS)
    sold = lines.filter(is_purchase(lines) & (lines["ordered_at"].date() <= ibis.date(as_of.isoformat())))
    day = sold["ordered_at"].date()
    late = day > ibis.date(start.isoformat())
    channel = sold["channel"] if "channel" in sold.columns else ibis.null("string")
    seen = sold.select("customer_id", "amount", day=day, late=late, channel=channel)
    each = seen.group_by("customer_id").aggregate(
        own=seen["day"].nunique(where=seen["late"]),
        sales=seen["amount"].sum(where=seen["late"]),
        first=seen["day"].min(),
        channels=seen["channel"].nunique(where=seen["late"]),
        channel=seen["channel"].max(where=seen["late"]),
    )
    active = each.filter((each["own"] > 0) & (each["first"] <= ibis.date(start.isoformat())))
    frame = collect(active.order_by("customer_id"))
    if len(frame) < PERCENT_CUSTOMERS:
        return empty_frame(_COLUMNS, 2)
    own = frame["own"].to_numpy(dtype="float64")
    size = (frame["sales"].astype("float64") / own).rank(method="first", pct=True)
    age = (pd.Timestamp(as_of) - pd.to_datetime(frame["first"])).dt.days
    met = frame["channel"].fillna("").astype("str").mask(frame["channels"] > 1, "*")
    keys = [np.ceil(size * 5), met, pd.cut(age, [0, 365, 730, np.inf], labels=False)]
    grouped = pd.Series(own).groupby([np.asarray(k) for k in keys])
    n, middle = (grouped.transform(how).to_numpy(dtype="float64") for how in ("size", "median"))
    chance = poisson.cdf(own, middle)
    found = frame[["customer_id"]].assign(own=own, peers=middle, missing=middle - own, chance=chance)
    found = found[(n >= PERCENT_CUSTOMERS) & (found["chance"] <= CHANCE) & (found["missing"] > 0)]
    joined = found.merge(scores[["customer_id", "segment", "order_profit"]], on="customer_id")
    joined["headroom"] = joined["missing"] * joined["order_profit"].clip(lower=0)
    ordered = joined.sort_values(["headroom", "customer_id"], ascending=[False, True], ignore_index=True)
    if ordered.empty:
        return empty_frame(_COLUMNS, 2)
    return ordered[_COLUMNS].astype(dict.fromkeys(_COLUMNS[2:], "float64"))
