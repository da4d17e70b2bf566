"""Stages of a customer's life with the shop, on two days."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.purchases import purchase_days
from crm_analysis.thresholds import KEPT_PURCHASES
from crm_analysis.warehouse import collect

__all__ = ["STAGES", "life_cycle", "stage_migration"]

STAGES = ("won", "developing", "kept", "slowing", "won_back", "left")
"""Stages in the order of a life; ``won`` belongs to acquisition, ``developing`` to development, the next three to
retention, ``left`` to reactivation."""


def life_cycle(lines: ir.Table, as_of: date, leaving_days: int) -> pd.DataFrame:
    """The stage of every customer who bought until a day.

    ``left``: more than ``leaving_days`` without a purchase. Of the others ``won_back``: there was such a stretch before
    the last purchase. ``slowing``: three purchases or more, and the time since the last is longer than twice the
    customer's own mean gap and longer than a quarter of ``leaving_days``. ``won``: one purchase; ``developing``: less
    than :data:`crm_analysis.thresholds.KEPT_PURCHASES`; else ``kept``.

    Parameters
    ----------
    lines
        Order lines.
    as_of
        The day.
    leaving_days
        Of the definition of leaving.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id: stage, since (day on which the stage was entered: the purchase that led into it, or the
        day on which the time without one became too long), purchases.
    """
    days = purchase_days(lines, as_of)
    ordered = ibis.window(group_by="customer_id", order_by="day")
    gap = days["day"].delta(days["day"].lag().over(ordered), unit="day")
    stretched = days.mutate(gap=gap)
    last = ibis.window(group_by="customer_id", order_by=ibis.desc("day"))
    numbered = stretched.mutate(place=ibis.row_number().over(last), number=ibis.row_number().over(ordered) + 1)
    each = numbered.group_by("customer_id").aggregate(
        purchases=numbered.count(),
        first=numbered["day"].min(),
        last=numbered["day"].max(),
        second=numbered["day"].max(where=numbered["number"] == 2),
        habit=numbered["day"].max(where=numbered["number"] == KEPT_PURCHASES),
        last_gap=numbered["gap"].max(where=numbered["place"] == 0),
    )
    frame = collect(each.order_by("customer_id")).astype({"purchases": "int64", "last_gap": "float64"})
    first, second, habit, latest = (pd.to_datetime(frame[name]) for name in ("first", "second", "habit", "last"))
    idle = (pd.Timestamp(as_of) - latest).dt.days
    usual = (latest - first).dt.days / (frame["purchases"] - 1).clip(lower=1)
    stage = pd.Series("kept", index=frame.index, dtype="str")
    stage[frame["purchases"] < KEPT_PURCHASES] = "developing"
    stage[frame["purchases"] == 1] = "won"
    stage[(frame["purchases"] >= 3) & (idle > 2 * usual) & (idle > leaving_days / 4)] = "slowing"
    stage[frame["last_gap"] > leaving_days] = "won_back"
    stage[idle > leaving_days] = "left"
    since = latest.mask(stage == "left", latest + pd.Timedelta(days=leaving_days + 1))
    since = since.mask(stage == "won", first).mask(stage == "developing", second).mask(stage == "kept", habit)
    limit = (2 * usual).clip(lower=leaving_days / 4).fillna(0.0).round()
    since = since.mask(stage == "slowing", latest + pd.to_timedelta(limit + 1, unit="D"))
    return pd.DataFrame(
        {"customer_id": frame["customer_id"], "stage": stage, "since": since, "purchases": frame["purchases"]}
    )


def stage_migration(lines: ir.Table, now: pd.DataFrame, as_of: date, days: int, leaving_days: int) -> pd.DataFrame:
    """From stage to stage between two days.

    Parameters
    ----------
    lines, leaving_days
        As in :func:`life_cycle`.
    now
        Of :func:`life_cycle` on ``as_of``.
    as_of, days
        The later day, and how long before it the earlier one lies.

    Returns
    -------
    pandas.DataFrame
        One row per pair: stage_from (``none`` for those who were no customers yet), stage_to, customers.
    """
    before = life_cycle(lines, as_of - timedelta(days=days), leaving_days)
    both = now[["customer_id", "stage"]].merge(
        before[["customer_id", "stage"]], "left", "customer_id", suffixes=("_to", "_from")
    )
    both["stage_from"] = both["stage_from"].fillna("none").astype("str")
    counted = both.groupby(["stage_from", "stage_to"], as_index=False).agg(customers=("customer_id", "size"))
    return counted.astype({"customers": "int64"})
