"""Cuts over time: months, cohorts, gaps between purchases, the bridge of growth, weekly purchases."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.purchases import is_purchase, purchase_days
from crm_analysis.features.totals import total
from crm_analysis.warehouse import collect

__all__ = [
    "cohorts",
    "first_purchases",
    "gaps",
    "growth_bridge",
    "purchases_in",
    "quarter_sales",
    "revenue_by_period",
    "weekly_purchases",
]


def revenue_by_period(lines: ir.Table, as_of: date, first: date) -> pd.DataFrame:
    """Sales per calendar month.

    Returns
    -------
    pandas.DataFrame
        One row per month: month, revenue (net of returns), orders, customers, new_customers (first seen in
        it), complete (the data covers all its days).
    """
    seen = lines.filter(lines["ordered_at"].date() <= ibis.date(as_of.isoformat()))
    seen = seen.mutate(month=seen["ordered_at"].truncate("M").date())
    month = seen.group_by("month").aggregate(revenue=total(seen["amount"]))
    days = purchase_days(lines, as_of).mutate(month=lambda t: t["day"].truncate("M"))
    active = days.group_by("month").aggregate(orders=days["orders"].sum(), customers=days["customer_id"].nunique())
    starts = days.group_by("customer_id").aggregate(month=days["month"].min())
    new = starts.group_by("month").aggregate(new_customers=starts.count())
    frame = collect(month).merge(collect(active), on="month", how="left").merge(collect(new), on="month", how="left")
    frame["month"] = pd.to_datetime(frame["month"])
    frame = frame.fillna({"orders": 0, "customers": 0, "new_customers": 0}).sort_values("month", ignore_index=True)
    ends = frame["month"] + pd.offsets.MonthEnd(0)
    frame["complete"] = (frame["month"] >= pd.Timestamp(first)) & (ends <= pd.Timestamp(as_of))
    return frame.astype({"orders": "int64", "customers": "int64", "new_customers": "int64"})


def cohorts(lines: ir.Table, as_of: date) -> pd.DataFrame:
    """Customers by month of first purchase and their activity in the months after.

    Returns
    -------
    pandas.DataFrame
        One row per cohort and age: cohort (month), age (months since), customers (size of the cohort),
        active (customers who bought in that month), share, complete (the month had ended by ``as_of``).
    """
    days = purchase_days(lines, as_of).mutate(month=lambda t: t["day"].truncate("M"))
    starts = days.group_by("customer_id").aggregate(cohort=days["month"].min())
    joined = days.join(starts, "customer_id")
    active = joined.group_by("cohort", "month").aggregate(active=joined["customer_id"].nunique())
    frame = collect(active)
    frame[["cohort", "month"]] = frame[["cohort", "month"]].apply(pd.to_datetime)
    frame["age"] = (frame["month"].dt.year - frame["cohort"].dt.year) * 12 + (
        frame["month"].dt.month - frame["cohort"].dt.month
    )
    size = frame.loc[frame["age"] == 0].set_index("cohort")["active"]
    grid = pd.MultiIndex.from_tuples(
        [(c, a) for c in size.index for a in range((as_of.year - c.year) * 12 + as_of.month - c.month + 1)],
        names=["cohort", "age"],
    )
    full = frame.set_index(["cohort", "age"])["active"].reindex(grid, fill_value=0).reset_index()
    full["customers"] = full["cohort"].map(size).astype("int64")
    full["share"] = full["active"] / full["customers"]
    ends = [
        c + pd.DateOffset(months=int(a) + 1) - pd.Timedelta(days=1)
        for c, a in zip(full["cohort"], full["age"], strict=True)
    ]
    full["complete"] = pd.Series(ends) <= pd.Timestamp(as_of)
    return full.sort_values(["cohort", "age"], ignore_index=True)[
        ["cohort", "age", "customers", "active", "share", "complete"]
    ]


def gaps(lines: ir.Table, as_of: date) -> pd.DataFrame:
    """Days between neighbouring purchases; each customer counts once, however many gaps there are.

    Returns
    -------
    pandas.DataFrame
        One row per length: days, gaps (how many), weight (customers; each customer's gaps share one).
    """
    days = purchase_days(lines, as_of)
    order = ibis.window(group_by="customer_id", order_by=days["day"])
    previous = days.mutate(previous=days["day"].lag().over(order))
    steps = previous.filter(previous["previous"].notnull())
    steps = steps.mutate(days=steps["day"].delta(steps["previous"], unit="day").cast("int64"))
    number = steps.group_by("customer_id").aggregate(number=steps.count())
    weighted = steps.join(number, "customer_id")
    table = weighted.group_by("days").aggregate(gaps=weighted.count(), weight=total(1.0 / weighted["number"]))
    return collect(table.order_by("days"))


def growth_bridge(
    lines: ir.Table, first_seen: pd.DataFrame, before: tuple[date, date], after: tuple[date, date]
) -> pd.DataFrame:
    """Why revenue moved between two periods of the same length.

    Parameters
    ----------
    lines
        Order lines.
    first_seen
        customer_id, first_day.
    before, after
        First and last day of each period.

    Returns
    -------
    pandas.DataFrame
        part, amount: ``before``, then ``new`` (first seen in the later period), ``returning`` (bought earlier
        than the first period), ``lost``, and of those who bought in both ``frequency``, ``price`` (what the pieces of
        the later period cost more than at the prices of the earlier one, of products sold in both; Paasche) and
        ``basket`` (the rest: more or other goods at once), ``after``. The parts add up exactly. Without products and
        quantities there is no ``price``.
    """
    sides = []
    for low, high in (before, after):
        seen = lines.filter(lines["ordered_at"].date().between(ibis.date(low.isoformat()), ibis.date(high.isoformat())))
        customers = seen.group_by("customer_id").aggregate(
            revenue=total(seen["amount"]),
            orders=ibis.ifelse(is_purchase(seen), seen["order_id"], ibis.null("string")).nunique(),
            lines=seen.count(),
        )
        sides.append(collect(customers).set_index("customer_id").astype("float64"))
    both = sides[0].merge(sides[1], how="outer", left_index=True, right_index=True, suffixes=("_before", "_after"))
    both = both.fillna(0.0)
    start = first_seen.set_index("customer_id")["first_day"].reindex(both.index)
    came, went = both["lines_before"] == 0, both["lines_after"] == 0
    new = came & (start >= pd.Timestamp(after[0]))
    stayed = both[~came & ~went]
    orders = (stayed["orders_before"].sum(), stayed["orders_after"].sum())
    basket = [
        stayed[f"revenue_{side}"].sum() / n if n else 0.0 for side, n in zip(("before", "after"), orders, strict=True)
    ]
    frequency = (orders[1] - orders[0]) * basket[0]
    change = stayed["revenue_after"].sum() - stayed["revenue_before"].sum()
    price = _price_part(lines, before, after)
    parts = {
        "before": both["revenue_before"].sum(),
        "new": both.loc[new, "revenue_after"].sum(),
        "returning": both.loc[came & ~new, "revenue_after"].sum(),
        "lost": -both.loc[went, "revenue_before"].sum(),
        "frequency": frequency,
        "basket": change - frequency - (price or 0.0),
        "price": price,
        "after": both["revenue_after"].sum(),
    }
    known = {part: float(amount) for part, amount in parts.items() if amount is not None}
    return pd.DataFrame({"part": list(known), "amount": list(known.values())})


def quarter_sales(lines: ir.Table, first: date, as_of: date) -> tuple[float, float]:
    """Sales of the last 91 days, net of returns, and of the same days a year before (NaN where the data is shorter)."""
    sums = []
    for back in (0, 364):  # whole weeks, so that both hold the same weekdays
        last = as_of - timedelta(days=back)
        start = last - timedelta(days=90)
        if start < first:
            sums.append(float("nan"))
            continue
        inside = lines["ordered_at"].date().between(ibis.date(start.isoformat()), ibis.date(last.isoformat()))
        found = collect(lines.filter(inside).aggregate(revenue=lambda t: total(t["amount"])))["revenue"].iloc[0]
        sums.append(0.0 if pd.isna(found) else float(found))
    return sums[0], sums[1]


def _price_part(lines: ir.Table, before: tuple[date, date], after: tuple[date, date]) -> float | None:
    """What other prices did to the sales to customers of both periods; None where no product has a price in both."""
    if not {"product_id", "quantity"} <= set(lines.columns):
        return None
    sides = []
    for low, high in (before, after):
        day = lines["ordered_at"].date()
        inside = day.between(ibis.date(low.isoformat()), ibis.date(high.isoformat()))
        sides.append(
            lines.filter(inside & is_purchase(lines) & (lines["quantity"] > 0) & lines["product_id"].notnull())
        )
    people = sides[0].select("customer_id").distinct().semi_join(sides[1], "customer_id")
    sold = []
    for side in sides:
        mine = side.semi_join(people, "customer_id")
        grouped = mine.group_by("product_id").aggregate(amount=total(mine["amount"]), pieces=mine["quantity"].sum())
        sold.append(collect(grouped).set_index("product_id").astype("float64"))
    both = sold[0].join(sold[1], lsuffix="_before", rsuffix="_after", how="inner")
    if both.empty:
        return None
    rise = both["amount_after"] / both["pieces_after"] - both["amount_before"] / both["pieces_before"]
    return round(float((both["pieces_after"] * rise).sum()), 6)


def first_purchases(lines: ir.Table, as_of: date) -> pd.DataFrame:
    """Customers by day of first purchase: day, customers."""
    days = purchase_days(lines, as_of)
    starts = days.group_by("customer_id").aggregate(day=days["day"].min())
    frame = collect(starts.group_by("day").aggregate(customers=starts.count()).order_by("day"))
    return frame.assign(day=pd.to_datetime(frame["day"]))


def purchases_in(lines: ir.Table, after: date, until: date) -> pd.DataFrame:
    """Purchases (days) and sales of each customer in a window: customer_id, purchases, sales."""
    days = purchase_days(lines, until)
    days = days.filter(days["day"] > ibis.date(after.isoformat()))
    return collect(days.group_by("customer_id").aggregate(purchases=days.count(), sales=total(days["amount"])))


def weekly_purchases(lines: ir.Table, known_by: date, as_of: date) -> pd.DataFrame:
    """Repeat purchases per week of the customers first seen by a day.

    Returns
    -------
    pandas.DataFrame
        week (its last day; whole weeks back and on from ``known_by``), purchases.
    """
    days = purchase_days(lines, as_of)
    starts = days.group_by("customer_id").aggregate(first_day=days["day"].min())
    starts = starts.filter(starts["first_day"] <= ibis.date(known_by.isoformat()))
    repeats = days.join(starts, "customer_id").filter(lambda t: t["day"] > t["first_day"])
    frame = collect(repeats.group_by("day").aggregate(purchases=repeats.count()))
    if frame.empty:
        return pd.DataFrame({"week": pd.to_datetime([]), "purchases": pd.Series(dtype="int64")})
    frame["day"] = pd.to_datetime(frame["day"])
    origin = pd.Timestamp(known_by)
    number = -((origin - frame["day"]).dt.days // 7)
    frame["week"] = origin + pd.to_timedelta(number * 7, unit="D")
    weekly = frame.groupby("week", as_index=False)["purchases"].sum()
    span = pd.date_range(weekly["week"].min(), origin + timedelta(days=7 * ((as_of - known_by).days // 7)), freq="7D")
    filled: pd.DataFrame = weekly.set_index("week").reindex(span, fill_value=0)
    return filled.rename_axis("week").reset_index()
