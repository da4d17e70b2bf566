"""What past campaigns and rounds say about each kind of offer in each segment, as rows of the learning ledger."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy.special import ndtri

from crm_analysis.features import purchase_days
from crm_analysis.features.totals import total
from crm_analysis.thresholds import LEARNED_CUSTOMERS, LEARNED_DAYS
from crm_analysis.warehouse import collect

__all__ = [
    "MIN_CUSTOMERS",
    "MIN_DAYS",
    "SALES",
    "arm_conflicts",
    "campaign_effects",
    "kinds_of_campaigns",
    "returned_contacts",
    "round_effects",
    "todays_customers",
]

LEVEL = 0.90
MIN_CUSTOMERS = LEARNED_CUSTOMERS
"""Customers that each side of a comparison needs."""
MIN_DAYS = LEARNED_DAYS
"""Days of sales after a round's first contact before it is judged."""
SALES = "sales_per_customer"
"""The measure: sales that contact added, per customer, in currency over the days observed."""

COLUMNS = {
    "source": "str", "offer_kind": "str", "segment": "str", "measure": "str", "estimate": "float64", "low": "float64",
    "high": "float64", "level": "float64", "treated": "int64", "compared": "int64", "evidence": "str",
    "observed_from": "datetime64[us]", "observed_until": "datetime64[us]",
}  # fmt: skip


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def kinds_of_campaigns(offers: ir.Table | None) -> dict[str, str]:
    """The kind of offer that each campaign carried: ``mixed`` for several, missing where no offer names it."""
    if offers is None:
        return {}
    known = offers.filter(offers["campaign_id"].notnull() & offers["kind"].notnull())
    kinds = collect(known.group_by("campaign_id").aggregate(n=known["kind"].nunique(), kind=known["kind"].min()))
    return {str(r.campaign_id): str(r.kind) if r.n == 1 else "mixed" for r in kinds.itertuples()}


def campaign_effects(results: pd.DataFrame, offers: ir.Table | None) -> pd.DataFrame:
    """Results of campaigns as rows of the ledger.

    Parameters
    ----------
    results
        ``campaign_results``.
    offers
        Offers with the campaign that carried them, None where they are not known.

    Returns
    -------
    pandas.DataFrame
        One row per campaign: the columns of ``effects`` but estimated_at; ``segment`` is ``all``.
    """
    kinds = kinds_of_campaigns(offers)
    return _frame(
        [
            {
                "source": f"campaign:{r['campaign_id']}",
                "offer_kind": kinds.get(str(r["campaign_id"]), "unknown"),
                "segment": "all",
                "measure": SALES,
                "level": LEVEL,
                "observed_from": r["starts_on"],
                "observed_until": r["ends_on"],
                **{name: r[name] for name in ("estimate", "low", "high", "treated", "compared", "evidence")},
            }
            for r in results.to_dict("records")
        ]
    )


def todays_customers(rows: ir.Table, accounts: ir.Table | None) -> ir.Table:
    """Rows of the ledger by the people of today.

    Parameters
    ----------
    rows
        With customer_id as it was when the row was written.
    accounts
        account_id and customer_id of today; None where there is no table of customers.

    Returns
    -------
    ibis.expr.types.Table
        The same rows with customer_id of the person whom the account belongs to now.
    """
    if accounts is None:
        return rows
    moved = accounts.filter(accounts["account_id"] != accounts["customer_id"])
    moved = moved.select(_account=moved["account_id"], _person=moved["customer_id"])
    joined = rows.left_join(moved, rows["customer_id"] == moved["_account"])
    return joined.mutate(customer_id=ibis.coalesce(joined["_person"], joined["customer_id"])).select(*rows.columns)


def returned_contacts(contacts: ir.Table | None, accounts: ir.Table | None) -> pd.DataFrame | None:
    """Who was contacted for what, by the people of today: customer_id, action; None where nothing came back."""
    if contacts is None:
        return None
    told = todays_customers(contacts, accounts).select("customer_id", "action").distinct()
    return collect(told.order_by("customer_id", "action"))


def _as_people(drawn: ir.Table, accounts: ir.Table | None) -> ir.Table:
    """A draw by the people of today: customer_id is that of the person, ``both_sides`` whether two of the person's
    accounts were drawn to different sides of one round; of two on one side the first row stays."""
    drawn = todays_customers(drawn.mutate(contact=drawn["arm"] == "contact"), accounts)
    person = ibis.window(group_by=["round", "customer_id"])
    sides = drawn["contact"].cast("int64")
    drawn = drawn.mutate(both_sides=sides.max().over(person) != sides.min().over(person))
    first = ibis.window(group_by=["round", "customer_id"], order_by=["segment", "offer_kind"])
    numbered = drawn.mutate(_place=ibis.row_number().over(first))
    return numbered.filter(numbered["_place"] == 0).drop("_place")


def arm_conflicts(assignments: ir.Table | None, accounts: ir.Table | None) -> int:
    """People of whom, in one round or more, one account was drawn to be contacted and another to be held back.

    They were two customers when the draw was made. Nobody is moved to another arm: they are left out of comparisons.
    """
    if assignments is None or "offer_kind" not in assignments.columns:
        return 0
    people = _as_people(assignments, accounts)
    mixed = people.filter(people["both_sides"])
    return int(collect(mixed.aggregate(n=mixed["customer_id"].nunique()))["n"].iloc[0])


def round_effects(
    lines: ir.Table,
    assignments: ir.Table | None,
    contacts: ir.Table | None,
    as_of: date,
    horizon_days: int,
    accounts: ir.Table | None = None,
) -> pd.DataFrame:
    """What contact added in the rounds whose results came back, per kind of offer and segment.

    Customers are compared as they were drawn, contacted or not: that keeps the comparison fair when some contacts
    failed and some held back were contacted all the same. Those of the control group and of the lasting holdout were
    both kept back by chance and stand on one side.

    Parameters
    ----------
    lines
        Order lines.
    assignments
        Of the learning ledger.
    contacts
        ``contact_results``: only rounds named there were carried out.
    as_of
        Last day of the data.
    horizon_days
        Longest time after the first contact of a round in which sales count for it.
    accounts
        Whose the accounts are today: customers who turned out to be one person count as one, and not at all where
        they were drawn to both sides.

    Returns
    -------
    pandas.DataFrame
        One row per round, kind of offer and segment with at least 30 customers on each side and 14 days of sales: the
        columns of ``effects`` but estimated_at.
    """
    if assignments is None or contacts is None or "offer_kind" not in assignments.columns:
        return _frame([])
    starts = collect(contacts.group_by("round").aggregate(start=contacts["contacted_at"].date().min()))
    rows: list[dict[str, object]] = []
    for name, start in sorted(zip(starts["round"], pd.to_datetime(starts["start"]).dt.date, strict=True)):
        until = min(as_of, start + timedelta(days=horizon_days - 1))
        if (until - start).days + 1 >= MIN_DAYS:
            mine = assignments.filter((assignments["round"] == name) & assignments["offer_kind"].notnull())
            people = _as_people(mine, accounts)
            rows += _of_round(lines, people.filter(~people["both_sides"]), str(name), start, until)
    return _frame(rows)


def _of_round(lines: ir.Table, drawn: ir.Table, name: str, start: date, until: date) -> list[dict[str, object]]:
    days = purchase_days(lines, until)
    days = days.filter(days["day"] >= ibis.date(start.isoformat()))
    sales = days.group_by("customer_id").aggregate(sales=total(days["amount"]))
    joined = drawn.left_join(sales, "customer_id").mutate(sales=lambda t: t["sales"].fill_null(0.0))
    sides = joined.group_by("offer_kind", "segment", "contact").aggregate(
        n=joined.count(), mean=joined["sales"].mean(), var=joined["sales"].var()
    )
    z = float(ndtri((1 + LEVEL) / 2))
    rows = []
    for (kind, segment), frame in collect(sides).groupby(["offer_kind", "segment"]):
        of = frame.set_index("contact").to_dict("index")
        if len(of) < 2 or min(side["n"] for side in of.values()) < MIN_CUSTOMERS:
            continue
        change = float(of[True]["mean"] - of[False]["mean"])
        error = float(np.sqrt(sum(side["var"] / side["n"] for side in of.values())))
        rows.append(
            {
                "source": f"round:{name}",
                "offer_kind": kind,
                "segment": segment,
                "measure": SALES,
                # Engines add in parallel: the last bits differ.
                "estimate": round(change, 6),
                "low": round(change - z * error, 6),
                "high": round(change + z * error, 6),
                "level": LEVEL,
                "treated": int(of[True]["n"]),
                "compared": int(of[False]["n"]),
                "evidence": "measured",
                "observed_from": start,
                "observed_until": until,
            }
        )
    return rows
