"""Everything that happened with a customer, in one table, from whatever tables are there.

``detail`` holds codes as ``name=value``, with a semicolon between: never what somebody wrote or said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir

from crm_analysis.features.totals import total

__all__ = ["TIMELINE_TABLES", "code_of", "timeline", "timeline_parts"]

_LONGEST_CODE = 30


def code_of(text: ir.StringValue) -> ir.StringValue:
    """A text where it is a code; NULL where it is longer than a code, or holds an address or a number of somebody."""
    plain = text.strip()
    is_code = (plain.length() <= _LONGEST_CODE) & (plain.length() > 0) & ~plain.re_search("@|[0-9]{4}")
    return ibis.ifelse(is_code, plain, ibis.null("string"))


def _digits(value: ir.NumericValue) -> ir.StringValue:
    """A number with one decimal where it has one, the same on every engine: ``12``, ``4.5``, ``-3``."""
    tenths = (value.abs() * 10).round().cast("int64")
    whole = ((tenths - tenths % 10) / 10).round().cast("int64").cast("string")
    rest = ibis.ifelse(tenths % 10 == 0, "", ibis.literal(".") + (tenths % 10).cast("string"))
    return ibis.ifelse((value < 0) & (tenths > 0), "-", "") + whole + rest


def _detail(**parts: ir.StringValue) -> ir.StringValue:
    """``name=value`` for each part that is not NULL."""
    texts = [ibis.ifelse(value.notnull(), ibis.literal(f"{name}=") + value, "") for name, value in parts.items()]
    joined: ir.StringValue = texts[0]
    for text in texts[1:]:
        between = ibis.ifelse((joined != "") & (text != ""), "; ", "")
        joined = joined + between + text
    return joined


def _events(
    table: ir.Table,
    at: ir.Value,
    kind: ir.StringValue | str,
    detail: ir.StringValue,
    channel: ir.StringValue | None = None,
    amount: ir.NumericValue | None = None,
) -> ir.Table:
    return table.select(
        customer_id=table["customer_id"],
        at=at.cast("timestamp"),
        kind=ibis.literal(kind) if isinstance(kind, str) else kind,
        channel=ibis.null("string") if channel is None else code_of(channel),
        amount=ibis.null("float64") if amount is None else amount.cast("float64"),
        detail=detail,
    ).filter(lambda t: t["customer_id"].notnull())


def _yes_no(value: ir.BooleanValue) -> ir.StringValue:
    return ibis.ifelse(value, "yes", "no")


def _orders(tables: Mapping[str, ir.Table]) -> ir.Table:
    """Orders and returns: the lines of one order on one day are one event; those undone later say so."""
    lines = tables["order_lines"]
    lines = lines.mutate(
        day=lines["ordered_at"].date(), kind=ibis.ifelse(lines["line_kind"] == "return", "return", "order")
    )
    orders = lines.group_by("customer_id", "order_id", "kind", "day").aggregate(
        at=lines["ordered_at"].min(),
        channel=lines["channel"].min(),
        amount=total(lines["amount"]),
        lines=lines.count(),
        undone=ibis.ifelse(lines["netted"], 0, 1).sum() == 0,
    )
    detail = _detail(
        order=orders["order_id"],
        lines=orders["lines"].cast("string"),
        undone=ibis.ifelse(orders["undone"], "yes", ibis.null("string")),
    )
    return _events(orders, orders["at"], orders["kind"], detail, orders["channel"], orders["amount"])


def _deliveries(tables: Mapping[str, ir.Table]) -> ir.Table:
    """Deliveries with the days they were late; the customer is that of the order where the table does not say."""
    deliveries = tables["deliveries"]
    if "order_lines" in tables:
        known = deliveries.filter(deliveries["customer_id"].notnull())
        nameless = deliveries.filter(deliveries["customer_id"].isnull()).drop("customer_id")
        lines = tables["order_lines"].semi_join(nameless, "order_id")
        owners = lines.group_by("order_id").aggregate(customer_id=lines["customer_id"].min())
        found = nameless.join(owners, "order_id").select(*known.columns)
        deliveries = known.union(found)
    late = deliveries["delivered_at"].date().delta(deliveries["promised_at"].date(), unit="day")
    late_days = ibis.ifelse(late.notnull(), ibis.greatest(late, 0).cast("int64").cast("string"), ibis.null("string"))
    detail = _detail(order=deliveries["order_id"], late_days=late_days)
    return _events(deliveries, deliveries["delivered_at"], "delivery", detail, deliveries["fulfilment"])


def _contacts(tables: Mapping[str, ir.Table]) -> ir.Table:
    contacts = tables["contacts"]
    detail = _detail(
        direction=code_of(contacts["direction"]),
        purpose=code_of(contacts["purpose"]),
        outcome=code_of(contacts["outcome"]),
        minutes=_digits(contacts["handled_minutes"]),
        campaign=contacts["campaign_id"],
    )
    return _events(contacts, contacts["contacted_at"], "contact", detail, contacts["channel"], contacts["cost"])


def _consents(tables: Mapping[str, ir.Table]) -> ir.Table:
    consents = tables["consents"]
    detail = _detail(purpose=code_of(consents["purpose"]), granted=_yes_no(consents["granted"]))
    return _events(consents, consents["changed_at"], "consent", detail, consents["channel"])


def _feedback(tables: Mapping[str, ir.Table]) -> ir.Table:
    feedback = tables["feedback"]
    detail = _detail(
        kind=code_of(feedback["kind"]),
        score=_digits(feedback["score"]),
        of=_digits(feedback["scale_max"]),
        state=code_of(feedback["state"]),
    )
    return _events(feedback, feedback["given_at"], "feedback", detail)


def _points(tables: Mapping[str, ir.Table]) -> ir.Table:
    ledger = tables["loyalty_ledger"]
    detail = _detail(points=_digits(ledger["points"]), reason=code_of(ledger["reason"]), tier=code_of(ledger["tier"]))
    return _events(ledger, ledger["booked_at"], "points", detail)


def _campaigns(tables: Mapping[str, ir.Table]) -> ir.Table:
    """Targets of campaigns, at the time of the draw, else on the campaign's first day."""
    targets = tables["campaign_targets"]
    at: ir.Value = targets["assigned_at"]
    if "campaigns" in tables:
        starts = tables["campaigns"].select("campaign_id", "starts_on")
        targets = targets.left_join(starts, "campaign_id").drop("campaign_id_right")
        at = ibis.coalesce(targets["assigned_at"], targets["starts_on"].cast("timestamp"))
    detail = _detail(campaign=targets["campaign_id"], arm=code_of(targets["arm"]))
    return _events(targets, at, "campaign", detail)


def _redemptions(tables: Mapping[str, ir.Table]) -> ir.Table:
    used = tables["redemptions"]
    detail = _detail(offer=used["offer_id"], campaign=used["campaign_id"])
    return _events(used, used["redeemed_at"], "redemption", detail)


def _preferences(tables: Mapping[str, ir.Table]) -> ir.Table:
    """That a preference was stated, and on what: what was stated may be a sentence, and stays where it is."""
    stated = tables["preferences"]
    return _events(stated, stated["stated_at"], "preference", _detail(topic=code_of(stated["topic"])))


_PARTS: dict[str, Callable[[Mapping[str, ir.Table]], ir.Table]] = {
    "order_lines": _orders,
    "deliveries": _deliveries,
    "contacts": _contacts,
    "consents": _consents,
    "feedback": _feedback,
    "loyalty_ledger": _points,
    "campaign_targets": _campaigns,
    "redemptions": _redemptions,
    "preferences": _preferences,
}

TIMELINE_TABLES = (*_PARTS, "campaigns")
"""Tables of the warehouse that a timeline is made of; each may be missing."""


def timeline_parts(tables: Mapping[str, ir.Table]) -> list[ir.Table]:
    """The events of each table by itself, all with the columns of :func:`timeline`."""
    return [part(tables) for name, part in _PARTS.items() if name in tables]


def timeline(tables: Mapping[str, ir.Table]) -> ir.Table:
    """The events of all customers.

    Parameters
    ----------
    tables
        Tables of the warehouse by name, those of :data:`TIMELINE_TABLES` that are there; others are ignored. For the
        events of some customers give tables filtered to them.

    Returns
    -------
    ibis.expr.types.Table
        One row per event: customer_id, at (NULL where a preference has no date), kind (order, return, delivery,
        contact, consent, feedback, points, campaign, redemption or preference), channel, amount (currency: of orders
        and returns what was paid, of contacts what they cost), detail (codes).

    Raises
    ------
    ValueError
        None of the tables is there.
    """
    parts = timeline_parts(tables)
    if not parts:
        raise ValueError("a timeline needs at least one table")
    return ibis.union(parts[0], *parts[1:]) if len(parts) > 1 else parts[0]
