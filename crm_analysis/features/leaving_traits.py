"""What was known of active customers on a day: how they buy, and what they had lived through with the shop."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crm_analysis.features.lived_through import LIVED_THROUGH, lived_through
from crm_analysis.features.purchases import purchase_days
from crm_analysis.warehouse import collect

__all__ = ["HABITS", "LIVED_THROUGH", "leaving_traits"]

HABITS = (
    "recency_days",
    "waiting_ratio",
    "recent_purchases",
    "trend",
    "amount",
    "amount_trend",
)
"""Traits of how somebody buys, known for everybody."""

_CAP_RATIO = 10.0


def leaving_traits(
    lines: ir.Table, day: date, leaving_days: int, tables: Mapping[str, ir.Table], *, after: bool = True
) -> pd.DataFrame:
    """Customers active on a day, their traits from before it, and whether they left after it.

    Active: bought in the ``leaving_days`` up to the day. Left: no purchase in as many days after it.

    Parameters
    ----------
    lines
        Order lines.
    day
        t0: nothing after it is looked at but for ``left``.
    leaving_days
        H.
    tables
        deliveries, feedback, product_prices and contacts, as far as they are there.
    after
        Whether what followed is known already.

    Returns
    -------
    pandas.DataFrame
        One row per active customer_id: recency_days, waiting_ratio (recency over the customer's own mean gap; of a
        one-time buyer over ``leaving_days``), recent_purchases (in the last H), trend (their
        change against the H before, on the log), amount (mean of a purchase, currency), amount_trend (mean of the
        last H over the mean of all, on the log); what :func:`lived_through` finds, NaN where its table is missing;
        ``left`` (0 or 1; NaN where ``after`` is False).
    """
    habits = _habits(lines, day, leaving_days)
    until = day + timedelta(days=leaving_days)
    if after:
        followed = purchase_days(lines, until)
        again = followed.filter(followed["day"] > ibis.date(day.isoformat())).select("customer_id").distinct()
        back = collect(again)["customer_id"]
        habits["left"] = (~habits["customer_id"].isin(back)).astype("float64")
    else:
        habits["left"] = np.nan
    found = lived_through(lines, day, leaving_days, tables)
    frame = habits.merge(found, on="customer_id", how="left")
    for name, neutral in LIVED_THROUGH.items():
        if name in found.columns:
            frame[name] = frame[name].fillna(neutral)
        else:
            frame[name] = np.nan
    return frame


def _habits(lines: ir.Table, day: date, leaving_days: int) -> pd.DataFrame:
    bought = purchase_days(lines, day)
    start, before = day - timedelta(days=leaving_days), day - timedelta(days=2 * leaving_days)
    recent = bought["day"] > ibis.date(start.isoformat())
    earlier = (bought["day"] > ibis.date(before.isoformat())) & ~recent
    grouped = bought.group_by("customer_id").aggregate(
        purchases=bought.count(),
        first=bought["day"].min(),
        last=bought["day"].max(),
        amount=bought["amount"].mean(),
        recent_purchases=recent.cast("int64").sum(),
        earlier_purchases=earlier.cast("int64").sum(),
        recent_amount=ibis.ifelse(recent, bought["amount"], ibis.null("float64")).mean(),
    )
    active = grouped.filter(grouped["recent_purchases"] > 0)
    today = ibis.date(day.isoformat())
    frame = collect(
        active.mutate(
            recency_days=today.delta(active["last"], unit="day"), age_days=today.delta(active["first"], unit="day")
        )
        .drop("first", "last")
        .order_by("customer_id")
    )
    kinds = dict.fromkeys(frame.columns.drop("customer_id"), "float64")
    frame = frame.astype(kinds)
    gap = (frame["age_days"] - frame["recency_days"]) / (frame["purchases"] - 1).where(frame["purchases"] > 1)
    gap = gap.fillna(float(leaving_days)).clip(lower=1.0)
    frame["waiting_ratio"] = (frame["recency_days"] / gap).clip(upper=_CAP_RATIO)
    frame["trend"] = np.log1p(frame["recent_purchases"]) - np.log1p(frame["earlier_purchases"])
    # Somebody who was not there yet had no earlier purchases to fall short of.
    frame["trend"] = frame["trend"].where(frame["age_days"] >= 2 * leaving_days, 0.0)
    positive = (frame["recent_amount"] > 0) & (frame["amount"] > 0)
    frame["amount_trend"] = np.log((frame["recent_amount"] / frame["amount"]).where(positive, 1.0))
    frame["amount"] = frame["amount"].fillna(0.0)
    return frame[["customer_id", *HABITS]].round(dict.fromkeys(HABITS, 9))
