"""Contacts from a helpdesk that name an order and no customer: the customer is the one who ordered."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

__all__ = ["with_customers_of_orders"]


def with_customers_of_orders(contacts: ir.Table, order_lines: ir.Table) -> ir.Table:
    """Fill ``customer_id`` of contacts from their ``order_id``; a customer that is given stays.

    Parameters
    ----------
    contacts
        One row per contact.
    order_lines
        With ``order_id`` and ``customer_id``; an order of two customers tells nothing.

    Returns
    -------
    ibis.expr.types.Table
        The same rows and columns.
    """
    known = order_lines.filter(order_lines["order_id"].notnull() & order_lines["customer_id"].notnull())
    orders = known.group_by("order_id").aggregate(_low=known["customer_id"].min(), _high=known["customer_id"].max())
    owners = orders.filter(orders["_low"] == orders["_high"]).select(_order="order_id", _owner="_low")
    joined = contacts.left_join(owners, contacts["order_id"] == owners["_order"])
    filled = joined.mutate(customer_id=ibis.coalesce(joined["customer_id"], joined["_owner"]))
    return filled.select(list(contacts.columns))
