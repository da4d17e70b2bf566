"""Which consents hold on a day: for each channel and purpose the latest word counts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import ibis
import ibis.expr.types as ir

__all__ = ["current_consents"]


def current_consents(consents: ir.Table, as_of: date) -> ir.Table:
    """The latest word of each customer on each channel and purpose.

    Of several at one time a refusal counts, whichever row stands first. Consents of several accounts of one person
    stand under one customer_id in the warehouse, so that the person's latest word counts for all of them.

    Parameters
    ----------
    consents
        The table ``consents``: customer_id, channel, purpose, granted, changed_at and, if there, basis. A change
        without a day or an answer says nothing.
    as_of
        The last day whose changes count.

    Returns
    -------
    ibis.expr.types.Table
        One row per customer_id, channel and purpose: granted, changed_at, basis (how it was given, else NULL).
    """
    until = datetime.combine(as_of, time()) + timedelta(days=1)
    basis = consents["basis"] if "basis" in consents.columns else ibis.null("string")
    columns = ("customer_id", "channel", "purpose", "granted", "changed_at")
    told = consents.select(*columns, basis=basis.cast("string"))
    told = told.filter(told["granted"].notnull() & (told["changed_at"] < ibis.literal(until, type="timestamp(6)")))
    latest = ibis.window(
        group_by=["customer_id", "channel", "purpose"],
        order_by=[told["changed_at"].desc(), told["granted"].cast("int64"), told["basis"].isnull(), told["basis"]],
    )
    ranked = told.mutate(place=ibis.row_number().over(latest))
    return ranked.filter(ranked["place"] == 0).drop("place")
