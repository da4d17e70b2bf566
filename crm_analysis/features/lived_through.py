"""What customers lived through: lateness, slow answers, dearer goods, low scores, a store that loses others.

What is long ago weighs less: its weight halves every ten weeks, about how long a shop's customers go between a few
orders. Each trait is 0 (scores: the middle of all) where nothing happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import cast

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.purchases import is_purchase, purchase_days
from crm_analysis.features.windows import within
from crm_analysis.warehouse import collect

__all__ = ["LIVED_THROUGH", "lived_through"]

LIVED_THROUGH: dict[str, float] = {
    "late_deliveries": 0.0,
    "slow_complaints": 0.0,
    "price_increases": 0.0,
    "low_satisfaction": 0.0,
    "store_loses_others": 0.0,
    "store_visits": 0.0,
    "discount_share": 0.0,
    "returned_share": 0.0,
    "messages_opened": 0.0,
}
"""Traits, and their value where nothing happened."""

HALF_LIFE_DAYS = 70.0
LOOK_BACK_DAYS = 365
SLOW_ANSWER_DAYS = 5
PRICE_DAYS = 182

Finder = Callable[[ir.Table, date, int, Mapping[str, ir.Table]], "pd.DataFrame | None"]


def lived_through(lines: ir.Table, day: date, leaving_days: int, tables: Mapping[str, ir.Table]) -> pd.DataFrame:
    """Traits of everybody who has one, from before a day.

    Parameters
    ----------
    lines
        Order lines.
    day
        Nothing after it is looked at.
    leaving_days
        H: a store's customers of H days before the day, and who of them came back since.
    tables
        deliveries, feedback, product_prices, contacts, as far as they are there.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id; a column per trait whose table is there: late_deliveries and slow_complaints (number,
        older ones weighing less), price_increases (share by which what somebody buys became dearer in half a year),
        low_satisfaction (how far scores lie below the best, 0 to 1, less the mean of all), store_loses_others (how
        much more of the other customers of the main store left lately than of all, share), store_visits (share of
        lines in stores), discount_share, returned_share (of sales), messages_opened (share of those sent).
    """
    finders: tuple[Finder, ...] = (_late, _slow, _dearer, _unhappy, _store, _shares, _opened)
    parts = [part for finder in finders if (part := finder(lines, day, leaving_days, tables)) is not None]
    if not parts:
        return pd.DataFrame({"customer_id": pd.Series(dtype="str")})
    frame = parts[0]
    for part in parts[1:]:
        frame = frame.merge(part, on="customer_id", how="outer")
    names = list(frame.columns.drop("customer_id"))
    return frame.astype(dict.fromkeys(names, "float64")).round(dict.fromkeys(names, 9))


def _day(day: date) -> ir.DateValue:
    return ibis.date(day.isoformat())


def _weight(happened: ir.DateValue, day: date) -> ir.FloatingValue:
    """How much something weighs that happened on a day of the past."""
    ago = _day(day).delta(happened, unit="day").cast("float64")
    return cast("ir.FloatingValue", (ago * (-0.6931471805599453 / HALF_LIFE_DAYS)).exp())


def _lately(table: ir.Table, column: str, day: date) -> ir.Table:
    """Rows of the days that are looked back on."""
    return within(table, column, day - timedelta(days=LOOK_BACK_DAYS - 1), day)


def _late(lines: ir.Table, day: date, _leaving_days: int, tables: Mapping[str, ir.Table]) -> pd.DataFrame | None:
    deliveries = tables.get("deliveries")
    if deliveries is None or "promised_at" not in deliveries.columns:
        return None
    if "customer_id" not in deliveries.columns:
        return None
    known = _lately(deliveries, "delivered_at", day).filter(lambda t: t["promised_at"].notnull())
    late = known.filter(known["delivered_at"].date() > known["promised_at"].date())
    weighed = late.select("customer_id", weight=_weight(late["delivered_at"].date(), day))
    return collect(weighed.group_by("customer_id").aggregate(late_deliveries=weighed["weight"].sum()))


def _slow(_lines: ir.Table, day: date, _leaving_days: int, tables: Mapping[str, ir.Table]) -> pd.DataFrame | None:
    feedback = tables.get("feedback")
    if feedback is None or "answered_at" not in feedback.columns:
        return None
    told = _lately(feedback, "given_at", day)
    complaints = told.filter((told["kind"] == "complaint") & told["customer_id"].notnull())
    answered = complaints["answered_at"].date()
    seen = ibis.ifelse(answered.notnull() & (answered <= _day(day)), answered, _day(day))
    slow = complaints.filter(seen.delta(complaints["given_at"].date(), unit="day") > SLOW_ANSWER_DAYS)
    weighed = slow.select("customer_id", weight=_weight(slow["given_at"].date(), day))
    return collect(weighed.group_by("customer_id").aggregate(slow_complaints=weighed["weight"].sum()))


def _unhappy(_lines: ir.Table, day: date, _leaving_days: int, tables: Mapping[str, ir.Table]) -> pd.DataFrame | None:
    feedback = tables.get("feedback")
    if feedback is None or not {"score", "scale_max"} <= set(feedback.columns):
        return None
    told = _lately(feedback, "given_at", day)
    scored = told.filter(told["score"].notnull() & (told["scale_max"] > 0) & told["customer_id"].notnull())
    rows = scored.select(
        "customer_id",
        missing=1 - scored["score"] / scored["scale_max"],
        weight=_weight(scored["given_at"].date(), day),
    )
    grouped = rows.group_by("customer_id").aggregate(
        missing=(rows["missing"] * rows["weight"]).sum() / rows["weight"].sum()
    )
    frame = collect(grouped)
    frame["low_satisfaction"] = frame["missing"] - frame["missing"].mean()
    return frame[["customer_id", "low_satisfaction"]]


def _dearer(lines: ir.Table, day: date, _leaving_days: int, tables: Mapping[str, ir.Table]) -> pd.DataFrame | None:
    prices = tables.get("product_prices")
    if prices is None or "product_id" not in lines.columns:
        return None

    def price_on(when: date, name: str) -> ir.Table:
        known = prices.filter((prices["valid_from"] <= _day(when)) & (prices["price"] > 0))
        return known.group_by("product_id").aggregate(**{name: known["price"].argmax(known["valid_from"])})

    now, then = price_on(day, "now"), price_on(day - timedelta(days=PRICE_DAYS), "then")
    both = now.join(then, "product_id")
    rise = both.select("product_id", rise=both["now"] / both["then"] - 1)
    bought = _recent(lines, day)
    joined = bought.select("customer_id", "product_id").join(rise, "product_id")
    return collect(joined.group_by("customer_id").aggregate(price_increases=joined["rise"].mean()))


def _recent(lines: ir.Table, day: date) -> ir.Table:
    seen = _lately(lines, "ordered_at", day)
    return seen.filter(is_purchase(seen))


def _store(lines: ir.Table, day: date, leaving_days: int, _tables: Mapping[str, ir.Table]) -> pd.DataFrame | None:
    """How much more of the other customers of the main store left lately than of all customers, shrunk."""
    if "store_id" not in lines.columns:
        return None
    start, before = day - timedelta(days=leaving_days), day - timedelta(days=2 * leaving_days)
    recent = _recent(lines, day).filter(lambda t: t["store_id"].notnull())
    visits = collect(recent.group_by("customer_id", "store_id").aggregate(lines=recent.count()))
    if visits.empty:
        return None
    visits = visits.sort_values(["customer_id", "lines", "store_id"], ascending=[True, False, True])
    main = visits.drop_duplicates("customer_id")[["customer_id", "store_id"]]
    bought = purchase_days(lines, day)
    was = (bought["day"] <= _day(start)) & (bought["day"] > _day(before))
    grouped = bought.group_by("customer_id").aggregate(was=was.any(), since=(bought["day"] > _day(start)).any())
    active = collect(grouped.filter(grouped["was"]))
    active["gone"] = (~active["since"].astype(bool)).astype("float64")
    if active.empty:
        return None
    everybody = float(active["gone"].mean())
    joined = main.merge(active[["customer_id", "gone"]], on="customer_id", how="left")
    at_store = joined.groupby("store_id")["gone"].agg(["sum", "count"])
    spread = _between(at_store, everybody)
    total, count = joined["store_id"].map(at_store["sum"]), joined["store_id"].map(at_store["count"])
    # Without the customer's own leaving, which would say what is to be predicted.
    others = (count - joined["gone"].notna()).astype("float64")
    away = total - joined["gone"].fillna(0.0) - everybody * others
    # Shrunk by how much stores differ beyond chance: (sum / n) * spread / (spread + p (1 - p) / n).
    chance = everybody * (1 - everybody)
    joined["store_loses_others"] = away * spread / (others * spread + chance) if spread > 0 else 0.0
    return joined[["customer_id", "store_loses_others"]]


def _between(at_store: pd.DataFrame, everybody: float) -> float:
    """Variance between stores beyond chance, by the method of moments; 0 where chance explains all."""
    known = at_store[at_store["count"] > 0]
    if len(known) < 2:
        return 0.0
    away = known["sum"] / known["count"] - everybody
    chance = everybody * (1 - everybody) / known["count"]
    weight = known["count"] / known["count"].sum()
    return max(0.0, float((weight * (away**2 - chance)).sum()))


def _shares(lines: ir.Table, day: date, _leaving_days: int, _tables: Mapping[str, ir.Table]) -> pd.DataFrame | None:
    seen = _lately(lines, "ordered_at", day)
    sale = ibis.ifelse(seen["amount"] > 0, seen["amount"], 0.0)
    measures: dict[str, ir.Value] = {
        "returned_share": ibis.ifelse(seen["amount"] < 0, -seen["amount"], 0.0).sum() / sale.sum().nullif(0.0)
    }
    if "discount" in seen.columns:
        off = seen["discount"].fill_null(0.0).abs()
        measures["discount_share"] = off.sum() / (sale + off).sum().nullif(0.0)
    if "store_id" in seen.columns:
        measures["store_visits"] = seen["store_id"].notnull().cast("float64").mean()
    return collect(seen.group_by("customer_id").aggregate(**measures))


def _opened(_lines: ir.Table, day: date, _leaving_days: int, tables: Mapping[str, ir.Table]) -> pd.DataFrame | None:
    contacts = tables.get("contacts")
    if contacts is None or not {"outcome", "direction"} <= set(contacts.columns):
        return None
    sent = _lately(contacts, "contacted_at", day).filter(lambda t: t["direction"].lower() == "out")
    opened = sent["outcome"].lower().isin(["opened", "clicked", "replied", "bought"]).fill_null(False)
    return collect(sent.group_by("customer_id").aggregate(messages_opened=opened.cast("float64").mean()))
