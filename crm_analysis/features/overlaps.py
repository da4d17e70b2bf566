"""Segments by several criteria at once: the user's own, good customers, and how they overlap with the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from crm_analysis.features.profit import ProfitLadder
from crm_analysis.segment_rules import rule_mask

__all__ = ["GoodCustomers", "good_customers", "group_members", "own_segments", "segment_overlaps"]

GOOD_SHARE = 0.20


def own_segments(scores: pd.DataFrame, rules: Mapping[str, str], as_of: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The user's own segments; somebody can be in several of them.

    Parameters
    ----------
    scores
        customer_scores.
    rules
        ``[segments]``: name to condition.
    as_of
        The day that ``days_as_customer`` counts back from.

    Returns
    -------
    tuple of pandas.DataFrame
        One row per segment: segment, rule, customers, share_customers, revenue, profit, value, value_at_risk; and one
        row per customer and segment: customer_id, segment.
    """
    known = scores.assign(days_as_customer=(pd.Timestamp(as_of) - scores["first_day"]).dt.days)
    members = [
        pd.DataFrame({"customer_id": known.loc[rule_mask(rule, known), "customer_id"], "segment": name})
        for name, rule in rules.items()
    ]
    empty = pd.DataFrame({"customer_id": pd.Series(dtype="str"), "segment": pd.Series(dtype="str")})
    together = pd.concat([empty, *members], ignore_index=True)
    columns = ["revenue", "profit", "value", "value_at_risk"]
    joined = together.merge(scores[["customer_id", *columns]], on="customer_id")
    grouped = joined.groupby("segment")
    frame = pd.DataFrame({"segment": list(rules), "rule": list(rules.values())}).astype("str")
    frame["customers"] = frame["segment"].map(grouped.size()).fillna(0).astype("int64")
    frame["share_customers"] = frame["customers"] / max(len(scores), 1)
    for column in columns:
        frame[column] = frame["segment"].map(grouped[column].sum()).fillna(0.0).astype("float64")
    return frame, together


@dataclass(frozen=True)
class GoodCustomers:
    """Good customers: the best fifth by profit of the last year, among those who left one.

    Attributes
    ----------
    among
        Whether each customer is good, by customer_id.
    bar
        Profit of the last year from which on one is; infinite where nobody left one.
    still
        Share of the good ones of the year before who are good still; NaN where it cannot be said.
    listed
        One row per good customer, the most profit first: customer_id, profit (of the last year).
    """

    among: pd.Series
    bar: float
    still: float
    listed: pd.DataFrame


def good_customers(year: ProfitLadder, before: ProfitLadder | None) -> GoodCustomers:
    """Find the good customers.

    Parameters
    ----------
    year, before
        Profit of the last year and of the year before it; None where the data is too short.
    """
    profit = year.customers.set_index("customer_id")["profit"]
    bar = _bar(profit)
    good = profit >= bar
    listed = profit[good].rename_axis("customer_id").reset_index()
    listed = listed.sort_values(["profit", "customer_id"], ascending=[False, True], ignore_index=True)
    still = float("nan")
    if before is not None:
        past = before.customers.set_index("customer_id")["profit"]
        then = past[past >= _bar(past)]
        still = float(good.reindex(then.index, fill_value=False).mean()) if len(then) else still
    return GoodCustomers(good, bar, still, listed)


def _bar(profit: pd.Series) -> float:
    earning = profit[profit > 0]
    return float(np.quantile(earning, 1 - GOOD_SHARE)) if len(earning) else float("inf")


def group_members(good: GoodCustomers, own_members: pd.DataFrame, behaviour: pd.DataFrame | None) -> pd.DataFrame:
    """Members of all groups by other criteria than the segments.

    Parameters
    ----------
    good
        Of :func:`good_customers`.
    own_members
        Of :func:`own_segments`: customer_id, segment.
    behaviour
        customer_id and group; None where there are no groups.

    Returns
    -------
    pandas.DataFrame
        One row per customer and group: customer_id, criterion (good, own, behaviour), group.
    """
    parts = [
        good.listed[["customer_id"]].assign(criterion="good", group="good"),
        own_members.rename(columns={"segment": "group"}).assign(criterion="own"),
    ]
    if behaviour is not None:
        parts.append(behaviour.assign(criterion="behaviour"))
    columns = ["customer_id", "criterion", "group"]
    return pd.concat([part[columns] for part in parts], ignore_index=True).astype("str")


def segment_overlaps(members: pd.DataFrame, base: pd.Series) -> pd.DataFrame:
    """How groups by other criteria spread over the segments.

    Parameters
    ----------
    members
        One row per customer and group: customer_id, criterion, group.
    base
        Segment by customer_id.

    Returns
    -------
    pandas.DataFrame
        One row per criterion, group and segment with members in it: customers, share (of the group).
    """
    joined = members.assign(segment=members["customer_id"].map(base)).dropna(subset=["segment"])
    counted = joined.groupby(["criterion", "group", "segment"], as_index=False).agg(customers=("customer_id", "size"))
    counted["share"] = counted["customers"] / counted.groupby(["criterion", "group"])["customers"].transform("sum")
    return counted.sort_values(
        ["criterion", "group", "customers", "segment"], ascending=[True, True, False, True], ignore_index=True
    )
