"""Order lines -> purchases -> customers -> purchase states, as Ibis expressions on either engine.

Purchases of one customer on one day are one purchase (Fader, Hardie and Lee 2005). The rules about free orders,
cancelled sales and returns are stated in ``crm_analysis.features.policies``.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.errors import NotEnoughDataError
from crm_analysis.features.totals import total
from crm_analysis.messages import _
from crm_analysis.time_units import DAYS_PER_UNIT
from crm_analysis.warehouse import collect

__all__ = [
    "DAYS_PER_UNIT",
    "Unit",
    "customer_facts",
    "customer_summary",
    "is_purchase",
    "per_customer",
    "period",
    "purchase_days",
    "purchase_states",
]

Unit = Literal["day", "week", "month", "year"]


def period(lines: ir.Table) -> tuple[date, date]:
    """First and last day with an order line.

    Raises
    ------
    NotEnoughDataError
        The table is empty.
    """
    found = collect(
        lines.aggregate(first=lines["ordered_at"].date().min(), last=lines["ordered_at"].date().max())
    ).iloc[0]
    if pd.isna(found["first"]):
        raise NotEnoughDataError(_("There is no order line: nothing can be analysed."))
    return pd.Timestamp(found["first"]).date(), pd.Timestamp(found["last"]).date()


def is_purchase(lines: ir.Table) -> ir.BooleanValue:
    """Whether a line is (part of) a purchase: a sale that stands, no return and no gift.

    Parameters
    ----------
    lines
        Order lines of the warehouse; of a table without ``line_kind``, amounts above zero are sales.
    """
    sale = lines["line_kind"] == "sale" if "line_kind" in lines.columns else lines["amount"] > 0
    return sale & ~lines["netted"] if "netted" in lines.columns else sale


def purchase_days(lines: ir.Table, as_of: date | None = None) -> ir.Table:
    """One row per customer_id and day on which something was bought.

    Parameters
    ----------
    lines
        Order lines of the warehouse (or any table with customer_id, ordered_at, amount).
    as_of
        Last day to look at; None takes all.

    Returns
    -------
    ibis.expr.types.Table
        customer_id, day, amount (currency, of the sales that stand), orders.
    """
    sales = lines.filter(is_purchase(lines))
    sales = sales.mutate(day=sales["ordered_at"].date())
    if as_of is not None:
        sales = sales.filter(sales["day"] <= ibis.date(as_of.isoformat()))
    orders = sales["order_id"].nunique() if "order_id" in sales.columns else sales["ordered_at"].nunique()
    return sales.group_by("customer_id", "day").aggregate(amount=total(sales["amount"]), orders=orders)


def per_customer(days: ir.Table, as_of: date) -> ir.Table:
    """One row per customer_id: repeat purchases, ages in days, money of first and repeat purchases."""
    first = days.group_by("customer_id").aggregate(
        first_day=days["day"].min(),
        last_day=days["day"].max(),
        purchases=days.count(),
        orders=days["orders"].sum(),
        sales=total(days["amount"]),
    )
    opening = days.join(first.select("customer_id", "first_day"), "customer_id").filter(
        lambda t: t["day"] == t["first_day"]
    )
    opening = opening.select("customer_id", first_amount="amount")
    today = ibis.date(as_of.isoformat())
    joined = first.join(opening, "customer_id")
    return joined.mutate(
        frequency=(joined["purchases"] - 1).cast("int64"),
        recency_days=joined["last_day"].delta(joined["first_day"], unit="day").cast("int64"),
        T_days=today.delta(joined["first_day"], unit="day").cast("int64"),
    )


def purchase_states(lines: ir.Table, as_of: date, unit: Unit = "week") -> pd.DataFrame:
    """Distinct purchase histories with their number of customers: all that a purchase model needs.

    Parameters
    ----------
    lines
        Order lines.
    as_of
        Last day observed; T runs until its end.
    unit
        Of recency and T; the states are exact to the day in any unit.

    Returns
    -------
    pandas.DataFrame
        One row per state: frequency (repeat purchases), recency and T (in ``unit``), customers.

    Examples
    --------
    >>> import ibis
    >>> from datetime import date
    >>> lines = ibis.memtable(
    ...     {
    ...         "customer_id": ["a", "a", "b"],
    ...         "ordered_at": ["2024-01-01", "2024-01-15", "2024-01-08"],
    ...         "amount": [10.0, 30.0, 20.0],
    ...     }
    ... ).cast({"ordered_at": "timestamp"})
    >>> print(purchase_states(lines, as_of=date(2024, 1, 29)).to_string(index=False))
     frequency  recency   T  customers
             0      0.0 3.0          1
             1      2.0 4.0          1
    """
    customers = per_customer(purchase_days(lines, as_of), as_of)
    states = customers.group_by("frequency", "recency_days", "T_days").aggregate(customers=customers.count())
    frame = collect(states.order_by("T_days", "recency_days", "frequency"))
    days = DAYS_PER_UNIT[unit]
    return pd.DataFrame(
        {
            "frequency": frame["frequency"].astype("int64"),
            "recency": frame["recency_days"] / days,
            "T": frame["T_days"] / days,
            "customers": frame["customers"].astype("int64"),
        }
    )


def customer_summary(lines: ir.Table, as_of: date, unit: Unit = "week") -> pd.DataFrame:
    """The summary of each customer that value models are scored on.

    Parameters
    ----------
    lines
        Order lines.
    as_of
        Last day observed.
    unit
        Of recency and T.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id: frequency (repeat purchases), recency (age at the last purchase), T (age),
        monetary_value (mean amount of a repeat purchase, 0 without one), first_day, last_day, purchases,
        orders, sales (currency).

    Examples
    --------
    >>> import ibis
    >>> from datetime import date
    >>> lines = ibis.memtable(
    ...     {
    ...         "customer_id": ["a", "a", "b"],
    ...         "ordered_at": ["2024-01-01", "2024-01-15", "2024-01-08"],
    ...         "amount": [10.0, 30.0, 20.0],
    ...     }
    ... ).cast({"ordered_at": "timestamp"})
    >>> summary = customer_summary(lines, as_of=date(2024, 1, 29))
    >>> print(summary[["customer_id", "frequency", "recency", "T", "monetary_value"]].to_string(index=False))
    customer_id  frequency  recency   T  monetary_value
              a          1      2.0 4.0            30.0
              b          0      0.0 3.0             0.0
    """
    customers = per_customer(purchase_days(lines, as_of), as_of)
    customers = customers.mutate(
        monetary_value=ibis.ifelse(
            customers["frequency"] > 0,
            (customers["sales"] - customers["first_amount"]) / customers["frequency"].nullif(0),
            0.0,
        )
    )
    frame = collect(customers.drop("first_amount").order_by("customer_id"))
    days = DAYS_PER_UNIT[unit]
    frame["recency"] = frame.pop("recency_days") / days
    frame["T"] = frame.pop("T_days") / days
    frame[["first_day", "last_day"]] = frame[["first_day", "last_day"]].apply(pd.to_datetime)
    columns = [
        "customer_id",
        "frequency",
        "recency",
        "T",
        "monetary_value",
        "first_day",
        "last_day",
        "purchases",
        "orders",
        "sales",
    ]
    return frame[columns]


def customer_facts(lines: ir.Table, as_of: date) -> pd.DataFrame:
    """What each customer brought in, net of returns.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id: revenue (net of returns), returned (money, positive), cost (of goods, NaN
        where unit_cost is not known), discount, lines.
    """
    seen = lines.filter(lines["ordered_at"].date() <= ibis.date(as_of.isoformat()))
    facts = seen.group_by("customer_id").aggregate(
        revenue=total(seen["amount"]),
        returned=total(ibis.ifelse((seen["amount"] < 0) & ~seen["netted"], -seen["amount"], 0.0)),
        cost=total(seen["unit_cost"] * seen["quantity"]),
        discount=total(seen["discount"].fill_null(0.0)),
        lines=seen.count(),
    )
    return collect(facts.order_by("customer_id"))
