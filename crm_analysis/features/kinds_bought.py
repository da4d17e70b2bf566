"""Which kinds of goods each customer bought before a day and in the days after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.purchases import is_purchase
from crm_analysis.warehouse import collect, keep

__all__ = ["KIND_LEVELS", "kind_windows", "kinds_bought", "level_of_kinds"]

KIND_LEVELS = ("subcategory", "category", "product")
"""The first at which customers still lack something is used: what goes with what shows at the finer kind first."""
MOST_KINDS = 80
LACKING = 0.5
"""Share of the kinds that the middle customer of the active ones may have bought already."""


def _sold(lines: ir.Table, products: ir.Table | None, level: str) -> ir.Table | None:
    """customer_id, day, kind of every sale; None where the level is not known."""
    if "product_id" not in lines.columns:
        return None
    sales = lines.filter(is_purchase(lines) & lines["product_id"].notnull())
    sales = sales.select("customer_id", "product_id", day=sales["ordered_at"].date())
    if level == "product":
        return sales.select("customer_id", "day", kind="product_id")
    if products is None or level not in products.columns:
        return None
    named = products.filter(products[level].notnull()).select("product_id", kind=products[level])
    return sales.join(named, "product_id").select("customer_id", "day", "kind")


def level_of_kinds(lines: ir.Table, products: ir.Table | None, as_of: date, active_days: int) -> str | None:
    """The first level at which active customers still lack at least half of the kinds.

    Parameters
    ----------
    lines, products
        Of the warehouse; ``products`` None where there are none.
    as_of, active_days
        Last day, and days without a purchase after which a customer is not active.

    Returns
    -------
    str or None
        Of :data:`KIND_LEVELS`; None where no level has five kinds.
    """
    start = ibis.date((as_of - timedelta(days=active_days)).isoformat())
    for level in KIND_LEVELS:
        sold = _sold(lines, products, level)
        if sold is None:
            continue
        seen = sold.filter(sold["day"] <= ibis.date(as_of.isoformat()))
        kinds = int(collect(seen.aggregate(n=seen["kind"].nunique()))["n"].iloc[0])
        each = seen.group_by("customer_id").aggregate(n=seen["kind"].nunique(), last=seen["day"].max())
        active = each.filter(each["last"] > start)
        middle = collect(active.aggregate(n=active["n"].quantile(0.5)))["n"].iloc[0]
        if kinds >= 5 and not pd.isna(middle) and float(middle) <= LACKING * kinds:
            return level
    return None


def kinds_bought(
    lines: ir.Table, products: ir.Table | None, level: str, since: date | None, origin: date, until: date
) -> pd.DataFrame:
    """Days on which each customer bought each kind, before and after a day.

    Only the 80 kinds with the most buyers up to ``origin`` count, and only customers who bought up to it.

    Parameters
    ----------
    lines, products, level
        Of the warehouse, and a level of :data:`KIND_LEVELS`.
    since
        Customers whose last purchase up to ``origin`` lies before it are left out; None for no such bound.
    origin, until
        Before: up to ``origin``; after: from the next day up to ``until``.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id and kind: before, after (days).

    Raises
    ------
    ValueError
        The level is not known in this data.
    """
    sold = _sold(lines, products, level)
    if sold is None:
        raise ValueError(level)
    sold = sold.filter(sold["day"] <= ibis.date(until.isoformat()))
    is_before = sold["day"] <= ibis.date(origin.isoformat())
    days = sold.mutate(is_before=is_before).distinct()
    early = days["is_before"].cast("int64")
    each = keep(
        days.group_by("customer_id", "kind").aggregate(
            before=early.sum(), after=(1 - early).sum(), last=days["day"].max(where=days["is_before"])
        )
    )
    known = each.filter(each["before"] > 0)
    buyers = known.group_by("kind").aggregate(buyers=known.count())
    most = buyers.order_by(ibis.desc("buyers"), "kind").limit(MOST_KINDS)
    people = known.group_by("customer_id").aggregate(last=known["last"].max())
    if since is not None:
        people = people.filter(people["last"] >= ibis.date(since.isoformat()))
    found = each.join(most.select("kind"), "kind").join(people.select("customer_id"), "customer_id")
    frame = collect(found.select("customer_id", "kind", "before", "after").order_by("customer_id", "kind"))
    return frame.astype({"before": "int64", "after": "int64"})


def kind_windows(
    lines: ir.Table, products: ir.Table | None, first: date, as_of: date, *, horizon: int, active_days: int
) -> Callable[[str], pd.DataFrame] | None:
    """Kinds of goods bought before and after three days: ``earlier``, ``later`` and ``now``.

    Parameters
    ----------
    lines, products
        Of the warehouse; ``products`` None where there are none.
    first, as_of
        First and last day of the data.
    horizon
        Days that a window looks ahead; ``earlier`` begins two of them before ``as_of``, ``later`` one, ``now`` none.
    active_days
        Customers count who bought within so many days before a window begins.

    Returns
    -------
    callable or None
        Name of the window to the table of :func:`kinds_bought`; None where goods are not named, or the data is shorter
        than three horizons.
    """
    if (as_of - first).days < 3 * horizon:
        return None
    level = level_of_kinds(lines, products, as_of, active_days)
    if level is None:
        return None

    def window(name: str) -> pd.DataFrame:
        origin = as_of - timedelta(days=horizon * {"earlier": 2, "later": 1, "now": 0}[name])
        until = origin if name == "now" else origin + timedelta(days=horizon)
        return kinds_bought(lines, products, level, origin - timedelta(days=active_days), origin, until)

    return window
