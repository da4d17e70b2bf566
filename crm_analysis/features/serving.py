"""What it costs to serve a customer and to win them over: service contacts, other contacts, offers that were used."""

from __future__ import annotations

from typing import Literal

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.contact_kinds import contact_kind
from crm_analysis.features.totals import total
from crm_analysis.warehouse import collect

__all__ = ["serving_costs"]

_SERVICE_KINDS = ("service_visit", "inbound_call")
_SERVICE_WORDS = ("service", "서비스", "상담", "as", "a/s")
_INWARD = ("in", "inbound", "incoming", "인", "인바운드", "수신")
_COLUMNS = ("service", "contacts", "offers")

Found = Literal["data", "setting", "assumed", "left_out"]


def serving_costs(
    contacts: ir.Table | None,
    redemptions: ir.Table | None,
    offers: ir.Table | None,
    *,
    minute_cost: float | None,
    money_is_discount: bool,
) -> tuple[pd.DataFrame, dict[str, Found]]:
    """Costs per customer, as negative amounts.

    Parameters
    ----------
    contacts
        With cost or handled_minutes; a contact is service where the customer came to us or its purpose says so.
    redemptions, offers
        Uses of offers, and what one use costs.
    minute_cost
        Cost of a minute of work, for contacts without a cost of their own.
    money_is_discount
        Whether discounts stand on the order lines already: then offers of kind money are not counted again.

    Returns
    -------
    tuple of pandas.DataFrame and dict
        One row per customer_id with service, contacts, offers (currency, at most 0); what each rests on: ``data``,
        ``setting`` (minutes at a set price) or ``left_out``.
    """
    parts: list[pd.DataFrame] = []
    bases: dict[str, Found] = dict.fromkeys(_COLUMNS, "left_out")
    if contacts is not None:
        costs = _contact_costs(contacts, minute_cost)
        parts.append(costs.drop(columns=["stated", "minutes"]))
        if bool(costs["stated"].any() or (minute_cost is not None and costs["minutes"].any())):
            basis: Found = "data" if bool(costs["stated"].any()) else "setting"
            bases |= {"service": basis, "contacts": basis}
    if redemptions is not None and offers is not None and "cost" in offers.columns:
        parts.append(_offer_costs(redemptions, offers, money_is_discount))
        bases["offers"] = "data"
    if not parts:
        return pd.DataFrame({"customer_id": pd.Series(dtype="str"), **dict.fromkeys(_COLUMNS, 0.0)}), bases
    frame = pd.concat(parts, ignore_index=True).groupby("customer_id", as_index=False).sum()
    for column in _COLUMNS:
        frame[column] = frame.get(column, 0.0)
    return frame[["customer_id", *_COLUMNS]], bases


def _contact_costs(contacts: ir.Table, minute_cost: float | None) -> pd.DataFrame:
    def column(name: str, kind: str) -> ir.Value:
        return contacts[name] if name in contacts.columns else ibis.null(kind)

    minutes = column("handled_minutes", "float64").fill_null(0.0)
    cost = ibis.coalesce(column("cost", "float64"), minutes * (minute_cost or 0.0))
    direction = column("direction", "string").fill_null("")
    purpose = column("purpose", "string").fill_null("").strip().lower()
    kind = contact_kind(contacts["channel"], direction)
    service = kind.isin(_SERVICE_KINDS) | purpose.isin(_SERVICE_WORDS) | direction.strip().lower().isin(_INWARD)
    rows = contacts.select(
        "customer_id",
        service=ibis.ifelse(service, -cost, 0.0),
        contacts=ibis.ifelse(service, 0.0, -cost),
        stated=column("cost", "float64").notnull().cast("int64"),
        minutes=minutes,
    )
    grouped = rows.group_by("customer_id").aggregate(
        service=total(rows["service"]),
        contacts=total(rows["contacts"]),
        stated=rows["stated"].sum(),
        minutes=total(rows["minutes"]),
    )
    frame = collect(grouped)
    return frame.astype(dict.fromkeys(["service", "contacts", "stated", "minutes"], "float64")).fillna(0.0)


def _offer_costs(redemptions: ir.Table, offers: ir.Table, money_is_discount: bool) -> pd.DataFrame:
    priced = offers.select("offer_id", cost=offers["cost"].fill_null(0.0))
    if money_is_discount and "kind" in offers.columns:
        money = offers["kind"].strip().lower() == "money"
        priced = offers.select("offer_id", cost=ibis.ifelse(money.fill_null(False), 0.0, offers["cost"].fill_null(0.0)))
    used = redemptions.select("customer_id", "offer_id").join(priced, "offer_id")
    frame = collect(used.group_by("customer_id").aggregate(offers=total(-used["cost"])))
    return frame.astype({"offers": "float64"}).fillna(0.0)
