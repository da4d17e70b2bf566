"""Where customers are met: the people behind accounts, channels they buy in, partners and lists they come from."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.purchases import is_purchase
from crm_analysis.warehouse import collect

__all__ = ["SEVERAL", "channel_reach", "identity_counts", "partner_customers", "prospect_reach"]

SEVERAL = "several channels"
"""Reach of customers who bought in more than one channel."""


def identity_counts(accounts: ir.Table | None, review: ir.Table | None) -> pd.DataFrame:
    """Accounts, the customers they are, and pairs that wait for a decision.

    Parameters
    ----------
    accounts, review
        Tables of the warehouse; None where there are none.

    Returns
    -------
    pandas.DataFrame
        One row: accounts, customers, several (customers with more than one account), waiting (pairs).
    """
    counts = {"accounts": 0, "customers": 0, "several": 0}
    if accounts is not None:
        people = accounts.group_by("customer_id").aggregate(n=accounts.count())
        found = people.aggregate(accounts=people["n"].sum(), customers=people.count(), several=(people["n"] > 1).sum())
        row = collect(found).fillna(0).iloc[0]
        counts = {name: int(row[name]) for name in counts}
    waiting = 0 if review is None else int(collect(review.aggregate(n=review.count()))["n"].iloc[0])
    return pd.DataFrame([{**counts, "waiting": waiting}])


def channel_reach(lines: ir.Table) -> pd.DataFrame:
    """Customers by the channels that they bought in.

    Parameters
    ----------
    lines
        Order lines of the warehouse.

    Returns
    -------
    pandas.DataFrame
        One row per reach, the largest revenue first: reach (a channel, or :data:`SEVERAL`), customers, orders, revenue
        (net of returns). Empty where no line names its channel.
    """
    told = lines.filter(lines["channel"].notnull())
    bought = is_purchase(told)
    each = told.group_by("customer_id").aggregate(
        channels=told["channel"].nunique(where=bought),
        channel=told["channel"].max(where=bought),
        orders=told["order_id"].nunique(where=bought),
        revenue=told["amount"].sum(),
    )
    each = each.filter(each["channels"] > 0)
    each = each.mutate(reach=ibis.ifelse(each["channels"] > 1, SEVERAL, each["channel"]))
    found = each.group_by("reach").aggregate(
        customers=each.count(), orders=each["orders"].sum(), revenue=each["revenue"].sum()
    )
    frame = collect(found).astype({"customers": "int64", "orders": "int64", "revenue": "float64"})
    return frame.sort_values(["revenue", "reach"], ascending=[False, True], ignore_index=True)


def prospect_reach(prospects: ir.Table | None, lines: ir.Table) -> pd.DataFrame:
    """Prospects by the list that they came on, and who of them is a customer already.

    Parameters
    ----------
    prospects
        Table of the warehouse with ``known_as``, the customer_id of those who are customers; None where there is none.
    lines
        Order lines of the warehouse.

    Returns
    -------
    pandas.DataFrame
        One row per list, the largest first: origin (partner, else source), prospects, known (customers already),
        revenue (of these), with_basis (prospects of whom it is stated what allows a contact), open (of these, who is
        no customer yet: who may be asked).
    """
    kinds = {
        "origin": "str", "prospects": "int64", "known": "int64", "revenue": "float64", "with_basis": "int64",
        "open": "int64",
    }  # fmt: skip
    if prospects is None or "known_as" not in prospects.columns:
        return pd.DataFrame(columns=list(kinds)).astype(kinds)
    spent = lines.group_by("customer_id").aggregate(spent=lines["amount"].sum())
    origin = ibis.coalesce(prospects["partner_id"], prospects["source"], "")
    basis = prospects["consent_basis"] if "consent_basis" in prospects.columns else ibis.null("string")
    listed = prospects.select(origin=origin, known_as=prospects["known_as"], basis=basis.cast("string"))
    joined = listed.left_join(spent, listed["known_as"] == spent["customer_id"])
    found = joined.group_by("origin").aggregate(
        prospects=joined.count(),
        known=joined["known_as"].count(),
        revenue=joined["spent"].sum().fill_null(0.0),
        with_basis=joined["basis"].count(),
        open=joined["basis"].count(where=joined["known_as"].isnull()),
    )
    frame = collect(found)[list(kinds)].astype(kinds)
    return frame.sort_values(["prospects", "origin"], ascending=[False, True], ignore_index=True)


def partner_customers(
    customers: ir.Table | None, partners: ir.Table | None, agreed: pd.DataFrame | None, lines: ir.Table
) -> pd.DataFrame:
    """Customers whom a partner brought, what they spent, and whether they agreed to advertising.

    Parameters
    ----------
    customers
        With acquisition_source; a partner's customers are those whose source is its number or name, or ends with it.
    partners
        partner_id and, if there, name.
    agreed
        Of :func:`crm_analysis.features.advertising_consents`; None where no consents are known.
    lines
        Order lines of the warehouse.

    Returns
    -------
    pandas.DataFrame
        One row per partner with customers, the most first: partner (its name, else its number), customers, revenue
        (net of returns), agreed (customers who agreed on some channel; 0 where no consents are known).
    """
    kinds = {"partner": "str", "customers": "int64", "revenue": "float64", "agreed": "int64"}
    empty = pd.DataFrame(columns=list(kinds)).astype(kinds)
    if customers is None or partners is None or "acquisition_source" not in customers.columns:
        return empty
    known = collect(partners.select("partner_id", "name"))
    told = customers.filter(customers["acquisition_source"].notnull())
    sources = collect(told.select("acquisition_source").distinct())["acquisition_source"]
    of = {source: name for source in sources if (name := _partner_of(str(source), known))}
    if not of:
        return empty
    mine = told.filter(told["acquisition_source"].isin(list(of))).select("customer_id", "acquisition_source")
    spent = lines.group_by("customer_id").aggregate(spent=lines["amount"].sum())
    frame = collect(mine.left_join(spent, "customer_id").select("customer_id", "acquisition_source", "spent"))
    yes = set() if agreed is None else set(agreed.loc[agreed["granted"].astype(bool), "customer_id"])
    frame = frame.assign(partner=frame["acquisition_source"].map(of), agreed=frame["customer_id"].isin(yes))
    found = frame.groupby("partner").agg(
        customers=("customer_id", "size"),
        revenue=("spent", "sum"),
        agreed=("agreed", "sum"),
    )
    found = found.reset_index().astype(kinds)
    return found.sort_values(["customers", "partner"], ascending=[False, True], ignore_index=True)


def _partner_of(source: str, partners: pd.DataFrame) -> str:
    """Name of the partner that a source means, the empty text for none."""
    words = source.lower().strip()
    names = partners["name"].fillna(partners["partner_id"]).astype(str)
    for number, name in zip(partners["partner_id"].astype(str), names, strict=True):
        for text in {number.lower(), name.lower()}:
            if words == text or words.endswith(f" {text}"):
                return str(name)
    return ""
