"""Customer share: what customers spend with us of all they spend; or, without that, how broadly they buy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crm_analysis.features.purchases import is_purchase
from crm_analysis.features.totals import total
from crm_analysis.features.windows import within
from crm_analysis.intervals import NORMAL_90
from crm_analysis.warehouse import collect

__all__ = ["CustomerShare", "breadth_against_peers", "customer_share"]


@dataclass(frozen=True)
class CustomerShare:
    """Share of wallet in the latest year that is known.

    Attributes
    ----------
    year
        The year.
    share, low, high
        Own sales over all spending, of customers and categories that are known (90 %, ratio estimate over customers).
    customers
        Customers with a known spending.
    coverage
        Of the customers who bought in that year, the share with a known spending.
    declared
        Of the spending, the share that customers stated themselves; the rest is estimated.
    headroom
        What these customers spend elsewhere (currency).
    by_category
        One row per category, most headroom first: category, customers, own, spent, share, headroom.
    """

    year: int
    share: float
    low: float
    high: float
    customers: int
    coverage: float
    declared: float
    headroom: float
    by_category: pd.DataFrame


def customer_share(
    lines: ir.Table, products: ir.Table | None, spend: ir.Table | None, as_of: date
) -> CustomerShare | None:
    """Hold own sales against all that customers spend in a category.

    Parameters
    ----------
    lines
        Order lines.
    products
        With category.
    spend
        category_spend; None where there is no such table.
    as_of
        Last day; the latest year of ``spend`` that does not begin after it counts.

    Returns
    -------
    CustomerShare or None
        None without one of the tables, or where no customer of it bought anything.
    """
    if spend is None or products is None or "category" not in products.columns or "product_id" not in lines.columns:
        return None
    years = collect(spend.filter(spend["year"] <= as_of.year).aggregate(year=lambda t: t["year"].max()))["year"]
    if years.isna().all():
        return None
    year = int(years.iloc[0])
    own = _own(lines, products, year, as_of)
    flag = spend["declared"].fill_null(False) if "declared" in spend.columns else ibis.literal(False)
    known = spend.filter((spend["year"] == year) & (spend["amount"] > 0)).select(
        "customer_id", "category", spent="amount", stated=ibis.ifelse(flag, spend["amount"], 0.0)
    )
    joined = known.left_join(own, ["customer_id", "category"]).select(
        "customer_id", "category", "spent", "stated", own=lambda t: t["own"].fill_null(0.0)
    )
    # Nobody spends more with us than in all: what is stated was too low then.
    frame = collect(joined).astype({"spent": "float64", "stated": "float64", "own": "float64"})
    if frame.empty:
        return None
    frame["spent"] = frame[["spent", "own"]].max(axis=1)
    people = frame.groupby("customer_id")[["own", "spent"]].sum()
    ratio = float(people["own"].sum() / people["spent"].sum())
    left_over = (people["own"] - ratio * people["spent"]).to_numpy()
    n = len(people)
    error = NORMAL_90 * float(np.sqrt((left_over**2).sum() * n / max(n - 1, 1))) / float(people["spent"].sum())
    buyers = collect(own.aggregate(n=own["customer_id"].nunique()))["n"].iloc[0]
    bought = int((people["own"] > 0).sum())
    grouped = frame.groupby("category").agg(
        customers=("customer_id", "nunique"), own=("own", "sum"), spent=("spent", "sum")
    )
    grouped["share"] = grouped["own"] / grouped["spent"]
    grouped["headroom"] = grouped["spent"] - grouped["own"]
    by_category = grouped.reset_index().sort_values(
        ["headroom", "category"], ascending=[False, True], ignore_index=True
    )
    return CustomerShare(
        year, ratio, max(ratio - error, 0.0), min(ratio + error, 1.0), n, bought / max(int(buyers), 1),
        float(frame["stated"].sum() / frame["spent"].sum()), float(by_category["headroom"].sum()), by_category,
    )  # fmt: skip


def _own(lines: ir.Table, products: ir.Table, year: int, as_of: date) -> ir.Table:
    """Own sales of a year by customer and category."""
    seen = within(lines, "ordered_at", date(year, 1, 1), min(date(year, 12, 31), as_of))
    joined = seen.select("customer_id", "product_id", "amount").join(
        products.filter(products["category"].notnull()).select("product_id", "category"), "product_id"
    )
    return joined.group_by("customer_id", "category").aggregate(own=total(joined["amount"]))


def breadth_against_peers(
    lines: ir.Table, products: ir.Table | None, as_of: date, days: int = 365
) -> pd.DataFrame | None:
    """A stand-in for customer share: how many categories customers buy from, by how often they buy.

    Parameters
    ----------
    lines, products, as_of
        As in :func:`customer_share`.
    days
        Length of the window.

    Returns
    -------
    pandas.DataFrame or None
        One row per class of frequency (days with a purchase: 1, 2 to 3, 4 to 9, 10 and more): frequency_class,
        customers, categories (mean), broad (of the broadest tenth), below_half (share of customers below half of
        that). None without categories.
    """
    if products is None or "category" not in products.columns or "product_id" not in lines.columns:
        return None
    year = within(lines, "ordered_at", as_of - timedelta(days=days - 1), as_of)
    seen = year.filter(is_purchase(year))
    joined = seen.select("customer_id", "product_id", day=seen["ordered_at"].date()).join(
        products.filter(products["category"].notnull()).select("product_id", "category"), "product_id"
    )
    frame = collect(
        joined.group_by("customer_id").aggregate(days=joined["day"].nunique(), categories=joined["category"].nunique())
    )
    if frame.empty:
        return None
    bounds = [0, 1, 3, 9, np.inf]
    frame["frequency_class"] = pd.cut(frame["days"], bounds, labels=["1", "2-3", "4-9", "10+"]).astype("str")
    rows = []
    for name, part in frame.groupby("frequency_class"):
        broad = float(part["categories"].quantile(0.9))
        rows.append(
            (
                str(name),
                len(part),
                float(part["categories"].mean()),
                broad,
                float((part["categories"] < broad / 2).mean()),
            )
        )
    columns = ["frequency_class", "customers", "categories", "broad", "below_half"]
    order = {name: n for n, name in enumerate(("1", "2-3", "4-9", "10+"))}
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values("frequency_class", key=lambda s: s.map(order), ignore_index=True)
