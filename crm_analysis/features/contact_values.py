"""What each kind of contact costs, what came of it, and how customers ordered afterwards beside their usual rate.

Orders after a contact are an association: whoever is called because they just ordered, or complained, would have
ordered more or less anyway.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy.special import ndtri

from crm_analysis.features.contact_kinds import contact_kind
from crm_analysis.features.purchases import purchase_days
from crm_analysis.features.timeline import code_of
from crm_analysis.features.totals import total
from crm_analysis.warehouse import collect

__all__ = ["contact_outcomes", "contact_values"]

LEVEL = 0.90
COLUMNS = {
    "kind": "str", "contacts": "int64", "customers": "int64", "cost": "float64", "minutes": "float64", "days": "int64",
    "compared": "int64", "orders_after": "float64", "usual_orders": "float64", "difference": "float64",
    "low": "float64", "high": "float64",
}  # fmt: skip


def _seen(contacts: ir.Table, as_of: date) -> ir.Table:
    """Contacts up to a day with their kind and day."""
    known = contacts.filter(contacts["contacted_at"].date() <= ibis.date(as_of.isoformat()))
    return known.mutate(kind=contact_kind(known["channel"], known["direction"]), day=known["contacted_at"].date())


def _orders(contacts: ir.Table, lines: ir.Table, as_of: date, days: int) -> ir.Table:
    """Per kind: customers compared, days with an order in the window after a contact, and the usual number.

    Each customer counts once per kind, with the mean over their contacts. Only contacts whose window lies inside the
    data and that came after the customer's first order are compared.
    """
    bought = purchase_days(lines, as_of).select("customer_id", bought="day")
    rate = bought.group_by("customer_id").aggregate(first=bought["bought"].min(), again=bought.count() - 1)
    lived = ibis.date(as_of.isoformat()).delta(rate["first"], unit="day")
    rate = rate.mutate(usual=rate["again"] * days / lived.nullif(0))
    last = ibis.date((pd.Timestamp(as_of) - pd.Timedelta(days=days)).date().isoformat())
    whole = contacts.filter(contacts["day"] <= last).select("contact_id", "customer_id", "kind", "day")
    whole = whole.join(rate, "customer_id").filter(lambda t: t["day"] > t["first"])
    pairs = whole.join(bought, "customer_id")
    wait = pairs["bought"].delta(pairs["day"], unit="day")
    after = pairs.filter((wait >= 1) & (wait <= days)).group_by("contact_id").aggregate(after=lambda t: t.count())
    joined = whole.left_join(after, "contact_id").mutate(after=lambda t: t["after"].fill_null(0))
    people = joined.group_by("kind", "customer_id").aggregate(
        after=joined["after"].mean(), usual=joined["usual"].mean()
    )
    change = people["after"] - people["usual"]
    return people.group_by("kind").aggregate(
        compared=people.count(),
        orders_after=people["after"].mean(),
        usual_orders=people["usual"].mean(),
        difference=change.mean(),
        variance=change.var(),
    )


def contact_values(contacts: ir.Table | None, lines: ir.Table, as_of: date, days: int = 30) -> pd.DataFrame:
    """Value and cost of each kind of contact.

    Parameters
    ----------
    contacts
        Contacts of the warehouse, None where there are none.
    lines
        Order lines.
    as_of
        Last day to look at.
    days
        Length of the window after a contact.

    Returns
    -------
    pandas.DataFrame
        One row per kind, by falling number: contacts, customers, cost (currency) and minutes (NaN where none is
        recorded), days (of the window), compared (customers with a whole window after a contact and an order before
        it), orders_after and usual_orders (days with an order per window: in the window, and by the customer's own
        rate over all the time since the first order), difference with low and high (90 %). An association, no effect.
    """
    if contacts is None:
        return _frame(pd.DataFrame(columns=list(COLUMNS)))
    seen = _seen(contacts, as_of)
    sums = seen.group_by("kind").aggregate(
        contacts=seen.count(),
        customers=seen["customer_id"].nunique(),
        cost=total(seen["cost"]),
        minutes=total(seen["handled_minutes"]),
    )
    frame = collect(sums).merge(collect(_orders(seen, lines, as_of, days)), on="kind", how="left").assign(days=days)
    compared = frame["compared"].fillna(0)
    error = float(ndtri((1 + LEVEL) / 2)) * np.sqrt(frame["variance"].astype("float64") / compared.where(compared > 1))
    frame = frame.assign(compared=compared, low=frame["difference"] - error, high=frame["difference"] + error)
    return _frame(frame.sort_values(["contacts", "kind"], ascending=[False, True], ignore_index=True))


def _frame(frame: pd.DataFrame) -> pd.DataFrame:
    typed = frame[list(COLUMNS)].astype(COLUMNS)
    # Engines add in parallel: the last bits differ.
    return typed.round({name: 6 for name, kind in COLUMNS.items() if kind == "float64"})


def contact_outcomes(contacts: ir.Table | None, as_of: date) -> pd.DataFrame:
    """What came of each kind of contact.

    Returns
    -------
    pandas.DataFrame
        One row per kind and outcome (``none`` where nothing is recorded, ``others`` for texts that are no codes):
        contacts.
    """
    if contacts is None:
        return pd.DataFrame(
            {"kind": pd.Series(dtype="str"), "outcome": pd.Series(dtype="str"), "contacts": pd.Series(dtype="int64")}
        )
    seen = _seen(contacts, as_of)
    said = seen["outcome"].strip().nullif("")
    named = seen.mutate(outcome=ibis.cases((said.isnull(), "none"), (code_of(said).isnull(), "others"), else_=said))
    counted = collect(named.group_by("kind", "outcome").aggregate(contacts=named.count()))
    return counted.sort_values(["kind", "contacts", "outcome"], ascending=[True, False, True], ignore_index=True)
