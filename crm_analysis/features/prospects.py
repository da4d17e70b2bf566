"""Prospects and what became of them, and what customers of the same origin were worth and bought first."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.purchases import is_purchase, purchase_days
from crm_analysis.features.reach import listed_prospects, partners_of_sources
from crm_analysis.features.years import YEAR_DAYS
from crm_analysis.warehouse import collect

__all__ = ["first_categories", "first_year_profit", "partner_prices", "prospect_history", "region_density"]


def prospect_history(prospects: ir.Table | None, partners: ir.Table | None, lines: ir.Table) -> pd.DataFrame | None:
    """Each prospect with its origin and the first purchase of the customer who it turned out to be.

    Parameters
    ----------
    prospects
        Table of the warehouse with ``known_as``; None where there is none.
    partners
        For the names of partners; None where there are none.
    lines
        Order lines.

    Returns
    -------
    pandas.DataFrame or None
        One row per prospect_id: origin (partner, else source), created_at and first_day (NaT where not known or no
        purchase), has_basis (whether it is stated what allows a contact), is_customer. None without prospects.
    """
    if prospects is None or "known_as" not in prospects.columns:
        return None
    first = purchase_days(lines).group_by(_customer="customer_id").aggregate(first_day=lambda t: t["day"].min())
    listed = listed_prospects(prospects, partners)
    joined = listed.left_join(first, listed["known_as"] == first["_customer"])
    frame = collect(
        joined.select(
            "prospect_id", "origin", "created_at", "first_day", has_basis=joined["basis"].notnull(),
            is_customer=joined["known_as"].notnull(),
        ).order_by("prospect_id")
    )  # fmt: skip
    days = {name: pd.to_datetime(frame[name]) for name in ("created_at", "first_day")}
    return frame.assign(**days, origin=frame["origin"].replace("", "?").astype("str"))


def _origins(customers: ir.Table | None, partners: ir.Table | None) -> ir.Table | None:
    """Customers with the origin that prospects have too: the partner's name, else the source as it is written."""
    if customers is None or "acquisition_source" not in customers.columns:
        return None
    told = customers.filter(customers["acquisition_source"].notnull()).select("customer_id", "acquisition_source")
    names = {source: name or source for source, name in partners_of_sources(told, partners).items()}
    if not names:
        return None
    table = pd.DataFrame({"acquisition_source": list(names), "origin": list(names.values())}, dtype="str")
    schema = {"acquisition_source": "string", "origin": "string"}
    return told.join(ibis.memtable(table, schema=schema), "acquisition_source").select("customer_id", "origin")


def first_year_profit(
    lines: ir.Table,
    customers: ir.Table | None,
    partners: ir.Table | None,
    since: date,
    as_of: date,
    margin_rate: float,
) -> pd.DataFrame:
    """What a newly won customer brings in the first year, by origin.

    Parameters
    ----------
    lines, customers, partners
        Of the warehouse; the latter None where there are none.
    since
        First day on which a first purchase is a beginning.
    as_of
        Last day.
    margin_rate
        Share of revenue that is profit.

    Returns
    -------
    pandas.DataFrame
        One row per origin, and ``all``: origin, customers (won since ``since``, a year ago or more), profit (mean of
        the 365 days from the first purchase on, currency), error (standard error of the mean).
    """
    until = as_of - timedelta(days=YEAR_DAYS - 1)
    first = purchase_days(lines, as_of).group_by("customer_id").aggregate(first_day=lambda t: t["day"].min())
    fresh = first.filter(first["first_day"].between(ibis.date(since.isoformat()), ibis.date(until.isoformat())))
    seen = lines.select("customer_id", "amount", day=lines["ordered_at"].date()).join(fresh, "customer_id")
    age = seen["day"].delta(seen["first_day"], unit="day")
    each = seen.filter(age < YEAR_DAYS).group_by("customer_id").aggregate(revenue=lambda t: t["amount"].sum().round(6))
    origins = _origins(customers, partners)
    if origins is not None:
        each = each.left_join(origins, "customer_id").drop("customer_id_right")
    else:
        each = each.mutate(origin=ibis.null("string"))
    columns = {"origin": "str", "customers": "int64", "profit": "float64", "error": "float64"}
    both = ibis.union(each, each.mutate(origin=ibis.literal("all")))
    grouped = both.filter(both["origin"].notnull()).group_by("origin")
    found = collect(grouped.aggregate(customers=lambda t: t.count(), mean=lambda t: t["revenue"].mean(),
                                      spread=lambda t: t["revenue"].std()))  # fmt: skip
    error = found["spread"].astype("float64").fillna(0.0) / found["customers"].astype("float64") ** 0.5
    found = found.assign(profit=found["mean"] * margin_rate, error=error * margin_rate)
    return found[list(columns)].astype(columns).sort_values("origin", ignore_index=True)


def first_categories(
    lines: ir.Table,
    products: ir.Table | None,
    customers: ir.Table | None,
    partners: ir.Table | None,
    since: date,
    as_of: date,
) -> pd.DataFrame | None:
    """The categories of first purchases by origin: what the next ones of the same origin probably need first.

    Returns
    -------
    pandas.DataFrame or None
        One row per origin and category: origin, category, customers (whose first day holds it), of (customers of the
        origin), share, usual (share over all origins). None without origins or categories.
    """
    origins = _origins(customers, partners)
    if origins is None or products is None or "category" not in products.columns or "product_id" not in lines.columns:
        return None
    sales = lines.filter(is_purchase(lines)).select("customer_id", "product_id", day=lines["ordered_at"].date())
    first = sales.group_by("customer_id").aggregate(first_day=sales["day"].min())
    bounds = (ibis.date(since.isoformat()), ibis.date(as_of.isoformat()))
    opening = sales.join(first.filter(first["first_day"].between(*bounds)), "customer_id")
    opening = opening.filter(opening["day"] == opening["first_day"]).join(origins, "customer_id")
    named = opening.join(products.select("product_id", "category"), "product_id")
    pairs = named.filter(named["category"].notnull()).select("customer_id", "origin", "category").distinct()
    counts = collect(pairs.group_by("origin", "category").aggregate(customers=pairs.count()))
    sizes = collect(pairs.group_by("origin").aggregate(of=pairs["customer_id"].nunique()))
    if counts.empty:
        return None
    frame = counts.merge(sizes, on="origin").astype({"customers": "int64", "of": "int64"})
    usual = frame.groupby("category")["customers"].sum() / int(sizes["of"].sum())
    frame["share"] = frame["customers"] / frame["of"]
    frame["usual"] = frame["category"].map(usual)
    return frame.sort_values(["origin", "share", "category"], ascending=[True, False, True], ignore_index=True)


def region_density(prospects: ir.Table | None, customers: ir.Table | None) -> pd.DataFrame | None:
    """Customers and prospects by region: where many prospects stand beside few customers.

    Returns
    -------
    pandas.DataFrame or None
        One row per region, most open prospects first: region, customers, prospects (open, no customers yet),
        penetration (customers over both). None where one of the tables has no region.
    """
    if prospects is None or customers is None or not {"region"} <= set(prospects.columns) & set(customers.columns):
        return None
    still = prospects.filter(prospects["known_as"].isnull()) if "known_as" in prospects.columns else prospects
    open_ones = collect(still.filter(still["region"].notnull()).group_by("region").aggregate(n=lambda t: t.count()))
    ours = customers.filter(customers["region"].notnull()).group_by("region")
    have = collect(ours.aggregate(n=lambda t: t["customer_id"].nunique()))
    if open_ones.empty or have.empty:
        return None
    both = pd.DataFrame(
        {"customers": have.set_index("region")["n"], "prospects": open_ones.set_index("region")["n"]}
    ).fillna(0)
    both = both.astype("int64").rename_axis("region").reset_index()
    both["penetration"] = both["customers"] / (both["customers"] + both["prospects"])
    return both.sort_values(["prospects", "region"], ascending=[False, True], ignore_index=True)


def partner_prices(partners: ir.Table | None) -> dict[str, float]:
    """What a partner takes for one new customer, by the partner's name (else its number)."""
    if partners is None or "cost_per_customer" not in partners.columns:
        return {}
    known = partners.filter(partners["cost_per_customer"].notnull())
    name = ibis.coalesce(known["name"], known["partner_id"]) if "name" in known.columns else known["partner_id"]
    frame = collect(known.select(name=name, price=known["cost_per_customer"].cast("float64")))
    return dict(zip(frame["name"].astype("str"), frame["price"], strict=True))
