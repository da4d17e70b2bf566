"""Relations between customers: households, and who brought whom."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crm_analysis.intervals import NORMAL_90
from crm_analysis.warehouse import collect

__all__ = ["Referrals", "households", "referrals"]

_DEEPEST = 20


def households(customers: ir.Table | None, scores: pd.DataFrame) -> pd.DataFrame | None:
    """Customers by the size of their household.

    Parameters
    ----------
    customers
        With household_id; None where there is no such table.
    scores
        customer_scores: revenue, profit, value.

    Returns
    -------
    pandas.DataFrame or None
        One row per number of customers in a household: size, households, customers, revenue, profit, value; None
        without household_id.
    """
    if customers is None or "household_id" not in customers.columns:
        return None
    known = customers.filter(customers["household_id"].notnull()).select("customer_id", "household_id")
    frame = collect(known).merge(scores[["customer_id", "revenue", "profit", "value"]], on="customer_id")
    if frame.empty:
        return None
    by_home = frame.groupby("household_id").agg(
        size=("customer_id", "size"), revenue=("revenue", "sum"), profit=("profit", "sum"), value=("value", "sum")
    )
    grouped = by_home.groupby("size").agg(
        households=("revenue", "size"), revenue=("revenue", "sum"), profit=("profit", "sum"), value=("value", "sum")
    )
    result = grouped.reset_index()
    result.insert(2, "customers", result["size"] * result["households"])
    return result


@dataclass(frozen=True)
class Referrals:
    """Who brought whom.

    Attributes
    ----------
    referrers
        One row per customer_id who brought somebody, most brought value first: brought (directly), brought_in_all
        (also by those they brought), deepest (steps of the longest line), own_value, brought_value (of everybody
        brought, directly or not; it is part of the value of those customers, too).
    summary
        One row: customers_known (with the column filled or not), referred, referrers, deepest, referred_value and
        other_value (mean value of a customer first seen since the data begins), difference with low and high
        (90 %, Welch), compared (referred customers in it).
    """

    referrers: pd.DataFrame
    summary: pd.Series


def referrals(customers: ir.Table | None, scores: pd.DataFrame) -> Referrals | None:
    """Trees of recommendations, and whether customers who were brought are worth more.

    Parameters
    ----------
    customers
        With referrer_id; None where there is no such table.
    scores
        customer_scores: value, existing.

    Returns
    -------
    Referrals or None
        None without referrer_id. Somebody who recommends themselves, or a ring, is not followed.
    """
    if customers is None or "referrer_id" not in customers.columns:
        return None
    pairs = collect(
        customers.filter(customers["referrer_id"].notnull() & (customers["referrer_id"] != customers["customer_id"]))
        .select("customer_id", "referrer_id")
        .order_by("customer_id")
    ).drop_duplicates("customer_id")
    if pairs.empty:
        return None
    value = scores.set_index("customer_id")["value"]
    lines = _ancestors(pairs)
    worth = lines["customer_id"].map(value).fillna(0.0)
    grouped = lines.assign(value=worth).groupby("ancestor")
    found = grouped.agg(
        brought_in_all=("customer_id", "size"), deepest=("steps", "max"), brought_value=("value", "sum")
    )
    found["brought"] = pairs.groupby("referrer_id").size().reindex(found.index).fillna(0).astype("int64")
    found["own_value"] = value.reindex(found.index).to_numpy(dtype="float64")
    found = found.rename_axis("customer_id").reset_index()
    columns = ["customer_id", "brought", "brought_in_all", "deepest", "own_value", "brought_value"]
    ordered = found[columns].sort_values(["brought_value", "customer_id"], ascending=[False, True], ignore_index=True)
    return Referrals(ordered, _summary(pairs, scores, ordered))


def _ancestors(pairs: pd.DataFrame) -> pd.DataFrame:
    """Everybody brought, once per person above them: customer_id, ancestor, steps."""
    level = pairs.rename(columns={"referrer_id": "ancestor"}).assign(steps=1)
    found = [level]
    for steps in range(2, _DEEPEST + 1):
        above = level.merge(pairs.rename(columns={"customer_id": "ancestor", "referrer_id": "next"}), on="ancestor")
        level = above[["customer_id", "next"]].rename(columns={"next": "ancestor"}).assign(steps=steps)
        level = level[level["customer_id"] != level["ancestor"]]
        if level.empty:
            break
        found.append(level)
    return pd.concat(found, ignore_index=True).drop_duplicates(["customer_id", "ancestor"])


def _summary(pairs: pd.DataFrame, scores: pd.DataFrame, referrers: pd.DataFrame) -> pd.Series:
    new = scores[~scores["existing"].astype(bool)]
    came = new["customer_id"].isin(pairs["customer_id"])
    mine, theirs = (new.loc[group, "value"].to_numpy(dtype="float64") for group in (came, ~came))
    difference, error = float("nan"), float("nan")
    if len(mine) > 1 and len(theirs) > 1:
        difference = float(mine.mean() - theirs.mean())
        error = NORMAL_90 * float(np.sqrt(mine.var(ddof=1) / len(mine) + theirs.var(ddof=1) / len(theirs)))
    return pd.Series(
        {
            "referred": len(pairs),
            "referrers": len(referrers),
            "deepest": int(referrers["deepest"].max()),
            "compared": len(mine),
            "others": len(theirs),
            "referred_value": float(mine.mean()) if len(mine) else float("nan"),
            "other_value": float(theirs.mean()) if len(theirs) else float("nan"),
            "difference": difference,
            "low": difference - error,
            "high": difference + error,
        }
    )
